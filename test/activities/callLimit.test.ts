import { callLimitMs, classifyWithin } from '../../src/activities/photos/callLimit';
import { judgeClassifier } from '../../src/activities/photos/classify';
import { parseSettings } from '../../src/config/settings';
import { openClassifiers } from '../../src/palate/upstream';
import { ClassifierUnavailable } from '../../src/services/classifier';
import { createMetrics } from '../../src/telemetry/metrics';
import { faults } from '../doubles/doubleServer';
import { HuggingFaceDouble } from '../doubles/huggingFace';
import { OpenAiDouble } from '../doubles/openai';

/** How long one call to a classifier may take while a request waits for the photo. */
const createdAt = new Date('2026-03-01T12:00:00Z');
const after = (ms: number) => new Date(createdAt.getTime() + ms);
const analyzing = { state: 'analyzing' as const, createdAt };

test.each([
  ['the request has just begun to wait', analyzing, 12_000, 0, 10_000],
  ['it waits still', analyzing, 12_000, 11_999, 10_000],
  ['it was answered 202', analyzing, 12_000, 12_000, null],
  ['the entry waits for a label, and nobody for it', { state: 'needs_label' as const, createdAt }, 12_000, 5, null],
  ['nobody waits at all', analyzing, 0, 0, null],
  ['the wait is the shortest that leaves a classifier time', analyzing, 3_000, 0, 1_000],
  ['the wait is too short for a classifier', analyzing, 2_999, 0, null],
])('where %s', (_, entry, predictWaitMs, passedMs, limitMs) => {
  expect(callLimitMs(entry, predictWaitMs, after(passedMs))).toBe(limitMs);
});

describe('every classifier of the chain', () => {
  const [huggingFace, mlService, openai] = [new HuggingFaceDouble(), new HuggingFaceDouble(), new OpenAiDouble()];
  const doubles = [huggingFace, mlService, openai];
  beforeAll(() => Promise.all(doubles.map((double) => double.start())));
  afterAll(() => Promise.all(doubles.map((double) => double.stop())));

  const chain = () =>
    openClassifiers({
      settings: parseSettings({
        NODE_ENV: 'test',
        TEMPORAL_ADDRESS: '127.0.0.1:1',
        JWT_SECRET: 'a secret for tests only, long enough to be taken',
        PALATE_ENCRYPTION_KEYS: Buffer.alloc(32, 7).toString('base64'),
        MONGODB_URI: 'mongodb://127.0.0.1:1/unused',
        HF_SPACE_URL: huggingFace.endpointUrl,
        ML_SERVICE_URL: mlService.endpointUrl,
        OPENAI_API_KEY: 'sk-test-only',
        OPENAI_BASE_URL: openai.baseUrl,
        HF_SPACE_TIMEOUT: '1',
      }),
      metrics: createMetrics({ processMetrics: false }),
    });
  const picture = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 1, 2, 3]);
  const going = new AbortController().signal;

  test('is cut off at the limit, as if it had passed its own', async () => {
    for (const double of doubles) double.reset().always(faults.hang());
    expect(chain()).toHaveLength(3);
    for (const classifier of chain()) {
      const cut = await classifyWithin(classifier, picture, 150, going).catch((error: unknown) => error);
      expect(cut).toBeInstanceOf(ClassifierUnavailable);
      expect(cut).toMatchObject({ message: `${classifier.model} did not answer within 150 ms.` });
      expect(judgeClassifier(cut).kind).toBe('failed');
    }
  });

  test('keeps its own limit where that is shorter, or where there is no other', async () => {
    for (const double of doubles) double.reset().always(faults.hang());
    const calls = chain().flatMap((classifier) =>
      [5_000, null].map((limitMs) => classifyWithin(classifier, picture, limitMs, going)),
    );
    expect(calls).toHaveLength(6);
    await Promise.all(calls.map((call) => expect(call).rejects.toThrow(/within 1000 ms/)));
  });

  test('answers as ever within it, and says so where the run was ended', async () => {
    for (const double of doubles) double.reset();
    for (const classifier of chain())
      expect((await classifyWithin(classifier, picture, 900, going)).candidates[0]?.label).toMatch(/pizza/i);
    const ended = new Error('the run was ended');
    for (const classifier of chain())
      await expect(classifyWithin(classifier, picture, 900, AbortSignal.abort(ended))).rejects.toBe(ended);
  });
});

import {
  ClassifierLoading,
  ClassifierRefused,
  ClassifierUnavailable,
  createHuggingFaceClassifier,
} from '../../src/services/classifier';
import type { CallOutcome } from '../../src/services/calls';
import { faults } from '../doubles/doubleServer';
import { HuggingFaceDouble } from '../doubles/huggingFace';

const hf = new HuggingFaceDouble();
const picture = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 1, 2, 3]);
const seen: CallOutcome[] = [];
const clock = () => new Date('2025-03-01T12:00:00Z');
const classifier = (over: Partial<Parameters<typeof createHuggingFaceClassifier>[0]> = {}) =>
  createHuggingFaceClassifier({
    endpointUrl: hf.endpointUrl,
    token: 'hf_test_token',
    timeoutMs: 2000,
    clock,
    onCall: (call) => seen.push(call),
    ...over,
  });
const classify = (over: Parameters<typeof classifier>[0] = {}, signal = new AbortController().signal) =>
  classifier(over).classify(picture, 'image/jpeg', signal);

beforeAll(() => hf.start());
afterAll(() => hf.stop());
beforeEach(() => {
  hf.reset();
  seen.length = 0;
});

test('sends the bytes as they are, under their type, with the token, to the address of the settings', async () => {
  await classify();
  expect(hf.received[0]).toMatchObject({ method: 'POST', path: '/hf-inference/models/nateraw/food' });
  expect(hf.pictures).toEqual([{ contentType: 'image/jpeg', token: 'hf_test_token', bytes: picture }]);
  expect(seen).toEqual([{ service: 'huggingface_space', outcome: 'ok', ms: expect.any(Number) as number }]);
});

test('sends no authorization without a token, and names model and source', async () => {
  await classify({ token: undefined });
  expect(hf.received[0]!.headers.authorization).toBeUndefined();
  expect(classifier()).toMatchObject({ model: 'nateraw/food', source: 'huggingface_space' });
  expect(classifier({ source: 'ml_service', model: 'house' })).toMatchObject({ model: 'house', source: 'ml_service' });
});

test('answers the five best candidates, best first', async () => {
  const scores = Array.from({ length: 101 }, (_, index) => ({ label: `food_${index}`, score: index / 101 }));
  hf.answers(scores);
  expect((await classify()).candidates).toEqual(
    [100, 99, 98, 97, 96].map((index) => ({ label: `food_${index}`, confidence: index / 101 })),
  );
});

test('forgives a score that passes 1 by the error of single precision, and no more', async () => {
  hf.answers([{ label: 'pizza', score: 1.00000012 }]);
  expect(await classify()).toEqual({ candidates: [{ label: 'pizza', confidence: 1 }] });
  hf.answers([{ label: 'pizza', score: 95.3 }]);
  await expect(classify()).rejects.toThrow(ClassifierUnavailable);
});

describe('a model that is loading', () => {
  test.each([
    [20, 20_000],
    [900, 60_000],
    [0, 250],
  ])('estimates %d s: ask again after %d ms', async (estimatedS, ms) => {
    hf.next(faults.loading(estimatedS));
    await expect(classify()).rejects.toMatchObject({ name: 'ClassifierLoading', retryAfterMs: ms });
    expect(hf.calls).toBe(1);
  });

  test('without an estimate is only unavailable', async () => {
    hf.next(faults.status(503));
    const error = await classify().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ClassifierUnavailable);
    expect(error).not.toBeInstanceOf(ClassifierLoading);
  });
});

test.each([
  ['2', 2000],
  ['Sat, 01 Mar 2025 12:00:05 GMT', 5000],
  ['86400', 60_000],
  ['Sat, 01 Mar 2025 11:00:00 GMT', 0],
  ['soon', undefined],
])('429 with Retry-After %s: %p ms', async (value, ms) => {
  hf.next(faults.tooMany(value));
  await expect(classify()).rejects.toMatchObject({ name: 'ClassifierUnavailable', retryAfterMs: ms });
});

test.each([
  ['500', faults.status(500)],
  ['502 in HTML', faults.html(502)],
  ['200 in HTML', faults.html(200)],
  ['a JSON type over something else', faults.garbage()],
  ['an error whose JSON is broken', faults.status(500, { body: '{"error": ' })],
  ['nothing', faults.empty()],
  ['a dropped connection', faults.reset()],
  ['half an answer', faults.cutOff()],
  ['an endless answer', faults.status(200, { body: `[${' '.repeat(1_100_000)}]` })],
])('%s is unavailable after one attempt', async (_, fault) => {
  hf.next(fault);
  await expect(classify()).rejects.toThrow(ClassifierUnavailable);
  expect(hf.calls).toBe(1);
  expect(seen.map((call) => call.outcome)).toEqual(['ClassifierUnavailable']);
});

test.each([
  ['no candidate', []],
  ['an object', { error: 'no' }],
  ['nested lists', [[{ label: 'pizza', score: 0.9 }]]],
  ['a score below 0', [{ label: 'pizza', score: -0.1 }]],
  ['a score that is text', [{ label: 'pizza', score: '0.9' }]],
  ['markup for a label', [{ label: '<script>alert(1)</script>', score: 0.9 }]],
  ['control characters in a label', [{ label: 'pizza\u0000\n', score: 0.9 }]],
  ['a label without end', [{ label: 'a'.repeat(101), score: 0.9 }]],
  ['an empty label', [{ label: '', score: 0.9 }]],
])('%s is no answer', async (_, answer) => {
  hf.answers(answer);
  await expect(classify()).rejects.toThrow(ClassifierUnavailable);
});

test.each([400, 401, 402, 403, 404, 413, 307])('%d is a refusal that says why, without the token', async (status) => {
  hf.next(faults.status(status, { headers: status === 307 ? { location: 'http://127.0.0.1:9/' } : {} }));
  const error = await classify().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ClassifierRefused);
  expect(error).toMatchObject({ status, about: status === 400 || status === 413 ? 'question' : 'service' });
  expect(JSON.stringify([error, (error as Error).message, (error as Error).stack])).not.toContain('hf_test_token');
});

test('a classifier that hangs is unavailable when the time is over', async () => {
  hf.next(faults.hang());
  await expect(classify({ timeoutMs: 60 })).rejects.toThrow(/did not answer within 60 ms/);
});

test('a classifier that is switched off is unavailable', async () => {
  await hf.stop();
  try {
    await expect(classify()).rejects.toThrow(ClassifierUnavailable);
  } finally {
    await hf.start();
  }
  expect((await classify()).candidates).toHaveLength(5);
});

test('a caller who gave up gets the own reason, before and during the call', async () => {
  const reason = new Error('worker is shutting down');
  await expect(classify({}, AbortSignal.abort(reason))).rejects.toBe(reason);
  expect(hf.calls).toBe(0);
  const controller = new AbortController();
  hf.next(faults.hang());
  const pending = classify({}, controller.signal);
  await hf.called(1);
  controller.abort(reason);
  await expect(pending).rejects.toBe(reason);
});

test('eight at once each get their own answer', async () => {
  hf.answersBy((bytes) => [{ label: `food_${bytes.at(-1) ?? 0}`, score: 1 }]);
  hf.latencyMs = 20;
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, index) =>
      classifier().classify(Buffer.from([1, index]), 'image/jpeg', new AbortController().signal),
    ),
  );
  expect(answers.map(({ candidates }) => candidates[0]?.label)).toEqual(
    Array.from({ length: 8 }, (_, index) => `food_${index}`),
  );
});

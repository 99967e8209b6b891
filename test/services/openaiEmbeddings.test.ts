import type { CallOutcome } from '../../src/services/calls';
import { createOpenAiEmbedder, LlmRefused, LlmUnavailable } from '../../src/services/llm';
import { faults, type Fault } from '../doubles/doubleServer';
import { OpenAiDouble, openAiError } from '../doubles/openai';

const openai = new OpenAiDouble();
const apiKey = 'sk-test-0123456789abcdef';
const seen: CallOutcome[] = [];
const embedder = (over: Partial<Parameters<typeof createOpenAiEmbedder>[0]> = {}) =>
  createOpenAiEmbedder({
    baseUrl: openai.baseUrl,
    apiKey,
    model: 'text-embedding-3-small',
    timeoutMs: 2000,
    onCall: (call) => seen.push(call),
    ...over,
  });
const embed = (texts: string[], over: Parameters<typeof embedder>[0] = {}, signal = new AbortController().signal) =>
  embedder(over).embed(texts, signal);
const errorOf = (call: Promise<unknown>) => call.catch((reason: unknown) => reason);
const answer = (data: unknown): Fault => faults.status(200, { body: JSON.stringify({ object: 'list', data }) });

beforeAll(() => openai.start());
afterAll(() => openai.stop());
beforeEach(() => {
  openai.reset();
  seen.length = 0;
});

test('asks for short vectors where the model makes them, and gives each text its own, in order', async () => {
  const texts = ['Pizza', 'Soup', 'Salad'];
  const together = await embed(texts);
  expect(together.map(({ length }) => length)).toEqual([256, 256, 256]);
  const [request] = openai.askedToEmbed;
  expect(request).toEqual({ model: 'text-embedding-3-small', input: texts, encoding_format: 'float', dimensions: 256 });
  expect(openai.received[0]).toMatchObject({ method: 'POST', path: '/v1/embeddings' });
  expect(openai.received[0]!.headers.authorization).toBe(`Bearer ${apiKey}`);
  for (const [at, text] of texts.entries()) expect((await embed([text]))[0]).toEqual(together[at]);
  expect(embedder().method).toBe('openai:text-embedding-3-small:256');
  expect(seen[0]).toEqual({ service: 'openai', outcome: 'ok', ms: expect.any(Number) as number });
});

test('other models are asked for what they have', async () => {
  const model = 'text-embedding-ada-002';
  expect((await embed(['Pizza'], { model }))[0]).toHaveLength(1536);
  expect(openai.askedToEmbed[0]).not.toHaveProperty('dimensions');
  expect(embedder({ model }).method).toBe(`openai:${model}`);
});

test('a hundred vectors of the longest model are no answer without end', async () => {
  const embedding = Array.from({ length: 3072 }, (_, at) => Math.sin(at) / 55);
  openai.next(answer(Array.from({ length: 100 }, (_, index) => ({ index, embedding }))));
  expect(await embed(Array.from({ length: 100 }, (_, at) => `text ${at}`))).toHaveLength(100);
});

test.each<[string, Fault]>([
  ['500', faults.status(500)],
  ['502 in HTML', faults.html(502)],
  ['200 in HTML', faults.html(200)],
  ['a JSON type over something else', faults.garbage()],
  ['nothing', faults.empty()],
  ['a dropped connection', faults.reset()],
  ['half an answer', faults.cutOff()],
  ['an endless answer', faults.status(200, { body: ' '.repeat(16 * 1_048_576 + 1) })],
  ['429 without a wait', openAiError(429, 'requests', 'rate_limit_exceeded')],
  ['fewer vectors than texts', answer([{ index: 0, embedding: [1, 2] }])],
  ['one vector twice', answer([{ index: 0, embedding: [1, 2] }, { index: 0, embedding: [1, 2] }])],
  ['vectors of two lengths', answer([{ index: 0, embedding: [1, 2] }, { index: 1, embedding: [1] }])],
  ['a vector of zeros', answer([{ index: 0, embedding: [1, 2] }, { index: 1, embedding: [0, 0] }])],
  ['a number that is none', answer([{ index: 0, embedding: [1, 2] }, { index: 1, embedding: [1, null] }])],
  ['vectors as base64', answer([{ index: 0, embedding: 'AACAPw==' }, { index: 1, embedding: 'AACAPw==' }])],
])('%s is unavailable after one attempt', async (_, fault) => {
  openai.next(fault);
  const error = await errorOf(embed(['Pizza', 'Soup']));
  expect(error).toBeInstanceOf(LlmUnavailable);
  expect(error).toMatchObject({ about: 'service', retryAfterMs: undefined });
  expect(openai.calls).toBe(1);
}); // prettier-ignore

test.each<[number, string]>([
  [400, 'question'],
  [401, 'service'],
  [402, 'service'],
  [404, 'service'],
])('%d is a refusal of %s', async (status, about) => {
  openai.next(faults.status(status));
  const error = await errorOf(embed(['Pizza']));
  expect(error).toBeInstanceOf(LlmRefused);
  expect(error).toMatchObject({ status, about });
});

test('a wait that it asks for is told, and used-up credit is final', async () => {
  openai.next(openAiError(429, 'tokens', 'rate_limit_exceeded', { 'retry-after': '2' }));
  expect(await errorOf(embed(['Pizza']))).toMatchObject({ name: 'LlmUnavailable', retryAfterMs: 2000 });
  openai.next(openAiError(429, 'insufficient_quota', 'insufficient_quota'));
  expect(await errorOf(embed(['Pizza']))).toMatchObject({ name: 'LlmRefused', status: 429, about: 'service' });
});

test('one that hangs is given up in time, and a caller who gave up gets the own reason', async () => {
  openai.next(faults.hang());
  await expect(embed(['Pizza'], { timeoutMs: 60 })).rejects.toThrow(/did not answer within 60 ms/);
  const controller = new AbortController();
  const reason = new Error('worker is shutting down');
  openai.next(faults.hang());
  const pending = embed(['Pizza'], {}, controller.signal);
  await openai.called(2);
  controller.abort(reason);
  await expect(pending).rejects.toBe(reason);
});

test('the key is in no error, and the text neither', async () => {
  openai.wantsKey('another');
  const error = (await errorOf(embed(['Grandma’s secret']))) as Error;
  expect(`${error.message}${error.stack ?? ''}${JSON.stringify(error)}`).not.toMatch(/sk-test|Grandma/);
});

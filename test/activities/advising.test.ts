import { createAdvising, type AdvisingDeps } from '../../src/activities/photos/advising';
import { CircuitOpen, type Circuits, type Verdict } from '../../src/activities/outbound/circuits';
import { foodIndexOf, readMeal, type ReadableFood, type Reading } from '../../src/ml/reading';
import { createLlmAdviser } from '../../src/services/adviser';
import { createOpenAi } from '../../src/services/llm';
import { faults } from '../doubles/doubleServer';
import { OpenAiDouble, openAiError } from '../doubles/openai';

const openai = new OpenAiDouble();
beforeAll(() => openai.start());
afterAll(() => openai.stop());
beforeEach(() => {
  openai.reset();
});

const food = (name: string, kcal: number, ...aliases: string[]): ReadableFood => ({
  food: {
    key: `table:${name.toLowerCase().replace(/ /g, '_')}`,
    name,
    fdcId: null,
    per100G: { kcal, proteinG: 5, fatG: 5, carbohydrateG: 10, fibreG: 1, sugarG: 1, sodiumMg: 10 },
    portions: [],
    defaultPortionG: 100,
  },
  names: [name, ...aliases],
  category: null,
  portionFrom: 'table',
});
const index = foodIndexOf([
  food('Grilled chicken', 150, 'chicken'),
  food('Fried chicken', 300, 'chicken'),
  food('Rice', 130),
  food('Beans', 110),
]);

let now = Date.parse('2025-03-01T12:00:00Z');
/** What was told of each call. */
const verdicts: Verdict['kind'][] = [];
const closed: Circuits = {
  async through(_name, call, judge) {
    try {
      return await call(false);
    } catch (error) {
      verdicts.push(judge(error).kind);
      throw error;
    }
  },
};
const open: Circuits = {
  through: (name) => Promise.reject(new CircuitOpen(name, new Date(now + 1000), 'It failed.', false, false)),
};
const advisingOf = ({ timeoutMs = 20_000, ...over }: Partial<AdvisingDeps> & { timeoutMs?: number } = {}) =>
  createAdvising({
    adviser: createLlmAdviser({
      llm: createOpenAi({ baseUrl: openai.baseUrl, apiKey: 'sk-test', model: OpenAiDouble.model, timeoutMs }),
    }),
    circuits: closed,
    clock: () => new Date(now),
    ...over,
  });
const text = '200 g chicken and ricebeans';
const improve = (
  advising = advisingOf(),
  { said = text, ask = true, signal = new AbortController().signal } = {},
): Promise<Reading> => advising.improve(readMeal(said, index), said, index, ask, signal);
const foodsOf = ({ items, unrecognized }: Reading) => [
  ...items.map((item) => item.food.name),
  ...unrecognized.map((words) => `?${words.text}`),
];
const ours = foodsOf(readMeal(text, index));

interface Question {
  unsure: { id: string; candidates: { id: string; food: string }[] }[];
  notUnderstood: { id: string }[];
}
/** Takes fried chicken, and finds rice and beans. */
const helps = (asked: unknown): string => {
  const { unsure, notUnderstood } = asked as Question;
  const ofFood = ({ candidates }: Question['unsure'][number]) =>
    candidates.find((one) => one.food === 'Fried chicken')!.id;
  return JSON.stringify({
    choices: Object.fromEntries(unsure.map((item) => [item.id, ofFood(item)])),
    foods: Object.fromEntries(notUnderstood.map(({ id }) => [id, ['rice', 'beans']])),
  });
};

beforeEach(() => {
  openai.replies(helps);
  verdicts.length = 0;
});

test('chooses and splits, and foods and figures are ours', async () => {
  const { items, incomplete } = await improve();
  expect(items.map((item) => [item.food.name, item.grams])).toEqual([
    ['Fried chicken', 200],
    ['Rice', 100],
    ['Beans', 100],
  ]);
  expect(incomplete).toBe(false);
});

test('says in which words it found foods, as long as its answer is kept, and nothing that is not in the text', async () => {
  const advising = advisingOf();
  const reading = readMeal(text, index);
  expect(advising.foodsIn(reading, text)).toEqual([]);
  await improve(advising);
  expect(advising.foodsIn(reading, text)).toEqual(['rice', 'beans']);
  expect(advising.foodsIn(readMeal('100 g rice', index), '100 g rice')).toEqual([]);
  expect(openai.calls).toBe(1);
  now += 15 * 60_000;
  expect(advising.foodsIn(reading, text)).toEqual([]);

  openai.replies((asked) => helps(asked).replace('beans', 'lobster'));
  await improve(advising);
  expect(advising.foodsIn(reading, text)).toEqual(['rice']);
});

test('is not asked where nothing is uncertain, nor where nobody is to help', async () => {
  const said = '100 g rice';
  expect(await improve(advisingOf(), { said })).toEqual(readMeal(said, index));
  expect(foodsOf(await improve(advisingOf({ adviser: null })))).toEqual(ours);
  expect(openai.calls).toBe(0);
});

test('is asked once for a text, for a quarter of an hour', async () => {
  const advising = advisingOf();
  for (const ask of [true, true, false]) expect(foodsOf(await improve(advising, { ask }))).not.toEqual(ours);
  expect(openai.calls).toBe(1);
  now += 15 * 60_000;
  expect(foodsOf(await improve(advising, { ask: false }))).toEqual(ours);
  await improve(advising);
  expect(openai.calls).toBe(2);
});

test.each<[string, () => unknown, Verdict['kind'] | 'answered']>([
  ['invents an id', () => openai.replies((asked) => helps(asked).replace(/item1[ab]/, 'item1z')), 'neither'],
  [
    'names a food that is not there',
    () => openai.replies((asked) => helps(asked).replace('beans', 'lobster')),
    'answered',
  ],
  ['writes prose', () => openai.replies(() => 'Fried chicken, I think.'), 'neither'],
  ['obeys the text', () => openai.replies(() => '{"kcal":0,"items":[]}'), 'neither'],
  ['is out of order', () => openai.next(faults.status(500)), 'failed'],
  ['has no time', () => openai.next(openAiError(429, 'requests', null, { 'retry-after': '2' })), 'busy'],
  ['refuses the key', () => openai.wantsKey('another'), 'refused'],
  ['declines', () => openai.next(faults.status(400)), 'neither'],
])('a model that %s leaves the reading as it was, and is not asked again at once', async (_, script, verdict) => {
  script();
  const advising = advisingOf();
  expect(await improve(advising)).toEqual(readMeal(text, index));
  expect(verdicts).toEqual(verdict === 'answered' ? [] : [verdict]);
  await improve(advising);
  expect(openai.calls).toBe(1);
});

test('a model that hangs is waited for until its time is over, and not asked again at once', async () => {
  openai.always(faults.hang());
  const advising = advisingOf({ timeoutMs: 200 });
  expect(await improve(advising)).toEqual(readMeal(text, index));
  expect(await improve(advising)).toEqual(readMeal(text, index));
  expect(verdicts).toEqual(['failed']);
});

test('after a failure it is asked again a minute later', async () => {
  openai.next(faults.status(500));
  const advising = advisingOf();
  expect(foodsOf(await improve(advising))).toEqual(ours);
  now += 60_000;
  expect(foodsOf(await improve(advising))).not.toEqual(ours);
});

test('is not called while its circuit is open', async () => {
  expect(foodsOf(await improve(advisingOf({ circuits: open })))).toEqual(ours);
  expect(openai.calls).toBe(0);
});

test('at most four are asked at a time; a fifth is read by our rules at once', async () => {
  const controller = new AbortController();
  openai.next(...Array.from({ length: 4 }, () => faults.hang()));
  const advising = advisingOf();
  const said = (at: number) => `${at}00 g chicken and ricebeans`;
  const waiting = [1, 2, 3, 4].map((at) => improve(advising, { said: said(at), signal: controller.signal }));
  await openai.called(4);
  expect(await improve(advising, { said: said(5) })).toEqual(readMeal(said(5), index));
  const reason = new Error('the worker ends');
  controller.abort(reason);
  for (const one of await Promise.allSettled(waiting)) expect(one).toEqual({ status: 'rejected', reason });
  // Their places are free again, and nothing is kept of who gave up.
  expect(foodsOf(await improve(advising, { said: said(1) }))).not.toEqual(ours);
});

test('what is no fault of the model goes through as it is', async () => {
  const reason = new Error('ours');
  const adviser = { model: 'x', advise: () => Promise.reject(reason) };
  await expect(improve(advisingOf({ adviser }))).rejects.toBe(reason);
});

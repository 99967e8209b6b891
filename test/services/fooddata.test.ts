import { Food } from '../../src/model/foods';
import { cached, createFdc, FooddataRefused, FooddataUnavailable } from '../../src/services/fooddata';
import type { CallOutcome } from '../../src/services/calls';
import { nutrientsOf } from '../../src/services/fooddata/figures';
import { faults } from '../doubles/doubleServer';
import { FooddataDouble } from '../doubles/fooddata';

const fdc = new FooddataDouble();
const seen: CallOutcome[] = [];
const clock = () => new Date('2025-03-01T12:00:00Z');
const client = (over: Partial<Parameters<typeof createFdc>[0]> = {}) =>
  createFdc({
    baseUrl: fdc.baseUrl,
    apiKey: 'fdc_test_key',
    timeoutMs: 2000,
    clock,
    onCall: (call) => seen.push(call),
    ...over,
  });
const search = (query: string, over: Parameters<typeof client>[0] = {}, signal = new AbortController().signal) =>
  client(over).search(query, signal);

beforeAll(() => fdc.start());
afterAll(() => fdc.stop());
beforeEach(() => {
  fdc.reset();
  seen.length = 0;
});

const energy = (value: number, over: object = {}) => ({
  nutrientId: 1008,
  nutrientNumber: '208',
  unitName: 'KCAL',
  value,
  ...over,
});

test('asks with the key in a header, the types as a list, and words only', async () => {
  await search('  Pizza: "cheese" (half', { pageSize: 10 });
  expect(fdc.received[0]).toMatchObject({ method: 'POST', path: '/fdc/v1/foods/search' });
  expect(fdc.received[0]!.headers['x-api-key']).toBe('fdc_test_key');
  expect(fdc.queries[0]).toEqual({
    query: 'pizza cheese half',
    dataType: ['Survey (FNDDS)', 'Foundation', 'SR Legacy'],
    pageSize: 10,
  });
  expect(seen).toEqual([{ service: 'fdc', outcome: 'ok', ms: expect.any(Number) as number }]);
});

test('a food comes with its figures, portions and USDA’s default portion', async () => {
  const food = await search('pizza');
  expect(Food.parse(food)).toEqual({
    key: 'fdc:2708614',
    name: 'Pizza, cheese, from restaurant or fast food, NS as to type of crust',
    fdcId: 2708614,
    per100G: { kcal: 266, proteinG: 11.39, fatG: 9.69, carbohydrateG: 33.33, fibreG: 2.3, sugarG: 3.58, sodiumMg: 540 },
    portions: [{ description: '1 piece, NFS', grams: 119 }],
    defaultPortionG: 238,
  });
});

test.each([
  ['french_fries', 2709456],
  ['whole milk', 2705385],
  ['milk', 2705384],
  ['tomatoes', 2709719],
  ['cheddar cheese', 2705709],
  ['apple', 2709215],
  ['apple pie', 2707995],
  ['salmon', 2706285],
])('%s is %d', async (query, fdcId) => expect((await search(query))?.fdcId).toBe(fdcId));

test.each(['bibimbap', 'carrot cake', 'tomato soup', 'apple crumble', '???', ''])('%j fits nothing', async (query) => {
  expect(await search(query)).toBeNull();
});

describe('generic before branded', () => {
  const brandedPizza = {
    fdcId: 1,
    description: 'PIZZA',
    dataType: 'Branded',
    brandOwner: 'Kellogg Company',
    servingSize: 120,
    servingSizeUnit: 'GRM',
    householdServingFullText: '1/3 pizza',
    foodNutrients: [energy(250)],
  };
  const dataTypes = ['Branded', 'Survey (FNDDS)'];

  test('a generic food that fits is taken without asking for brands', async () => {
    fdc.adds(brandedPizza);
    expect((await search('pizza', { dataTypes }))?.fdcId).toBe(2708614);
    expect(fdc.calls).toBe(1);
  });

  test('where nothing generic fits, brands are asked, of one company if so set', async () => {
    fdc.adds({ ...brandedPizza, description: 'TIRAMISU' });
    const food = await search('tiramisu', { dataTypes, brandOwner: 'Kellogg Company' });
    expect(food).toMatchObject({
      fdcId: 1,
      defaultPortionG: 120,
      portions: [{ description: '1/3 pizza', grams: 120 }],
      per100G: { kcal: 250, proteinG: null, sugarG: null },
    });
    expect(fdc.queries).toEqual([
      { query: 'tiramisu', dataType: ['Survey (FNDDS)'], pageSize: 25 },
      { query: 'tiramisu', dataType: ['Branded'], pageSize: 25, brandOwner: 'Kellogg Company' },
    ]);
    expect(await search('tiramisu', { dataTypes: ['Survey (FNDDS)'] })).toBeNull();
  });
});

describe('figures', () => {
  const macros = [
    { nutrientId: 1003, unitName: 'G', value: 10 },
    { nutrientId: 1004, unitName: 'G', value: 5 },
    { nutrientId: 1005, unitName: 'G', value: 20 },
  ];
  const kj = { nutrientId: 1062, nutrientNumber: '268', unitName: 'kJ', value: 418.4 };
  const specific = { nutrientId: 2048, nutrientNumber: '958', unitName: 'KCAL', value: 140 };
  const general = { nutrientId: 2047, nutrientNumber: '957', unitName: 'KCAL', value: 150 };
  test.each([
    ['stated', [kj, general, specific, energy(130), ...macros], 130],
    ['by specific factors', [kj, general, specific, ...macros], 140],
    ['by general factors', [kj, general, ...macros], 150],
    ['in kilojoules', [kj, ...macros], 418.4 * (1 / 4.184)],
    ['from the three macronutrients', macros, 165],
    ['not known where one of the three is missing', macros.slice(0, 2), null],
    ['not taken from kilojoules that call themselves 1008', [energy(2092, { unitName: 'kJ' })], null],
    ['not taken where it cannot be', [energy(5000)], null],
    ['not taken where it is negative', [energy(-1)], null],
    ['zero where it is zero', [energy(0)], 0],
  ])('energy is %s', (_, values, kcal) => expect(nutrientsOf(values).kcal).toBe(kcal));

  test('go by id or by number alone, and what is absent is null', () => {
    const byNumber = nutrientsOf([
      { nutrientNumber: '203', unitName: 'G', value: 1 },
      { nutrientNumber: '307', unitName: 'MG', value: 0 },
    ]);
    expect(byNumber).toEqual({
      kcal: null,
      proteinG: 1,
      fatG: null,
      carbohydrateG: null,
      fibreG: null,
      sugarG: null,
      sodiumMg: 0,
    });
    expect(nutrientsOf([{ nutrientId: 1093, unitName: 'MG', value: 12 }]).sodiumMg).toBe(12);
    expect(nutrientsOf([{ unitName: 'G', value: 12 }]).proteinG).toBeNull();
  });

  test('a food without energy is passed over, an odd food spoils nothing', async () => {
    fdc.adds(
      { fdcId: 5, description: 'Banana, raw', dataType: 'Survey (FNDDS)', foodNutrients: [] },
      { fdcId: -1, description: 'Banana, raw', dataType: 'Survey (FNDDS)', foodNutrients: 'none' },
    );
    expect((await search('banana'))?.fdcId).toBe(2709224);
  });

  test('a portion of 0 g, as one of USDA’s is, is none', async () => {
    fdc.adds({
      fdcId: 7,
      description: 'Kvass',
      dataType: 'Foundation',
      foodNutrients: [energy(27)],
      foodMeasures: [
        { disseminationText: 'Quantity not specified', gramWeight: 0 },
        { disseminationText: '1 cup', gramWeight: null },
      ],
    });
    expect(await search('kvass')).toMatchObject({ portions: [], defaultPortionG: null });
  });
});

test.each([
  ['500', faults.status(500)],
  ['502 in HTML', faults.html(502)],
  ['400 in HTML', faults.html(400)],
  ['200 in HTML', faults.html(200)],
  ['garbage', faults.garbage()],
  ['nothing', faults.empty()],
  ['no list', faults.status(200, { body: '{"foods":{}}' })],
  ['a dropped connection', faults.reset()],
  ['half an answer', faults.cutOff()],
])('%s is unavailable after one attempt', async (_, fault) => {
  fdc.next(fault);
  await expect(search('pizza')).rejects.toThrow(FooddataUnavailable);
  expect(fdc.calls).toBe(1);
  expect(seen.map(({ outcome }) => outcome)).toEqual(['FooddataUnavailable']);
});

test('429 says when to come back', async () => {
  fdc.next(faults.tooMany('120'));
  await expect(search('pizza')).rejects.toMatchObject({ name: 'FooddataUnavailable', retryAfterMs: 120_000 });
});

test('a wrong key and a refused search are final, and do not show the key', async () => {
  fdc.wantsKey('another');
  const error = (await search('pizza').catch((reason: unknown) => reason)) as FooddataRefused;
  expect(error).toBeInstanceOf(FooddataRefused);
  expect(error.status).toBe(403);
  expect(error.message + (error.stack ?? '')).not.toContain('fdc_test_key');
  fdc.next(faults.status(400));
  await expect(search('pizza')).rejects.toMatchObject({ name: 'FooddataRefused', status: 400 });
});

test('a service that hangs or is switched off is unavailable; a caller who gave up gets the own reason', async () => {
  fdc.next(faults.hang());
  await expect(search('pizza', { timeoutMs: 60 })).rejects.toThrow(/did not answer within 60 ms/);
  const reason = new Error('shutting down');
  await expect(search('pizza', {}, AbortSignal.abort(reason))).rejects.toBe(reason);
  await fdc.stop();
  try {
    await expect(search('pizza')).rejects.toThrow(/cannot be reached \((ECONNREFUSED|UND_ERR_SOCKET)\)/);
  } finally {
    await fdc.start();
  }
});

test('answers are kept, also that nothing fits, faults are not, and other settings ask anew', async () => {
  const kept = new Map<string, Food | null>();
  const cache = {
    find: (key: string) => Promise.resolve(kept.get(key)),
    keep: (key: string, food: Food | null) => Promise.resolve(void kept.set(key, food)),
  };
  const signal = new AbortController().signal;
  const quick = cached(client(), cache);
  fdc.next(faults.status(500));
  await expect(quick.search('pizza', signal)).rejects.toThrow(FooddataUnavailable);
  const first = await quick.search('Pizza', signal);
  expect(await quick.search('pizza!', signal)).toEqual(first);
  expect(await quick.search('bibimbap', signal)).toBeNull();
  expect(await quick.search('bibimbap', signal)).toBeNull();
  expect(fdc.calls).toBe(3);
  await cached(client({ dataTypes: ['Foundation'] }), cache).search('pizza', signal);
  expect(fdc.calls).toBe(4);
});

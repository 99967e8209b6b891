import { ask, openPalate, photoForm, signUp, type House } from '../palate';
import { picture } from './meals';

/** Several foods on one plate, each corrected by itself. No classifier: the caption names them. */
interface Facts {
  calories: number | null;
  proteins: number | null;
}
interface Candidate {
  food_id: string;
  name: string;
  grams: number;
  calories: number;
  portion?: string;
}
interface Item {
  candidates?: Candidate[];
  provenance: { food_id?: string }[];
  id: string;
  label: string;
  grams: number | null;
  calories: number | null;
  nutrition_facts: Facts;
  portion: { source: string };
  interval: { low: number; high: number };
}
interface View {
  id: string;
  status: string;
  food: string | null;
  calories: number | null;
  nutrition_facts: Facts;
  items: Item[];
  corrected: boolean;
  versions?: { revision: number; by: string; food: string | null; calories: number | null; consumed_at: string }[];
}

jest.setTimeout(60_000);

let house: House;
let url: string;
let token: string;
let seed = 500;
beforeAll(async () => {
  house = await openPalate('items');
  ({ url } = await house.start());
  ({ token } = await signUp(url));
}, 60_000);
afterAll(() => house.close());

const plate = async () => {
  const form = photoForm(await picture((seed += 1)), { caption: 'two boiled eggs, a slice of toast and a banana' });
  const { status, body } = await ask<View>(url, 'POST', '/predict', { token, form });
  expect([status, body.status]).toEqual([200, 'analyzed']);
  return body;
};
const say = (method: string, target: string, json?: unknown, who = token) =>
  ask<View>(url, method, target, { token: who, json });
const addsUp = ({ items, calories, nutrition_facts }: View) => {
  const total = (of: (item: Item) => number | null) => items.reduce((sum, item) => sum + (of(item) ?? 0), 0);
  expect(Math.abs(total((item) => item.calories) - calories!)).toBeLessThanOrEqual(items.length);
  expect(Math.abs(total((item) => item.nutrition_facts.proteins) - nutrition_facts.proteins!)).toBeLessThan(0.3);
};

it('gives each food of a plate an id, and the totals add up', async () => {
  const body = await plate();
  expect(body.items.map(({ id }) => id)).toEqual(['1', '2', '3']);
  addsUp(body);
});

it('corrects one item by another food: its id and the other items stay', async () => {
  const before = await plate();
  const { status, body } = await say('PATCH', `/history/${before.id}/items/2`, { food: 'an apple' });
  expect(status).toBe(200);
  expect(body.items.map(({ id }) => id)).toEqual(['1', '2', '3']);
  expect(body.items[1]!.label).toBe('Apple');
  expect([body.items[0], body.items[2]]).toEqual([before.items[0], before.items[2]]);
  expect(body.food).toBe(`${before.items[0]!.label}, Apple, ${before.items[2]!.label}`);
  expect(body.corrected).toBe(true);
  addsUp(body);
});

it('one item becomes several, with ids of their own', async () => {
  const before = await plate();
  const { body } = await say('PATCH', `/history/${before.id}/items/1`, { food: 'an apple and a glass of whole milk' });
  expect(body.items.map(({ label }) => label)).toEqual(['Apple', 'Whole milk', 'Toast', 'Banana']);
  expect(new Set(body.items.map(({ id }) => id)).size).toBe(4);
  expect(body.items[0]!.id).toBe('1');
  addsUp(body);
});

it('weighs one item, by grams and by servings', async () => {
  const before = await plate();
  const weighed = await say('PATCH', `/history/${before.id}/items/3`, { grams: 50 });
  expect(weighed.body.items[2]).toMatchObject({ id: '3', grams: 50, portion: { source: 'given' } });
  expect(weighed.body.items.slice(0, 2)).toEqual(before.items.slice(0, 2));
  addsUp(weighed.body);
  const doubled = await say('PATCH', `/history/${before.id}/items/3`, { servings: 2 });
  expect(doubled.body.items[2]!.grams).toBe(100);
  addsUp(doubled.body);
});

it('adds what the picture did not show, and takes out what was not eaten, but not the last', async () => {
  const before = await plate();
  const more = await say('POST', `/history/${before.id}/items`, { food: 'a glass of orange juice' });
  expect(more.status).toBe(200);
  expect(more.body.items).toHaveLength(4);
  expect(more.body.items.slice(0, 3)).toEqual(before.items);
  addsUp(more.body);
  for (const id of ['1', '2', '3']) expect((await say('DELETE', `/history/${before.id}/items/${id}`)).status).toBe(200);
  expect((await say('GET', `/history/${before.id}`)).body.items[0]!.id).toBe('4');
  const last = await say('DELETE', `/history/${before.id}/items/4`);
  expect(last.status).toBe(422);
  expect((await say('GET', `/history/${before.id}`)).body.items).toHaveLength(1);
});

it('words about several items at once are all heard, or refused; none is dropped', async () => {
  const before = await plate();
  const answers = await Promise.all([
    say('PATCH', `/history/${before.id}/items/1`, { food: 'an apple' }),
    say('PATCH', `/history/${before.id}/items/2`, { food: 'a glass of whole milk' }),
    say('PATCH', `/history/${before.id}/items/3`, { grams: 77 }),
  ]);
  const { body } = await say('GET', `/history/${before.id}`);
  const heard = [body.items[0]!.label === 'Apple', body.items[1]!.label === 'Whole milk', body.items[2]!.grams === 77];
  expect(answers.map(({ status }) => status === 200)).toEqual(heard);
  expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true);
  addsUp(body);
});

it('multiplying ends where nobody could eat so much, also where only the energy was stated', async () => {
  const json = { name: 'Feast', calories: 20_000 };
  const { body } = await ask<{ entry: View }>(url, 'POST', '/save_meal', { token, json });
  expect((await say('PATCH', `/history/${body.entry.id}`, { servings: 9 })).status).toBe(200);
  expect((await say('PATCH', `/history/${body.entry.id}`, { servings: 2 })).status).toBe(422);
  const plated = await plate();
  expect((await say('PATCH', `/history/${plated.id}`, { servings: 100 })).status).toBe(200);
  expect((await say('PATCH', `/history/${plated.id}`, { servings: 100 })).status).toBe(422);
});

it('sixty items are the most', async () => {
  const before = await plate();
  const thirty = Array.from({ length: 30 }, () => 'an apple').join(', ');
  for (let more = 0; more < 2; more += 1) await say('POST', `/history/${before.id}/items`, { food: thirty });
  const { status } = await say('POST', `/history/${before.id}/items`, { food: 'an apple' });
  expect(status).toBe(422);
});

it('a repeat under one key adds one item', async () => {
  const before = await plate();
  const add = () =>
    ask<View>(url, 'POST', `/history/${before.id}/items`, {
      token,
      json: { food: 'an apple' },
      headers: { 'idempotency-key': `add to ${before.id}` },
    });
  await add();
  expect((await add()).body.items).toHaveLength(4);
});

it('a repeat after the first request died before its answer adds none either', async () => {
  const before = await plate();
  const headers = { 'idempotency-key': `died at ${before.id}` };
  const add = () =>
    ask<View>(url, 'POST', `/history/${before.id}/items`, { token, json: { food: 'an apple' }, headers });
  await add();
  await house.mongo
    .collection('idempotency')
    .updateMany({ leaseUntil: { $exists: true } }, { $set: { answer: null, leaseUntil: new Date(0) } });
  const { status, body } = await add();
  expect([status, body.items.length]).toEqual([200, 4]);
});

it('keeps what an entry was before each change', async () => {
  const before = await plate();
  await say('PATCH', `/history/${before.id}/items/1`, { grams: 10 });
  await say('PATCH', `/history/${before.id}`, { food: 'an apple' });
  await say('PATCH', `/history/${before.id}`, { consumed_at: '2026-02-03' });
  const { body } = await say('GET', `/history/${before.id}`);
  expect(body.food).toBe('Apple');
  expect(body.versions!.map(({ by }) => by)).toEqual(['user', 'user', 'user']);
  expect(body.versions![0]).toMatchObject({ food: before.food, calories: before.calories });
  expect(body.versions![1]!.food).toBe(before.food);
  expect(body.versions![1]!.calories).toBeLessThan(before.calories!);
  expect(body.versions![2]!.food).toBe('Apple');
  expect(body.versions![2]!.consumed_at).not.toContain('2026-02-03');
  expect(body.versions!.map(({ revision }) => revision)).toEqual(
    [...body.versions!.map(({ revision }) => revision)].sort((a, b) => a - b),
  );
});

it('keeps the last twenty', async () => {
  const before = await plate();
  for (let grams = 1; grams <= 23; grams += 1) await say('PATCH', `/history/${before.id}`, { grams: grams * 10 });
  const { body } = await say('GET', `/history/${before.id}`);
  expect(body.versions).toHaveLength(20);
});

it('a text that looks like a field of the row stays a text', async () => {
  const json = { name: '$analysis.food', calories: 100 };
  const { body: saved } = await ask<{ entry: View }>(url, 'POST', '/save_meal', { token, json });
  const { body } = await say('PATCH', `/history/${saved.entry.id}`, { servings: 2 });
  expect([body.food, body.calories]).toEqual(['$analysis.food', 200]);
});

it.each([
  ['PATCH', '/items/9', { grams: 10 }, 404],
  ['DELETE', '/items/9', undefined, 404],
  ['PATCH', '/items/abc', { grams: 10 }, 400],
  ['PATCH', '/items/1', {}, 400],
  ['PATCH', '/items/1', { grams: 10, servings: 2 }, 400],
  ['PATCH', '/items/1', { grams: -1 }, 400],
  ['PATCH', '/items/1', { food: '   ' }, 400],
  ['POST', '/items', { grams: 10 }, 400],
  ['POST', '/duplicate', { same: true }, 409],
])('%s %s with %j is refused with %i, and changes nothing', async (method, target, json, status) => {
  const before = await plate();
  expect((await say(method, `/history/${before.id}${target}`, json)).status).toBe(status);
  const { body } = await say('GET', `/history/${before.id}`);
  expect(body.items).toEqual(before.items);
});

it('someone else’s items are not there', async () => {
  const before = await plate();
  const other = await signUp(url);
  for (const [method, target, json] of [
    ['PATCH', '/items/1', { grams: 1 }],
    ['DELETE', '/items/1', undefined],
    ['POST', '/items', { food: 'an apple' }],
    ['POST', '/duplicate', { same: true }],
  ] as const) {
    expect((await say(method, `/history/${before.id}${target}`, json, other.token)).status).toBe(404);
    expect((await ask(url, method, `/history/${before.id}${target}`, { json })).status).toBe(401);
  }
});

describe('an item whose words leave open what it is', () => {
  const unsure = async (caption: string) => {
    const form = photoForm(await picture((seed += 1)), { caption });
    return (await ask<View>(url, 'POST', '/predict', { token, form })).body;
  };

  it('says which foods it may be, and becomes one of them by one request', async () => {
    const body = await unsure('a glass of milk and an apple');
    const [milk] = body.items;
    const other = milk!.candidates!.find(({ portion }) => portion === undefined)!;
    const { status, body: taken } = await say('PATCH', `/history/${body.id}/items/${milk!.id}`, {
      food_id: other.food_id,
      grams: other.grams,
    });
    expect(status).toBe(200);
    expect(taken.items[0]).toMatchObject({
      id: milk!.id,
      label: other.name,
      grams: other.grams,
      calories: other.calories,
      portion: { source: 'given' },
      provenance: [{ food_id: other.food_id }],
    });
    expect(taken.items[0]).not.toHaveProperty('candidates');
    expect(taken.items[1]).toEqual(body.items[1]);
    addsUp(taken);
    expect(taken.corrected).toBe(true);
  });

  it('says which portions it may be, where nobody said how much', async () => {
    const body = await unsure('coffee');
    const [coffee] = body.items;
    const cup = coffee!.candidates!.find(({ portion }) => portion === '1 cup')!;
    const { body: taken } = await say('PATCH', `/history/${body.id}/items/${coffee!.id}`, {
      food_id: cup.food_id,
      portion: cup.portion,
    });
    expect(taken.items[0]).toMatchObject({ label: 'Coffee', grams: cup.grams });
    const two = { food_id: cup.food_id, portion: cup.portion, count: 2 };
    const { body: twice } = await say('PATCH', `/history/${body.id}/items/${coffee!.id}`, two);
    expect(twice.items[0]!.grams).toBe(2 * cup.grams);
  });

  it.each([
    ['nothing', {}, 'usda', 200],
    ['the usual portion', { portion: 'default' }, 'usda', 200],
    ['a number of usual portions', { count: 2 }, 'given', 400],
    ['a portion', { portion: '1 small' }, 'given', 165],
    ['grams', { grams: 200 }, 'given', 200],
  ])('a picked food of which %s is said has its portion from there', async (_what, amount, source, grams) => {
    const { id } = await plate();
    const pick = { food_id: 'table:apple', ...amount };
    const { status, body } = await say('PATCH', `/history/${id}/items/1`, pick);
    expect(status).toBe(200);
    expect(body.items[0]).toMatchObject({ grams, portion: { grams, source } });
    const added = await say('POST', `/history/${id}/items`, pick);
    expect(added.body.items[3]).toMatchObject({ grams, portion: { grams, source } });
  });

  it('a portion that nobody stated is in doubt, and a weight is not', async () => {
    const { id } = await plate();
    const widthOf = async (amount: object) => {
      const { body } = await say('PATCH', `/history/${id}/items/1`, { food_id: 'table:apple', ...amount });
      const { calories, interval } = body.items[0]!;
      return (interval.high - interval.low) / calories!;
    };
    const [weighed, household, assumed] = [
      await widthOf({ grams: 200 }),
      await widthOf({ portion: '1 small' }),
      await widthOf({}),
    ];
    expect(weighed).toBeLessThan(household);
    expect(household).toBeLessThan(assumed);
  });

  it('the usual portion of an own food is what its owner said before; one that is ours is of the table', async () => {
    const food = { name: 'Zorble bar', serving: { grams: 40, figures: { calories: 180 } } };
    const own = await ask<{ id: string }>(url, 'POST', '/foods', { token, json: food });
    const { id } = await plate();
    const { body } = await say('POST', `/history/${id}/items`, { food_id: own.body.id });
    expect(body.items[3]).toMatchObject({ grams: 40, portion: { source: 'memory' } });
    const dish = await say('POST', `/history/${id}/items`, { food_id: 'table:caesar_salad' });
    expect(dish.body.items[4]).toMatchObject({ grams: 194, portion: { source: 'table' } });
  });

  it('is not asked about where words and weight are plain', async () => {
    const { items } = await unsure('150 g of banana');
    expect(items[0]).not.toHaveProperty('candidates');
  });

  it('a picked food is added once under one Idempotency-Key', async () => {
    const { id } = await plate();
    const json = { food_id: 'table:apple', grams: 100 };
    const headers = { 'idempotency-key': `pick-${id}` };
    const add = () => ask<View>(url, 'POST', `/history/${id}/items`, { token, json, headers });
    const [first, second] = [await add(), await add()];
    expect([first.status, second.status]).toEqual([200, 200]);
    expect((await say('GET', `/history/${id}`)).body.items.map(({ label }) => label)).toEqual([
      'Egg',
      'Toast',
      'Banana',
      'Apple',
    ]);
  });

  it.each([
    [{ food_id: 'table:no_such_food', grams: 1 }, 404],
    [{ food_id: `own:${'0'.repeat(24)}`, grams: 1 }, 404],
    [{ food_id: 'apple', grams: 1 }, 400],
    [{ food_id: 'table:apple', grams: 0 }, 400],
    [{ food_id: 'table:apple', portion: '1 bathtub' }, 422],
    [{ food_id: 'table:apple', grams: 1, portion: '1 cup' }, 400],
    [{ food_id: 'table:apple', food: 'an apple' }, 400],
    [{ food_id: 'table:apple', servings: 2 }, 400],
    [{ portion: '1 cup' }, 400],
  ])('%j is refused, and changes nothing', async (json, status) => {
    const before = await plate();
    const item = `/history/${before.id}/items/1`;
    expect((await say('PATCH', item, json)).status).toBe(status);
    expect((await say('GET', `/history/${before.id}`)).body.items).toEqual(before.items);
  });

  it.each(['', '/items/1'])('a correction of …%s to what nobody knows is refused, and changes nothing', async (of) => {
    const before = await plate();
    const { status, body } = await ask<{ detail: string }>(url, 'PATCH', `/history/${before.id}${of}`, {
      token,
      json: { food: '300 g of zorbleberry' },
    });
    expect(status).toBe(422);
    expect(body.detail).toMatch(/^No food that is known here could be found in the text\. Nothing was changed\./);
    const { versions: _none, ...after } = (await say('GET', `/history/${before.id}`)).body;
    expect(after).toMatchObject({ items: before.items, corrected: false });
    const tooMuch = await ask<{ detail: string }>(url, 'PATCH', `/history/${before.id}${of}`, {
      token,
      json: { food: '1000 kg of rice' },
    });
    expect([tooMuch.status, tooMuch.body.detail]).toEqual([422, expect.stringMatching(/more than anybody eats/)]);
    const added = await say('POST', `/history/${before.id}/items`, { food: 'zorbleberry' });
    expect(added).toMatchObject({ status: 200, body: { food: 'Egg, Toast, Banana, zorbleberry' } });
  });

  it('a food of which nothing was eaten takes the place of none, and is none', async () => {
    const before = await plate();
    const target = `/history/${before.id}`;
    const refused = async (method: string, at: string, food: string) => {
      const { status, body } = await ask<{ detail: string }>(url, method, target + at, { token, json: { food } });
      return [food, status, body.detail];
    };
    for (const food of ['no apple', '0 g rice'])
      for (const [method, at] of [
        ['POST', '/items'],
        ['PATCH', '/items/1'],
        ['PATCH', ''],
      ] as const)
        expect(await refused(method, at, food)).toEqual([food, 422, expect.stringMatching(/Nothing was changed/)]);
    expect((await refused('POST', '/items', 'no apple'))[2]).toMatch(/^The text says that there was no apple, /);
    expect((await say('GET', target)).body).toMatchObject({ items: before.items, corrected: false });
    const meal = await ask(url, 'POST', '/save_meal', { token, json: { text: '0 g rice' } });
    expect(meal.status).toBe(422);
  });

  it.each(['1000 kg of rice', '-5 eggs'])('"%s" alone is asked about, and counted nowhere', async (caption) => {
    const form = photoForm(await picture((seed += 1)), { caption });
    const { body } = await ask<View & { unrecognized: { id: string }[]; warnings: string[] }>(url, 'POST', '/predict', {
      token,
      form,
    });
    expect(body).toMatchObject({ status: 'analyzed', calories: null, items: [], incomplete: true });
    expect(body.unrecognized).toEqual([
      {
        id: '1',
        text: caption.split(' ').at(-1),
        amount: caption.split(' ').slice(0, -1).join(' ').replace(' of', ''),
      },
    ]);
    expect(body.warnings.join()).toMatch(/(?:more than anybody eats|less than nothing), and not counted; say how much/);
    const named = await say('PATCH', `/history/${body.id}/items/1`, { food: 'rice', grams: 150 });
    expect(named).toMatchObject({ status: 200, body: { items: [{ id: '1', grams: 150 }], incomplete: false } });
  });

  it('of a text of more foods than are read the rest is told', async () => {
    const text = Array.from({ length: 33 }, (_, at) => `${at + 1} g of rice`).join(', ');
    const { status, body } = await ask<{ entry: View & { warnings: string[] } }>(url, 'POST', '/save_meal', {
      token,
      json: { text },
    });
    expect([status, body.entry.items.length]).toEqual([201, 30]);
    expect(body.entry.warnings).toContain(
      '3 more items of the text: not counted, as a text is read up to 30 items; log the rest as another meal',
    );
  });

  it('a food of somebody else is not there', async () => {
    const stranger = (await signUp(url)).token;
    const theirs = await ask<{ id: string }>(url, 'POST', '/foods', {
      token: stranger,
      json: { name: 'Secret stew', per_100g: { calories: 90 } },
    });
    const { id } = await plate();
    const json = { food_id: theirs.body.id, grams: 100 };
    expect((await say('PATCH', `/history/${id}/items/1`, json)).status).toBe(404);
  });
});

import { rm } from 'node:fs/promises';
import { importFoods } from '../../../src/imports/foods';
import { createFoodReader } from '../../../src/api/foods/reader';
import { loadFoodTable, openFoodBase } from '../../../src/palate/foods';
import { newId } from '../../../src/store/ids';
import { foodHead, folderOf, nutrientHead, portionHead } from '../../imports/download';
import { ask, eventually, openPalate, photoForm, signUp, type House } from '../palate';
import { picture } from '../photos/meals';

jest.setTimeout(60_000);

/** Foods over HTTP: found by name, read by id and release, described by their users. */
interface Food {
  id: string;
  name: string;
  per_100g: Record<string, number | null>;
  portions: { description: string; grams: number }[];
  release?: string;
  warnings?: string[];
  ingredients?: { food_id: string; grams: number; source: string; release?: string }[];
  [key: string]: unknown;
}
interface Page {
  items: Food[];
  nextCursor: string | null;
}

let house: House;
let url: string;
let folder: string;
const figures = (rows: [number, number, number, number, number][]) =>
  rows.flatMap(([id, kcal, protein, fat, carbohydrate], at) =>
    [1008, 1003, 1004, 1005].map((nutrient, n) => [at * 4 + n, id, nutrient, [kcal, protein, fat, carbohydrate][n]!]),
  );
const survey = (bananaKcal: number) => ({
  'food.csv': [
    foodHead,
    [2709224, 'survey_fndds_food', 'Banana, raw', '6002', '2024-10-31'],
    [
      2708614,
      'survey_fndds_food',
      'Pizza, cheese, from restaurant or fast food, NS as to type of crust',
      '3602',
      '2024-10-31',
    ],
    [2706437, 'survey_fndds_food', 'Chicken curry', '3002', '2024-10-31'],
    [2799999, 'survey_fndds_food', 'Kvass', '7', '2024-10-31'],
  ],
  'food_nutrient.csv': [
    nutrientHead,
    ...figures([
      [2709224, bananaKcal, 0.74, 0.28, 22.71],
      [2708614, 266, 11.39, 9.69, 33.33],
      [2706437, 107, 6.48, 6.48, 6.54],
      [2799999, 27, 0.2, 0, 5.2],
    ]),
  ],
  'food_portion.csv': [
    portionHead,
    [1, 2709224, 1, '', 9999, '1 banana', '61118', 126],
    [2, 2709224, 2, '', 9999, 'Quantity not specified', '90000', 126],
  ],
});

beforeAll(async () => {
  house = await openPalate('foods');
  ({ url } = await house.start({ PALATE_ROLE: 'api' }));
});
afterAll(async () => {
  await house.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

const get = async <T = Page>(target: string, token?: string) => ask<T>(url, 'GET', target, { token });
const names = async (query: string, token?: string) =>
  (await get(`/foods?query=${encodeURIComponent(query)}`, token)).body.items.map(({ name }) => name);
const post = (token: string, json: unknown) => ask<Food>(url, 'POST', '/foods', { token, json });

describe('before any import', () => {
  it('the built-in table is searched', async () => {
    const { status, body } = await get('/foods?query=bananna');
    expect(status).toBe(200);
    expect(body.items[0]).toMatchObject({ id: 'table:banana', source: 'table' });
    expect(body.items[0]!.portions.length).toBeGreaterThan(0);
    expect((await names('chese pizza'))[0]).toMatch(/pizza/i);
  });

  it.each(['b', '🍌', '$where', '.*(', '{"$gt":""}', 'x'.repeat(500), '%00', '\\'])('%j is answered', async (query) => {
    const { status, body } = await get(`/foods?query=${encodeURIComponent(query)}`);
    expect([status, Array.isArray(body.items)]).toEqual([200, true]);
  });

  it('more than 500 characters are refused, and so is an id that is none', async () => {
    expect((await get(`/foods?query=${'x'.repeat(501)}`)).status).toBe(400);
    expect((await get('/foods/$where')).status).toBe(400);
    expect((await get('/foods/fdc:2799999')).status).toBe(404);
    expect((await get('/foods/table:no_such_food')).status).toBe(404);
  });

  it('pages lead through all foods by name, each once', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const next: Page = (await get(`/foods?limit=100${cursor === null ? '' : `&cursor=${cursor}`}`)).body;
      seen.push(...next.items.map(({ id }) => id));
      cursor = next.nextCursor;
    } while (cursor !== null);
    const table = await loadFoodTable();
    expect(seen).toHaveLength(table.rows.length);
    expect(new Set(seen).size).toBe(seen.length);
    expect((await get('/foods?query=b&cursor=x.y')).status).toBe(400);
  });
});

describe('after an import, while the server runs', () => {
  let first: string;
  beforeAll(async () => {
    folder = await folderOf(survey(97));
    const { releases } = await importFoods({ imports: house.store.foods.imports, folder });
    first = releases[0]!.release;
  });

  it('imported foods are found, and rows of the table that cite them are not listed beside them', async () => {
    const { items } = (await get('/foods?query=banana&limit=100')).body;
    expect(items[0]).toMatchObject({ id: 'fdc:2709224', name: 'Banana, raw', release: first, default_portion_g: 126 });
    expect(items.map(({ id }) => id)).not.toContain('table:banana');
    expect(await names('kvas')).toEqual(['Kvass']);
    expect((await names('chiken cury'))[0]).toBe('Chicken curry');
    // The table's own name of it leads there too.
    expect((await get<Food>('/foods/table:banana')).status).toBe(200);
  });

  it('pages of a search are stable while foods are added', async () => {
    const { token } = await signUp(url);
    const one = (await get('/foods?query=c&limit=5', token)).body;
    await post(token, { name: 'Cola of mine', per_100g: { calories: 42 } });
    const two = (await get(`/foods?query=c&limit=5&cursor=${one.nextCursor}`, token)).body;
    const all = (await get('/foods?query=c&limit=11', token)).body.items.map(({ id }) => id);
    expect(all[0]).toMatch(/^own:/);
    expect([...one.items, ...two.items].map(({ id }) => id)).toEqual(all.slice(1));
  });

  it('an older release stays readable under its name', async () => {
    const newer = await folderOf(survey(99));
    const { releases } = await importFoods({ imports: house.store.foods.imports, folder: newer });
    await rm(newer, { recursive: true });
    const now = await get<Food>('/foods/fdc:2709224');
    expect(now.body).toMatchObject({ release: releases[0]!.release, per_100g: { calories: 99 } });
    const then = await get<Food>(`/foods/fdc:2709224?release=${first}`);
    expect(then.body).toMatchObject({ release: first, per_100g: { calories: 97, sugar: null } });
    expect((await get(`/foods/fdc:2709224?release=survey_fndds_food:2020-01-01:000000000000`)).status).toBe(404);
    expect((await get('/foods/fdc:2709224?release=latest')).status).toBe(400);
    expect((await get('/foods?query=banana')).body.items[0]).toMatchObject({ per_100g: { calories: 99 } });
  });

  it('rows that 0.8.0 wrote are read without what only older versions need', async () => {
    const rows = house.mongo.collection('imported_foods');
    const { imported, own } = house.store.foods;
    const [before] = await rows.find({ release: first }).toArray();
    expect(before).not.toHaveProperty('words');
    await rows.updateMany({}, { $set: { words: ['banana'] } });
    expect(await imported.find(2709224)).not.toHaveProperty('words');
    for await (const food of imported.all([first])) expect(food).not.toHaveProperty('words');

    const { token } = await signUp(url);
    const { id } = (await post(token, { name: 'Cola of mine', per_100g: { calories: 42 } })).body;
    const mine = { _id: id.slice('own:'.length) as never };
    const ownRows = house.mongo.collection('own_foods');
    const row = await ownRows.findOne(mine);
    expect(row).not.toHaveProperty('nameKey');
    await ownRows.updateOne(mine, { $set: { nameKey: 'cola of mine' } });
    expect(await own.find(String(row!._id), row!.ownerId as string)).not.toHaveProperty('nameKey');
    const json = { name: 'Cola of ours', per_100g: { calories: 40 } };
    expect(await ask(url, 'PUT', `/foods/${id}`, { token, json })).toMatchObject({ status: 200, body: json });
  });

  it('figures of a meal come from imported foods without FoodData Central, and the provenance names the row', async () => {
    const worker = await house.start({ PALATE_ROLE: 'worker' });
    const { token } = await signUp(url);
    const caption = async (text: string) => {
      const form = photoForm(await picture(7 + text.length), { caption: text });
      const { body } = await ask<{ id: string }>(url, 'POST', '/predict', { token, form });
      return (await house.store.photos.find(body.id))?.analysis;
    };
    const { releases } = await house.store.foods.imported.current();
    expect(await caption('a banana')).toMatchObject({
      fdc: { strategy: 'dish', reason: null },
      provenance: [{ source: 'fdc', foodKey: 'fdc:2709224', release: releases[0] }],
    });
    expect((await caption('a glass of red wine'))?.fdc).toEqual({
      strategy: 'none',
      reason: expect.stringMatching(/^None of these foods is among those imported/) as unknown,
    });
    await worker.stop();
  });

  it('a known amount of a food becomes an item of a meal', async () => {
    const reader = createFoodReader({ foods: house.store.foods, base: await openFoodBase(house.store.foods) });
    const item = await reader.item({ key: 'fdc:2709224', release: first }, { portion: '1 Banana', count: 2 }, 'x');
    expect(item).toMatchObject({
      grams: 252,
      portionSource: 'given',
      provenance: [{ source: 'fdc', foodKey: 'fdc:2709224', release: first, fdcId: 2709224 }],
    });
    expect(item.nutrients.kcal).toBeCloseTo(2.52 * 97);
    await expect(reader.item({ key: 'fdc:2709224' }, { portion: '1 bunch' }, 'x')).rejects.toMatchObject({
      status: 422,
    });
    await expect(reader.item({ key: 'fdc:1' }, { grams: 1 }, 'x')).rejects.toMatchObject({ status: 404 });
  });
});

describe('own foods', () => {
  it('are described by figures of 100 g or of a serving', async () => {
    const { token } = await signUp(url);
    const per100 = await post(token, {
      name: 'Grandma’s granola',
      per_100g: { calories: 450, proteins: 10, fats: 18, carbohydrates: 60 },
      portions: [{ description: '1 bowl', grams: 60 }],
    });
    expect(per100.status).toBe(201);
    expect(per100.headers.get('location')).toBe(`/foods/${per100.body.id}`);
    expect(per100.body).toMatchObject({
      source: 'own',
      kind: 'figures',
      per_100g: { calories: 450, fiber: null },
      warnings: [],
    });
    const bar = await post(token, {
      name: 'Bar',
      serving: {
        grams: 40,
        description: '1 bar',
        figures: { proteins: 4, fats: 8, carbohydrates: 24, sugar: 10 },
      },
    });
    expect(bar.body).toMatchObject({
      per_100g: { calories: 460, proteins: 10, sugar: 25, sodium_mg: null },
      portions: [{ description: '1 bar', grams: 40 }],
      default_portion_g: 40,
    });
    expect((await names('granla', token))[0]).toBe('Grandma’s granola');
    expect(await names('granla')).not.toContain('Grandma’s granola');
    const mine = await get('/foods?own=true&limit=1', token);
    expect(mine.body.items.map(({ name }) => name)).toEqual(['Bar']);
    const rest = await get(`/foods?own=true&limit=1&cursor=${mine.body.nextCursor}`, token);
    expect(rest.body).toMatchObject({ items: [{ name: 'Grandma’s granola' }], nextCursor: null });
    expect((await get('/foods?own=true')).status).toBe(401);
    const found = async (query: string) => (await get(`/foods?own=true&${query}`, token)).body;
    expect(await found('query=granla')).toMatchObject({ items: [{ name: 'Grandma’s granola' }], nextCursor: null });
    expect(await found('query=bread')).toEqual({ items: [], nextCursor: null });
    await post(token, { name: 'Bar of oats', per_100g: { calories: 400 } });
    const first = await found('query=bar&limit=1');
    expect(first.items.map(({ name }) => name)).toEqual(['Bar']);
    expect(await found(`query=bar&limit=1&cursor=${first.nextCursor}`)).toMatchObject({
      items: [{ name: 'Bar of oats' }],
      nextCursor: null,
    });
    expect((await get('/foods?own=true&query=bar')).status).toBe(401);
  });

  it('may be recipes, whose figures are those of the ingredients over what it weighs when done', async () => {
    const { token } = await signUp(url);
    const granola = await post(token, {
      name: 'Oats',
      per_100g: { calories: 400, proteins: 10, fats: 10, carbohydrates: 60 },
    });
    const { status, body } = await post(token, {
      name: 'Banana bake',
      ingredients: [
        { food_id: 'fdc:2709224', grams: 300 },
        { food_id: granola.body.id, grams: 100 },
        { text: 'two eggs' },
      ],
      yield_grams: 400,
      servings: 4,
    });
    expect(status).toBe(201);
    expect(body.ingredients).toMatchObject([
      { food_id: 'fdc:2709224', grams: 300, source: 'fdc', release: expect.stringMatching(/^survey/) as unknown },
      { food_id: granola.body.id, grams: 100, source: 'own' },
      { food_id: expect.stringMatching(/^table:/) as unknown, source: 'table' },
    ]);
    const eggsG = body.ingredients![2]!.grams;
    const egg = (await get<Food>(`/foods/${body.ingredients![2]!.food_id}`)).body;
    expect(body.per_100g.calories).toBeCloseTo((3 * 99 + 400 + (egg.per_100g.calories! * eggsG) / 100) / 4, 0);
    expect(body).toMatchObject({
      yield_g: 400,
      portions: [{ description: '1 serving', grams: 100 }],
      default_portion_g: 100,
    });
    // No ingredient but the egg states sugar.
    expect(body.per_100g.sugar).toBeNull();
    expect(body.warnings!.join()).toMatch(/Not every ingredient states/);
  });

  it.each(['\n', '\r\n', '\t', '\u2028', ' \u00A0 '])('one blank takes the place of %j in a name', async (between) => {
    const { token } = await signUp(url);
    const { status, body } = await post(token, { name: `a${between}b`, per_100g: { calories: 1 } });
    expect([status, body.name]).toEqual([201, 'a b']);
  });

  it.each<[object, number, RegExp]>([
    [{ name: 'X', per_100g: { proteins: 40, fats: 40, carbohydrates: 30 } }, 422, /add up to 110\.0 g/],
    [{ name: 'X', per_100g: { calories: 2000 } }, 422, /2000 kcal, and pure fat has 902/],
    [{ name: 'X', serving: { grams: 10, figures: { fats: 12 } } }, 422, /120\.0 g of fat/],
    [{ name: 'X', per_100g: { sodium_mg: 50_000 } }, 422, /sodium/],
    [{ name: 'X', per_100g: {} }, 400, /states no figure/],
    [{ name: 'X', per_100g: { calories: -1 } }, 400, /calories/],
    [{ name: 'X', per_100g: { sugars: 1 } }, 400, /./],
    [{ name: 'X' }, 400, /one of per_100g, serving or ingredients/],
    [{ name: 'X', per_100g: { calories: 1 }, servings: 2 }, 400, /only go with ingredients/],
    [{ name: ' ', per_100g: { calories: 1 } }, 400, /name/],
    [{ name: 'X\u0001Y', per_100g: { calories: 1 } }, 400, /name: holds characters that cannot be shown/],
    ...['\u202E', '\u2066', '\u0085'].map((mark): [object, number, RegExp] => [
      { name: `X${mark}Y`, per_100g: { calories: 1 } },
      400,
      /name: holds characters that cannot be shown/,
    ]),
    [
      { name: 'X', per_100g: { calories: 1 }, portions: [{ description: '1\u0007 bowl', grams: 1 }] },
      400,
      /portions\[0\]\.description: holds characters that cannot be shown/,
    ],
    [
      { name: 'X', serving: { grams: 1, description: '1\u001B bar', figures: { calories: 1 } } },
      400,
      /serving\.description: holds characters that cannot be shown/,
    ],
    [
      {
        name: 'X',
        per_100g: { calories: 1 },
        portions: [
          { description: '1 bowl', grams: 60 },
          { description: ' 1  Bowl', grams: 90 },
        ],
      },
      422,
      /There are two portions "1 Bowl"/,
    ],
    [
      {
        name: 'X',
        serving: { grams: 1, figures: { calories: 1 } },
        portions: [{ description: '1 serving', grams: 2 }],
      },
      422,
      /There are two portions "1 serving"/,
    ],
    [{ name: 'X', ingredients: [] }, 400, /ingredients/],
    [{ name: 'X', ingredients: [{ food_id: 'fdc:1', grams: 1 }] }, 422, /Ingredient 1: there is no food fdc:1/],
    [
      { name: 'X', ingredients: [{ text: 'a bucket of unobtainium' }] },
      422,
      /Ingredient 1: "[^"]*unobtainium" is no food/,
    ],
    [{ name: 'X', ingredients: [{ food_id: 'table:butter', grams: 500 }], yield_grams: 100 }, 422, /kcal|add up/],
  ])('%j is refused with %d', async (json, status, said) => {
    const { token } = await signUp(url);
    const answer = await post(token, json);
    expect(answer.status).toBe(status);
    expect(String(answer.body.detail)).toMatch(said);
  });

  it('more sugar than carbohydrate is a warning, from 1 g on', async () => {
    const { token } = await signUp(url);
    const sugary = (sugar: number) => post(token, { name: 'Jam', per_100g: { carbohydrates: 60, sugar } });
    expect((await sugary(60.9)).body.warnings).toEqual([]);
    expect((await sugary(62)).body.warnings).toMatchObject([expect.stringMatching(/sugar is more than/) as unknown]);
  });

  it('are their owner’s alone: to others they are not there', async () => {
    const [mine, other] = [await signUp(url), await signUp(url)];
    const { body } = await post(mine.token, { name: 'Secret sauce', per_100g: { calories: 100 } });
    const json = { name: 'Y', per_100g: { calories: 1 } };
    for (const token of [other.token, undefined]) expect((await get(`/foods/${body.id}`, token)).status).toBe(404);
    expect((await ask(url, 'PUT', `/foods/${body.id}`, { token: other.token, json })).status).toBe(404);
    expect((await ask(url, 'DELETE', `/foods/${body.id}`, { token: other.token })).status).toBe(404);
    expect((await post(other.token, { name: 'Z', ingredients: [{ food_id: body.id, grams: 1 }] })).status).toBe(422);
    expect(await names('secret sauce', other.token)).not.toContain('Secret sauce');
    expect((await get<Food>(`/foods/${body.id}`, mine.token)).body.name).toBe('Secret sauce');
    expect((await ask(url, 'PUT', '/foods/table:pizza', { token: mine.token, json })).status).toBe(404);
  });

  it('are changed and deleted; a repeat under the key of a deleted one says so', async () => {
    const { token } = await signUp(url);
    const create = () =>
      ask<Food>(url, 'POST', '/foods', {
        token,
        json: { name: 'Soup', per_100g: { calories: 50 } },
        headers: { 'idempotency-key': 'soup' },
      });
    const { body } = await create();
    expect((await create()).body).toEqual(body);
    const changed = await ask<Food>(url, 'PUT', `/foods/${body.id}`, {
      token,
      json: { name: 'Stew', per_100g: { calories: 60 } },
    });
    expect(changed).toMatchObject({
      status: 200,
      body: { id: body.id, name: 'Stew', revision: 2, per_100g: { calories: 60 } },
    });
    expect((await ask(url, 'DELETE', `/foods/${body.id}`, { token })).status).toBe(204);
    expect((await get(`/foods/${body.id}`, token)).status).toBe(404);
    expect((await create()).status).toBe(410);
  });

  it('are as many as an account may have; a repeat gets its food all the same, and who makes room may try again', async () => {
    const { token, id: ownerId } = await signUp(url);
    const create = (key: string) =>
      ask<Food>(url, 'POST', '/foods', {
        token,
        json: { name: 'Soup', per_100g: { calories: 50 } },
        headers: { 'idempotency-key': key },
      });
    const first = await create('first');
    const foods = house.mongo.collection<{ _id: string }>('own_foods');
    const row = (await foods.findOne({ ownerId }))!;
    await foods.insertMany(Array.from({ length: 999 }, () => ({ ...row, _id: newId() })));
    // As a process leaves it that died after the row and before the answer was kept.
    await house.mongo
      .collection('idempotency')
      .updateOne({ ownerId }, { $set: { answer: null, leaseUntil: new Date(0) } });
    expect(await create('first')).toMatchObject({ status: 201, body: { id: first.body.id } });

    const full = await create('second');
    expect([full.status, full.body.detail]).toEqual([409, expect.stringMatching(/1000 foods of your own/)]);
    expect((await ask(url, 'DELETE', `/foods/${first.body.id}`, { token })).status).toBe(204);
    expect((await create('second')).status).toBe(201);
  });

  it('are no more than the bound, also where many arrive at once', async () => {
    const { id: ownerId, token } = await signUp(url);
    const json = { name: 'Granola', per_100g: { calories: 450 } };
    const create = () => ask<{ detail: string }>(url, 'POST', '/foods', { token, json });
    expect((await create()).status).toBe(201);
    const foods = house.mongo.collection<{ _id: string }>('own_foods');
    const row = (await foods.findOne({ ownerId }))!;
    await foods.insertMany(Array.from({ length: 996 }, () => ({ ...row, _id: newId() })));
    const atOnce = await Promise.all(Array.from({ length: 12 }, create));
    const statuses = atOnce.map(({ status }) => status).sort();
    expect(statuses).toEqual([201, 201, 201, ...Array<number>(9).fill(409)]);
    expect(await foods.countDocuments({ ownerId })).toBe(1_000);
    const { body } = await ask(url, 'GET', '/api/auth/me', { token });
    expect(JSON.stringify(body)).not.toContain('turns');
  });

  it('of one name are told oldest first, whichever was written first', async () => {
    const { own } = house.store.foods;
    const { id: ownerId } = await signUp(url);
    const facts = {
      name: 'Soup ',
      kind: 'figures' as const,
      per100G: {
        kcal: 50,
        proteinG: null,
        fatG: null,
        carbohydrateG: null,
        fibreG: null,
        sugarG: null,
        sodiumMg: null,
      },
      portions: [],
      defaultPortionG: null,
      ingredients: [],
      yieldG: null,
      warnings: [],
    };
    const [older, newer] = [newId(), newId()];
    await own.create(newer, ownerId, facts);
    await own.create(older, ownerId, facts);
    expect((await own.names(ownerId)).map(({ id }) => id).sort()).toEqual([older, newer].sort());
    expect((await own.foods(ownerId, [newer, older])).map(({ key }) => key)).toEqual([`own:${older}`, `own:${newer}`]);
  });

  it('are in their owner’s export, and go with the account', async () => {
    const worker = await house.start({ PALATE_ROLE: 'worker' });
    const [mine, other] = [await signUp(url), await signUp(url)];
    for (const { token } of [mine, other]) await post(token, { name: 'Porridge', per_100g: { calories: 90 } });
    const exported = await ask<{ foods: { name: string; ownerId: string }[] }>(url, 'GET', '/api/auth/export', {
      token: mine.token,
    });
    expect(exported.body.foods).toMatchObject([{ name: 'Porridge', ownerId: mine.id }]);
    const gone = await ask(url, 'DELETE', '/api/auth/me', { token: mine.token });
    expect(gone.status).toBeLessThan(300);
    await eventually(async () => (await house.store.foods.own.countOf(mine.id)) === 0, 40_000);
    expect(await house.store.foods.own.countOf(other.id)).toBe(1);
    await worker.stop();
  });
});

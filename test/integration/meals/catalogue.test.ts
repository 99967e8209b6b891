import { newId } from '../../../src/store/ids';
import { ask, eventually, openPalate, signUp, type House } from '../palate';
import { derivedOf, factsOf, soup, type MlMeal, type OneMeal } from './catalogueMeals';

jest.setTimeout(120_000);

/** The whole catalogue as the ML service reads it: one moment of it, however much there is. */
const meals = 20_000;
const numbers = 256;
const mostGrowthBytes = 120 * 1_048_576;

let house: House;
let url: string;
let token: string;
let oldest: string;

beforeAll(async () => {
  house = await openPalate('catalogue');
  ({ url } = await house.start({ PALATE_ROLE: 'api' }));
  ({ token } = await signUp(url));
});
afterAll(() => house.close());

const get = (headers: Record<string, string> = {}, signal?: AbortSignal) =>
  fetch(`${url}/api/ml/meals`, {
    headers: { authorization: `Bearer ${token}`, ...headers },
    ...(signal && { signal }),
  });
const whole = async () => (await (await get()).json()) as { success: boolean; data: MlMeal[] };
const add = async (said: object) =>
  (await ask<OneMeal>(url, 'POST', '/api/v1/meals', { token, json: { ...soup, ...said } })).body.data.meal;

it('before there is a meal it is an empty list with a validator of its own', async () => {
  const response = await get();
  expect([response.status, await response.text()]).toEqual([200, '{"success":true,"data":[]}']);
  expect(response.headers.get('etag')).toBe('W/"meals-2-none"');
  const { body } = await ask<{ data: object }>(url, 'GET', '/api/ml/meals/stats', { token });
  expect(body.data).toMatchObject({ totalMeals: 0, cuisineDistribution: [], skillLevelDistribution: [] });
});

it('meals are those of the app, and statistics count them, the most first', async () => {
  const made = [
    await add({}),
    await add({ cuisine: 'italian', skillLevel: null }),
    await add({ cuisine: 'italian', mealType: 'dinner', skillLevel: null }),
    await add({ cuisine: null, mealType: 'dinner', skillLevel: 'advanced' }),
    await add({ name: 'Deleted', cuisine: 'french' }),
  ];
  await ask(url, 'DELETE', `/api/v1/meals/${made[4]!.id}`, { token });
  const { success, data } = await whole();
  expect(success).toBe(true);
  const first = made[0]!;
  // As others see it, too: whoever has a token may read the catalogue.
  const other = await ask<{ data: { meal: { createdBy: { _id: string } } } }>(url, 'GET', `/api/v1/meals/${first.id}`, {
    token: (await signUp(url)).token,
  });
  const pseudonym = other.body.data.meal.createdBy._id;
  expect(pseudonym).not.toBe(first.createdBy._id);
  expect(data.find(({ id }) => id === first.id)).toEqual({
    id: first.id,
    name: 'Red lentil soup',
    cuisine: 'turkish',
    mealType: 'lunch',
    nutrition: first.nutrition,
    ingredients: soup.ingredients,
    allergens: ['celery'],
    costLevel: 'low',
    cookTime: 35,
    skillLevel: 'beginner',
    appliances: ['stovetop', 'blender'],
    embedding: expect.any(Array) as number[],
    embeddingMethod: 'palate-hash-1',
    createdBy: pseudonym,
    likeCount: 0,
    lastUpdated: first.lastUpdated,
  });
  expect(data.map(({ id }) => id).sort()).toEqual(made.slice(0, 4).map(({ id }) => id).sort()); // prettier-ignore
  const { status, body } = await ask<{ success: boolean; data: Record<string, unknown> }>(
    url,
    'GET',
    '/api/ml/meals/stats',
    { token },
  );
  expect([status, body.success]).toEqual([200, true]);
  expect(body.data).toEqual({
    totalMeals: 4,
    cuisineDistribution: [
      { _id: 'italian', count: 2 },
      { _id: null, count: 1 },
      { _id: 'turkish', count: 1 },
    ],
    mealTypeDistribution: [
      { _id: 'dinner', count: 2 },
      { _id: 'lunch', count: 2 },
    ],
    skillLevelDistribution: [
      { _id: null, count: 2 },
      { _id: 'advanced', count: 1 },
      { _id: 'beginner', count: 1 },
    ],
    generatedAt: expect.any(String) as string,
  });
  await house.mongo.collection('meals').deleteMany({});
});

describe(`of ${meals} meals`, () => {
  beforeAll(async () => {
    const rows = house.mongo.collection<{ _id: string }>('meals');
    await house.store.meals.create(newId(), 'a'.repeat(24), factsOf(), derivedOf(factsOf()), Infinity);
    const sample = (await rows.findOne({}))!;
    await rows.deleteMany({});
    const now = Math.floor(Date.now() / 1000);
    for (let from = 0; from < meals; from += 2_000)
      await rows.insertMany(
        Array.from({ length: 2_000 }, (_, n) => ({
          ...sample,
          _id: (now - from - n).toString(16).padStart(8, '0') + newId().slice(8),
          name: `Soup ${from + n}`,
          embedding: Buffer.from(Float32Array.from({ length: numbers }, () => Math.random() - 0.5).buffer),
        })),
      );
    oldest = (await rows
      .find({}, { projection: { _id: 1 } })
      .sort({ _id: 1 })
      .limit(1)
      .next())!._id;
  });

  it('a client reads every one, while memory stays as it is', async () => {
    const before = process.memoryUsage.rss();
    let most = before;
    let bytes = 0;
    let rows = 0;
    let rest = '';
    const decoder = new TextDecoder();
    const response = await get();
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      const text = rest + decoder.decode(chunk, { stream: true });
      const ends = text.split('"lastUpdated":');
      rows += ends.length - 1;
      rest = ends.at(-1)!.slice(-20);
      most = Math.max(most, process.memoryUsage.rss());
    }
    expect(rows).toBe(meals);
    expect(rest.endsWith(']}')).toBe(true);
    expect(bytes).toBeGreaterThan(40e6);
    expect(most - before).toBeLessThan(mostGrowthBytes);
  });

  it('what is changed, added and deleted while it is read is as it was when the reading began', async () => {
    const response = await get();
    const chunks: Buffer[] = [];
    const arriving = (response.body as unknown as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
    const begun = await arriving.next();
    chunks.push(Buffer.from(begun.value as Uint8Array));
    // The oldest comes last, tens of megabytes later.
    const meal = (await house.store.meals.findOne(oldest))!;
    const facts = { ...factsOf({ name: 'Changed meanwhile' }) };
    expect(await house.store.meals.replace(oldest, meal.revision, facts, derivedOf(facts))).toBe(true);
    await add({ name: 'Added meanwhile' });
    const last = (await house.mongo.collection<{ _id: string }>('meals').find({}).sort({ _id: 1 }).skip(1).limit(1).next())!; // prettier-ignore
    expect(await house.store.meals.remove(last._id)).toBe(true);

    for (let next = await arriving.next(); next.done !== true; next = await arriving.next())
      chunks.push(Buffer.from(next.value));
    const { data } = JSON.parse(Buffer.concat(chunks).toString()) as { data: MlMeal[] };
    expect(data).toHaveLength(meals);
    expect(data.at(-1)).toMatchObject({ id: oldest, name: `Soup ${meals - 1}`, embedding: { length: numbers } });
    expect(data.at(-2)!.id).toBe(last._id);
    const old = response.headers.get('etag')!;
    const leaving = new AbortController();
    const next = await get({ 'if-none-match': old }, leaving.signal);
    expect(next.status).toBe(200);
    expect(next.headers.get('etag')).not.toBe(old);
    leaving.abort();
  });

  it('who has the version is answered 304, and MongoDB is asked for no meal', async () => {
    const head = await fetch(`${url}/api/ml/meals`, { method: 'HEAD', headers: { authorization: `Bearer ${token}` } });
    const etag = head.headers.get('etag')!;
    const db = house.mongo.db!;
    // Whoever left before the end leaves no cursor behind.
    await eventually(async () => {
      const reading = await house.mongo
        .getClient()
        .db('admin')
        .aggregate([{ $currentOp: { idleCursors: true } }, { $match: { ns: `${db.databaseName}.meals` } }])
        .toArray();
      return reading.length === 0;
    });
    await db.setProfilingLevel('all');
    const again = await get({ 'if-none-match': etag });
    await db.setProfilingLevel('off');
    expect([again.status, await again.text()]).toEqual([304, '']);
    const read = async (collection: string) =>
      db.collection('system.profile').countDocuments({ ns: `${db.databaseName}.${collection}`, op: { $in: ['query', 'getmore', 'command'] } }); // prettier-ignore
    expect(await read('meal_catalogue')).toBe(1);
    expect(await read('meals')).toBe(0);
  });

  it('statistics are counted from indexes alone', async () => {
    for (const field of ['cuisine', 'mealType', 'skillLevel']) {
      const plan = await house.mongo
        .collection('meals')
        .aggregate([{ $match: { active: true } }, { $group: { _id: `$${field}`, count: { $sum: 1 } } }])
        .explain('executionStats');
      expect(JSON.stringify(plan)).toMatch(/"totalDocsExamined":0/);
    }
  });
});

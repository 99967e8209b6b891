import { randomUUID } from 'node:crypto';
import { ownEmbedding } from '../../../src/ml/embeddings';
import { laterFacts } from '../../../src/model/meals';
import { newId } from '../../../src/store/ids';
import { ask, eventually, openPalate, signUp, type House } from '../palate';
import { derivedOf, factsOf, soup, type Meal, type MealPage, type MlMeal, type OneMeal } from './catalogueMeals';

jest.setTimeout(60_000);

/** The catalogue of meals over HTTP, as SmartBite's app uses it. */
let house: House;
let url: string;
let ann: Awaited<ReturnType<typeof signUp>>;
let bob: Awaited<ReturnType<typeof signUp>>;
let admin: string;

beforeAll(async () => {
  house = await openPalate('meals');
  ({ url } = await house.start({ PALATE_ROLE: 'api' }));
  [ann, bob] = [await signUp(url), await signUp(url)];
  const { email, password } = await signUp(url);
  await house.store.accounts.setRole(email, 'admin');
  const { body } = await ask<{ access_token: string }>(url, 'POST', '/api/auth/login', { json: { email, password } });
  admin = body.access_token;
});
afterAll(() => house.close());

const at = (id: string) => `/api/v1/meals/${id}`;
const add = (json: unknown, token = ann.token, headers = {}) =>
  ask<OneMeal>(url, 'POST', '/api/v1/meals', { token, json, headers });
const added = async (said: object = {}, token = ann.token): Promise<Meal> => {
  const { status, body } = await add({ ...soup, ...said }, token);
  expect(status).toBe(201);
  return body.data.meal;
};
const read = (id: string, token = bob.token) => ask<OneMeal>(url, 'GET', at(id), { token });
const change = (id: string, json: unknown, token = ann.token) => ask<OneMeal>(url, 'PUT', at(id), { token, json });
const like = (id: string, token = bob.token) => ask<OneMeal>(url, 'PUT', `${at(id)}/like`, { token });
const unlike = (id: string, token = bob.token) => ask<OneMeal>(url, 'DELETE', `${at(id)}/like`, { token });
const toggle = (id: string, token = bob.token, headers = {}) =>
  ask<OneMeal>(url, 'POST', `${at(id)}/like`, { token, headers });
/** As its author reads it. */
const own = (meal: Meal): Meal => ({ ...meal, createdBy: { _id: ann.id, name: meal.createdBy.name } });
const mlMeals = async () =>
  (await ask<{ data: MlMeal[] }>(url, 'GET', '/api/ml/meals', { token: bob.token })).body.data;
const version = async () => {
  const snapshot = await house.store.meals.catalogue.open();
  await snapshot.close();
  return snapshot.version;
};

describe('adding', () => {
  it('answers the whole meal in the envelope, and everyone reads it', async () => {
    const { status, headers, body } = await add(soup);
    const { meal } = body.data;
    expect([status, body.success, body.error]).toEqual([201, true, null]);
    expect(headers.get('location')).toBe(at(meal.id));
    expect(meal).toEqual({
      _id: meal.id,
      id: expect.stringMatching(/^[0-9a-f]{24}$/) as string,
      name: 'Red lentil soup',
      cuisine: 'turkish',
      mealType: 'lunch',
      nutrition: { calories: 310, protein: 17, carbs: 45, fats: 7, fiber: 9, sugar: null, sodium: 640, glycemicIndex: null },
      ingredients: soup.ingredients,
      allergens: ['celery'],
      costLevel: 'low',
      cookTime: 35,
      skillLevel: 'beginner',
      appliances: ['stovetop', 'blender'],
      description: null,
      prepTimeMinutes: null,
      isVegetarian: null,
      isVegan: null,
      isGlutenFree: null,
      isDairyFree: null,
      isNutFree: null,
      createdBy: { _id: ann.id, name: 'Someone' },
      likedBy: [],
      likeCount: 0,
      image: { url: null },
      lastUpdated: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      createdAt: meal.lastUpdated,
      updatedAt: meal.lastUpdated,
      warnings: [],
    }); // prettier-ignore
    const { embedding } = (await mlMeals()).find(({ id }) => id === meal.id)!;
    expect(embedding).toHaveLength(256);
    expect(embedding.reduce((sum, n) => sum + n * n, 0)).toBeCloseTo(1, 3);
    expect(own((await read(meal.id)).body.data.meal)).toEqual(meal);
  });

  it('keeps what SmartBite says of a dish beside', async () => {
    const said = {
      description: ' Red,\r\nhot ',
      prepTimeMinutes: 10,
      isVegetarian: true,
      isVegan: true,
      isGlutenFree: false,
      isDairyFree: true,
      isNutFree: true,
    };
    const meal = await added(said);
    expect(meal).toMatchObject({ ...said, description: 'Red,\nhot' });
    const { body } = await change(meal.id, { isVegan: false, isNutFree: null, description: '' });
    expect(body.data.meal).toMatchObject({ ...said, description: null, isVegan: false, isNutFree: null });
  });

  it('takes the least there is, and makes up nothing', async () => {
    const { body } = await add({ name: '  Plain \n rice ' });
    expect(body.data.meal).toMatchObject({
      name: 'Plain rice',
      cuisine: null,
      mealType: null,
      costLevel: null,
      cookTime: null,
      skillLevel: null,
      appliances: [],
      nutrition: { calories: null, fats: null },
    });
  });

  it('understands appliances in both ways, and what is unbelievable is told and kept', async () => {
    const appliances = { hasOven: true, hasAirFryer: true, hasBlender: false };
    const meal = await added({ appliances, nutrition: { calories: 900, protein: 5, carbs: 10, fats: 2 } });
    expect(meal.appliances).toEqual(['oven', 'air_fryer']);
    expect(meal.nutrition.calories).toBe(900);
    expect(meal.warnings).toEqual([expect.stringContaining('900 kcal differ from the 78 kcal')]);
  });

  it.each([
    ['no name', { name: undefined }, 'body.name'],
    ['an empty name', { name: ' ' }, 'body.name'],
    ['a name without end', { name: 'x'.repeat(201) }, 'body.name'],
    ['control characters', { name: 'a\u0007b' }, 'body.name'],
    ['another type', { mealType: 'brunch' }, 'body.mealType'],
    ['less than nothing', { nutrition: { calories: -1 } }, 'body.nutrition.calories'],
    ['more than anyone eats', { nutrition: { protein: 1001 } }, 'body.nutrition.protein'],
    ['words for a figure', { nutrition: { fats: '7' } }, 'body.nutrition.fats'],
    ['another appliance', { appliances: ['sous vide'] }, 'body.appliances'],
    ['another skill', { skillLevel: 'chef' }, 'body.skillLevel'],
    ['half a minute', { cookTime: 0.5 }, 'body.cookTime'],
    ['too many ingredients', { ingredients: Array(101).fill('salt') }, 'body.ingredients'],
  ])('%s is 400 and names the field', async (_, said, path) => {
    const { status, body } = await ask<{ errors: { path: string }[] }>(url, 'POST', '/api/v1/meals', {
      token: ann.token,
      json: { ...soup, ...said },
    });
    expect(status).toBe(400);
    expect(body.errors[0]!.path.startsWith(path)).toBe(true);
  });

  it('under an Idempotency-Key it is one meal; once deleted a repeat is 410', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const [first, again] = [await add(soup, ann.token, headers), await add(soup, ann.token, headers)];
    expect(again.body).toEqual(first.body);
    expect((await add({ ...soup, name: 'Other' }, ann.token, headers)).status).toBe(422);
    const { id } = first.body.data.meal;
    await ask(url, 'DELETE', at(id), { token: ann.token });
    expect((await add(soup, ann.token, headers)).status).toBe(410);
  });

  it('an account adds so many meals and no more, also where several arrive at once', async () => {
    const { token, id } = await signUp(url);
    const facts = factsOf();
    const { token: _t, ...row } = { token, ...(await house.mongo.collection('meals').findOne({})) };
    await house.mongo
      .collection<{ _id: string }>('meals')
      .insertMany(
        Array.from({ length: 999 }, () => ({ ...row, ...facts, _id: newId(), createdBy: id, active: false })),
      );
    const atOnce = await Promise.all([1, 2, 3, 4].map(() => add(soup, token)));
    expect(atOnce.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    const full = await add(soup, token);
    expect([full.status, full.body.detail]).toEqual([409, expect.stringContaining('1000 meals')]);
    await house.mongo.collection('meals').deleteMany({ createdBy: id });
    expect((await add(soup, token)).status).toBe(201);
  });
});

describe('changing', () => {
  it('what is left out stays, null clears, and the embedding follows', async () => {
    const meal = await added();
    const { status, body } = await change(meal.id, { name: 'Green pea soup', nutrition: { calories: null, sugar: 6 }, cuisine: null });
    expect(status).toBe(200);
    expect(body.data.meal).toMatchObject({
      name: 'Green pea soup',
      cuisine: null,
      cookTime: 35,
      nutrition: { calories: null, sugar: 6, protein: 17 },
      ingredients: soup.ingredients,
    });
    const { vector } = (await house.store.meals.findOne(meal.id))!.embedding;
    expect(vector).toEqual(ownEmbedding(factsOf({ name: 'Green pea soup', nutrition: { ...soup.nutrition, calories: null, sugar: 6 }, cuisine: null })).vector);
    expect(body.data.meal.lastUpdated >= meal.lastUpdated).toBe(true);
  }); // prettier-ignore

  it('two at once: both changes are there', async () => {
    const { id } = await added();
    const all = await Promise.all([
      change(id, { cookTime: 10 }),
      change(id, { costLevel: 'high' }),
      change(id, { nutrition: { sugar: 3 } }),
    ]);
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200]);
    const { meal } = (await read(id)).body.data;
    expect([meal.cookTime, meal.costLevel, meal.nutrition.sugar]).toEqual([10, 'high', 3]);
  });

  it('is for who added it, and for admins: others get 403 and a sentence', async () => {
    const { id } = await added();
    for (const method of ['PUT', 'DELETE']) {
      const json = method === 'PUT' ? { name: 'Mine now' } : undefined;
      const { status, body } = await ask<OneMeal>(url, method, at(id), { token: bob.token, json });
      expect([status, body.type, body.detail]).toEqual([
        403,
        '/problems/forbidden',
        'This meal was added by somebody else; only they, or an admin, may change or delete it.',
      ]);
    }
    expect((await change(id, { name: 'Mended' }, admin)).body.data.meal).toMatchObject({
      name: 'Mended',
      createdBy: { _id: expect.stringMatching(/^[0-9a-f]{24}$/) as string, name: 'Someone' },
    });
    expect((await ask(url, 'DELETE', at(id), { token: admin })).status).toBe(200);
  });

  it('a deleted meal is there for nobody', async () => {
    const { id } = await added({ name: 'Short-lived stew' });
    await like(id);
    const gone = await ask<{ data: unknown }>(url, 'DELETE', at(id), { token: ann.token });
    expect([gone.status, gone.body.data]).toEqual([200, { message: 'The meal is deleted.' }]);
    const json = { name: 'x' };
    const after = await Promise.all([
      read(id),
      change(id, json),
      like(id),
      unlike(id),
      toggle(id),
      ask(url, 'DELETE', at(id), { token: ann.token }),
    ]);
    expect(after.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404, 404]);
    expect((await house.store.meals.find([id])).size).toBe(0);
    const { body } = await ask<MealPage>(url, 'GET', '/api/v1/meals?query=short-lived', { token: bob.token });
    expect(body.data.meals).toEqual({ docs: [], totalDocs: 0, limit: 20, page: 1, totalPages: 1 });
    await eventually(async () => (await house.mongo.collection('meal_likes').countDocuments({ mealId: id })) === 0);
  });

  it('the row of a deleted meal goes in time, that of an imported one stays', async () => {
    const own = await added();
    await house.store.meals.imports.write([{ key: 'id:7', mealId: null, digest: 'd', facts: factsOf(), derive: () => derivedOf(factsOf()) }]);
    const imported = await house.mongo.collection<{ _id: string }>('meals').findOne({ importKey: 'id:7' });
    for (const id of [own.id, imported!._id]) await ask(url, 'DELETE', at(id), { token: admin });
    const rows = house.mongo.collection<{ _id: string; purgeAt?: Date }>('meals');
    const days = ((await rows.findOne({ _id: own.id }))!.purgeAt!.getTime() - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(89);
    expect((await rows.findOne({ _id: imported!._id }))!.purgeAt).toBeUndefined();
  }); // prettier-ignore

  it('what belongs to the catalogue itself only an admin changes', async () => {
    await house.store.meals.imports.write([{ key: 'id:8', mealId: null, digest: 'd', facts: factsOf(), derive: () => derivedOf(factsOf()) }]);
    const { _id } = (await house.mongo.collection<{ _id: string }>('meals').findOne({ importKey: 'id:8' }))!;
    expect((await change(_id, { name: 'x' })).body.detail).toMatch(/belongs to the catalogue itself/);
    expect((await change(_id, { name: 'Better name' }, admin)).status).toBe(200);
  }); // prettier-ignore

  it('every change raises the version of the catalogue, and what changes nothing does not', async () => {
    const { id } = await added();
    const seen = [await version()];
    const step = async (work: () => Promise<unknown>, raises: boolean) => {
      await work();
      const now = await version();
      expect(now !== seen.at(-1)).toBe(raises);
      seen.push(now);
    };
    await step(() => change(id, { cookTime: 1 }), true);
    await step(() => like(id, ann.token), false);
    await step(() => read(id), false);
    await step(() => change(id, { cookTime: 2 }, bob.token), false);
    await step(() => change(id, { cookTime: -2 }), false);
    await step(() => ask(url, 'DELETE', at(id), { token: ann.token }), true);
    await step(() => ask(url, 'DELETE', at(id), { token: ann.token }), false);
    await step(() => added(), true);
  });
});

describe('likes', () => {
  const likeOf = ({ body }: Awaited<ReturnType<typeof like>>) => [body.data.meal.likedBy, body.data.meal.likeCount];

  it('count once an account, however often and however many at once', async () => {
    const { id } = await added();
    const fans = await Promise.all(Array.from({ length: 8 }, () => signUp(url)));
    const all = await Promise.all([...fans, ...fans, ...fans].map(({ token }) => like(id, token)));
    expect(all.map(({ status }) => status)).toEqual(all.map(() => 200));
    expect((await read(id)).body.data.meal.likeCount).toBe(8);
    expect(await house.mongo.collection('meal_likes').countDocuments({ mealId: id })).toBe(8);
    expect(likeOf(await like(id, fans[0]!.token))).toEqual([[fans[0]!.id], 8]);
    const undone = await Promise.all([...fans, ...fans].map(({ token }) => unlike(id, token)));
    expect(undone.map(({ status }) => status)).toEqual(undone.map(() => 200));
    expect(likeOf(await unlike(id, fans[0]!.token))).toEqual([[], 0]);
  });

  it('are at /api/meals too, and name nobody but the caller', async () => {
    const { id } = await added();
    const { status } = await ask(url, 'PUT', `/api/meals/${id}/like`, { token: bob.token });
    expect(status).toBe(200);
    expect(likeOf(await read(id))).toEqual([[bob.id], 1]);
    expect(likeOf(await read(id, ann.token))).toEqual([[], 1]);
    const { body } = await ask<MealPage>(url, 'GET', '/api/v1/meals?limit=1', { token: bob.token });
    expect(body.data.meals.docs[0]).toMatchObject({ id, likedBy: [bob.id], likeCount: 1 });
    await ask(url, 'DELETE', `/api/meals/${id}/like`, { token: bob.token });
    expect(likeOf(await read(id))).toEqual([[], 0]);
  });

  it('POST toggles; what follows within two seconds is its repeat, from several at once too', async () => {
    const { id } = await added();
    const atOnce = await Promise.all([toggle(id), toggle(id), toggle(id)]);
    expect(atOnce.map(likeOf)).toEqual([1, 2, 3].map(() => [[bob.id], 1]));
    house.time.passedMs += 1_000;
    expect(likeOf(await toggle(id))).toEqual([[bob.id], 1]);
    house.time.passedMs += 1_500;
    expect(likeOf(await toggle(id))).toEqual([[], 0]);
    expect(likeOf(await toggle(id))).toEqual([[], 0]);
    house.time.passedMs += 2_000;
    expect(likeOf(await toggle(id))).toEqual([[bob.id], 1]);
    // What is stated is no toggle to repeat.
    expect(likeOf(await unlike(id))).toEqual([[], 0]);
    expect(likeOf(await toggle(id))).toEqual([[bob.id], 1]);
  });

  it('under keys of their own two POSTs are two toggles, and a repeat is none, also where its answer was never kept', async () => {
    const { id } = await added();
    const [first, second] = [{ 'idempotency-key': randomUUID() }, { 'idempotency-key': randomUUID() }];
    expect(likeOf(await toggle(id, bob.token, first))).toEqual([[bob.id], 1]);
    expect(likeOf(await toggle(id, bob.token, second))).toEqual([[], 0]);
    expect(likeOf(await toggle(id, bob.token, second))).toEqual([[], 0]);
    const by = newId();
    expect(await house.store.meals.likes.toggle(id, ann.id, { by, repeatMs: 0 })).toBe(true);
    expect(await house.store.meals.likes.toggle(id, ann.id, { by, repeatMs: 0 })).toBe(true);
    expect((await read(id)).body.data.meal.likeCount).toBe(1);
    await ask(url, 'DELETE', at(id), { token: ann.token });
    expect((await toggle(id, bob.token, first)).status).toBe(410);
  });

  it('raise the version of the catalogue at most once a minute, and touch nothing that all share', async () => {
    const { id } = await added();
    house.time.passedMs += 60_000;
    await version();
    const shared = () => house.mongo.collection('meal_catalogue').findOne({});
    const before = await shared();
    await like(id);
    expect(await shared()).toEqual(before);
    house.time.passedMs += 60_000;
    const raised = await version();
    expect((await shared())!.version).toBe((before!.version as number) + 1);
    expect((await mlMeals()).find((meal) => meal.id === id)!.likeCount).toBe(1);
    await unlike(id);
    await like(id, ann.token);
    house.time.passedMs += 59_000;
    expect(await version()).toBe(raised);
    house.time.passedMs += 1_000;
    expect(await version()).not.toBe(raised);
    const still = await version();
    house.time.passedMs += 60_000;
    expect(await version()).toBe(still);
  });

  it('a meal that is deleted at the same time leaves no like behind that is counted', async () => {
    const { id } = await added();
    await Promise.all([like(id), ask(url, 'DELETE', at(id), { token: ann.token })]);
    await eventually(async () => (await house.mongo.collection('meal_likes').countDocuments({ mealId: id })) === 0);
  });
});

describe('lists', () => {
  const list = async (query: string) =>
    (await ask<MealPage>(url, 'GET', `/api/v1/meals?${query}`, { token: bob.token })).body.data;
  let ids: string[];
  beforeAll(async () => {
    ids = [];
    for (const said of [
      { name: 'Zucchini frittata', mealType: 'breakfast', cuisine: 'Testland', ingredients: ['zucchini', 'eggs'] },
      { name: 'Egg fried rice', mealType: 'dinner', cuisine: 'testland', ingredients: ['rice', 'egg', 'peas'] },
      { name: 'Rice pudding', mealType: 'snack', cuisine: 'Otherland', ingredients: ['rice', 'milk'] },
      { name: 'Crème brûlée of zucchini', mealType: 'snack', cuisine: ' TESTLAND ', ingredients: ['cream'] },
    ])
      ids.push((await added(said)).id);
  });
  const names = async (query: string) => (await list(query)).meals.docs.map(({ name }) => name);

  it('by cuisine in whatever case, by type, by words, by all of them, latest first', async () => {
    expect(await names('cuisine=TestLand')).toEqual(['Crème brûlée of zucchini', 'Egg fried rice', 'Zucchini frittata']);
    expect(await names('cuisine=testland&mealType=snack')).toEqual(['Crème brûlée of zucchini']);
    expect(await names('query=zucchini')).toEqual(['Crème brûlée of zucchini', 'Zucchini frittata']);
    expect(await names('query=creme%20zuc')).toEqual(['Crème brûlée of zucchini']);
    expect(await names('query=otherla')).toEqual(['Rice pudding']);
    expect(await names('query=rice%20eggs&cuisine=testland')).toEqual(['Egg fried rice']);
    expect(await names('query=zucch%20')).toEqual([]);
  }); // prettier-ignore

  it('by cost and for vegetarians; what is chosen as nothing is no filter', async () => {
    await added({ name: 'Dear', cuisine: 'feastland', costLevel: 'high', isVegetarian: true });
    await added({ name: 'Cheap', cuisine: 'feastland', costLevel: 'low', isVegetarian: false });
    expect(await names('cuisine=feastland&costLevel=high')).toEqual(['Dear']);
    expect(await names('cuisine=feastland&vegetarian=true')).toEqual(['Dear']);
    expect(await names('cuisine=feastland&vegetarian=false&costLevel=&mealType=')).toEqual(['Cheap', 'Dear']);
    expect((await names('cuisine=&mealType=&limit=1000')).length).toBeGreaterThan(6);
  });

  it('as a page object by number', async () => {
    for (const name of ['One', 'Two', 'Three', 'Four', 'Five']) await added({ name, cuisine: 'pageland' });
    const page = async (query: string) => (await list(`cuisine=pageland&${query}`)).meals;
    const { docs, ...first } = await page('limit=2');
    expect([docs.map(({ name }) => name), first]).toEqual([['Five', 'Four'], { totalDocs: 5, limit: 2, page: 1, totalPages: 3 }]);
    expect((await page('limit=2&page=3')).docs.map(({ name }) => name)).toEqual(['One']);
    expect(await page('limit=2&page=4')).toEqual({ docs: [], totalDocs: 5, limit: 2, page: 4, totalPages: 3 });
    expect(Object.keys(docs[0]!)).not.toContain('embedding');
  }); // prettier-ignore

  it('page by page, each once, also while meals are added', async () => {
    const one = await list('cuisine=testland&limit=2');
    await added({ cuisine: 'testland' });
    const two = await list(`cuisine=testland&limit=2&cursor=${one.nextCursor}`);
    expect([...one.meals.docs, ...two.meals.docs].map(({ id }) => id)).toEqual([ids[3], ids[1], ids[0]]);
    expect(two.nextCursor).toBeNull();
  });

  it.each(['mealType=brunch', 'limit=0', 'limit=1001', 'page=0', 'page=10001', 'costLevel=cheap', 'vegetarian=maybe', 'cursor=x.y', `query=${'x'.repeat(201)}`])('%s is 400', async (query) => {
    expect((await ask(url, 'GET', `/api/v1/meals?${query}`, { token: bob.token })).status).toBe(400);
  }); // prettier-ignore

  it.each(['$where', '.*(', '🍌', '%00'.slice(0, 1), '{"$gt":""}', '\\', ' '])('words like %j are words', async (query) => {
    const { status } = await ask(url, 'GET', `/api/v1/meals?query=${encodeURIComponent(query)}`, { token: bob.token });
    expect(status).toBe(200);
  }); // prettier-ignore

  it('every filter has an index, also for words', async () => {
    const plan = async (filter: object) =>
      JSON.stringify(
        await house.mongo.collection('meals').find({ active: true, ...filter }).sort({ _id: -1 }).limit(20).explain('queryPlanner'),
      );
    for (const filter of [{}, { mealType: 'snack' }, { costLevel: 'low' }, { isVegetarian: true }, { cuisine: 'x' }, { words: 'rice' }, { createdBy: 'x' }])
      expect(await plan(filter)).not.toContain('COLLSCAN');
  }); // prettier-ignore
});

it('nobody in particular gets 401 everywhere, and what is no id is 400, what is not there 404', async () => {
  const { id } = await added();
  for (const [method, path] of [
    ['GET', '/api/v1/meals'],
    ['POST', '/api/v1/meals'],
    ['GET', at(id)],
    ['PUT', at(id)],
    ['DELETE', at(id)],
    ['POST', `${at(id)}/like`],
    ['PUT', `${at(id)}/like`],
    ['DELETE', `${at(id)}/like`],
    ['GET', '/api/ml/meals'],
    ['GET', '/api/ml/meals/stats'],
  ] as const)
    for (const token of [undefined, 'x.y.z'])
      expect([path, (await ask(url, method, path, { token })).status]).toEqual([path, 401]);
  for (const method of ['GET', 'PUT', 'DELETE', 'POST']) {
    const json = method === 'PUT' ? { name: 'x' } : undefined;
    const tail = method === 'POST' ? '/like' : '';
    expect((await ask(url, method, `${at('$where')}${tail}`, { token: ann.token, json })).status).toBe(400);
    expect((await ask(url, method, `${at('f'.repeat(24))}${tail}`, { token: ann.token, json })).status).toBe(404);
  }
});

it('authors are shown by username under one pseudonym, to themselves by id, and the catalogue is called Palate', async () => {
  const person = { fullName: 'Cleo Secret', username: `cleo${Date.now()}`, email: `cleo-${randomUUID()}@example.com`, password: 'Correct-horse-1' };
  const signed = await ask<{ id: string; token: string }>(url, 'POST', '/api/v1/users/signup', { json: person });
  const cleo = signed.body;
  const [one, two] = [await added({}, cleo.token), await added({}, cleo.token)];
  expect(one.createdBy).toEqual({ _id: cleo.id, name: person.username });
  const [seen, other] = [(await read(one.id)).body.data.meal, (await read(two.id, ann.token)).body.data.meal];
  expect(seen.createdBy).toEqual({ _id: expect.stringMatching(/^[0-9a-f]{24}$/) as string, name: person.username });
  expect(other.createdBy).toEqual(seen.createdBy);
  expect(JSON.stringify(seen)).not.toMatch(new RegExp(`${cleo.id}|Secret|${person.email}`));
  await house.store.meals.imports.write([{ key: 'id:9', mealId: null, digest: 'd', facts: factsOf(), derive: () => derivedOf(factsOf()) }]);
  const { _id } = (await house.mongo.collection<{ _id: string }>('meals').findOne({ importKey: 'id:9' }))!;
  expect((await read(_id)).body.data.meal.createdBy).toEqual({ _id: 'palate', name: 'Palate' });
}); // prettier-ignore

it('rows of before 0.6.0 are read with what nobody stated as null', async () => {
  const { id } = await added({ isVegan: true, description: 'x' });
  const later = Object.fromEntries(laterFacts.map((fact) => [fact, 1 as const]));
  await house.mongo.collection<{ _id: string }>('meals').updateOne({ _id: id }, { $unset: later });
  const { status, body } = await read(id);
  expect([status, body.data.meal.description, body.data.meal.isVegetarian]).toEqual([200, null, null]);
}); // prettier-ignore

it('names of meals are given by id, for those that are there', async () => {
  const [one, two] = [await added(), await added({ name: 'Goulash', cuisine: null, mealType: 'dinner' })];
  const nutrition = expect.objectContaining({ kcal: 310, proteinG: 17, carbohydrateG: 45, fatG: 7 }) as unknown;
  const found = await house.store.meals.find([one.id, two.id, two.id, 'f'.repeat(24)]);
  expect([...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1))).toEqual([
    [one.id, { id: one.id, name: 'Red lentil soup', cuisine: 'turkish', mealType: 'lunch', nutrition }],
    [two.id, { id: two.id, name: 'Goulash', cuisine: null, mealType: 'dinner', nutrition }],
  ]);
});

it('an erased account leaves its meals without its id, and takes its likes; both are in its export before', async () => {
  const worker = await house.start({ PALATE_ROLE: 'worker' });
  const [leaver, stayer] = [await signUp(url), await signUp(url)];
  const mine = await added({ name: 'Left behind' }, leaver.token);
  const liked = await added({ name: 'Liked' }, stayer.token);
  for (const { token } of [leaver, stayer]) await like(liked.id, token);
  const exported = await ask<{ meals: Meal[]; liked_meals: { id: string }[] }>(url, 'GET', '/api/auth/export', {
    token: leaver.token,
  });
  expect(exported.body.meals).toMatchObject([{ id: mine.id, name: 'Left behind', createdBy: { _id: leaver.id } }]);
  expect(exported.body.liked_meals).toMatchObject([{ id: liked.id }]);
  await ask(url, 'DELETE', '/api/auth/me', { token: leaver.token });
  await eventually(async () => (await read(mine.id)).body.data.meal.createdBy._id === 'someone', 40_000);
  expect((await read(mine.id)).body.data.meal.createdBy).toEqual({ _id: 'someone', name: 'Someone' });
  await eventually(async () => (await read(liked.id)).body.data.meal.likeCount === 1, 40_000);
  expect(await house.mongo.collection('meal_likes').countDocuments({ ownerId: leaver.id })).toBe(0);
  expect(await house.mongo.collection('meal_likes').countDocuments({ ownerId: stayer.id })).toBe(1);
  await worker.stop();
});

import { UserContext } from '../../../src/model/context';
import { newId } from '../../../src/store/ids';
import { ask, openPalate, type House } from '../palate';
import { newPerson, stockMeals, versionsOf, type Person } from './people';

jest.setTimeout(60_000);

/** What an ML service is told about a user: everything that was written, as it stood at one moment, and nothing else. */
const path = '/api/ml/user-context';
let house: House;
let url: string;
let soup: string;
let pasta: string;

beforeAll(async () => {
  house = await openPalate('user-context');
  ({ url } = await house.start({ PALATE_ROLE: 'api' }));
  [soup = '', pasta = ''] = await stockMeals(house, [
    { name: 'Lentil soup', cuisine: 'indian' },
    { name: 'Pasta', cuisine: 'italian' },
  ]);
});
afterAll(() => house.close());

const contextOf = async (person: Person) => {
  const { status, body } = await person.get<UserContext>(path);
  expect(status).toBe(200);
  expect(body).toMatchObject({ success: true, error: null });
  return body.data;
};
const plan = async (person: Person, weekStartDate: string, days: object[]) => {
  const { body } = await person.post<{ plan: { id: string } }>('/api/v1/meal-plans', { weekStartDate, days });
  return body.data.plan.id;
};
const dinner = (day: string, meal: string) => ({ day, meals: [{ mealType: 'dinner', meal }] });

it('of somebody who said nothing it has the defaults', async () => {
  const person = await newPerson(url);
  const context = await contextOf(person);
  expect(context).toMatchObject({
    user: { id: person.id, age: null, goal: null, dietaryPreferences: [] },
    constraints: { cookTime: 30, maxCookTime: 30, skillLevel: 'beginner', appliances: [], cookingDays: [] },
    feedback: [],
    adherenceHistory: [],
    dataVersion: '1.0',
  });
  expect(Date.parse(context.contextGeneratedAt)).not.toBeNaN();
});

it('has everything that was written, in its own words', async () => {
  const person = await newPerson(url);
  await person.put('/api/v1/users/update', {
    profile: { age: 41, heightCm: 180, goal: 'fat_loss', dietaryRestrictions: ['gluten_free'], allergies: ['nuts'] },
    preferences: { budgetTier: 'low', preferredCuisines: ['thai'], units: 'metric' },
  });
  await person.post('/api/v1/constraints', {
    maxCookTime: 50,
    skillLevel: 'advanced',
    appliances: { hasGasStove: true, hasOven: false, hasMicrowave: true, hasAirFryer: true, hasBlender: true },
    cookingDays: ['sunday'],
  });
  const planId = await plan(person, '2026-03-04', [
    dinner('monday', soup),
    dinner('wednesday', pasta),
    dinner('friday', soup),
  ]);
  await person.post(`/api/v1/meal-plans/${planId}/adhere`, { day: 'monday', mealType: 'dinner' });
  await person.post(`/api/v1/meal-plans/${planId}/replace`, {
    day: 'friday',
    mealType: 'dinner',
    replacedWith: 'Bread',
  });
  await person.post('/api/v1/feedback', { type: 'meal_rating', mealId: soup, rating: 5, comment: 'Again' });
  await person.post('/api/v1/feedback', { type: 'too_expensive', mealPlanId: planId });

  const { contextGeneratedAt: _at, ...context } = await contextOf(person);
  const slot = { mealType: 'dinner', planId };
  expect(context).toEqual({
    user: {
      id: person.id,
      username: person.id,
      age: 41,
      heightCm: 180,
      weightKg: null,
      gender: null,
      activityLevel: null,
      goal: 'lose_weight',
      dietaryPreferences: [],
      dietaryRestrictions: ['gluten_free'],
      allergies: ['nuts'],
      budgetTier: 'low',
      preferredCuisines: ['thai'],
      units: 'metric',
    },
    constraints: {
      cookTime: 50,
      maxCookTime: 50,
      skillLevel: 'advanced',
      appliances: ['stovetop', 'microwave', 'air_fryer', 'blender'],
      cookingDays: ['sunday'],
    },
    feedback: [
      expect.objectContaining({
        type: 'too_expensive',
        mealId: null,
        meal: null,
        mealPlanId: planId,
        rating: null,
        comment: null,
      }),
      expect.objectContaining({
        type: 'meal_rating',
        mealId: soup,
        meal: soup,
        mealPlanId: null,
        rating: 5,
        comment: 'Again',
      }),
    ],
    adherenceHistory: [
      {
        ...slot,
        mealId: pasta,
        meal: pasta,
        mealName: 'Pasta',
        cuisine: 'italian',
        status: 'planned',
        date: '2026-03-04',
      },
      {
        ...slot,
        mealId: soup,
        meal: soup,
        mealName: 'Lentil soup',
        cuisine: 'indian',
        status: 'replaced',
        date: '2026-03-06',
      },
      {
        ...slot,
        mealId: soup,
        meal: soup,
        mealName: 'Lentil soup',
        cuisine: 'indian',
        status: 'eaten',
        date: '2026-03-09',
      },
    ],
    dataVersion: '1.0',
  });

  await person.remove(`/api/v1/meal-plans/${planId}`);
  await person.remove('/api/v1/constraints');
  expect(await contextOf(person)).toMatchObject({ constraints: { cookTime: 30 }, adherenceHistory: [] });
});

it('knows at which version each section last changed', async () => {
  const person = await newPerson(url);
  const { version } = await versionsOf(house, person.id);
  await person.post('/api/v1/constraints', { maxCookTime: 50 });
  await plan(person, '2026-03-02', [dinner('monday', soup)]);
  await person.post('/api/v1/feedback', { type: 'liked', mealId: soup });
  expect(await house.store.contextSnapshots.read(person.id)).toMatchObject({
    version: version + 3,
    sectionVersions: { user: version, constraints: version + 1, adherenceHistory: version + 2, feedback: version + 3 },
  });
});

it('tells of the last five plans only', async () => {
  const person = await newPerson(url);
  const ids: string[] = [];
  for (let week = 1; week <= 6; week += 1) ids.push(await plan(person, `2026-03-0${week}`, [dinner('monday', soup)]));
  const { adherenceHistory } = await contextOf(person);
  expect(adherenceHistory.map(({ planId }) => planId)).toEqual(ids.slice(1).reverse());
});

it('version and sections are of one moment, whatever is written meanwhile', async () => {
  const person = await newPerson(url);
  const base = (await versionsOf(house, person.id)).version;
  const written = new AbortController();
  const writes = Promise.all(
    Array.from({ length: 3 }, async () => {
      for (let nth = 0; nth < 20; nth += 1)
        expect((await person.post('/api/v1/feedback', { type: 'liked', mealId: soup })).status).toBe(201);
    }),
  ).finally(() => written.abort());
  const seen = new Set<number>();
  while (!written.signal.aborted) {
    const snapshot = await house.store.contextSnapshots.read(person.id);
    seen.add(snapshot!.version);
    expect(snapshot!.context.feedback).toHaveLength(snapshot!.version - base);
    expect(snapshot!.sectionVersions.feedback).toBe(snapshot!.version);
  }
  await writes;
  // Otherwise nothing was written between two looks.
  expect(seen.size).toBeGreaterThan(5);
  expect((await contextOf(person)).feedback).toHaveLength(60);
});

describe('nothing secret, and no way to reach the person', () => {
  it('is in it, whatever the account holds', async () => {
    const secret = (what: string) => `SECRET-${what}`;
    const { status } = await ask(url, 'POST', '/api/v1/users/signup', {
      json: {
        email: 'secret-mail@example.com',
        password: secret('password'),
        fullName: secret('name'),
        username: 'SECRET-username',
        phone: '+49 111 2345',
      },
    });
    expect(status).toBe(201);
    const login = await ask<{ data: { tokens: { accessToken: string; refreshToken: string } } }>(
      url,
      'POST',
      '/api/v1/users/login',
      { json: { email: 'secret-mail@example.com', password: secret('password') } },
    );
    const { accessToken: token, refreshToken } = login.body.data.tokens;
    const accounts = house.mongo.collection<{ _id: string; [field: string]: unknown }>('accounts');
    // Also what no version of today writes: a field that is new on an account must not get in by itself.
    await accounts.updateOne(
      { email: 'secret-mail@example.com' },
      {
        $set: {
          newField: secret('new'),
          'profile.newField': secret('new of the profile'),
          'profile.onboarding': { fear_text: secret('answer') },
          'profile.goalWeightKg': 77.25,
        },
      },
    );
    const row = await accounts.findOne({ email: 'secret-mail@example.com' });
    const { body } = await ask<{ data: Record<string, unknown> }>(url, 'GET', path, { token });
    const text = JSON.stringify(body);
    for (const hidden of ['SECRET', 'secret-mail', '2345', '77.25', token, refreshToken, String(row?.passwordHash)])
      expect(text).not.toContain(hidden);
    expect(Object.keys(body.data).sort()).toEqual(Object.keys(UserContext.shape).sort());
    expect(Object.keys(body.data.user as object).sort()).toEqual(Object.keys(UserContext.shape.user.shape).sort());
    const { success } = UserContext.safeParse(body.data);
    expect(success).toBe(true);
  });

  it('what stands in rows of other sections beside the schema stays out, too', async () => {
    const person = await newPerson(url);
    const more = { newField: 'SECRET' };
    const base = { ownerId: person.id, createdAt: new Date(), updatedAt: new Date() };
    const insert = (name: string, row: object) =>
      house.mongo.collection<{ _id: string }>(name).insertOne({ _id: newId(), ...base, ...more, ...row });
    await insert('constraints', { appliances: { oven: true, newAppliance: true, ...more }, cookingDays: [] });
    await insert('feedback', { type: 'liked', mealId: soup, mealPlanId: null, rating: null, comment: null });
    const slot = {
      mealType: 'dinner',
      mealId: soup,
      mealName: 'Soup',
      cuisine: null,
      status: 'replaced',
      replacedWith: 'SECRET',
    };
    const days = [{ day: 'monday', date: '2026-03-02', slots: [{ ...slot, ...more }], ...more }];
    await insert('meal_plans', { title: 'SECRET', weekStartDate: '2026-03-02', generatedBy: 'manual', days });
    const context = await contextOf(person);
    expect(context.constraints.appliances).toEqual(['oven']);
    expect(context.feedback).toHaveLength(1);
    expect(context.adherenceHistory).toHaveLength(1);
    expect(JSON.stringify(context)).not.toContain('SECRET');
  });
});

it('each is told of themselves alone, and nobody without a token', async () => {
  expect((await ask(url, 'GET', path)).status).toBe(401);
  const [one, other] = await Promise.all([newPerson(url), newPerson(url)]);
  await one.post('/api/v1/feedback', { type: 'liked', mealId: soup });
  expect((await contextOf(other)).feedback).toEqual([]);
  expect((await contextOf(one)).user.id).toBe(one.id);
});

it('of an account that is being erased nothing is read', async () => {
  const person = await newPerson(url);
  await house.mongo
    .collection<{ _id: string }>('accounts')
    .updateOne({ _id: person.id }, { $set: { state: 'erasing' } });
  expect(await house.store.contextSnapshots.read(person.id)).toBeNull();
  expect((await person.get(path)).status).toBe(401);
});

it('the owner’s export has it all', async () => {
  const person = await newPerson(url);
  await person.post('/api/v1/constraints', { maxCookTime: 50 });
  const planId = await plan(person, '2026-03-02', [dinner('monday', soup)]);
  await person.post('/api/v1/feedback', { type: 'liked', mealPlanId: planId });
  const { body } = await ask(url, 'GET', '/api/auth/export', { token: person.token });
  expect(body).toMatchObject({
    constraints: { maxCookMinutes: 50 },
    feedback: [{ type: 'liked', mealPlanId: planId }],
    plans: [{ id: planId, days: [{ slots: [{ mealName: 'Lentil soup' }] }] }],
  });
});

import { newId } from '../../../src/store/ids';
import { ask, openPalate, type House } from '../palate';
import { newPerson, stockMeals, versionsOf, type Person } from './people';

jest.setTimeout(60_000);

/** Meal plans over HTTP, and what becomes of their meals. */
interface Slot<Meal> {
  mealType: string;
  meal: Meal;
  mealName: string;
  cuisine: string | null;
  adherence: { status: string; replacedWith: string | null; updatedAt: string | null };
}
interface Plan<Meal = { _id: string; id: string; name: string; cuisine: string | null }> {
  _id: string;
  id: string;
  title: string;
  weekStartDate: string;
  days: { day: string; date: string; meals: Slot<Meal>[] }[];
  nutritionSummary: Record<string, number | null> | null;
}
type Made = { plan: Plan<string> };
type One = { plan: Plan };
type Page = { plans: Plan[]; nextCursor: string | null };

const path = '/api/v1/meal-plans';
const types = ['breakfast', 'lunch', 'dinner', 'snack'];
const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
let house: House;
let url: string;
let soup: string;
let pasta: string;
let gone: string;

beforeAll(async () => {
  house = await openPalate('plans');
  ({ url } = await house.start({ PALATE_ROLE: 'api' }));
  [soup = '', pasta = '', gone = ''] = await stockMeals(house, [
    { name: 'Lentil soup', cuisine: 'indian' },
    { name: 'Pasta', cuisine: 'italian' },
    { name: 'Old stew', cuisine: 'irish', active: false },
  ]);
});
afterAll(() => house.close());

const weekStartDate = '2026-03-02';
const dinner = (day: string, meal: string) => ({ day, meals: [{ mealType: 'dinner', meal }] });
const wholeWeek = () => weekdays.map((day) => ({ day, meals: types.map((mealType) => ({ mealType, meal: soup })) }));

async function planned(person: Person, body: object = { days: [dinner('monday', soup), dinner('friday', pasta)] }) {
  const { status, body: answer } = await person.post<Made>(path, { weekStartDate, ...body });
  expect(status).toBe(201);
  return answer.data.plan;
}
const read = async (person: Person, id: string) => (await person.get<One>(`${path}/${id}`)).body.data.plan;
const statusesOf = (plan: { days: { meals: { adherence: { status: string } }[] }[] }) =>
  plan.days.flatMap(({ meals }) => meals.map(({ adherence }) => adherence.status));

it('a week is planned, read and listed, with dates and the meals in it', async () => {
  const person = await newPerson(url);
  const { status, headers, body } = await person.post<Made>(path, {
    title: ' Quiet week ',
    weekStartDate: '2026-03-02T00:00:00.000Z',
    days: [dinner('friday', pasta), dinner('monday', soup)],
    nutritionSummary: { calories: 9000, protein: 300.5 },
  });
  expect(status).toBe(201);
  expect(body).toMatchObject({ success: true, error: null });
  const { plan } = body.data;
  expect(headers.get('location')).toBe(`${path}/${plan.id}`);
  expect(plan).toMatchObject({
    _id: plan.id,
    title: 'Quiet week',
    weekStartDate,
    nutritionSummary: { calories: 9000, protein: 300.5, carbs: null, fats: null },
    generatedBy: 'manual',
    isActive: true,
    days: [
      { day: 'monday', date: '2026-03-02', meals: [{ mealType: 'dinner', meal: soup, mealName: 'Lentil soup' }] },
      { day: 'friday', date: '2026-03-06', meals: [{ mealType: 'dinner', meal: pasta, cuisine: 'italian' }] },
    ],
  });
  expect(plan.days[0]?.meals[0]?.adherence).toEqual({ status: 'planned', replacedWith: null, updatedAt: null });

  const shown = await read(person, plan.id);
  expect(shown.days[1]?.meals[0]?.meal).toMatchObject({ _id: pasta, id: pasta, name: 'Pasta', cuisine: 'italian' });
  const later = await planned(person);
  expect(later.title).toBe('Weekly Meal Plan');
  const list = await person.get<Page>(path);
  expect(list.body.data.plans.map(({ id }) => id)).toEqual([later.id, plan.id]);
  expect(list.body.data.plans[1]).toEqual(shown);
  const first = await person.get<Page>(`${path}?limit=1`);
  const second = await person.get<Page>(`${path}?limit=1&cursor=${first.body.data.nextCursor ?? ''}`);
  expect(second.body.data.plans.map(({ id }) => id)).toEqual([plan.id]);
  expect(second.body.data.nextCursor).toBeNull();
});

it('a week may begin on any day', async () => {
  const person = await newPerson(url);
  const plan = await planned(person, {
    weekStartDate: '2026-03-04',
    days: [dinner('monday', soup), dinner('wednesday', soup), dinner('sunday', soup)],
  });
  expect(plan.days.map(({ day, date }) => `${day} ${date}`)).toEqual([
    'wednesday 2026-03-04',
    'sunday 2026-03-08',
    'monday 2026-03-09',
  ]);
});

describe('what became of a meal', () => {
  it.each([
    ['adhere', {}, { status: 'eaten', replacedWith: null }],
    ['skip', {}, { status: 'skipped', replacedWith: null }],
    ['replace', { replacedWith: ' Chicken salad ' }, { status: 'replaced', replacedWith: 'Chicken salad' }],
  ])('%s is kept in its slot; the same once more changes nothing', async (what, more, expected) => {
    const person = await newPerson(url);
    const { id } = await planned(person);
    const before = await versionsOf(house, person.id);
    const sent = { day: 'friday', mealType: 'dinner', ...more };
    const answer = await person.post<{ message: string }>(`${path}/${id}/${what}`, sent);
    expect(answer.status).toBe(200);
    expect(answer.body.data.message).not.toBe('');
    const marked = await read(person, id);
    expect(marked.days[0]?.meals[0]?.adherence.status).toBe('planned');
    expect(marked.days[1]?.meals[0]).toMatchObject({ meal: { _id: pasta }, mealName: 'Pasta', adherence: expected });
    expect(marked.days[1]?.meals[0]?.adherence.updatedAt).not.toBeNull();
    const after = await versionsOf(house, person.id);
    expect(after.version).toBe(before.version + 1);
    expect(after.sections).toEqual({ ...before.sections, adherenceHistory: after.version });

    expect((await person.post(`${path}/${id}/${what}`, sent)).status).toBe(200);
    expect(await read(person, id)).toEqual(marked);
    expect((await versionsOf(house, person.id)).version).toBe(after.version);
  });

  it('may be said anew, and what it was replaced with goes with that', async () => {
    const person = await newPerson(url);
    const { id } = await planned(person);
    const slot = { day: 'monday', mealType: 'dinner' };
    for (const replacedWith of ['Bread', 'Soup of a friend'])
      expect((await person.post(`${path}/${id}/replace`, { ...slot, replacedWith })).status).toBe(200);
    expect((await read(person, id)).days[0]?.meals[0]?.adherence).toMatchObject({ replacedWith: 'Soup of a friend' });
    await person.post(`${path}/${id}/adhere`, slot);
    expect((await read(person, id)).days[0]?.meals[0]?.adherence).toMatchObject({
      status: 'eaten',
      replacedWith: null,
    });
  });

  it.each(['adhere', 'skip', 'replace'])('%s of a slot that is not there is 404 with a sentence', async (what) => {
    const person = await newPerson(url);
    const { id } = await planned(person);
    const before = await versionsOf(house, person.id);
    for (const slot of [
      { day: 'tuesday', mealType: 'dinner' },
      { day: 'monday', mealType: 'lunch' },
    ]) {
      const answer = await person.post(`${path}/${id}/${what}`, {
        ...slot,
        ...(what === 'replace' && { replacedWith: 'Bread' }),
      });
      expect(answer.status).toBe(404);
      expect(answer.body.message).toContain(`${slot.mealType} on ${slot.day}`);
    }
    expect(await versionsOf(house, person.id)).toEqual(before);
  });

  it('marks of different slots at once lose nothing, and each is a version', async () => {
    const person = await newPerson(url);
    const { id } = await planned(person, { days: wholeWeek() });
    const before = await versionsOf(house, person.id);
    const slots = weekdays.flatMap((day) => types.map((mealType) => ({ day, mealType })));
    const answers = await Promise.all(
      slots.map((slot, at) => person.post(`${path}/${id}/${at % 2 === 0 ? 'adhere' : 'skip'}`, slot)),
    );
    expect(answers.map(({ status }) => status)).toEqual(slots.map(() => 200));
    expect(statusesOf(await read(person, id))).toEqual(slots.map((_slot, at) => (at % 2 === 0 ? 'eaten' : 'skipped')));
    expect((await versionsOf(house, person.id)).version).toBe(before.version + slots.length);
  });

  it('a change of the plan at the same time loses no mark', async () => {
    const person = await newPerson(url);
    const { id } = await planned(person, { days: wholeWeek() });
    const changes = Array.from({ length: 4 }, (_none, at) => person.put(`${path}/${id}`, { title: `Title ${at}` }));
    const changed = person.put(`${path}/${id}`, { days: wholeWeek() });
    const marks = weekdays.map((day) => person.post(`${path}/${id}/adhere`, { day, mealType: 'lunch' }));
    const answers = await Promise.all([...changes, changed, ...marks]);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(statusesOf(await read(person, id)).filter((status) => status === 'eaten')).toHaveLength(7);
  });
});

describe('a change of a plan', () => {
  it('keeps the status of slots that stay the same', async () => {
    const person = await newPerson(url);
    const { id } = await planned(person, {
      days: [dinner('monday', soup), dinner('tuesday', soup), dinner('friday', pasta)],
    });
    for (const day of ['monday', 'tuesday', 'friday'])
      await person.post(`${path}/${id}/adhere`, { day, mealType: 'dinner' });
    const { status, body } = await person.put<Made & { message: string }>(`${path}/${id}`, {
      title: 'Another week',
      weekStartDate,
      days: [dinner('monday', soup), dinner('tuesday', pasta), dinner('saturday', pasta)],
      nutritionSummary: { calories: 1 },
    });
    expect(status).toBe(200);
    expect(body.data.plan).toMatchObject({ title: 'Another week', nutritionSummary: { calories: 1 } });
    expect(body.data.plan.days.map(({ day }) => day)).toEqual(['monday', 'tuesday', 'saturday']);
    expect(statusesOf(await read(person, id))).toEqual(['eaten', 'planned', 'planned']);
  });

  it('to another week plans its meals anew, but for the days that both have', async () => {
    const person = await newPerson(url);
    const { id } = await planned(person);
    for (const day of ['monday', 'friday']) await person.post(`${path}/${id}/skip`, { day, mealType: 'dinner' });
    await person.put(`${path}/${id}`, { weekStartDate: '2026-03-03' });
    const moved = await read(person, id);
    expect(moved.days.map(({ day, date }) => `${day} ${date}`)).toEqual(['friday 2026-03-06', 'monday 2026-03-09']);
    expect(statusesOf(moved)).toEqual(['skipped', 'planned']);
  });

  it('leaves what it does not name, and a title alone is enough', async () => {
    const person = await newPerson(url);
    const plan = await planned(person, { days: [dinner('monday', soup)], nutritionSummary: { fats: 3 } });
    const before = await versionsOf(house, person.id);
    const { body } = await person.put<Made>(`${path}/${plan.id}`, { title: 'Only this' });
    expect(body.data.plan).toMatchObject({ title: 'Only this', days: plan.days, nutritionSummary: { fats: 3 } });
    expect((await versionsOf(house, person.id)).version).toBe(before.version + 1);
    await person.put(`${path}/${plan.id}`, { title: null, nutritionSummary: null });
    expect(await read(person, plan.id)).toMatchObject({ title: 'Weekly Meal Plan', nutritionSummary: null });
  });

  it('a meal that is renamed, or leaves the catalogue, changes no history', async () => {
    const person = await newPerson(url);
    const [stew = ''] = await stockMeals(house, [{ name: 'Stew', cuisine: 'irish' }]);
    const { id } = await planned(person, { days: [dinner('monday', stew)] });
    const meals = house.mongo.collection<{ _id: string }>('meals');
    await meals.updateOne({ _id: stew }, { $set: { name: 'Soup', cuisine: 'none' } });
    expect((await read(person, id)).days[0]?.meals[0]).toMatchObject({
      mealName: 'Stew',
      meal: { name: 'Stew', cuisine: 'irish' },
    });
    await meals.deleteOne({ _id: stew });
    const moved = await person.put<Made>(`${path}/${id}`, { days: [dinner('tuesday', stew)] });
    expect(moved.body.data.plan.days[0]?.meals[0]).toMatchObject({ meal: stew, mealName: 'Stew', cuisine: 'irish' });
  });
});

describe('refused, and nothing kept:', () => {
  const days = (day: object) => ({ days: [day] });
  const meals = (meal: object) => days({ day: 'monday', meals: [{ mealType: 'dinner', meal: newId(), ...meal }] });
  it.each<[string, () => object]>([
    ['body.weekStartDate', () => ({ weekStartDate: undefined })],
    ['body.weekStartDate', () => ({ weekStartDate: '2026-02-31' })],
    ['body.weekStartDate', () => ({ weekStartDate: 'next week' })],
    ['body.weekStartDate', () => ({ weekStartDate: '9999-12-31' })],
    ['body.days', () => ({ days: [] })],
    ['body.days', () => ({ days: undefined })],
    ['body.days', () => ({ days: [...wholeWeek(), ...wholeWeek()] })],
    ['body.days[1].day', () => ({ days: [dinner('monday', soup), dinner('monday', pasta)] })],
    ['body.days[0].day', () => days(dinner('someday', soup))],
    ['body.days[0].meals', () => days({ day: 'monday', meals: Array(13).fill({ mealType: 'snack', meal: soup }) })],
    ['body.days[0].meals[0].mealType', () => meals({ mealType: 'brunch' })],
    ['body.days[0].meals[0].meal', () => meals({ meal: 'not-an-id' })],
    ['body.days[0].meals[0].meal', () => meals({ meal: newId() })],
    ['body.days[0].meals[0].meal', () => meals({ meal: gone })],
    ['body.title', () => ({ title: 'x'.repeat(201) })],
    ['body.nutritionSummary.calories', () => ({ nutritionSummary: { calories: -1 } })],
  ])('%s (%#)', async (place, fields) => {
    const person = await newPerson(url);
    const before = await versionsOf(house, person.id);
    const answer = await person.post(path, { weekStartDate, days: [dinner('monday', soup)], ...fields() });
    expect(answer.status).toBe(400);
    expect(answer.body.success).toBe(false);
    expect(answer.body.errors?.map((fault) => fault.path)).toEqual([place]);
    expect((await person.get<Page>(path)).body.data.plans).toEqual([]);
    expect(await versionsOf(house, person.id)).toEqual(before);
  });

  it('a change with a meal that is not there, and the plan stays', async () => {
    const person = await newPerson(url);
    const plan = await planned(person);
    const shown = await read(person, plan.id);
    const before = await versionsOf(house, person.id);
    const answer = await person.put(`${path}/${plan.id}`, {
      days: [dinner('monday', soup), dinner('friday', newId())],
    });
    expect(answer.status).toBe(400);
    expect(answer.body.errors?.map((fault) => fault.path)).toEqual(['body.days[1].meals[0].meal']);
    expect(await read(person, plan.id)).toEqual(shown);
    expect(await versionsOf(house, person.id)).toEqual(before);
  });

  it('marks without a day, a type or what was eaten instead', async () => {
    const person = await newPerson(url);
    const { id } = await planned(person);
    const slot = { day: 'monday', mealType: 'dinner' };
    for (const [what, sent] of [
      ['adhere', {}],
      ['skip', { ...slot, day: 'Monday' }],
      ['replace', slot],
      ['replace', { ...slot, replacedWith: ' ' }],
      ['replace', { ...slot, replacedWith: 'x'.repeat(501) }],
    ] as const)
      expect((await person.post(`${path}/${id}/${what}`, sent)).status).toBe(400);
    expect(statusesOf(await read(person, id))).toEqual(['planned', 'planned']);
  });
});

it('an account has at most 1,000 plans, and a place is free once one is deleted', async () => {
  const person = await newPerson(url);
  const kept = await planned(person);
  const at = new Date();
  const row = {
    title: 'x',
    weekStartDate,
    days: [],
    totals: null,
    generatedBy: 'manual',
    createdAt: at,
    updatedAt: at,
  };
  await house.mongo
    .collection<{ _id: string; [field: string]: unknown }>('meal_plans')
    .insertMany(Array.from({ length: 999 }, () => ({ _id: newId(), ownerId: person.id, ...row })));
  const body = { weekStartDate, days: [dinner('monday', soup)] };
  const key = { 'idempotency-key': 'one too many' };
  const refused = await person.post(path, body, key);
  expect(refused.status).toBe(409);
  expect(refused.body.message).toContain('1000');
  await person.remove(`${path}/${kept.id}`);
  const atOnce = await Promise.all([1, 2, 3, 4].map(() => person.post(path, body)));
  expect(atOnce.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
  const made = atOnce.find(({ status }) => status === 201)?.body.data as { plan: { id: string } };
  await person.remove(`${path}/${made.plan.id}`);
  expect((await person.post(path, body, key)).status).toBe(201);
});

describe('whose it is', () => {
  const calls = (id: string): [string, string, object?][] => [
    ['GET', `${path}/${id}`],
    ['PUT', `${path}/${id}`, { title: 'Mine now' }],
    ['DELETE', `${path}/${id}`],
    ['POST', `${path}/${id}/adhere`, { day: 'monday', mealType: 'dinner' }],
    ['POST', `${path}/${id}/skip`, { day: 'monday', mealType: 'dinner' }],
    ['POST', `${path}/${id}/replace`, { day: 'monday', mealType: 'dinner', replacedWith: 'Bread' }],
  ];
  const statuses = async (id: string, token?: string) =>
    Promise.all(
      calls(id).map(async ([method, target, json]) => (await ask(url, method, target, { token, json })).status),
    );

  it('somebody else’s plan is 404, what is no id 400, and no token 401', async () => {
    const [owner, other] = await Promise.all([newPerson(url), newPerson(url)]);
    const plan = await planned(owner);
    const shown = await read(owner, plan.id);
    const before = await versionsOf(house, other.id);
    expect(await statuses(plan.id, other.token)).toEqual([404, 404, 404, 404, 404, 404]);
    expect(await statuses(newId(), owner.token)).toEqual([404, 404, 404, 404, 404, 404]);
    expect(await statuses('not-an-id', owner.token)).toEqual([400, 400, 400, 400, 400, 400]);
    expect(await statuses(plan.id)).toEqual([401, 401, 401, 401, 401, 401]);
    for (const method of ['GET', 'POST'])
      expect((await ask(url, method, path, method === 'POST' ? { json: {} } : {})).status).toBe(401);
    expect(await read(owner, plan.id)).toEqual(shown);
    expect((await other.get<Page>(path)).body.data.plans).toEqual([]);
    expect(await versionsOf(house, other.id)).toEqual(before);
  });

  it('a deleted plan is gone, a version later, and its request makes it no second time', async () => {
    const person = await newPerson(url);
    const body = { weekStartDate, days: [dinner('monday', soup)] };
    const key = { 'idempotency-key': 'plan-1' };
    const made = await person.post<Made>(path, body, key);
    const again = await person.post<Made>(path, body, key);
    expect(again.body.data.plan).toEqual(made.body.data.plan);
    const before = await versionsOf(house, person.id);
    const { id } = made.body.data.plan;
    expect((await person.remove(`${path}/${id}`)).status).toBe(200);
    expect((await versionsOf(house, person.id)).version).toBe(before.version + 1);
    expect((await person.get(`${path}/${id}`)).status).toBe(404);
    expect((await person.remove(`${path}/${id}`)).status).toBe(404);
    expect((await versionsOf(house, person.id)).version).toBe(before.version + 1);
    expect((await person.post(path, body, key)).status).toBe(410);
  });
});

import { ask, openPalate, type House } from '../palate';
import { newPerson, versionsOf } from './people';

jest.setTimeout(60_000);

/** Cooking constraints over HTTP: one row an account, and each write a version of the context. */
interface Constraint {
  id: string | null;
  _id: string | null;
  maxCookTime: number;
  skillLevel: string;
  appliances: Record<string, boolean>;
  cookingDays: string[];
}
type Answer = { constraint: Constraint };

const path = '/api/v1/constraints';
let house: House;
let url: string;

beforeAll(async () => {
  house = await openPalate('constraints');
  ({ url } = await house.start({ PALATE_ROLE: 'api' }));
});
afterAll(() => house.close());

it('the defaults stand where nothing was said, and no appliance is claimed', async () => {
  const person = await newPerson(url);
  const { status, body } = await person.get<Answer>(path);
  expect(status).toBe(200);
  expect(body).toMatchObject({ success: true, error: null });
  expect(body.data.constraint).toMatchObject({
    id: null,
    maxCookTime: 30,
    skillLevel: 'beginner',
    appliances: {},
    cookingDays: [],
  });
});

it('what is sent is kept, what is left out stays, and null takes it back', async () => {
  const person = await newPerson(url);
  const first = await person.post<Answer>(path, {
    maxCookTime: 45,
    skillLevel: 'advanced',
    appliances: { hasGasStove: true, hasOven: false, hasMicrowave: true, hasAirFryer: true, hasBlender: true },
    cookingDays: ['friday', 'monday', 'friday'],
  });
  expect(first.status).toBe(200);
  const { constraint } = first.body.data;
  expect(constraint).toMatchObject({
    maxCookTime: 45,
    skillLevel: 'advanced',
    appliances: { hasGasStove: true, hasOven: false, hasMicrowave: true, hasAirFryer: true, hasBlender: true },
    cookingDays: ['monday', 'friday'],
  });
  expect(constraint._id).toBe(constraint.id);
  await person.post(path, { appliances: { hasOven: true, hasBlender: null }, skillLevel: null });
  const { body } = await person.get<Answer>(path);
  expect(body.data.constraint).toMatchObject({
    id: constraint.id,
    maxCookTime: 45,
    skillLevel: 'beginner',
    appliances: { hasGasStove: true, hasOven: true, hasMicrowave: true, hasAirFryer: true },
    cookingDays: ['monday', 'friday'],
  });
  expect(body.data.constraint.appliances).not.toHaveProperty('hasBlender');
});

it('an account has one row, also where its first ones arrive at once, and none of them is lost', async () => {
  const person = await newPerson(url);
  const { version } = await versionsOf(house, person.id);
  const names = ['hasGasStove', 'hasOven', 'hasMicrowave', 'hasAirFryer', 'hasBlender'];
  const answers = await Promise.all(names.map((name) => person.post(path, { appliances: { [name]: true } })));
  expect(answers.map(({ status }) => status)).toEqual(names.map(() => 200));
  expect(await house.mongo.collection('constraints').countDocuments({ ownerId: person.id })).toBe(1);
  const { body } = await person.get<Answer>(path);
  expect(body.data.constraint.appliances).toEqual(Object.fromEntries(names.map((name) => [name, true])));
  expect((await versionsOf(house, person.id)).version).toBe(version + names.length);
});

it('each write raises the version once, and one that is refused or changes nothing does not', async () => {
  const person = await newPerson(url);
  const before = await versionsOf(house, person.id);
  await person.post(path, { maxCookTime: 20 });
  const written = await versionsOf(house, person.id);
  expect(written.version).toBe(before.version + 1);
  expect(written.sections).toEqual({ ...before.sections, constraints: written.version });

  for (const body of [{ maxCookTime: -1 }, { skillLevel: 'chef' }, { cookingDays: ['someday'] }, { ovens: 2 }])
    expect((await person.post(path, body)).status).toBe(400);
  expect((await versionsOf(house, person.id)).version).toBe(written.version);

  expect((await person.remove<{ message: string }>(path)).body.data.message).toMatch(/removed/);
  expect((await person.get<Answer>(path)).body.data.constraint.maxCookTime).toBe(30);
  expect((await versionsOf(house, person.id)).version).toBe(written.version + 1);
  expect((await person.remove(path)).status).toBe(200);
  expect((await versionsOf(house, person.id)).version).toBe(written.version + 1);
});

it('what the context holds already raises no version: a repeat, or a default that is said', async () => {
  const person = await newPerson(url);
  const fresh = await versionsOf(house, person.id);
  const defaults = { maxCookTime: 30, skillLevel: 'beginner', appliances: { hasOven: false }, cookingDays: [] };
  expect((await person.post<Answer>(path, defaults)).body.data.constraint).toMatchObject(defaults);
  expect(await versionsOf(house, person.id)).toEqual(fresh);
  expect((await person.remove<{ message: string }>(path)).body.data.message).toMatch(/are removed/);
  expect(await versionsOf(house, person.id)).toEqual(fresh);

  const said = { maxCookTime: 45, appliances: { hasAirFryer: true }, cookingDays: ['friday', 'monday'] };
  await person.post(path, said);
  const once = await versionsOf(house, person.id);
  expect(once.version).toBe(fresh.version + 1);
  for (const body of [said, {}, { cookingDays: ['monday', 'friday'] }])
    expect((await person.post(path, body)).status).toBe(200);
  expect(await versionsOf(house, person.id)).toEqual(once);
  await person.post(path, { appliances: { hasAirFryer: false } });
  expect((await versionsOf(house, person.id)).version).toBe(once.version + 1);
});

it.each([
  ['maxCookTime', { maxCookTime: 1441 }],
  ['maxCookTime', { maxCookTime: '30' }],
  ['skillLevel', { skillLevel: 'BEGINNER' }],
  ['appliances.hasOven', { appliances: { hasOven: 'yes' } }],
  ['cookingDays[0]', { cookingDays: ['Mon'] }],
  ['cookingDays', { cookingDays: 'monday' }],
])('%s of a wrong value is 400 and named', async (field, body) => {
  const person = await newPerson(url);
  const answer = await person.post(path, body);
  expect(answer.status).toBe(400);
  expect(answer.body.success).toBe(false);
  expect(answer.body.errors?.map((fault) => fault.path)).toEqual([`body.${field}`]);
  expect(answer.body.message).toContain(field);
});

it('nobody is told or changed without a token, and everyone sees their own', async () => {
  for (const method of ['GET', 'POST', 'DELETE'])
    expect((await ask(url, method, path, method === 'POST' ? { json: {} } : {})).status).toBe(401);
  const [one, other] = await Promise.all([newPerson(url), newPerson(url)]);
  await one.post(path, { maxCookTime: 99 });
  expect((await other.get<Answer>(path)).body.data.constraint.maxCookTime).toBe(30);
  await other.remove(path);
  expect((await one.get<Answer>(path)).body.data.constraint.maxCookTime).toBe(99);
});

it('nothing is written for an account that is being erased', async () => {
  const person = await newPerson(url);
  // As after a token was checked: the account is marked while the request is under way.
  await person.get(path);
  await house.mongo
    .collection<{ _id: string }>('accounts')
    .updateOne({ _id: person.id }, { $set: { state: 'erasing' } });
  const { version } = await versionsOf(house, person.id);
  expect((await person.post(path, { maxCookTime: 20 })).status).toBe(401);
  expect(await house.mongo.collection('constraints').countDocuments({ ownerId: person.id })).toBe(0);
  expect((await versionsOf(house, person.id)).version).toBe(version);
});

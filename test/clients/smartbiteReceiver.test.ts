import { ReceiverDouble } from '../doubles/contextReceiver';
import { faults } from '../doubles/doubleServer';
import { keyErrorOf } from '../doubles/smartbiteNormaliser';
import { ask, eventually, openPalate, type House } from '../integration/palate';
import { textOf } from './reading';
import { openSmartbite, signUpForm, type Json } from './smartbiteApp';
import { readUser } from './smartbiteReading';

jest.setTimeout(90_000);

/**
 * SmartBite's receiver beside its app: its normaliser ends in a KeyError where a key is missing, its delete confirms and keeps, and it pulls
 * from three addresses, at one of them with the HMAC secret as its key.
 */
const key = 'an internal key of tests';
const medicalNotes = 'Coeliac disease';
const dayMs = 24 * 60 * 60_000;
let double: ReceiverDouble;
let house: House;
let url: string;

beforeAll(async () => {
  double = await new ReceiverDouble().start();
  house = await openPalate('smartbite-receiver', {
    FLASK_AI_BASE_URL: double.baseUrl,
    INTERNAL_HMAC_SECRET: ReceiverDouble.secret,
    NODE_INTERNAL_KEY: `${key},${ReceiverDouble.secret}`,
    CONTEXT_SYNC_DEBOUNCE_MS: '20',
    CONTEXT_SYNC_MAX_WAIT_MS: '100',
    CONTEXT_SYNC_RETRY_MS: '50',
  });
  ({ url } = await house.start());
});
afterAll(async () => {
  await house.close();
  await double.stop();
});
beforeEach(async () => {
  double.reset().normalisesWhole().keepsForgotten();
  await house.closeCircuits();
});

interface Known {
  user: Json;
  constraints: Json;
  feedback: Json[];
  adherenceHistory: Json[];
}
const knownOf = (id: string) => double.users.get(id) as unknown as Known | undefined;
/** The context that is known there, once `holds`. */
const told = (id: string, holds: (known: Known) => boolean) =>
  eventually(() => {
    const known = knownOf(id);
    return Promise.resolve(known !== undefined && holds(known) && known);
  }, 30_000);
/** Every answer that it gave about somebody, each once. */
const answersAbout = (id: string) => [...new Set(double.toldOf(id).map(({ answer }) => answer))];

/** An account with everything its app can say of one. */
async function someoneWithAll() {
  const app = openSmartbite(url);
  const form = signUpForm();
  const { profile } = form as { profile: Json };
  const user = readUser(await app.signUp({ ...form, profile: { ...profile, medicalNotes } }));
  const { meal } = await app.post('/meals', { name: 'Dal', cuisine: 'indian', mealType: 'dinner' });
  const mealId = textOf((meal as Json)._id, '_id');
  const days = ['monday', 'tuesday', 'wednesday'].map((day) => ({ day, meals: [{ mealType: 'dinner', meal: mealId }] }));
  const { plan } = await app.post('/meal-plans', { title: 'Week 10', weekStartDate: '2026-03-02', days });
  const mealPlanId = textOf((plan as Json)._id, '_id');
  await app.post('/constraints', { maxCookTime: 25, skillLevel: 'advanced', appliances: { hasOven: true }, cookingDays: ['monday'] });
  await app.post('/feedback', { type: 'liked', mealId, rating: 5, comment: 'Again' });
  await app.post('/feedback', { type: 'liked', mealPlanId });
  await app.post('/feedback', { type: 'too_spicy', mealId, rating: 2 });
  await app.post(`/meal-plans/${mealPlanId}/adhere`, { day: 'monday', mealType: 'dinner' });
  await app.post(`/meal-plans/${mealPlanId}/skip`, { day: 'tuesday', mealType: 'dinner' });
  await app.post(`/meal-plans/${mealPlanId}/replace`, { day: 'wednesday', mealType: 'dinner', replacedWith: 'Pizza' });
  return { app, form, user, mealId, mealPlanId };
} // prettier-ignore

const isWhole = ({ feedback, adherenceHistory }: Known) =>
  feedback.length === 3 &&
  adherenceHistory.every(({ status }) => status !== 'planned') &&
  adherenceHistory.length === 3;

it('takes everything that an account says, as it is said, and no word that leads to the person', async () => {
  const { app, form, user, mealId, mealPlanId } = await someoneWithAll();
  const known = await told(user._id, isWhole);
  expect(known.user).toMatchObject({ id: user._id, username: user._id, age: 36, goal: 'lose_weight', allergies: ['nuts'], budgetTier: 'medium' });
  expect(known.constraints).toEqual({ cookTime: 25, maxCookTime: 25, skillLevel: 'advanced', appliances: ['oven'], cookingDays: ['monday'] });
  expect(known.feedback.map(({ type, meal, mealPlanId: plan }) => [type, meal, plan])).toEqual([
    ['too_spicy', mealId, null],
    ['liked', null, mealPlanId],
    ['liked', mealId, null],
  ]);
  expect(known.adherenceHistory.map(({ status, meal, mealName }) => [status, meal, mealName])).toEqual([
    ['eaten', mealId, 'Dal'],
    ['skipped', mealId, 'Dal'],
    ['replaced', mealId, 'Dal'],
  ]);
  await app.put('/users/update', { fullName: 'Ada King', phone: '', profile: { age: 37, goal: 'muscle_gain', allergies: [] } });
  await told(user._id, ({ user: { age, goal, allergies } }) => age === 37 && goal === 'gain_muscle' && (allergies as unknown[]).length === 0);
  await app.remove('/constraints');
  await told(user._id, ({ constraints }) => constraints.maxCookTime === 30);
  await app.remove(`/meal-plans/${mealPlanId}`);
  await told(user._id, ({ adherenceHistory }) => adherenceHistory.length === 0);

  expect(answersAbout(user._id)).toEqual([200]);
  const sent = double.received.map(({ body }) => body.toString()).join('\n');
  const { email, phone, username, fullName, password } = form as Record<string, string>;
  for (const secret of [email, phone, username, fullName, password, 'Ada King', medicalNotes, ...app.storage.values(), '$2'])
    expect(sent).not.toContain(secret);
}); // prettier-ignore

it.each([
  ['/api/v1/users/internal/ai/user-context/', ReceiverDouble.secret],
  ['/internal/ai/user-context/', key],
  ['/users/internal/ai/user-context/', key],
])('pulls from %s what it can normalise', async (path, given) => {
  const { user } = await someoneWithAll();
  await told(user._id, isWhole);
  const pull = (headers: Record<string, string>, id = user._id) =>
    ask<{ success: boolean; data: Json; synced: boolean; syncedToFlask: boolean }>(url, 'GET', path + id, { headers });
  const { status, body } = await pull({ 'x-internal-key': given });
  expect([status, body]).toMatchObject([200, { success: true, synced: true, syncedToFlask: true }]);
  expect(keyErrorOf(body.data)).toBeNull();
  const { contextVersion: _version, contextGeneratedAt: _at, ...known } = { ...knownOf(user._id) } as Json;
  expect(body.data).toMatchObject(known);
  expect((await pull({ 'x-internal-key': 'another' })).status).toBe(401);
  expect((await pull({})).status).toBe(401);
  expect((await pull({ 'x-internal-key': given }, 'f'.repeat(24))).status).toBe(404);
});

it('of an erased account it keeps what its delete leaves: nothing', async () => {
  const { app, user } = await someoneWithAll();
  await told(user._id, isWhole);
  await app.remove('/users/me');
  house.time.passedMs += dayMs + 60_000;
  const kinds = await eventually(() => {
    const lately = double.toldOf(user._id).slice(-2).map(({ kind }) => kind);
    return Promise.resolve(lately.at(-1) === 'delete' && lately);
  }, 60_000);
  expect(kinds).toEqual(['push', 'delete']);
  expect(answersAbout(user._id)).toEqual([200]);
  expect(knownOf(user._id)).toMatchObject({
    user: { id: user._id, username: user._id, age: null, heightCm: null, weightKg: null, gender: null, goal: null, allergies: [] },
    constraints: { maxCookTime: 30, appliances: [], cookingDays: [] },
    feedback: [],
    adherenceHistory: [],
  });
}); // prettier-ignore

it('where it hangs or refuses, no page waits for it', async () => {
  // Longer than the app waits: a call that waits for the receiver fails here.
  const slow = await house.start({ CONTEXT_SYNC_TIMEOUT_MS: '20000', PALATE_ROLE: 'api' });
  for (const fault of [faults.hang(), faults.status(500), faults.tooMany('60')]) {
    double.always(fault);
    const app = openSmartbite(slow.url);
    const form = signUpForm();
    const user = readUser(await app.signUp(form));
    await app.put('/users/update', { profile: { age: 40 } });
    await app.post('/constraints', { maxCookTime: 10 });
    await app.logOut();
    expect(readUser(await app.logIn(textOf(form.email, 'email'), textOf(form.password, 'password')))._id).toBe(user._id);
    expect(readUser(await app.get('/users/me')).profile.age).toBe(40);
  }
  double.always(null);
  await slow.stop();
}); // prettier-ignore

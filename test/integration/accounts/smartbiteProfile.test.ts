import { randomUUID } from 'node:crypto';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { contextWorkflows } from '../../../src/messages/context';
import { UserContext } from '../../../src/model/context';
import { createLog } from '../../../src/telemetry/log';
import { ReceiverDouble } from '../../doubles/contextReceiver';
import { picture } from '../photos/meals';
import { soup } from '../meals/catalogueMeals';
import { ask, eventually, openPalate, type Ask, type House } from '../palate';

jest.setTimeout(120_000);

/** The profile, its picture and what an account did, as SmartBite's app reads and saves them. */
interface User {
  id: string;
  fullName: string | null;
  name: string | null;
  username: string;
  phone: string | null;
  roles: string[];
  isVerified: boolean;
  avatar: { url: string | null };
  favoriteMeals: string[];
  profile: { medicalNotes: string | null; age: number | null };
}
interface Data<T> {
  data: T;
}

/** Of the log, down to its finest level. */
const lines: string[] = [];
const log = createLog({ level: 'trace' }, { write: (line) => void lines.push(line) });

let house: House;
let url: string;
let token: string;
let user: User;
const notes = 'Coeliac disease, diagnosed in 2019; carries an EpiPen.';
const password = 'Correct-horse-1';
const email = `ada-${randomUUID()}@example.com`;

const double = new ReceiverDouble();
const receiver = () => ({
  FLASK_AI_BASE_URL: double.baseUrl,
  INTERNAL_HMAC_SECRET: ReceiverDouble.secret,
  CONTEXT_SYNC_DEBOUNCE_MS: '20',
});

beforeAll(async () => {
  await double.start();
  house = await openPalate('smartbite-profile', receiver(), {}, log);
  ({ url } = await house.start());
  const json = { fullName: 'Ada Lovelace', username: `ada${Date.now()}`, email, password, phone: '+49 30 1234', profile: { medicalNotes: notes } };
  const { status, body } = await ask<Data<{ user: User; tokens: { accessToken: string } }>>(url, 'POST', '/api/v1/users/signup', { json });
  expect(status).toBe(201);
  ({ user } = body.data);
  token = body.data.tokens.accessToken;
}, 60_000); // prettier-ignore
afterAll(async () => {
  await house.close();
  await double.stop();
});

const call = <T>(method: string, target: string, what: Ask = {}) =>
  ask<Data<T>>(url, method, target, { token, ...what });
const me = async () => (await call<User>('GET', '/api/v1/users/me')).body.data;
const save = (json: object) => call<User>('PUT', '/api/v1/users/update', { json });
const row = () =>
  house.mongo.collection<{ _id: string; medicalNotes: string | null }>('accounts').findOne({ _id: user.id });
const version = async () => (await house.store.contextSyncs.find(user.id))!.version;

it('tokens stand in data.tokens and flat beside it, at sign-up, login and refresh', async () => {
  const login = await ask<Data<Record<string, unknown>>>(url, 'POST', '/api/v1/users/login', { json: { email, password } });
  const { tokens, accessToken, refreshToken } = login.body.data;
  expect(tokens).toEqual({ accessToken, refreshToken });
  const refresh = await ask<Data<Record<string, unknown>>>(url, 'POST', '/api/v1/users/refresh-token', { json: { refreshToken } });
  expect(refresh.body.data).toEqual({
    accessToken: expect.any(String) as string,
    refreshToken: expect.any(String) as string,
    tokens: { accessToken: refresh.body.data.accessToken, refreshToken: refresh.body.data.refreshToken },
  });
}); // prettier-ignore

it('the user is read by its name, roles, picture and favourites', async () => {
  expect(user).toMatchObject({ fullName: 'Ada Lovelace', name: 'Ada Lovelace', roles: ['user'], isVerified: false, avatar: { url: null }, favoriteMeals: [] });
  const added = await call<{ meal: { id: string } }>('POST', '/api/v1/meals', { json: soup });
  const { id } = added.body.data.meal;
  await call('PUT', `/api/v1/meals/${id}/like`);
  expect((await me()).favoriteMeals).toEqual([id]);
  await call('DELETE', `/api/v1/meals/${id}/like`);
  expect((await me()).favoriteMeals).toEqual([]);
}); // prettier-ignore

it('a saved form clears an empty telephone number and ignores an empty name', async () => {
  const { status, body } = await save({ fullName: '', phone: '', profile: { age: 36 } });
  expect([status, body.data]).toMatchObject([200, { fullName: 'Ada Lovelace', phone: null, profile: { age: 36, medicalNotes: notes } }]);
  expect((await save({ name: 'Ada King', phone: '+49 30 99' })).body.data).toMatchObject({ name: 'Ada King', fullName: 'Ada King', phone: '+49 30 99' });
  expect((await save({ fullName: 'x'.repeat(101) })).status).toBe(400);
}); // prettier-ignore

describe('medical notes', () => {
  it('are shown to their owner, encrypted at rest, and raise no version of the context', async () => {
    expect((await me()).profile.medicalNotes).toBe(notes);
    expect((await row())!.medicalNotes).toMatch(/^v1\./);
    const before = await version();
    const sealed = (await row())!.medicalNotes;
    expect((await save({ profile: { medicalNotes: `${notes} Also asthma.` } })).body.data.profile.medicalNotes).toBe(`${notes} Also asthma.`);
    expect((await row())!.medicalNotes).not.toBe(sealed);
    expect(await version()).toBe(before);
    expect((await save({ medicalNotes: notes })).body.data.profile.medicalNotes).toBe(notes);
  }); // prettier-ignore

  it('are in the export, and in nothing else: no context, no other door, no row in the clear', async () => {
    const exported = await ask<{ medical_notes: string; views: { smartbite: { profile: object } } }>(url, 'GET', '/api/auth/export', { token });
    expect(exported.body.medical_notes).toBe(notes);
    // Where it has a part of its own nothing else says that there is none.
    const { smartbite } = exported.body.views;
    expect(['favoriteMeals', 'avatar'].filter((key) => key in smartbite)).toEqual([]);
    expect(smartbite.profile).not.toHaveProperty('medicalNotes');
    const { body } = await call<UserContext>('GET', '/api/ml/user-context');
    expect(UserContext.safeParse(body.data).success).toBe(true);
    const others = await Promise.all(['/api/auth/me', '/auth/me', '/api/ml/user-context'].map((path) => call('GET', path)));
    for (const { body: shown } of others) expect(JSON.stringify(shown)).not.toContain('Coeliac');
    for (const { name } of await house.mongo.db!.listCollections().toArray())
      expect(JSON.stringify(await house.mongo.collection(name).find().toArray())).not.toContain('Coeliac');
  }); // prettier-ignore

  it('are repeated by no refusal, and stand in no push, no line of the log and no history of a run', async () => {
    const put = (body: string) => fetch(`${url}/api/v1/users/update`, { method: 'PUT', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body });
    const malformed = await put(`{"medicalNotes": "${notes}`);
    const refused = [
      await save({ profile: { medicalNotes: `Coeliac ${'x'.repeat(2_000)}` } }),
      await save({ profile: { medicalNotes: ['Coeliac'] } }),
      await save({ profile: { medicalNotes: notes, age: 'Coeliac' } }),
      await save({ profile: { MedicalNotes: notes } }),
      await call('PUT', '/api/v1/users/update?medicalNotes=Coeliac', { json: {} }),
      { status: malformed.status, body: await malformed.text() },
    ];
    expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 400));
    expect(JSON.stringify(refused.map(({ body }) => body))).not.toContain('Coeliac');

    expect((await save({ profile: { age: 37, medicalNotes: notes } })).status).toBe(200);
    await eventually(() => Promise.resolve((double.users.get(user.id)?.user as { age?: number } | undefined)?.age === 37), 30_000);
    expect(double.received.filter(({ body }) => body.includes('Coeliac'))).toEqual([]);
    const run = house.temporal.workflow.getHandle(contextWorkflows.sync.id(user.id));
    const history = historyToJSON(await run.fetchHistory());
    const decoded = history.replace(/"data":\s*"([A-Za-z0-9+/=]+)"/g, (_all, data: string) => Buffer.from(data, 'base64').toString());
    expect(decoded).toContain(user.id);
    expect(decoded).not.toContain('Coeliac');
    expect(lines.length).toBeGreaterThan(20);
    expect(lines.filter((line) => line.includes('Coeliac'))).toEqual([]);
  }); // prettier-ignore

  it('whose key was lost keep nobody from logging in and exporting, and are there again with the key', async () => {
    const sealed = (await row())!.medicalNotes;
    const [old, other] = [Buffer.alloc(32, 7), Buffer.alloc(32, 8)].map((key) => key.toString('base64'));
    const shown = async (keys: string) => {
      const palate = await house.start({ PALATE_ROLE: 'api', PALATE_ENCRYPTION_KEYS: keys });
      const login = await ask<Data<{ user: User; accessToken: string }>>(palate.url, 'POST', '/api/v1/users/login', { json: { email, password } });
      const session = { token: login.body.data.accessToken };
      const exported = await ask<{ medical_notes?: string }>(palate.url, 'GET', '/api/auth/export', session);
      // Its app sends the whole form, with nothing where it was shown nothing.
      const whole = { profile: { medicalNotes: login.body.data.user.profile.medicalNotes ?? '' } };
      expect((await ask(palate.url, 'PUT', '/api/v1/users/update', { ...session, json: whole })).status).toBe(200);
      await palate.stop();
      return [login.status, login.body.data.user.profile.medicalNotes, exported.status, exported.body.medical_notes];
    };
    expect(await shown(other!)).toEqual([200, null, 200, undefined]);
    expect(lines.filter((line) => line.includes('medical notes cannot be opened'))).toHaveLength(4);
    expect((await row())!.medicalNotes).toBe(sealed);
    expect(await shown(`${other},${old}`)).toEqual([200, notes, 200, notes]);
  }); // prettier-ignore

  it('have 2,000 characters at most, and none where they are empty', async () => {
    expect((await save({ profile: { medicalNotes: 'x'.repeat(2_001) } })).status).toBe(400);
    expect((await save({ profile: { medicalNotes: 'x'.repeat(2_000) } })).status).toBe(200);
    expect((await save({ profile: { medicalNotes: '' } })).body.data.profile.medicalNotes).toBeNull();
    expect((await row())!.medicalNotes).toBeNull();
    const exported = await ask<{ medical_notes?: string }>(url, 'GET', '/api/auth/export', { token });
    expect(exported.body.medical_notes).toBeUndefined();
  });
});

describe('the picture', () => {
  const send = async (seed: number | null, field = 'avatar') => {
    const form = new FormData();
    if (seed !== null) form.append(field, new Blob([new Uint8Array(await picture(seed))]), 'me.jpg');
    else form.append('other', 'x');
    return call<{ avatar: { url: string | null } }>('PUT', '/api/v1/users/avatar', { form });
  };
  const shown = () => eventually(async () => (await me()).avatar.url ?? false, 30_000);

  it('is shown by a signed address; another takes its place', async () => {
    expect((await send(1)).status).toBe(200);
    const first = await shown();
    expect((await fetch(first)).status).toBe(200);
    expect((await send(2)).status).toBe(200);
    await eventually(async () => ![null, first].includes((await me()).avatar.url), 30_000);
    await eventually(async () => (await fetch(first)).status === 404);
  });

  it('is asked for where none was sent, or under another name, and refused where it is none', async () => {
    expect((await send(null)).status).toBe(400);
    expect((await send(3, 'photo')).status).toBe(400);
    expect((await call('PUT', '/api/v1/users/avatar', { json: {} })).status).toBe(400);
    const form = new FormData();
    form.append('avatar', new Blob(['<svg/>']), 'me.svg');
    expect((await call('PUT', '/api/v1/users/avatar', { form })).status).toBe(415);
    expect((await ask(url, 'PUT', '/api/v1/users/avatar', { form })).status).toBe(401);
  });
});

describe('activity and analytics', () => {
  it('count what there is, latest first, and what support did', async () => {
    const { body: added } = await call<{ meal: { id: string } }>('POST', '/api/v1/meals', { json: soup });
    const meal = added.data.meal.id;
    const days = [{ day: 'monday', meals: [{ mealType: 'dinner', meal }] }];
    await call('POST', '/api/v1/meal-plans', { json: { title: 'Week 9', weekStartDate: '2026-03-02', days } });
    await call('POST', '/api/v1/feedback', { json: { type: 'liked', mealId: meal, rating: 5, comment: 'Again' } });
    await call('POST', '/api/v1/constraints', { json: { maxCookTime: 20 } });
    await call('PUT', `/api/v1/meals/${meal}/like`);
    await save({ medicalNotes: notes });
    const cut = new FormData();
    cut.append('avatar', new Blob([new Uint8Array(await picture(4)).subarray(0, 1_500)]), 'me.jpg');
    expect((await call('PUT', '/api/v1/users/avatar', { form: cut })).status).toBe(422);
    await house.store.audit.record({ actor: { id: 'f'.repeat(24), email: 'support@example.com' }, action: 'user.view', target: user.id, reason: null });

    const { body: done } = await call<{ activities: { action: string; createdAt: string }[] }>('GET', '/api/v1/users/activity');
    const actions = done.data.activities.map(({ action }) => action);
    expect(actions.slice(0, 4)).toEqual(['user.view', 'feedback.submitted', 'meal_plan.created', 'meal.added']);
    expect(JSON.stringify(done)).not.toContain('support@');
    expect(done.data).toMatchObject({ activityHistory: done.data.activities });

    const { body: stats } = await call('GET', '/api/v1/users/activity-stats');
    expect(stats.data).toMatchObject({ totalActivities: actions.length, activeDays: 1, thisWeek: actions.length, lastActive: done.data.activities[0]!.createdAt });

    const { body: figures } = await call('GET', '/api/v1/analytics');
    expect(figures.data).toMatchObject({
      counts: { totalMeals: 2, totalMealPlans: 1, totalAiInteractions: 0, totalFeedbacks: 1, totalConstraints: 1 },
      statistics: { accountAge: 0, activeDays: 1 },
      recent: { latestMealPlan: { title: 'Week 9' }, latestFeedback: { rating: 5, comment: 'Again' } },
      flaskAnalytics: null,
    });

    const { body: exported } = await call<{ mealPlans: unknown[]; userData: User }>('GET', '/api/v1/analytics/export');
    expect(exported.data).toMatchObject({
      userData: { id: user.id, favoriteMeals: [meal], profile: { medicalNotes: notes } },
      mealPlans: [{ title: 'Week 9' }],
      feedbacks: [{ comment: 'Again', meal: { id: meal } }],
      constraints: [{ maxCookTime: 20 }],
      flaskData: null,
    });
  }); // prettier-ignore

  it('are empty for a new account, and nobody else’s', async () => {
    const json = { username: `new${Date.now()}`, email: `new-${randomUUID()}@example.com`, password };
    const { body } = await ask<{ token: string }>(url, 'POST', '/api/v1/users/signup', { json });
    const asked = (target: string, by: string | undefined = body.token) => ask<Data<object>>(url, 'GET', target, { token: by });
    expect((await asked('/api/v1/users/activity')).body.data).toEqual({ activities: [], activityHistory: [] });
    expect((await asked('/api/v1/users/activity-stats')).body.data).toEqual({ totalActivities: 0, activeDays: 0, thisWeek: 0, lastActive: null });
    expect((await asked('/api/v1/analytics')).body.data).toMatchObject({ counts: { totalMeals: 0 }, recent: { latestMealPlan: null, latestFeedback: null } });
    expect((await asked('/api/v1/analytics/export')).body.data).toMatchObject({ mealPlans: [], feedbacks: [], constraints: [] });
    for (const target of ['/api/v1/users/activity', '/api/v1/users/activity-stats', '/api/v1/analytics', '/api/v1/analytics/export'])
      expect((await ask(url, 'GET', target)).status).toBe(401);
  }); // prettier-ignore
});

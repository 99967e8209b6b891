import { openPalate, type House } from '../integration/palate';
import { picture } from '../integration/photos/meals';
import { BlockedByBrowser, byName, openPage } from './client';
import { textOf } from './reading';
import { openSmartbite, Shown, signUpForm, type Json, type SmartbiteApp } from './smartbiteApp';
import { readActivities, readActivityStats, readAnalytics, readUser } from './smartbiteReading';

jest.setTimeout(60_000);

/** SmartBite's app at a whole Palate: its account, its session, and the pages about the person. */
const minuteMs = 60_000;
const password = 'Correct-horse-1';
let house: House;
let url: string;

beforeAll(async () => {
  house = await openPalate('smartbite-app');
  ({ url } = await house.start());
});
afterAll(() => house.close());

const pass = (ms: number) => {
  house.time.passedMs += ms;
};
const newcomer = async (more: Json = {}) => {
  const app = openSmartbite(url);
  const form = signUpForm(more);
  const user = readUser(await app.signUp(form));
  return { app, form, user, email: form.email as string };
};
const me = async (app: SmartbiteApp) => readUser(await app.get('/users/me'));
const failureOf = async (work: Promise<unknown>) => {
  try {
    await work;
  } catch (error) {
    if (error instanceof Shown) return error;
    throw error;
  }
  throw new Error('Nothing failed');
};

describe('signing up', () => {
  it('takes the whole form, and the app reads its own words back', async () => {
    const { app, form, user } = await newcomer();
    expect(user).toMatchObject({
      name: form.fullName,
      fullName: form.fullName,
      username: form.username,
      email: form.email,
      phone: form.phone,
      isAdmin: false,
      picture: null,
      favourites: [],
      profile: { ...(form.profile as Json), medicalNotes: null },
      preferences: form.preferences,
    });
    expect(await me(app)).toEqual(user);
  });

  it.each([
    ['fat_loss', 'lose'],
    ['muscle_gain', 'gain'],
    ['maintenance', 'maintain'],
  ])('knows %s', async (goal) => {
    const { app } = await newcomer({ profile: { goal } });
    expect((await me(app)).profile.goal).toBe(goal);
  });

  it('says in a sentence why it is refused', async () => {
    const { form } = await newcomer();
    const again = openSmartbite(url);
    expect(await failureOf(again.signUp(form))).toMatchObject({ status: 409, message: expect.stringMatching(/e-mail/) as string });
    const named = await failureOf(again.signUp(signUpForm({ username: form.username })));
    expect(named).toMatchObject({ status: 409, message: expect.stringMatching(/username/) as string });
    expect((await failureOf(again.signUp(signUpForm({ password: 'short' })))).status).toBe(400);
  }); // prettier-ignore
});

describe('the session', () => {
  it('logs in; a wrong password is a sentence after one refresh that fails', async () => {
    const { email, user } = await newcomer();
    const app = openSmartbite(url);
    expect(await failureOf(app.logIn(email, 'Wrong-horse-1'))).toMatchObject({ status: 401 });
    expect(app.signedOut()).toBe(1);
    expect(readUser(await app.logIn(email, password))._id).toBe(user._id);
  });

  it('goes on when the access token expired, also where all calls of a page refresh at once', async () => {
    const { app, user } = await newcomer();
    for (let hour = 0; hour < 3; hour += 1) {
      pass(61 * minuteMs);
      const answers = await Promise.all([
        app.get('/users/me'),
        app.get('/constraints'),
        app.get('/meal-plans'),
        app.get('/feedback'),
        app.get('/users/activity'),
      ]);
      expect(readUser(answers[0])._id).toBe(user._id);
    }
    expect(app.signedOut()).toBe(0);
  });

  it('outlives a settings page that refreshes and keeps nothing', async () => {
    const { app, user } = await newcomer();
    const { refreshToken } = Object.fromEntries(app.storage);
    for (let visit = 0; visit < 4; visit += 1) {
      await app.refreshInSettings();
      await app.refreshInSettings();
      pass(20 * minuteMs);
      expect((await me(app))._id).toBe(user._id);
    }
    expect(app.storage.get('refreshToken')).not.toBe(refreshToken);
    pass(3 * 24 * 60 * minuteMs);
    await app.refreshInSettings();
    pass(3 * 24 * 60 * minuteMs);
    expect((await me(app))._id).toBe(user._id);
    expect(app.signedOut()).toBe(0);
  });

  it('is found by its cookie where the storage was emptied, by scripts never', async () => {
    const { app, user } = await newcomer();
    app.storage.clear();
    expect((await me(app))._id).toBe(user._id);
    const seen = await app.send('POST', '/users/refresh-token', { json: {} });
    expect([seen.status, [...seen.headers.keys()]]).toEqual([200, expect.not.arrayContaining(['set-cookie']) as string[]]);
  }); // prettier-ignore

  it('takes the refresh token from a header too, which the preflight allows', async () => {
    const { app } = await newcomer();
    const bare = openSmartbite(url);
    const headers = { 'x-refresh-token': textOf(app.storage.get('refreshToken'), 'refreshToken') };
    const answer = await bare.send('POST', '/users/refresh-token', { headers });
    expect(answer.status).toBe(200);
    textOf((answer.json<{ data: { tokens: Json } }>().data.tokens).accessToken, 'accessToken');
  }); // prettier-ignore

  it('ends with logging out, in every tab and with the cookie', async () => {
    const { app, email } = await newcomer();
    const tab = openSmartbite(url, app.page);
    await tab.logIn(email, password);
    const held = Object.fromEntries(tab.storage);
    await tab.logOut();
    for (const [name, token] of Object.entries(held)) tab.storage.set(name, token);
    expect((await failureOf(tab.get('/users/me'))).status).toBe(401);
    expect((await failureOf(tab.get('/users/me'))).status).toBe(401);
    expect((await me(app)).email).toBe(email); // a session of its own
  });

  it('is for pages of this machine, and of the sites that are named', async () => {
    for (const origin of ['https://smartbite.example', 'null']) {
      const page = openPage({ origin, base: byName(url), credentials: 'include', timeoutMs: 10_000 });
      await expect(openSmartbite(url, page).signUp(signUpForm())).rejects.toThrow(BlockedByBrowser);
    }
    const named = await house.start({ NODE_ENV: 'test', CORS_ORIGINS: 'https://smartbite.example' });
    const page = openPage({ origin: 'https://smartbite.example', base: byName(named.url), credentials: 'include', timeoutMs: 10_000 });
    const app = openSmartbite(named.url, page);
    readUser(await app.signUp(signUpForm()));
    await me(app);
    // Of another site: the cookie is not kept, and only the storage holds the session.
    app.storage.clear();
    expect((await failureOf(me(app))).status).toBe(401);
    await named.stop();
  }); // prettier-ignore

  it('may state a time zone with any call', async () => {
    const { app } = await newcomer();
    readUser(await app.call('GET', '/users/me', { headers: { 'time-zone': 'Asia/Kolkata' } }));
  });
});

describe('the profile', () => {
  /** All its fields, whatever was changed. */
  const whole = (user: Awaited<ReturnType<typeof me>>, more: Json = {}): Json => ({
    fullName: user.fullName,
    phone: user.phone ?? '',
    profile: user.profile,
    preferences: user.preferences,
    ...more,
  });

  it('is saved as a whole form, lists always', async () => {
    const { app, user } = await newcomer();
    const profile = { ...user.profile, weightKg: 60, allergies: [], dietaryPreferences: [], medicalNotes: 'Coeliac' };
    const saved = readUser(await app.put('/users/update', whole(user, { profile })));
    expect(saved.profile).toEqual(profile);
    expect(await me(app)).toMatchObject({ profile, preferences: user.preferences, phone: user.phone });
  });

  it('an empty telephone number clears it, an empty name is ignored', async () => {
    const { app, user } = await newcomer();
    const saved = readUser(await app.put('/users/update', whole(user, { fullName: '', phone: '' })));
    expect([saved.name, saved.phone]).toEqual([user.name, null]);
    expect(readUser(await app.put('/users/update', whole(saved)))).toEqual({ ...saved });
  });

  it('of somebody who said nothing is read, and saved as it was read', async () => {
    const app = openSmartbite(url);
    const { fullName, username, email, phone } = signUpForm();
    const user = readUser(await app.signUp({ fullName, username, email, phone, password }));
    expect(user.profile).toMatchObject({ age: null, goal: null, dietaryPreferences: [], allergies: [] });
    expect(readUser(await app.put('/users/update', whole(user)))).toEqual(user);
  });

  it('also comes flat', async () => {
    const { app, user } = await newcomer();
    const saved = readUser(await app.put('/users/additional-data', { ...user.profile, ...user.preferences, goal: 'maintenance', budgetTier: 'low' }));
    expect(saved).toEqual({ ...user, profile: { ...user.profile, goal: 'maintenance' }, preferences: { ...user.preferences, budgetTier: 'low' } });
  }); // prettier-ignore

  it('shows its picture on the page', async () => {
    const { app } = await newcomer();
    const form = new FormData();
    form.append('avatar', new Blob([new Uint8Array(await picture(11))], { type: 'image/jpeg' }), 'me.jpg');
    const { avatar } = await app.call('PUT', '/users/avatar', { form });
    const shown = await app.page.showImage(textOf((avatar as Json).url, 'avatar.url'));
    expect(shown.type).toBe('image/jpeg');
    expect((await app.page.showImage(textOf((await me(app)).picture, 'picture'))).bytes).toBe(shown.bytes);
  });
});

describe('activity and analytics', () => {
  it('of somebody new are empty and whole', async () => {
    const { app } = await newcomer();
    expect(readActivities(await app.get('/users/activity')).activities).toEqual([]);
    expect(readActivityStats(await app.get('/users/activity-stats'))).toMatchObject({ totalActivities: 0, lastActive: null });
    expect(readAnalytics(await app.get('/analytics'))).toMatchObject({ latestMealPlan: null, latestFeedback: null, ofService: null });
  }); // prettier-ignore

  it('are read with what there is', async () => {
    const { app, user } = await newcomer({ profile: { medicalNotes: 'Coeliac' } });
    const { meal } = await app.post('/meals', { name: 'Dal' });
    const mealId = textOf((meal as Json)._id, '_id');
    await app.post('/constraints', { maxCookTime: 20 });
    await app.post('/meal-plans', { weekStartDate: '2026-03-02', days: [{ day: 'monday', meals: [{ mealType: 'dinner', meal: mealId }] }] });
    await app.post('/feedback', { type: 'liked', mealId, rating: 5, comment: 'Again' });
    await app.post(`/meals/${mealId}/like`, {});
    const { activities, activityHistory } = readActivities(await app.get('/users/activity'));
    expect(activityHistory).toEqual(activities);
    expect(activities.map(({ title }) => title)).toEqual(expect.arrayContaining(['feedback submitted', 'meal plan created', 'meal added']));
    expect(readActivityStats(await app.get('/users/activity-stats'))).toMatchObject({ totalActivities: activities.length, activeDays: 1 });
    expect(readAnalytics(await app.get('/analytics'))).toMatchObject({
      counts: { totalMeals: 1, totalMealPlans: 1, totalAiInteractions: 0, totalFeedbacks: 1, totalConstraints: 1 },
      latestMealPlan: { title: 'Weekly Meal Plan' },
      latestFeedback: { rating: 5, comment: 'Again' },
    });
    const exported = await app.get('/analytics/export');
    for (const list of ['mealPlans', 'feedbacks', 'constraints']) expect(exported[list]).toHaveLength(1);
    // What the account itself says, favourites and notes included: it is the owner's copy.
    expect(readUser(exported.userData)).toEqual({ ...(await me(app)) });
    expect(readUser(exported.userData)).toMatchObject({ _id: user._id, favourites: [mealId], profile: { medicalNotes: 'Coeliac' } });
    expect(exported).toHaveProperty('flaskData', null);
  }); // prettier-ignore
});

it('what is not served answers 404 with a sentence that its pages show, and signs nobody out', async () => {
  const { app, user } = await newcomer();
  const notServed: [string, string, Json?][] = [
    ['GET', '/notifications/unread-count'],
    ['GET', `/notifications/latest?since=${encodeURIComponent(new Date().toISOString())}`],
    ['GET', '/notifications?page=1&limit=20&unreadOnly=false'],
    ['PATCH', '/notifications/mark-all-read', {}],
    ['PATCH', `/notifications/${'a'.repeat(24)}/read`, {}],
    ['POST', '/users/password/request-otp', { email: user.email }],
    ['POST', '/users/password/reset', { email: user.email, otp: '123456', newPassword: password }],
    ['GET', `/meal-plans/${'a'.repeat(24)}/grocery-list`],
    ['GET', `/meal-plans/${'a'.repeat(24)}/grocery-summary`],
    ['GET', `/meal-plans/${'a'.repeat(24)}/cost-estimate`],
    ['GET', `/meal-plans/${'a'.repeat(24)}/store-suggestions`],
    ['GET', `/meal-plans/${'a'.repeat(24)}/budget-alternatives`],
    ['POST', `/meal-plans/${'a'.repeat(24)}/missing-items`, { pantryItems: ['rice'] }],
    ['POST', '/recommendations/generate', {}],
    ['GET', '/recommendations/history'],
  ];
  for (const [method, path, json] of notServed)
    expect([path, (await failureOf(app.call(method, path, json && { json }))).status]).toEqual([path, 404]);
  expect(app.signedOut()).toBe(0);
  expect((await me(app))._id).toBe(user._id);
});

it('deleting the account signs out everywhere at once; a log-in within a day keeps it', async () => {
  const { app, email, user } = await newcomer();
  const other = openSmartbite(url);
  await other.logIn(email, password);
  textOf((await app.remove('/users/me')).message, 'message');
  for (const tab of [app, other]) {
    expect((await failureOf(tab.get('/users/me'))).status).toBe(401);
    expect((await failureOf(tab.get('/users/me'))).status).toBe(401);
  }
  expect(readUser(await app.logIn(email, password))._id).toBe(user._id);
  expect((await me(app)).profile).toEqual(user.profile);
});

import { openPalate, type House } from '../integration/palate';
import { byName, openPage } from './client';
import { dashboardOf, newPerson, openMacroMind, questionnaire, Shown, type Json } from './macromindApp';
import { textOf } from './reading';

/** MacroMind's front end (`macromindApp.ts`) at the three ports that it knows. Accounts are served; plans and coach are not. */
let house: House;
let auth: string;
let plans: string;
let coach: string;

beforeAll(async () => {
  house = await openPalate('macromind', { PALATE_ROLE: 'api', EXTRA_PORTS: '0,127.0.0.1:0,localhost:0' });
  const palate = await house.start();
  [auth = '', plans = '', coach = ''] = palate.otherUrls.map(byName);
}, 30_000);
afterAll(() => house.close());

const openApp = (origin?: string) => openMacroMind(auth, origin);

it('registers with credentials, is known at once, and is asked to answer the questionnaire', async () => {
  const page = openApp();
  const person = newPerson();
  const me = await page.register(person);
  expect(me).toMatchObject({ greeting: person.email.split('@')[0], onboarded: false });
  expect(dashboardOf(me.profile)).toMatchObject({ goal: 'Maintain Weight', diet: 'No Restrictions', weights: null });
  expect((await openApp().logIn(person)).id).toBe(me.id);
});

it.each(['http://localhost:3000', 'http://localhost', 'http://127.0.0.1:5174', 'http://[::1]:5174'])(
  'so does a page of %s',
  async (origin) => {
    expect(await openApp(origin).register(newPerson())).toMatchObject({ onboarded: false });
  },
);

it('a page of another machine is blocked by its browser where it includes credentials, until its origin is named', async () => {
  await expect(openApp('https://macromind.example').register(newPerson())).rejects.toThrow(/Failed to fetch/);
  const named = await house.start({ CORS_ORIGINS: 'https://macromind.example', EXTRA_PORTS: '' });
  const page = openMacroMind(byName(named.url), 'https://macromind.example');
  expect(await page.register(newPerson())).toMatchObject({ onboarded: false });
  await named.stop();
});

it.each([
  ['register', { password: 'alllower1' }, /upper-case letter/],
  ['register', { password: 'Short1' }, /8 characters/],
  ['register', { password: 'NoDigitHere' }, /digit/],
  ['register', { email: 'nobody' }, /e-mail/],
  ['logIn', {}, /do not match/],
] as const)('%s with %j is refused with a sentence that it shows', async (way, more, sentence) => {
  const page = openApp();
  await expect(page[way]({ ...newPerson(), ...more })).rejects.toThrow(sentence);
  expect(page.storage.size).toBe(0);
});

it('a known e-mail address is refused with 400 and a sentence', async () => {
  const person = newPerson();
  await openApp().register(person);
  await expect(openApp().register(person)).rejects.toThrow(
    new Shown('An account with this e-mail address exists; log in instead.'),
  );
  const { status } = await openPage({ origin: 'http://localhost:5174', credentials: 'include' }).fetch(
    `${auth}/api/auth/register`,
    { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(person) },
  );
  expect(status).toBe(400);
});

describe('the questionnaire', () => {
  it('takes the 25 fields in its order and words, and its dashboard shows them', async () => {
    expect(Object.keys(questionnaire)).toHaveLength(25);
    const page = openApp();
    await page.register(newPerson());
    const updated = await page.call('POST', '/api/auth/onboarding', questionnaire);
    expect((updated.profile as Json).has_completed_onboarding).toBe(true);
    const me = await page.profile();
    expect(me.onboarded).toBe(true);
    expect(dashboardOf(me.profile)).toEqual({
      goal: 'Lose Weight',
      diet: 'Vegetarian',
      energy: '2200 kcal',
      mainGoal: 'Lose Weight',
      activity: 'very_active',
      weights: '15.5 lbs to lose',
      struggle: 'Late-night eating',
      mind: 'Burned out',
      sleep: 'Very Poor',
    });
    const { activity_level: _level, fitness_goal: _goal, ...others } = questionnaire;
    expect(me.profile).toMatchObject(others);
  });

  it('takes weights and height as text, as its form fields give them, and answers numbers', async () => {
    const page = openApp();
    await page.register(newPerson());
    const sent = { ...questionnaire, current_weight: '180.5', goal_weight: '195', height: '70' };
    await page.call('POST', '/api/auth/onboarding', sent);
    const { profile } = await page.profile();
    expect(profile).toMatchObject({ current_weight: 180.5, goal_weight: 195, height: 70 });
    expect(dashboardOf(profile).weights).toBe('14.5 lbs to gain');
  });

  it.each([
    ['main_goal', ['Lose Weight', 'Gain Muscle', 'Improve Mental Health', 'Build Discipline', 'Just Exploring']],
    ['dietary_preference', ['none', 'halal', 'vegan', 'vegetarian']],
    ['activity_level', ['Sedentary', 'Light', 'Moderate', 'Very Active']],
    ['fear_text', ['Giving up.', null]],
    ['disliked_foods', ['liver', null]],
    ['enjoyed_movement_types', ['Running', '', null]],
  ])('takes every word of its cards for %s', async (field, words) => {
    const page = openApp();
    await page.register(newPerson());
    for (const word of words) {
      const { profile } = await page.call('POST', '/api/auth/onboarding', { ...questionnaire, [field]: word });
      dashboardOf(profile as Json);
    }
  });

  it('leaves a goal as it is where it sends null', async () => {
    const page = openApp();
    await page.register(newPerson());
    await page.call('PUT', '/api/auth/profile', { fitness_goal: 'bulk', daily_calories: 2600 });
    await page.call('POST', '/api/auth/onboarding', { ...questionnaire, main_goal: 'Just Exploring' });
    expect((await page.profile()).profile).toMatchObject({ fitness_goal: 'bulk', daily_calories: 2600 });
  });
});

it('the profile takes goal, diet and energy, and leaves what is not sent', async () => {
  const page = openApp();
  await page.register(newPerson());
  const saved = await page.call('PUT', '/api/auth/profile', {
    fitness_goal: 'cut',
    dietary_preference: 'gluten_free',
    daily_calories: 1800,
  });
  textOf(saved.message, 'message');
  const goalOnly = { fitness_goal: 'maintain', dietary_preference: undefined, daily_calories: undefined };
  await page.call('PUT', '/api/auth/profile', goalOnly);
  expect(dashboardOf((await page.profile()).profile)).toMatchObject({
    goal: 'Maintain Weight',
    diet: 'Gluten Free',
    energy: '1800 kcal',
  });
});

it('a new account has stated nothing, and null in the profile takes back what was', async () => {
  const page = openApp();
  const nothing = { fitness_goal: null, dietary_preference: null, daily_calories: null };
  expect((await page.register(newPerson())).profile).toMatchObject(nothing);
  await page.call('PUT', '/api/auth/profile', {
    fitness_goal: 'cut',
    dietary_preference: 'vegan',
    daily_calories: 1800,
  });
  await page.call('PUT', '/api/auth/profile', nothing);
  expect((await page.profile()).profile).toMatchObject(nothing);
});

describe('an access token that is over', () => {
  it('is refreshed once, and every later one by the token of the refresh before', async () => {
    const page = openApp();
    const { id } = await page.register(newPerson());
    for (let turn = 0; turn < 3; turn += 1) {
      const before = page.storage.get('access_token');
      house.time.passedMs += 31 * 60_000;
      expect((await page.profile()).id).toBe(id);
      expect(page.storage.get('access_token')).not.toBe(before);
    }
    expect(page.signedOut()).toBe(0);
  });

  it('is refreshed by several calls at once, each with the same refresh token, and none signs out', async () => {
    const page = openApp();
    const { id } = await page.register(newPerson());
    house.time.passedMs += 31 * 60_000;
    const pages = await Promise.all(Array.from({ length: 4 }, () => page.profile()));
    expect(pages.map((me) => me.id)).toEqual([id, id, id, id]);
    expect((await page.profile()).id).toBe(id);
    expect(page.signedOut()).toBe(0);
  });

  it('lives 30 minutes, and the refresh token 7 days', async () => {
    const page = openApp();
    const { id } = await page.register(newPerson());
    house.time.passedMs += 7 * 86_400_000 - 60_000;
    expect((await page.profile()).id).toBe(id);
    house.time.passedMs += 7 * 86_400_000 + 60_000;
    await expect(page.profile()).rejects.toThrow('Token refresh failed');
    expect(page.signedOut()).toBe(1);
  });
});

it('a log-out ends both tokens, also where another tab goes on', async () => {
  const page = openApp();
  const person = newPerson();
  await page.register(person);
  const tab = openApp();
  for (const [name, token] of page.storage) tab.storage.set(name, token);
  await page.logOut();
  await expect(tab.profile()).rejects.toThrow('Token refresh failed');
  expect(tab.signedOut()).toBe(1);
  expect(await page.logIn(person)).toMatchObject({ onboarded: false });
});

it('an account of one port is known at the others', async () => {
  const page = openApp();
  const { id } = await page.register(newPerson());
  for (const base of [auth, plans, coach]) expect(await page.ask(base, 'GET', '/api/auth/me')).toMatchObject({ id });
});

describe('what is not served answers 404 with a sentence under detail', () => {
  it.each([
    ['plans', 'POST', '/api/meals/generate-weekly', {}],
    ['plans', 'POST', '/api/meals/generate-weekly', { week_start: '2026-03-04' }],
    ['plans', 'GET', '/api/meals/week?week_start=2026-03-04', undefined],
    ['plans', 'GET', '/api/meals/today', undefined],
    ['plans', 'PUT', '/api/meals/8a7b/swap', undefined],
    ['plans', 'POST', '/api/ai/generate-plan', { excluded_foods: ['olives'] }],
    ['plans', 'GET', '/api/ai/meal-plan', undefined],
    ['coach', 'POST', '/api/ai/chat', { message: 'Give me one short daily nutrition tip (max 25 words).' }],
    ['coach', 'GET', '/api/ai/history/8a7b?limit=20&offset=0', undefined],
    ['coach', 'GET', '/api/ai/api/ai/history/8a7b?limit=20&offset=0', undefined],
    ['coach', 'DELETE', '/api/ai/api/ai/history/8a7b', undefined],
    ['coach', 'POST', '/api/ai/api/ai/analyze-recipe', { recipe_text: 'two eggs' }],
  ] as const)('%s: %s %s', async (server, method, path, body) => {
    const page = openApp();
    await page.register(newPerson());
    const asked = page.ask(server === 'plans' ? plans : coach, method, path, body);
    await expect(asked).rejects.toMatchObject({
      status: 404,
      message: `There is nothing at ${path.split('?')[0]}; see /docs for what there is.`,
    });
  });
});

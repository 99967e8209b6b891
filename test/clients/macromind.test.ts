import { openPalate, type House } from '../integration/palate';
import { byName, openPage } from './client';
import { firstOf, momentOf, numberOf, textOf } from './reading';

/**
 * MacroMind's front end: three ports of one machine, `credentials: "include"` where it registers and logs in and a bearer token elsewhere,
 * one refresh at any 401, errors read from `error`, `message` or `detail`, and of plans and coach from `detail` only.
 */
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

type Json = Record<string, unknown>;
interface Person {
  email: string;
  password: string;
}
let people = 0;
const newPerson = (): Person => ({
  email: `planner-${process.pid}-${(people += 1)}@example.com`,
  password: 'Correct-horse-1',
});

/** What its pages show of a failure. */
class Shown extends Error {}

function openMacroMind(origin = 'http://localhost:5174') {
  const page = openPage({ origin, timeoutMs: 30_000 });
  const storage = new Map<string, string>();
  let signedOut = 0;

  const post = (target: string, body: Json, credentials: 'include' | 'same-origin') =>
    page.fetch(target, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      credentials,
    });

  const keep = (tokens: Json) => {
    for (const name of ['access_token', 'refresh_token']) storage.set(name, textOf(tokens[name], name));
  };

  /** A call with the token that is stored; body-less where there is none. */
  const send = (base: string, method: string, path: string, body?: Json) =>
    page.fetch(base + path, {
      method,
      headers: {
        accept: 'application/json, text/plain, */*',
        ...(body && { 'content-type': 'application/json' }),
        ...(storage.has('access_token') && { authorization: `Bearer ${storage.get('access_token')}` }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });

  /** The same, with one refresh at a 401; without a way back the page signs out. */
  async function call(method: string, path: string, body?: Json): Promise<Json> {
    let answer = await send(auth, method, path, body);
    if (answer.status === 401) {
      const refreshed = await post(
        `${auth}/api/auth/refresh`,
        { refresh_token: storage.get('refresh_token') ?? '' },
        'same-origin',
      );
      if (!refreshed.ok) {
        storage.clear();
        signedOut += 1;
        throw new Shown('Token refresh failed');
      }
      keep(refreshed.json<Json>());
      answer = await send(auth, method, path, body);
    }
    const read = answer.json<Json>();
    if (!answer.ok) throw new Shown(textOf(firstOf(read.error, read.message, read.detail), 'error'));
    return read;
  }

  const pageOf = {
    storage,
    signedOut: () => signedOut,
    call,

    async register(person: Person) {
      const answer = await post(`${auth}/api/auth/register`, { ...person }, 'include');
      const read = answer.json<Json>();
      if (!answer.ok) throw new Shown(textOf(firstOf(read.error, read.message, read.detail), 'error'));
      keep(read);
      return pageOf.profile();
    },

    async logIn(person: Person) {
      const answer = await post(`${auth}/api/auth/login`, { ...person }, 'include');
      const read = answer.json<Json>();
      if (!answer.ok) throw new Shown(textOf(firstOf(read.detail, read.message), 'detail'));
      keep(read);
      return pageOf.profile();
    },

    /** The account as all its pages read it. */
    async profile() {
      const read = await call('GET', '/api/auth/me');
      const profile = read.profile as Json;
      return {
        id: textOf(read.id, 'id'),
        greeting: textOf(read.email, 'email').split('@')[0],
        since: momentOf(read.created_at, 'created_at'),
        profile,
        onboarded: profile.has_completed_onboarding === true,
      };
    },

    async logOut() {
      await call('POST', '/api/auth/logout').catch(() => undefined);
      storage.clear();
    },

    /** Of plans and of the coach; throws `detail`. */
    async ask(base: string, method: string, path: string, body?: Json): Promise<Json> {
      const answer = await send(base, method, path, body);
      const read = answer.json<Json>();
      if (answer.ok) return read;
      throw Object.assign(new Shown(textOf(read.detail, 'detail')), { status: answer.status });
    },
  };
  return pageOf;
}

/** The questionnaire, field by field in its order, with the words of its cards. */
const questionnaire = {
  main_goal: 'Lose Weight',
  seriousness_score: 8,
  current_weight: 180.5,
  goal_weight: 165,
  height: 70,
  age_range: '26-35',
  dietary_preference: 'vegetarian',
  disliked_foods: 'olives, liver',
  meals_per_day: 3,
  snacking_frequency: 'Sometimes',
  activity_level: 'Very Active',
  preferred_workout_location: 'Outdoors',
  enjoyed_movement_types: 'Walking, Swimming, HIIT',
  current_mental_state: 'Burned out',
  biggest_struggle: 'Late-night eating',
  sleep_quality: 'Very Poor',
  motivation_text: 'Play with my children without being out of breath.',
  fear_text: null,
  plan_strictness: 'Balanced',
  reminder_frequency: 'Once a day',
  motivation_tone: 'Supportive',
  commitment_ready: 'Yes',
  commitment_score: 7,
  daily_calories: null,
  fitness_goal: null,
};

/** What its dashboard shows of a profile, and how. */
function dashboardOf(profile: Json) {
  const goals: Json = { cut: 'Lose Weight', bulk: 'Gain Muscle', maintain: 'Maintain Weight' };
  const diets: Json = {
    none: 'No Restrictions',
    halal: 'Halal',
    vegan: 'Vegan',
    vegetarian: 'Vegetarian',
    keto: 'Keto',
    gluten_free: 'Gluten Free',
    dairy_free: 'Dairy Free',
  };
  const [now, wanted] = [profile.current_weight, profile.goal_weight];
  return {
    goal: textOf(goals[textOf(firstOf(profile.fitness_goal, 'maintain'), 'fitness_goal')], 'fitness_goal'),
    diet: textOf(
      diets[textOf(firstOf(profile.dietary_preference, 'none'), 'dietary_preference')],
      'dietary_preference',
    ),
    energy: `${numberOf(firstOf(profile.daily_calories, 2200), 'daily_calories')} kcal`,
    mainGoal: textOf(firstOf(profile.main_goal, 'Improve Health'), 'main_goal'),
    activity: textOf(firstOf(profile.activity_level, 'Moderate'), 'activity_level'),
    weights:
      now && wanted
        ? `${Math.abs(numberOf(wanted, 'goal_weight') - numberOf(now, 'current_weight')).toFixed(1)} lbs ${wanted > now ? 'to gain' : 'to lose'}`
        : null,
    struggle: textOf(firstOf(profile.biggest_struggle, 'General wellness'), 'biggest_struggle'),
    mind: textOf(firstOf(profile.current_mental_state, 'Calm'), 'current_mental_state'),
    sleep: textOf(firstOf(profile.sleep_quality, 'Good'), 'sleep_quality'),
  };
}

it('registers with credentials, is known at once, and is asked to answer the questionnaire', async () => {
  const page = openMacroMind();
  const person = newPerson();
  const me = await page.register(person);
  expect(me).toMatchObject({ greeting: person.email.split('@')[0], onboarded: false });
  expect(dashboardOf(me.profile)).toMatchObject({ goal: 'Maintain Weight', diet: 'No Restrictions', weights: null });
  expect((await openMacroMind().logIn(person)).id).toBe(me.id);
});

it.each(['http://localhost:3000', 'http://localhost', 'http://127.0.0.1:5174', 'http://[::1]:5174'])(
  'so does a page of %s',
  async (origin) => {
    expect(await openMacroMind(origin).register(newPerson())).toMatchObject({ onboarded: false });
  },
);

it('a page of another machine is blocked by its browser where it includes credentials, until its origin is named', async () => {
  await expect(openMacroMind('https://macromind.example').register(newPerson())).rejects.toThrow(/Failed to fetch/);
  const named = await house.start({ CORS_ORIGINS: 'https://macromind.example', EXTRA_PORTS: '' });
  const usual = auth;
  auth = byName(named.url);
  try {
    expect(await openMacroMind('https://macromind.example').register(newPerson())).toMatchObject({ onboarded: false });
  } finally {
    auth = usual;
    await named.stop();
  }
});

it.each([
  ['register', { password: 'alllower1' }, /upper-case letter/],
  ['register', { password: 'Short1' }, /8 characters/],
  ['register', { password: 'NoDigitHere' }, /digit/],
  ['register', { email: 'nobody' }, /e-mail/],
  ['logIn', {}, /do not match/],
] as const)('%s with %j is refused with a sentence that it shows', async (way, more, sentence) => {
  const page = openMacroMind();
  await expect(page[way]({ ...newPerson(), ...more })).rejects.toThrow(sentence);
  expect(page.storage.size).toBe(0);
});

it('a known e-mail address is refused with 400 and a sentence', async () => {
  const person = newPerson();
  await openMacroMind().register(person);
  await expect(openMacroMind().register(person)).rejects.toThrow(
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
    const page = openMacroMind();
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
    const page = openMacroMind();
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
    const page = openMacroMind();
    await page.register(newPerson());
    for (const word of words) {
      const { profile } = await page.call('POST', '/api/auth/onboarding', { ...questionnaire, [field]: word });
      dashboardOf(profile as Json);
    }
  });

  it('leaves a goal as it is where it sends null', async () => {
    const page = openMacroMind();
    await page.register(newPerson());
    await page.call('PUT', '/api/auth/profile', { fitness_goal: 'bulk', daily_calories: 2600 });
    await page.call('POST', '/api/auth/onboarding', { ...questionnaire, main_goal: 'Just Exploring' });
    expect((await page.profile()).profile).toMatchObject({ fitness_goal: 'bulk', daily_calories: 2600 });
  });
});

it('the profile takes goal, diet and energy, and leaves what is not sent', async () => {
  const page = openMacroMind();
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

describe('an access token that is over', () => {
  it('is refreshed once, and every later one by the token of the refresh before', async () => {
    const page = openMacroMind();
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
    const page = openMacroMind();
    const { id } = await page.register(newPerson());
    house.time.passedMs += 31 * 60_000;
    const pages = await Promise.all(Array.from({ length: 4 }, () => page.profile()));
    expect(pages.map((me) => me.id)).toEqual([id, id, id, id]);
    expect((await page.profile()).id).toBe(id);
    expect(page.signedOut()).toBe(0);
  });

  it('lives 30 minutes, and the refresh token 7 days', async () => {
    const page = openMacroMind();
    const { id } = await page.register(newPerson());
    house.time.passedMs += 7 * 86_400_000 - 60_000;
    expect((await page.profile()).id).toBe(id);
    house.time.passedMs += 7 * 86_400_000 + 60_000;
    await expect(page.profile()).rejects.toThrow('Token refresh failed');
    expect(page.signedOut()).toBe(1);
  });
});

it('a log-out ends both tokens, also where another tab goes on', async () => {
  const page = openMacroMind();
  const person = newPerson();
  await page.register(person);
  const tab = openMacroMind();
  for (const [name, token] of page.storage) tab.storage.set(name, token);
  await page.logOut();
  await expect(tab.profile()).rejects.toThrow('Token refresh failed');
  expect(tab.signedOut()).toBe(1);
  expect(await page.logIn(person)).toMatchObject({ onboarded: false });
});

it('an account of one port is known at the others', async () => {
  const page = openMacroMind();
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
    const page = openMacroMind();
    await page.register(newPerson());
    const asked = page.ask(server === 'plans' ? plans : coach, method, path, body);
    await expect(asked).rejects.toMatchObject({
      status: 404,
      message: `There is nothing at ${path.split('?')[0]}; see /docs for what there is.`,
    });
  });
});

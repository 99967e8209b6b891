import { openPage } from './client';
import { firstOf, momentOf, numberOf, textOf } from './reading';

/**
 * MacroMind's front end: `credentials: "include"` where it registers and logs in and a bearer token elsewhere, one refresh at any 401, errors
 * read from `error`, `message` or `detail`, and of plans and coach from `detail` only.
 */
export type Json = Record<string, unknown>;
export interface Person {
  email: string;
  password: string;
}
let people = 0;
export const newPerson = (): Person => ({
  email: `planner-${process.pid}-${(people += 1)}@example.com`,
  password: 'Correct-horse-1',
});

/** What its pages show of a failure. */
export class Shown extends Error {}

/** Its pages, which know where accounts are; plans and coach are on servers of their own. */
export function openMacroMind(auth: string, origin = 'http://localhost:5174') {
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
export const questionnaire = {
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
export function dashboardOf(profile: Json) {
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

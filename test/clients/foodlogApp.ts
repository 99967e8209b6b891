import { byName, openPage } from './client';
import { firstOf, listOf, momentOf, numberOf, textOf } from './reading';

/**
 * FoodLog's front end: the same file twice in one form, an instant as `meal_date`, a token where somebody is signed in and no credentials
 * else. It gives up after a time, knows no 202, shows pictures by `<img>`, and reads the log once and whole.
 */
export type Json = Record<string, unknown>;

/** Its pages as they were built for the address of a Palate. */
export function openFoodLog(base: string, timeoutMs: number, origin = 'http://localhost:5173') {
  const page = openPage({ origin, base: byName(base), timeoutMs });
  let token: string | null = null;

  /** Throws the sentence that the page shows. */
  async function call(method: string, path: string, body?: Json | FormData): Promise<Json> {
    const answer = await page.fetch(path, {
      method,
      headers: {
        accept: 'application/json, text/plain, */*',
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...(body && !(body instanceof FormData) && { 'content-type': 'application/json' }),
      },
      ...(body && { body: body instanceof FormData ? body : JSON.stringify(body) }),
    });
    const read = answer.json<Json>();
    if (!answer.ok) throw new Error(textOf(firstOf(read.message, read.error), 'message'));
    return read;
  }

  async function enter(path: string, person: { email: string; password: string }) {
    const read = await call('POST', path, person);
    const user = read.user as { email: unknown; id: unknown };
    token = textOf(read.token, 'token');
    return { email: textOf(user.email, 'user.email'), id: textOf(user.id, 'user.id') };
  }

  return {
    page,
    call,
    signUp: (person: { email: string; password: string }) => enter('/auth/signup', person),
    signIn: (person: { email: string; password: string }) => enter('/auth/login', person),
    useToken: (given: string) => {
      token = given;
    },
    me: async () => textOf(((await call('GET', '/auth/me')).user as { email: unknown }).email, 'user.email'),

    /** The page that waits for the analysis, and the one that shows it. */
    async sendPhoto(bytes: Buffer, { order = ['photo', 'image'], at = '2026-03-01T12:30:00.000Z' } = {}) {
      const file = new File([new Uint8Array(bytes)], 'meal.jpg', { type: 'image/jpeg' });
      const form = new FormData();
      for (const field of order) form.append(field, file);
      form.append('meal_date', at);
      const read = await call('POST', '/predict', form);
      const calories = read.calories ?? (read.nutrition_facts as Json | undefined)?.calories ?? null;
      return {
        raw: read,
        id: textOf(read.id, 'id'),
        food: textOf(firstOf(read.food, read.meal, 'Logged Meal'), 'food'),
        ingredients: listOf(firstOf(read.ingredients, []), 'ingredients', textOf),
        calories: calories === null ? null : numberOf(calories, 'calories'),
        image: firstOf(read.image_url, read.image) as string | null | undefined,
      };
    },

    /** The log as its dashboard and its table show it. */
    async readLog() {
      const { items } = await call('GET', '/history');
      return listOf(items, 'items', (entry, what) => {
        const meal = entry as Json;
        return {
          id: textOf(meal.id, `${what}.id`),
          name: textOf(firstOf(meal.name, meal.food, 'Meal'), `${what}.food`),
          calories: meal.calories === null ? 0 : numberOf(meal.calories, `${what}.calories`),
          eatenAt: momentOf(firstOf(meal.consumed_at, meal.timestamp), `${what}.consumed_at`),
          image: meal.image_url as string | null,
        };
      });
    },
  };
}

import { newId } from '../../../src/store/ids';
import { derivedOf, factsOf } from '../meals/catalogueMeals';
import { ask, signUp, type Answer, type House } from '../palate';

/** What SmartBite's app gets: its envelope, or a problem. */
export interface Envelope<T> {
  success: boolean;
  data: T;
  error: string | null;
  message?: string;
  errors?: { path: string; message: string }[];
}

export interface Person {
  id: string;
  token: string;
  get<T>(target: string): Promise<Answer<Envelope<T>>>;
  post<T>(target: string, json: unknown, headers?: Record<string, string>): Promise<Answer<Envelope<T>>>;
  put<T>(target: string, json: unknown): Promise<Answer<Envelope<T>>>;
  remove<T>(target: string): Promise<Answer<Envelope<T>>>;
}

/** Somebody new who speaks to the API. */
export async function newPerson(url: string): Promise<Person> {
  const { id, token } = await signUp(url);
  return {
    id,
    token,
    get: (target) => ask(url, 'GET', target, { token }),
    post: (target, json, headers = {}) => ask(url, 'POST', target, { token, json, headers }),
    put: (target, json) => ask(url, 'PUT', target, { token, json }),
    remove: (target) => ask(url, 'DELETE', target, { token }),
  };
}

/** The version of somebody's context, and those of its sections. */
export async function versionsOf(house: House, ownerId: string) {
  const row = await house.store.contextSyncs.find(ownerId);
  return { version: row?.version ?? 0, sections: row?.sections };
}

/** Puts meals into the catalogue; gives their ids. */
export async function stockMeals(
  house: House,
  meals: readonly { name: string; cuisine: string; active?: boolean }[],
): Promise<string[]> {
  const ids: string[] = [];
  for (const { active = true, ...meal } of meals) {
    const id = newId();
    const facts = factsOf({ ...meal, mealType: 'dinner' });
    await house.store.meals.create(id, newId(), facts, derivedOf(facts), Infinity);
    if (!active) await house.store.meals.remove(id);
    ids.push(id);
  }
  return ids;
}

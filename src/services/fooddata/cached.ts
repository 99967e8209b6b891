import { createHash } from 'node:crypto';
import type { Food } from '../../model/foods';
import { plainQuery } from './fdc';
import type { FoodData } from './fooddata';

/** Where answers are kept. `find`: the food, null for "nothing fits", undefined where it was not asked or is too old. */
export interface FoodCache {
  find(key: string): Promise<Food | null | undefined>;
  keep(key: string, food: Food | null): Promise<void>;
}

/**
 * Asks `cache` before `fooddata`; answers are kept, also that nothing fits, faults are not. `scope` goes into every key, so that
 * changed settings do not get the answers of the old ones.
 */
export const cached = (fooddata: FoodData & { readonly scope: string }, cache: FoodCache): FoodData => ({
  search: async (query, signal) => {
    const plain = plainQuery(query);
    if (plain === '') return null;
    // A query may hold anybody's words, and outlives them here: nobody is to read it back.
    const key = createHash('sha256').update(`${plain}|${fooddata.scope}`).digest('base64url');
    const known = await cache.find(key);
    if (known !== undefined) return known;
    const food = await fooddata.search(plain, signal);
    await cache.keep(key, food);
    return food;
  },
});

/**
 * Reads what a person wrote with every food that is known to them: the generic ones of this process, and those that they described.
 *
 * R1  Photos, meals in words, corrections and own recipes read with this and nothing else.
 * R2  A food that the writer described goes before others of that name. Of many that share a word with a text those are read with that
 *     have most of their name in it.
 */
import type { Food } from '../../model/foods';
import type { Id } from '../../model/ids';
import { nameStems } from '../foods/names';
import type { FoodBase, KnownFoods } from './foodBase';
import type { FoodIndex, ReadableFood, Whole } from './foodIndex';
import { readMeal, type Reading } from './meal';
import { withFoods } from './overlay';

export interface Read {
  readonly reading: Reading;
  readonly known: KnownFoods;
  /** What it was read with. */
  readonly index: FoodIndex;
}

export interface MealReader {
  readonly base: FoodBase;
  /** `owner`: whose own foods may be meant; null for nobody's. `found`: foods that were looked up for this text. */
  read(owner: Id | null, text: string, found?: readonly ReadableFood[]): Promise<Read>;
}

export interface OwnFoodNames {
  /** Names of all foods that a person described. */
  names(owner: Id): Promise<readonly { id: Id; name: string }[]>;
  /** Those of `ids` that stand, oldest first. */
  foods(owner: Id, ids: readonly Id[]): Promise<readonly Food[]>;
}

/** Own foods that one text is read with: indexing them takes some milliseconds. */
const mostOwn = 40;

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const shortest = 3;
const letters = 'bcdfgjkmpv';

/** A word of `length` letters that nobody writes, of the `at`-th food. */
const wordOf = (at: number, length: number): string =>
  `q${letters[Math.floor(at / letters.length) % letters.length] ?? ''}${letters[at % letters.length] ?? ''}`.padEnd(
    length,
    'q',
  );

/** Where a text has the name itself, or its plural, in whatever case, it is that food, whatever its words mean elsewhere. */
const wholesOf = (name: string, at: number, text: string): Whole[] => {
  const parts = name.match(/[\p{L}\p{N}]+/gu) ?? [];
  if (parts.length === 0) return [];
  const pattern = `(?<![\\p{L}\\p{N}])${parts.map(escaped).join('[^\\p{L}\\p{N}]{1,3}')}(?:s|es|n|en)?(?![\\p{L}\\p{N}])`;
  const found = new Set(Array.from(text.matchAll(new RegExp(pattern, 'giu')), ([match]) => match));
  return [...found]
    .filter(({ length }) => length >= shortest)
    .map((written) => ({ written, word: wordOf(at, written.length) }));
};

const nothing = { foods: [], wholes: [] };

export const createMealReader = (base: FoodBase, own: OwnFoodNames): MealReader => {
  const ownFoodsIn = async (owner: Id | null, text: string): Promise<{ foods: ReadableFood[]; wholes: Whole[] }> => {
    if (owner === null) return nothing;
    const said = new Set(nameStems(text));
    const shareSaid = (name: string): number => {
      const words = nameStems(name);
      return words.length === 0 ? 0 : words.filter((word) => said.has(word)).length / words.length;
    };
    const named = (await own.names(owner))
      .map(({ id, name }) => ({ id, share: shareSaid(name) }))
      .filter(({ share }) => share > 0)
      .sort((a, b) => b.share - a.share || (a.id < b.id ? 1 : -1))
      .slice(0, mostOwn);
    if (named.length === 0) return nothing;
    const foods = await own.foods(
      owner,
      named.map(({ id }) => id),
    );
    // Of two of one name the latest has the last word.
    const byName = new Map(foods.map((food) => [food.name.toLowerCase(), food]));
    const all = [...byName.values()].map((food, at) => ({ food, wholes: wholesOf(food.name, at, text) }));
    return {
      foods: all.map(({ food, wholes }) => ({
        food,
        names: [food.name, ...wholes.map(({ word }) => word)],
        category: null,
        portionFrom: 'table',
      })),
      // "Lentil soup of mine" before "lentil soup"
      wholes: all.flatMap(({ wholes }) => wholes).sort((a, b) => b.written.length - a.written.length),
    };
  };

  return {
    base,
    async read(owner, text, found = []) {
      const [known, ownFoods] = await Promise.all([base.current(), ownFoodsIn(owner, text)]);
      const index = withFoods(known.index, [...found, ...ownFoods.foods], ownFoods.wholes);
      return { reading: readMeal(text, index), known, index };
    },
  };
};

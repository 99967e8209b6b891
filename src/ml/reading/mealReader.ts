/**
 * Reads what a person wrote with every food that is known to them: the generic ones of this process, and those that they described.
 *
 * R1  Photos, meals in words, corrections and own recipes read with this and nothing else.
 * R2  A food that the writer described goes before others of that name.
 */
import type { Food } from '../../model/foods';
import type { Id } from '../../model/ids';
import { nameStems } from '../foods/names';
import type { FoodBase, KnownFoods } from './foodBase';
import type { FoodIndex, ReadableFood } from './foodIndex';
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

const readableOwn = (food: Food): ReadableFood => ({
  food,
  names: [food.name],
  category: null,
  portionFrom: 'table',
});

export const createMealReader = (base: FoodBase, own: OwnFoodNames): MealReader => {
  const ownFoodsIn = async (owner: Id | null, text: string): Promise<ReadableFood[]> => {
    if (owner === null) return [];
    const said = new Set(nameStems(text));
    const named = (await own.names(owner)).filter(({ name }) => nameStems(name).some((word) => said.has(word)));
    if (named.length === 0) return [];
    const foods = await own.foods(
      owner,
      named.map(({ id }) => id),
    );
    // Of two of one name the latest has the last word.
    const byName = new Map(foods.map((food) => [food.name.toLowerCase(), food]));
    return [...byName.values()].map(readableOwn);
  };

  return {
    base,
    async read(owner, text, found = []) {
      const [known, ownFoods] = await Promise.all([base.current(), ownFoodsIn(owner, text)]);
      const index = withFoods(known.index, [...found, ...ownFoods]);
      return { reading: readMeal(text, index), known, index };
    },
  };
};

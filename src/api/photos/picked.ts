import { z } from 'zod';
import { FoodKey, type AnalyzedItem } from '../../model/foods';
import type { Id } from '../../model/ids';
import { ReleaseName } from '../../model/importedFoods';
import { createFoodReader, type HowMuch } from '../foods/reader';
import type { PhotoDeps } from './deps';

/** Foods that a person picked, of GET /foods or of the candidates of an item. */
export const pickedFields = {
  food_id: FoodKey.meta({ description: '`id` of GET /foods, or `food_id` of a candidate' }),
  release: ReleaseName.optional(),
};
export const pickedAmounts = {
  grams: z.number().positive().max(20_000),
  portion: z.string().trim().min(1).max(200).meta({
    description:
      'One of the portions that GET /foods/:id names, or `default`, the usual one. `default` without `count` states no amount: `portion.source` of the item is then who states that portion (`usda`, `table`, or `memory` for your own food), and not `given`',
  }),
  count: z.number().positive().max(100),
};

export interface PickedFood {
  food_id: string;
  release?: string | undefined;
  grams?: number | undefined;
  portion?: string | undefined;
  count?: number | undefined;
}

const amountOf = ({ grams, portion = 'default', count }: PickedFood): HowMuch =>
  grams !== undefined ? { grams } : { portion, ...(count !== undefined && { count }) };

/** Throws 404 for a food that is not there or another's, 422 for a portion that it does not have. */
export const pickItem = (
  { store, mealReader }: Pick<PhotoDeps, 'store' | 'mealReader'>,
  pick: PickedFood,
  ownerId: Id,
): Promise<AnalyzedItem> =>
  createFoodReader({ foods: store.foods, base: mealReader.base }).item(
    { key: pick.food_id, ...(pick.release !== undefined && { release: pick.release }) },
    amountOf(pick),
    ownerId,
  );

import { FoodKey, type AnalyzedItem, type Food, type PortionSource } from '../../model/foods';
import type { Id } from '../../model/ids';
import type { ReleaseName } from '../../model/importedFoods';
import { itemOf, measureOf, mostItemGrams, type Measure } from '../../ml/foods';
import type { FoodBase } from '../../ml/reading';
import type { FoodStore } from '../../store/foods';
import { notFound, unprocessable } from '../errors';
import type { FoundFood } from './present';
import { asFood } from '../../model/ownFoods';

/** How much of a food: grams, or one of its portions by its description, `count` times. `default` alone states no amount: the usual portion is assumed. */
export type HowMuch = { grams: number } | { portion: string; count?: number };

export interface FoodReader {
  /** The food under a key as `owner` may see it; null where there is none, or it is another's. */
  find(key: string, owner: Id | null, release?: ReleaseName): Promise<FoundFood | null>;
  /**
   * So much of a known food, as an item of a meal with figures, interval and provenance (key and release included). An amount that is stated
   * is `given`; of an assumed portion the source is who states it: `usda`, `table`, or `memory` for the owner of an own food.
   * Throws 404 for a food that is not there or another's, 422 for a portion that the food does not have.
   */
  item(food: { key: string; release?: ReleaseName }, howMuch: HowMuch, owner: Id): Promise<AnalyzedItem>;
}

const usual = 'default';
const namesUsual = (portion: string): boolean => portion.trim().toLowerCase() === usual;

const gramsOf = (food: Food, howMuch: HowMuch): number => {
  if ('grams' in howMuch) return howMuch.grams;
  const { portion, count = 1 } = howMuch;
  const wanted = portion.trim().toLowerCase();
  const named = food.portions.find(({ description }) => description.toLowerCase() === wanted);
  const grams = named?.grams ?? (namesUsual(portion) ? food.defaultPortionG : null);
  if (grams === null) {
    const known = food.portions.map(({ description }) => `"${description}"`).slice(0, 10);
    unprocessable(
      known.length > 0
        ? `${food.name} has no portion "${portion.slice(0, 80)}". Send grams, or one of ${known.join(', ')}.`
        : `${food.name} has no portions of known weight. Send grams.`,
    );
  }
  const whole = grams * count;
  if (whole > mostItemGrams)
    unprocessable(`${count} × "${portion.slice(0, 80)}" of ${food.name} would weigh over ${mostItemGrams / 1000} kg.`);
  return whole;
};

export const createFoodReader = ({
  foods,
  base,
}: {
  foods: Pick<FoodStore, 'imported' | 'own' | 'barcodes'>;
  base: FoodBase;
}): FoodReader => {
  const find: FoodReader['find'] = async (key, owner, release) => {
    if (!FoodKey.safeParse(key).success) return null;
    const [kind, id = ''] = key.split(':', 2);
    if (kind === 'fdc') {
      const found =
        release === undefined ? (await base.current()).find(key) : await foods.imported.find(Number(id), release);
      if (found || release !== undefined) return found;
      const product = await foods.barcodes.findByFdcId(Number(id));
      return product && { ...product.food, brand: product.brand, gtin14: product.gtin14 };
    }
    // Only imported foods have releases.
    if (release !== undefined) return null;
    if (kind === 'table') return base.table.bySlug(id)?.food ?? null;
    const own = owner === null ? null : await foods.own.find(id, owner);
    return own && asFood(own);
  };

  const assumedFrom = ({ key }: Food): PortionSource => {
    const [kind, id = ''] = key.split(':', 2);
    if (kind === 'fdc') return 'usda';
    return kind === 'table' ? (base.table.bySlug(id)?.row.portionFrom ?? 'table') : 'memory';
  };

  const amountOf = (
    food: Food,
    howMuch: HowMuch,
  ): { grams: number; portionSource: PortionSource; measure: Measure } => {
    const grams = gramsOf(food, howMuch);
    if ('grams' in howMuch) return { grams, portionSource: 'given', measure: 'weighed' };
    if (!namesUsual(howMuch.portion) || howMuch.count !== undefined)
      return { grams, portionSource: 'given', measure: 'household' };
    const portionSource = assumedFrom(food);
    return { grams, portionSource, measure: measureOf(portionSource) };
  };

  return {
    find,
    async item({ key, release }, howMuch, owner) {
      const food = (await find(key, owner, release)) ?? notFound('food');
      return itemOf(food, { label: food.name, ...amountOf(food, howMuch) });
    },
  };
};

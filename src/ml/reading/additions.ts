/**
 * What is customary of a food beside another: milk with coffee is a splash, with cereal half a cup, not a glass. USDA's guideline amounts
 * say how much; they hold where nobody stated one.
 */
import type { IndexedFood } from './foodIndex';
import { cupMl, fluidOunceMl } from './english/words';

const cereals = /cereal|flakes|granola|oatmeal|muesli/i;

/** Grams of `food` with `grams` of `host`; null where nothing is customary. */
export const customaryG = (food: IndexedFood, host: IndexedFood, grams: number): number | null => {
  if (host.portions.some(({ unit }) => unit === 'floz')) {
    const perOunce = food.portions.find(({ beside }) => beside === 'fluid ounce');
    if (perOunce !== undefined) return (perOunce.grams * grams) / fluidOunceMl;
    return food.portions.find(({ beside }) => beside === 'drink')?.grams ?? null;
  }
  const cup = food.portions.find(({ ml, beside }) => beside === null && ml !== null && Math.abs(ml - cupMl) < 1);
  const isDrink = food.portions.some(({ unit }) => unit === 'floz');
  return isDrink && cup !== undefined && cereals.test(host.food.name) ? cup.grams / 2 : null;
};

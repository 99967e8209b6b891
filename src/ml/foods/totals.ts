/**
 * What an analysis says of a whole meal, computed from its items and from nothing else: recomputing after a correction
 * is calling this again.
 */
import type { AnalyzedItem, PortionSource } from '../../model/foods';
import type { Analysis } from '../../model/photos';
import { implausible } from './energy';
import { regrammed, servingsOf, totalInterval } from './items';
import { sum } from './nutrients';

export type MealTotals = Pick<
  Analysis,
  'items' | 'totals' | 'portion' | 'interval' | 'provenance' | 'estimated' | 'warnings'
>;

/** From the surest to the least: a meal is as sure as its least sure item. */
const sureness: readonly PortionSource[] = ['given', 'caption', 'usda', 'table', 'estimate'];

const names = {
  kcal: 'energy',
  proteinG: 'protein',
  fatG: 'fat',
  carbohydrateG: 'carbohydrate',
  fibreG: 'fibre',
  sugarG: 'sugar',
  sodiumMg: 'sodium',
} as const;

/**
 * Totals, portion, interval, provenance and warnings of `items` (at least one for a meaningful answer). Totals add what is
 * known; where an item lacks a nutrient a warning says that the total is a lower bound.
 */
export const mealOf = (items: readonly AnalyzedItem[]): MealTotals => {
  const { nutrients, incomplete } = sum(items.map((item) => item.nutrients));
  const warnings = items.flatMap((item) => implausible(item.nutrients, item.label));
  for (const item of items)
    if (item.provenance.some(({ source }) => source === 'estimate'))
      warnings.push(`${item.label}: not known to any source; figures of mixed dishes at large are shown`);
  if (incomplete.length > 0 && items.length > 0)
    warnings.push(
      `Not every source states ${incomplete.map((key) => names[key]).join(', ')}: the total is what is known, or a lower bound`,
    );
  return {
    items: [...items],
    totals: nutrients,
    portion: {
      grams: items.reduce((total, item) => total + item.grams, 0),
      source: items.reduce<PortionSource>(
        (least, { portionSource }) =>
          sureness.indexOf(portionSource) > sureness.indexOf(least) ? portionSource : least,
        'given',
      ),
    },
    interval: totalInterval(items),
    provenance: items.flatMap((item) => item.provenance),
    estimated: items.some((item) => item.estimated),
    warnings,
  };
};

/** The meal weighs `grams` in all: every item keeps its share. */
export const mealOfGrams = (items: readonly AnalyzedItem[], grams: number): MealTotals => {
  const whole = items.reduce((total, item) => total + item.grams, 0);
  return mealOf(items.map((item) => regrammed(item, whole > 0 ? (item.grams * grams) / whole : grams / items.length)));
};

/** `servings` times the meal as it stands. */
export const mealOfServings = (items: readonly AnalyzedItem[], servings: number): MealTotals =>
  mealOf(items.map((item) => servingsOf(item, servings)));

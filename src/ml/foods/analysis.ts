/** Whole analyses that need nothing but our own table: meals in words, meals by name and energy, and changed amounts. */
import type { AnalyzedItem } from '../../model/foods';
import type { Analysis } from '../../model/photos';
import { parseCaption } from './caption';
import { itemsOfCaption } from './items';
import { unknownNutrients } from './nutrients';
import type { FoodTable } from './table';
import { mealOf, mealOfGrams, mealOfServings } from './totals';

const withoutFdc = (reason: string): Analysis['fdc'] => ({ strategy: 'none', reason });

/** A meal in words; null where no food of the table is named. */
export const analysisOfCaption = (text: string, table: FoodTable): Analysis | null => {
  const parsed = parseCaption(text, table);
  if (!parsed.some(({ food }) => food !== null)) return null;
  const items = itemsOfCaption(parsed);
  return {
    food: items.map(({ label }) => label).join(', '),
    inferenceSource: 'caption',
    classification: null,
    ...mealOf(items),
    fdc: withoutFdc('Meals in words are worked out with our own table.'),
  };
};

/** A meal of which a person states name and energy (kcal) and nothing else. */
export const analysisOfStated = (name: string, kcal: number): Analysis => {
  const item: AnalyzedItem = {
    label: name,
    grams: 0,
    portionSource: 'given',
    nutrients: { ...unknownNutrients, kcal },
    interval: { low: kcal, high: kcal },
    ingredients: [],
    provenance: [{ source: 'user', fdcId: null, description: name, per100G: unknownNutrients, grams: 0 }],
    estimated: false,
  };
  return {
    food: name,
    inferenceSource: 'user',
    classification: null,
    ...mealOf([item]),
    warnings: [],
    fdc: withoutFdc('The energy was stated.'),
  };
};

/** The same foods at another weight in all, or a number of servings of the meal as it stands. */
export const amended = (analysis: Analysis, change: { grams: number | null; servings: number | null }): Analysis => {
  const { grams, servings } = change;
  if (grams !== null) return { ...analysis, ...mealOfGrams(analysis.items, grams) };
  if (servings !== null) return { ...analysis, ...mealOfServings(analysis.items, servings) };
  return analysis;
};

/** Whole analyses that need nothing but our own table: meals in words, meals by name and energy, and changed amounts. */
import type { AnalyzedItem, Nutrients } from '../../model/foods';
import type { Analysis } from '../../model/photos';
import { parseCaption } from './caption';
import { itemsOfCaption, regrammed, servingsOf } from './items';
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

/** A meal of foods that were picked, each with its weight. */
export const analysisOfItems = (items: readonly AnalyzedItem[]): Analysis => ({
  food: items.map(({ label }) => label).join(', '),
  inferenceSource: 'user',
  classification: null,
  ...mealOf(items),
  fdc: withoutFdc('The foods were picked.'),
});

/** A meal of which a person states name, energy (kcal) and what else is known of it; what is left out is not known. */
export const analysisOfStated = (name: string, stated: Partial<Nutrients> & { kcal: number }): Analysis => {
  const { kcal } = stated;
  const item: AnalyzedItem = {
    label: name,
    grams: 0,
    portionSource: 'given',
    nutrients: { ...unknownNutrients, ...stated },
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
    fdc: withoutFdc('The figures were stated.'),
  };
};

/** Provisional figures as they stand: no better ones are to take their place any more, as the user spoke or they are another entry's now. */
export const final = ({ provisional: _provisional, ...analysis }: Analysis): Analysis => analysis;

/** The same foods at another weight in all, or a number of servings of the meal as it stands. */
export const amended = (analysis: Analysis, change: { grams: number | null; servings: number | null }): Analysis => {
  const { grams, servings } = change;
  if (grams !== null) return { ...final(analysis), ...mealOfGrams(analysis.items, grams, analysis.lastItemId) };
  if (servings !== null)
    return { ...final(analysis), ...mealOfServings(analysis.items, servings, analysis.lastItemId) };
  return analysis;
};

/** Whether an analysis has an item of this id. Those written before items had ids are numbered from 1, as `mealOf` does it. */
export const hasItem = (analysis: Analysis, id: string): boolean =>
  mealOf(analysis.items).items.some((item) => item.id === id);

/**
 * The meal with what `items` gives for the item `id`, which keeps its place and id: one other, several, or none. Everything of the whole
 * is computed anew. `new` adds them at the end.
 */
export const withItem = (analysis: Analysis, id: string, items: readonly AnalyzedItem[]): Analysis => {
  const { items: standing, lastItemId } = mealOf(analysis.items, analysis.lastItemId);
  const put = items.map((item, at) => ({ ...item, ...(at === 0 && id !== newItem ? { id } : {}) }));
  const all = id === newItem ? [...standing, ...put] : standing.flatMap((item) => (item.id === id ? put : [item]));
  const food = all.map(({ label }) => label).join(', ');
  return { ...final(analysis), food, ...mealOf(all, lastItemId) };
};
/** Items of an entry beyond which none is added: a row with all its versions must stay far below MongoDB's 16 MiB. */
export const mostItems = 60;
/** In place of an id: one more item. */
export const newItem = 'new';

/** One item at another weight, or a number of servings of it, or without it. */
export const amendedItem = (
  analysis: Analysis,
  id: string,
  change: { grams: number | null; servings: number | null; remove?: boolean | undefined },
): Analysis => {
  if (change.remove === true) return withItem(analysis, id, []);
  const standing = mealOf(analysis.items).items.filter((item) => item.id === id);
  const { grams, servings } = change;
  const amount = (item: AnalyzedItem) =>
    grams !== null ? regrammed(item, grams) : servings !== null ? servingsOf(item, servings) : item;
  return withItem(analysis, id, standing.map(amount));
};

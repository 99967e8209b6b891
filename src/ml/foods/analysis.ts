/** Whole analyses that need no look-up: meals of picked foods, meals by name and energy, and changed amounts. */
import type { AnalyzedItem, Nutrients } from '../../model/foods';
import type { Analysis } from '../../model/photos';
import { intervalLevel } from './interval';
import { regrammed, servingsOf } from './items';
import { unknownNutrients } from './nutrients';
import { inOrder, mealOf, mealOfGrams, mealOfServings, type MealParts, type MealTotals } from './totals';

const withoutFdc = (reason: string): Analysis['fdc'] => ({ strategy: 'none', reason });

/** A meal's name: its foods, and the words that nobody knows a food for. */
export const nameOf = ({ items, unrecognized = [] }: MealTotals): string =>
  [...items.map(({ label }) => label), ...unrecognized.map(({ text }) => text)].join(', ');

/** A meal of foods that were picked, each with its weight. */
export const analysisOfItems = (items: readonly AnalyzedItem[]): Analysis => {
  const meal = mealOf({ items });
  return {
    food: nameOf(meal),
    inferenceSource: 'user',
    classification: null,
    ...meal,
    fdc: withoutFdc('The foods were picked.'),
  };
};

/** A meal of which a person states name, energy (kcal) and what else is known of it; what is left out is not known. */
export const analysisOfStated = (name: string, stated: Partial<Nutrients> & { kcal: number }): Analysis => {
  const { kcal } = stated;
  const item: AnalyzedItem = {
    label: name,
    grams: 0,
    portionSource: 'given',
    nutrients: { ...unknownNutrients, ...stated },
    interval: { low: kcal, high: kcal, level: intervalLevel },
    ingredients: [],
    provenance: [{ source: 'user', fdcId: null, description: name, per100G: unknownNutrients, grams: 0 }],
    estimated: false,
  };
  return {
    food: name,
    inferenceSource: 'user',
    classification: null,
    ...mealOf({ items: [item] }),
    warnings: [],
    fdc: withoutFdc('The figures were stated.'),
  };
};

/** Provisional figures as they stand: no better ones are to take their place any more, as the user spoke or they are another entry's now. */
export const final = ({ provisional: _provisional, ...analysis }: Analysis): Analysis => analysis;

/** The same foods at another weight in all, or a number of servings of the meal as it stands. */
export const amended = (analysis: Analysis, change: { grams: number | null; servings: number | null }): Analysis => {
  const { grams, servings } = change;
  if (grams !== null) return { ...final(analysis), ...mealOfGrams(analysis, grams) };
  if (servings !== null) return { ...final(analysis), ...mealOfServings(analysis, servings) };
  return analysis;
};

/** Whether an analysis has an item of this id. Those written before items had ids are numbered from 1, as `mealOf` does it. */
export const hasItem = (analysis: Analysis, id: string): boolean =>
  mealOf(analysis).items.some((item) => item.id === id) || isUnrecognized(analysis, id);

/** Whether this id is one of words that nobody knows a food for. */
export const isUnrecognized = ({ unrecognized = [] }: Analysis, id: string): boolean =>
  unrecognized.some((words) => words.id === id);

/** Items, and words in place of them. */
export const countParts = ({ items, unrecognized = [] }: Analysis): number => items.length + unrecognized.length;

/**
 * The meal with what is given for the item (or the words in place of one) `id`: one other, which keeps its id, several, the first of which
 * keeps it, or none. An item keeps its place. Everything of the whole is computed anew. `new` adds them at the end.
 */
export const withItem = (
  analysis: Analysis,
  id: string,
  { items: put, unrecognized: unknown = [], places }: Pick<MealParts, 'items' | 'unrecognized' | 'places'>,
): Analysis => {
  const { items, unrecognized = [], lastItemId } = mealOf(analysis);
  const [first] = inOrder<object>(put, unknown, places);
  const own = id === newItem ? {} : { id };
  const named = put.map((item) => ({ ...item, ...(item === first && own) }));
  const unnamed = unknown.map((words) => ({ ...words, ...(words === first && own) }));
  const inPlace = items.some((item) => item.id === id);
  const meal = mealOf({
    items: inPlace ? items.flatMap((item) => (item.id === id ? named : [item])) : [...items, ...named],
    unrecognized: [...unrecognized.filter((words) => words.id !== id), ...unnamed],
    lastItemId,
    // What stands has its ids; of what is new the places tell.
    places: places && {
      items: inPlace
        ? items.flatMap((item) => (item.id === id ? places.items : [0]))
        : [...items.map(() => 0), ...places.items],
      unrecognized: [...unrecognized.filter((words) => words.id !== id).map(() => 0), ...places.unrecognized],
    },
  });
  const { unrecognized: _before, ...standing } = final(analysis);
  return { ...standing, food: nameOf(meal), ...meal };
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
  if (change.remove === true) return withItem(analysis, id, { items: [] });
  const standing = mealOf(analysis).items.filter((item) => item.id === id);
  const { grams, servings } = change;
  const amount = (item: AnalyzedItem) =>
    grams !== null ? regrammed(item, grams) : servings !== null ? servingsOf(item, servings) : item;
  return withItem(analysis, id, { items: standing.map(amount) });
};

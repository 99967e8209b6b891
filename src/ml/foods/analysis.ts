/** Whole analyses that need no look-up: meals of picked foods, meals by name and energy, and changed amounts. */
import type { AnalyzedItem, Nutrients } from '../../model/foods';
import type { Analysis } from '../../model/photos';
import { intervalLevel } from './interval';
import { regrammed, servingsOf, type UnknownWords } from './items';
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

type Put = Pick<MealParts, 'items' | 'unrecognized' | 'places'>;

const remade = (analysis: Analysis, parts: MealParts): Analysis => {
  const meal = mealOf(parts);
  const { unrecognized: _before, ...standing } = final(analysis);
  return { ...standing, food: nameOf(meal), ...meal };
};

/**
 * The meal with what is given for the item (or the words in place of one) `id`: one other, which keeps its id, several, the first of which
 * keeps it, or none. An item keeps its place. Everything of the whole is computed anew. `new` adds them at the end.
 */
const put = (analysis: Analysis, id: string, { items: given, unrecognized: unknown = [], places }: Put): Analysis => {
  const { items, unrecognized = [], lastItemId } = mealOf(analysis);
  const others = unrecognized.filter((words) => words.id !== id);
  const [first] = inOrder<object>(given, unknown, places);
  const own = id === newItem ? {} : { id };
  const named = given.map((item) => ({ ...item, ...(item === first && own) }));
  const unnamed = unknown.map((words) => ({ ...words, ...(words === first && own) }));
  const inPlace = items.some((item) => item.id === id);
  return remade(analysis, {
    items: inPlace ? items.flatMap((item) => (item.id === id ? named : [item])) : [...items, ...named],
    unrecognized: [...others, ...unnamed],
    lastItemId,
    // What stands has its ids; of what is new the places tell.
    places: places && {
      items: inPlace
        ? items.flatMap((item) => (item.id === id ? places.items : [0]))
        : [...items.map(() => 0), ...places.items],
      unrecognized: [...others.map(() => 0), ...places.unrecognized],
    },
  });
};

/** In `instead` of words: all items there were. */
export const allItems = 'all';

/**
 * As `put`, for what is now known to be in the place of `id`. Words that were said in place of it go; where `id` is such words, and they are
 * known now, what they were said in place of goes.
 */
export const withItem = (analysis: Analysis, id: string, given: Put): Analysis => {
  const { items, unrecognized = [], lastItemId } = mealOf(analysis);
  const instead = unrecognized.find((words) => words.id === id)?.instead;
  if (instead !== undefined && given.items.length === 0)
    return put(analysis, id, { ...given, unrecognized: given.unrecognized?.map((words) => ({ ...words, instead })) });
  const isOnly = items.length === 1 && items[0]?.id === id;
  return put(
    {
      ...analysis,
      items: items.filter((item) => instead !== allItems && item.id !== instead),
      unrecognized: unrecognized.filter(
        (words) => words.instead === undefined || (words.instead !== id && !(isOnly && words.instead === allItems)),
      ),
      lastItemId,
    },
    id,
    given,
  );
};

/**
 * The meal as it stands, and beside it words that nobody knows and that were said in place of the item `instead`, or of `all` of it. They
 * take the place of such words of before.
 */
export const withWordsInstead = (analysis: Analysis, instead: string, words: readonly UnknownWords[]): Analysis => {
  const { items, unrecognized = [], lastItemId } = mealOf(analysis);
  const others = unrecognized.filter((before) => before.instead !== instead);
  return remade(analysis, {
    items,
    unrecognized: [...others, ...words.map((one) => ({ ...one, instead }))],
    lastItemId,
  });
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
  if (change.remove === true) return put(analysis, id, { items: [] });
  const standing = mealOf(analysis).items.filter((item) => item.id === id);
  const { grams, servings } = change;
  const amount = (item: AnalyzedItem) =>
    grams !== null ? regrammed(item, grams) : servings !== null ? servingsOf(item, servings) : item;
  return put(analysis, id, { items: standing.map(amount) });
};

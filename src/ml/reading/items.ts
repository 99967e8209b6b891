/**
 * A reading as items of a meal and as words that were not recognized.
 *
 * I1  Figures of an item are those of its food times its grams. Words that name no known food are listed apart, and count in no figure.
 * I2  An amount that nobody eats, or less than nothing, makes no item: the food is listed among the unrecognized words with that amount, and
 *     the user is asked how much it was.
 * I3  Where the words leave open which food is meant or how much of it, the item lists the other candidates for the user to pick from.
 */
import type { AnalyzedItem, Food, ItemCandidate } from '../../model/foods';
import type { Analysis } from '../../model/photos';
import { nameOf } from '../foods/analysis';
import { unknownFoodKcal } from '../foods/interval';
import { itemOf, unknownWords, type UnknownWords } from '../foods/items';
import type { FoodTable } from '../foods/table';
import { mealOf, type Places } from '../foods/totals';
import type { KnownFoods } from './foodBase';
import { notReadWarnings, unreadLanguage } from './languageName';
import type { ReadItem, Reading } from './meal';
import type { Read } from './mealReader';
import { differs, kcalOf, rivalsOf } from './rivals';

/** Amounts that differ by less are one. */
const otherAmount = 0.1;
const mostFoods = 3;
const mostPortions = 3;
/** Portions that nobody thinks of their plate in. */
const noTap = /quantity not specified|\b(?:fl )?oz\b|\bounce|\binch/i;

const candidateOf = (food: Food, grams: number, portion?: string): ItemCandidate => ({
  foodKey: food.key,
  ...(food.release !== undefined && { release: food.release }),
  name: food.name,
  grams,
  ...(portion !== undefined && { portion }),
  kcal: kcalOf(food, grams),
});

const otherFoods = (item: ReadItem): ItemCandidate[] =>
  rivalsOf(item)
    .slice(0, mostFoods)
    .map((other) => candidateOf(other.food, other.grams));

/** Household portions of the food besides the usual one, where nobody said how much it was. */
const otherPortions = ({ food, grams, amountText }: ReadItem): ItemCandidate[] => {
  if (amountText !== null) return [];
  const offered: number[] = [grams];
  const portions: ItemCandidate[] = [];
  for (const portion of food.portions) {
    if (noTap.test(portion.description) || !offered.every((other) => differs(other, portion.grams, otherAmount)))
      continue;
    offered.push(portion.grams);
    portions.push(candidateOf(food, portion.grams, portion.description));
    if (portions.length === mostPortions) break;
  }
  return portions;
};

const itemOfRead = (read: ReadItem, unreadKcal: number, table: FoodTable, known: KnownFoods): AnalyzedItem => {
  const { food, label, grams, portionSource, measure, approximate, deviation } = read;
  const row = known.rowOf(food.key);
  const candidates = [...otherFoods(read), ...otherPortions(read)];
  return {
    ...itemOf(food, {
      label,
      grams,
      portionSource,
      measure,
      approximate,
      deviationKcal: Math.hypot(deviation.kcal, unreadKcal),
    }),
    ingredients: row === null ? [] : table.ingredientsOf(row).map(({ entry }) => entry.food.name),
    ...(candidates.length > 0 && { candidates }),
  };
};

export const partsOfReading = (
  { items, unrecognized, unread }: Pick<Reading, 'items' | 'unrecognized' | 'unread'>,
  table: FoodTable,
  known: KnownFoods,
): { items: AnalyzedItem[]; unrecognized: UnknownWords[]; places: Places } => {
  const eaten = items.filter(({ absurd }) => !absurd);
  const absurd = items.filter((item) => item.absurd);
  // What was not read may be of any of them.
  const unreadKcal = (unread * unknownFoodKcal) / Math.sqrt(eaten.length);
  return {
    items: eaten.map((item) => itemOfRead(item, unreadKcal, table, known)),
    unrecognized: [
      ...unrecognized.map(({ text, amount, pastLimit }) => ({
        ...unknownWords(text, amount ?? null),
        ...(pastLimit !== undefined && { pastLimit }),
      })),
      ...absurd.map(({ text, amountText }) => ({ ...unknownWords(text, amountText), tooMuch: true as const })),
    ],
    places: {
      items: eaten.map(({ start }) => start),
      unrecognized: [...unrecognized, ...absurd].map(({ start }) => start),
    },
  };
};

/** A meal in words; null where none of its foods is known. */
export const analysisOfWords = ({ reading, known }: Read, table: FoodTable): Analysis | null => {
  const parts = partsOfReading(reading, table, known);
  if (parts.items.length === 0) return null;
  const meal = mealOf(parts);
  return {
    food: nameOf(meal),
    inferenceSource: 'caption',
    classification: null,
    ...meal,
    warnings: [...meal.warnings, ...notReadWarnings(unreadLanguage(reading))],
    fdc: { strategy: 'none', reason: 'Meals in words are worked out with the foods that are known here.' },
  };
};

/**
 * What an analysis says of a whole meal, computed from its items and from nothing else: recomputing after a correction
 * is calling this again.
 */
import type { AnalyzedItem, PortionSource } from '../../model/foods';
import type { Analysis, Unrecognized } from '../../model/photos';
import { implausible } from './energy';
import { halfWidth, measureOf, shareDoubt, weightSpread } from './interval';
import { regrammed, servingsOf, totalInterval, type UnknownWords } from './items';
import { sum } from './nutrients';

export type MealTotals = Pick<
  Analysis,
  'items' | 'unrecognized' | 'lastItemId' | 'totals' | 'portion' | 'interval' | 'provenance' | 'estimated' | 'warnings'
>;

/** From the surest to the least: a meal is as sure as its least sure item. */
const sureness: readonly PortionSource[] = ['given', 'caption', 'memory', 'usda', 'table', 'picture', 'estimate'];

/** Foods that are taken of one text. */
export const mostInText = 30;

/** Words that somebody who has to heed them must not see passed over in silence. */
const diets =
  /\b(?:vegan|vegetarian|veggie|plant-based|meatless|(?:gluten|lactose|dairy|sugar|nut|egg|fat|alcohol)[ -]free|keto|low[ -]carb)\b/i;

const names = {
  kcal: 'energy',
  proteinG: 'protein',
  fatG: 'fat',
  carbohydrateG: 'carbohydrate',
  fibreG: 'fibre',
  sugarG: 'sugar',
  sodiumMg: 'sodium',
} as const;

/** What a meal is computed from; an `Analysis` is one, too. */
export interface MealParts {
  readonly items: readonly AnalyzedItem[];
  readonly unrecognized?: readonly UnknownWords[] | undefined;
  /** The highest id that an item of the entry ever had. */
  readonly lastItemId?: number | undefined;
  readonly places?: Places | undefined;
}

/**
 * Where in what was said each part stands. Ids are given in this order, so that words keep theirs when they turn out to be a food later.
 * Where missing: items in their order, then what nobody knows.
 */
export interface Places {
  readonly items: readonly number[];
  readonly unrecognized: readonly number[];
}

/** Parts that were named, in the order in which they were. */
export const inOrder = <T>(items: readonly T[], unknown: readonly T[], places: Places | undefined): T[] =>
  [
    ...items.map((part, at) => ({ part, place: places?.items[at] ?? at })),
    ...unknown.map((part, at) => ({ part, place: places?.unrecognized[at] ?? items.length + at })),
  ]
    .sort((a, b) => a.place - b.place)
    .map(({ part }) => part);

/** Ids that were given stay; what has none gets a number above all that were ever given, so that none names two foods. */
const numbered = (
  items: readonly AnalyzedItem[],
  unknown: readonly UnknownWords[],
  given: number,
  places: Places | undefined,
): { items: AnalyzedItem[]; unrecognized: Unrecognized[]; lastItemId: number } => {
  let lastItemId = Math.max(given, ...[...items, ...unknown].map(({ id }) => Number(id ?? 0)));
  const ids = new Map<object, string>();
  for (const part of inOrder<AnalyzedItem | UnknownWords>(items, unknown, places))
    ids.set(part, part.id ?? String((lastItemId += 1)));
  const withId = <T extends object>(one: T): T & { id: string } => ({ ...one, id: ids.get(one) ?? '' });
  return { items: items.map(withId), unrecognized: unknown.map(withId), lastItemId };
};

/** Why an amount is not taken as it stands. */
export const beyond = (amount: string | null | undefined): string =>
  /^[-–—]/.test(amount ?? '') ? 'less than nothing' : 'more than anybody eats';

const whyNotCounted = ({ text, amount, tooMuch, pastLimit, instead }: UnknownWords): string => {
  if (tooMuch === true)
    return `${text}: ${amount ?? 'so much'} is ${beyond(amount)}, and not counted; say how much it was`;
  if (pastLimit === true)
    return `${text}: not counted, as a text is read up to ${mostInText} items; log the rest as another meal`;
  return `${text}: not known to any source, and not counted${instead === undefined ? '' : '; what it was said in place of stands'}`;
};

/**
 * Totals, portion, interval, provenance and warnings of a meal. Totals add what is known; where an item lacks a nutrient, or words were
 * not understood, a warning says so.
 */
export const mealOf = ({
  items: given,
  unrecognized: unknown = [],
  lastItemId: lastGivenId = 0,
  places,
}: MealParts): MealTotals => {
  const { items, unrecognized, lastItemId } = numbered(given, unknown, lastGivenId, places);
  const { nutrients, incomplete } = sum(items.map((item) => item.nutrients));
  const warnings = items.flatMap((item) =>
    implausible(item.nutrients, item.label, { alcoholic: item.provenance.some(({ alcoholic }) => alcoholic === true) }),
  );
  // Of entries that were written when such a food was still given figures.
  for (const item of items)
    if (item.provenance.some(({ source }) => source === 'estimate'))
      warnings.push(`${item.label}: not known to any source; figures of mixed dishes at large are shown`);
  for (const { label, provenance } of items) {
    const said = diets.exec(label)?.[0];
    if (said !== undefined && !provenance.some(({ description }) => diets.test(description)))
      warnings.push(`${label}: the figures are of a food that is not known to be ${said.toLowerCase()}`);
  }
  if (incomplete.length > 0 && items.length > 0)
    warnings.push(
      `Not every source states ${incomplete.map((key) => names[key]).join(', ')}: the total is what is known, or a lower bound`,
    );
  for (const words of unrecognized) warnings.push(whyNotCounted(words));
  return {
    items,
    ...(unrecognized.length > 0 && { unrecognized }),
    lastItemId,
    totals: nutrients,
    portion: {
      grams: items.reduce((total, item) => total + item.grams, 0),
      source: items.reduce<PortionSource>(
        (least, { portionSource }) =>
          sureness.indexOf(portionSource) > sureness.indexOf(least) ? portionSource : least,
        'given',
      ),
    },
    interval: totalInterval(items, unrecognized.length),
    provenance: items.flatMap((item) => item.provenance),
    estimated: items.some((item) => item.estimated),
    warnings,
  };
};

/**
 * The meal weighs `grams` in all: every item keeps its share. How sure the shares are, is what was known of the weights before. Where
 * nobody knows part of it, there is no telling what is left for the rest: the items stay as they are, and a warning says so.
 */
export const mealOfGrams = (parts: MealParts, grams: number): MealTotals => {
  const { items, unrecognized = [] } = parts;
  if (unrecognized.length > 0) {
    const meal = mealOf(parts);
    return {
      ...meal,
      warnings: [...meal.warnings, `${grams} g is what the whole weighs, and part of it is not known`],
    };
  }
  const whole = items.reduce((total, item) => total + item.grams, 0);
  const share = (item: AnalyzedItem) => (whole > 0 ? (item.grams * grams) / whole : grams / items.length);
  const meal = mealOf({ ...parts, items: items.map((item) => regrammed(item, share(item))) });
  const kcal = meal.totals.kcal;
  if (kcal === null || grams <= 0) return meal;
  const doubt = shareDoubt(
    meal.items.map((item, at) => ({
      grams: item.grams,
      kcal: item.nutrients.kcal ?? 0,
      spread: weightSpread[measureOf(items[at]?.portionSource ?? 'estimate')],
    })),
  );
  return {
    ...meal,
    interval: {
      ...meal.interval,
      low: Math.max(0, kcal - Math.hypot(kcal - meal.interval.low, halfWidth * doubt)),
      high: kcal + Math.hypot(meal.interval.high - kcal, halfWidth * doubt),
    },
  };
};

/** `servings` times the meal as it stands. */
export const mealOfServings = (parts: MealParts, servings: number): MealTotals =>
  mealOf({ ...parts, items: parts.items.map((item) => servingsOf(item, servings)) });

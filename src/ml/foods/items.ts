/**
 * Items with figures.
 * I1  Figures are those of `provenance` times grams; nothing is added to what a source does not state.
 * I2  A food nobody knows has no figures, and none are made up for it.
 * I3  Changing grams scales everything of an item by one factor; the source of its portion becomes the user.
 */
import type {
  AnalyzedItem,
  Food,
  Interval,
  Nutrients,
  PortionSource,
  Provenance,
  ProvenanceSource,
} from '../../model/foods';
import type { Unrecognized } from '../../model/photos';
import { atwaterKcal, isAlcoholic } from './energy';
import { intervalAround, intervalOfSum, measureOf, relativeSpread, unknownInterval } from './interval';
import type { Measure } from './interval';
import { per100GOf, scale, sum } from './nutrients';

/**
 * Medians of 1,598 mixed dishes among the USDA survey foods (FNDDS 2021-2023, WWEIA categories 3002-3999), each per 100 g,
 * and the median of their default portions in grams.
 */
export const mixedDish = {
  per100G: {
    kcal: 160,
    proteinG: 8.77,
    fatG: 7.43,
    carbohydrateG: 16.5,
    fibreG: 1.2,
    sugarG: 1.69,
    sodiumMg: 365.5,
  } satisfies Nutrients,
  portionG: 181,
} as const;

/** No plate holds more of one food: beyond it an amount is a slip of the pen. */
export const mostItemGrams = 20_000;

export interface ItemOptions {
  readonly label: string;
  readonly grams: number;
  readonly portionSource: PortionSource;
  /** How the weight is known, where that is finer than the portion source tells. */
  readonly measure?: Measure;
  /** True where the food is only of the kind of `food` ("mushroom pizza" as pizza). */
  readonly approximate?: boolean;
  /** Standard deviation in kcal, where more is known of it than `measure` and `approximate` tell. */
  readonly deviationKcal?: number;
}

/** Words that nobody knows a food for; those that have no id yet get one in `mealOf`. */
export type UnknownWords = Omit<Unrecognized, 'id'> & Partial<Pick<Unrecognized, 'id'>>;

export interface WeighedFood {
  readonly food: Food;
  readonly grams: number;
}

/** `fdc:…` foods come from FoodData Central, `own:…` are a user's, all others from our table. */
export const sourceOf = (key: string): Extract<ProvenanceSource, 'fdc' | 'own' | 'table'> =>
  key.startsWith('fdc:') ? 'fdc' : key.startsWith('own:') ? 'own' : 'table';

const provenanceOf = ({ food, grams }: WeighedFood): Provenance => ({
  source: sourceOf(food.key),
  foodKey: food.key,
  ...(food.release !== undefined && { release: food.release }),
  fdcId: food.fdcId,
  description: food.name,
  per100G: food.per100G,
  grams,
  ...(isAlcoholic(food.category) && { alcoholic: true as const }),
});

/** kcal of a portion, from 4/4/9 where the source states none. */
const kcalOf = (nutrients: Nutrients): number | null => nutrients.kcal ?? atwaterKcal(nutrients);

const withKcal = (nutrients: Nutrients): Nutrients => ({ ...nutrients, kcal: kcalOf(nutrients) });

/** One food of known figures. Without any energy figure the interval is that of an unknown dish of that weight. */
export const itemOf = (
  food: Food,
  { label, grams, portionSource, measure = measureOf(portionSource), approximate = false, deviationKcal }: ItemOptions,
): AnalyzedItem => {
  const nutrients = withKcal(scale(food.per100G, grams));
  const interval =
    nutrients.kcal === null
      ? unknownInterval((mixedDish.per100G.kcal * grams) / 100, measure)
      : intervalAround(nutrients.kcal, deviationKcal ?? nutrients.kcal * relativeSpread(measure, approximate));
  return {
    label,
    grams,
    portionSource,
    nutrients,
    interval,
    ingredients: [],
    provenance: [provenanceOf({ food, grams })],
    estimated: approximate,
  };
};

/** A dish as the sum of its ingredients: figures per 100 g (unknown where one ingredient's is) and the weights scaled to `grams`. */
export const composeDish = (
  parts: readonly WeighedFood[],
  grams = parts.reduce((total, part) => total + part.grams, 0),
): { per100G: Nutrients; parts: WeighedFood[] } => {
  const whole = parts.reduce((total, part) => total + part.grams, 0);
  const factor = whole > 0 ? grams / whole : 0;
  return {
    per100G: per100GOf(parts.map(({ food, grams: own }) => ({ per100G: food.per100G, grams: own }))),
    parts: parts.map((part) => ({ food: part.food, grams: part.grams * factor })),
  };
};

/**
 * A dish from its ingredients (at least one), scaled to the grams of the portion. The doubt about its composition is that of
 * a kind of dish: our weights stand for somebody's recipe.
 */
export const dishOf = (parts: readonly WeighedFood[], options: ItemOptions): AnalyzedItem => {
  const { label, grams, portionSource, measure = measureOf(portionSource) } = options;
  const dish = composeDish(parts, grams);
  const nutrients = withKcal(sum(dish.parts.map((part) => withKcal(scale(part.food.per100G, part.grams)))).nutrients);
  return {
    label,
    grams,
    portionSource,
    nutrients,
    interval:
      nutrients.kcal === null
        ? unknownInterval((mixedDish.per100G.kcal * grams) / 100, measure)
        : intervalAround(nutrients.kcal, nutrients.kcal * relativeSpread(measure, true)),
    ingredients: parts.map(({ food }) => food.name),
    provenance: dish.parts.map(provenanceOf),
    estimated: false,
  };
};

/** Words that nobody knows a food for, with the amount that was said of it ("300 g of"). */
export const unknownWords = (text: string, amountText: string | null): UnknownWords => ({
  text,
  ...(amountText !== null && { amount: amountText.endsWith(' of') ? amountText.slice(0, -3) : amountText }),
});

/** The same item at another weight that a person gave: grams, nutrients and provenance scale, and the doubt about the weight goes. */
export const regrammed = ({ candidates: _settled, ...item }: AnalyzedItem, grams: number): AnalyzedItem => {
  const factor = item.grams > 0 ? grams / item.grams : 0;
  const nutrients: Nutrients = item.grams > 0 ? scale(item.nutrients, factor * 100) : item.nutrients;
  const { kcal } = nutrients;
  const unknown = item.provenance.some(({ source }) => source === 'estimate');
  const stated = item.provenance.every(({ source }) => source === 'user');
  const interval = (): AnalyzedItem['interval'] => {
    if (kcal === null || unknown) return unknownInterval(kcal ?? (mixedDish.per100G.kcal * grams) / 100, 'weighed');
    // What a person stated carries no doubt of ours.
    return stated
      ? intervalAround(kcal, 0)
      : intervalAround(kcal, kcal * relativeSpread('weighed', item.estimated || item.provenance.length > 1));
  };
  return {
    ...item,
    grams,
    portionSource: 'given',
    nutrients,
    interval: interval(),
    provenance: item.provenance.map((part) => ({ ...part, grams: part.grams * factor })),
  };
};

/** `servings` times the item as it stands: twice a portion nobody weighed is as uncertain as one, in proportion. */
export const servingsOf = ({ candidates: _settled, ...item }: AnalyzedItem, servings: number): AnalyzedItem => ({
  ...item,
  grams: item.grams * servings,
  nutrients: scale(item.nutrients, servings * 100),
  interval: { ...item.interval, low: item.interval.low * servings, high: item.interval.high * servings },
  provenance: item.provenance.map((part) => ({ ...part, grams: part.grams * servings })),
});

/** Range of a meal with `unknown` foods that nobody knows; an item without energy counts as the middle of its interval's doubt. */
export const totalInterval = (items: readonly AnalyzedItem[], unknown: number): Interval =>
  intervalOfSum(
    items.map(({ nutrients, interval }) => ({
      kcal: nutrients.kcal ?? (interval.low + interval.high) / 2,
      interval,
    })),
    items.length === 0 ? 0 : unknown,
  );

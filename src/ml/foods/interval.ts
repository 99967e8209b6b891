/**
 * How far the energy of an item may be from the figure shown. Independent doubts are combined as their root sum of squares: composition
 * (whose recipe?), weight (how much of it?) and, of what was read in words, which food (reading/doubt). Spreads are relative standard
 * deviations and were taken from the 5,431 USDA survey foods (FNDDS 2021-2023, FoodData Central); test/ml/usda.test.ts computes them again
 * from the data.
 */
import type { Interval, PortionSource } from '../../model/foods';

/** Share of all cases in which an interval should hold the truth. */
export const intervalLevel = 0.8;
/** Half the width of the middle 80 % (`intervalLevel`) of a normal distribution, in standard deviations. */
export const halfWidth = 1.28;
/** Standard deviation in kcal of what a food that nobody knows may add to a meal: of a usual portion of anything, in round numbers. */
export const unknownFoodKcal = 150;

/** Half the 16-84 % range of kcal per 100 g, over the median, among foods that share the first two parts of their name; median of 207 such groups. */
export const compositionSpread = 0.127;
/** The same among all foods of one WWEIA category, where the food is only of that kind ("mushroom pizza" as pizza); median of 139 categories. */
export const kindSpread = 0.257;
/** A household measure: half the 16-84 % range of default portions over their median within a WWEIA category; median of the categories. */
export const householdSpread = 0.182;
/** A portion nobody stated: from small (0.75) to large (1.38) around medium, the medians of 240 foods with such portions. */
export const portionSpread = 0.317;

/** 10-90 % of the energy of one default portion of 1,598 mixed dishes (WWEIA 3002-3999), over the median (295 kcal). */
export const unknownPortion = { low: 0.498, high: 1.675 } as const;
/** 10-90 % of kcal per 100 g of the same dishes, over the median (160 kcal): an unknown dish of known weight. */
export const unknownComposition = { low: 0.619, high: 1.775 } as const;

/** How the weight is known: `weighed` in grams, millilitres or ounces; `household` in cups, slices or pieces; `usual` not stated. */
export type Measure = 'weighed' | 'household' | 'usual';

/**
 * The width that goes with a portion source where nothing finer is known. What a user said of a plate like it is as good as a household
 * measure; what a model judged by eye is trusted no more than a portion nobody stated.
 */
export const measureOf = (source: PortionSource): Measure =>
  source === 'given' ? 'weighed' : source === 'caption' || source === 'memory' ? 'household' : 'usual';

/** Relative standard deviation of a weight. */
export const weightSpread: Readonly<Record<Measure, number>> = {
  weighed: 0,
  household: householdSpread,
  usual: portionSpread,
};

/** Relative standard deviation for a food with figures of its own, or (`approximate`) of its kind. */
export const relativeSpread = (measure: Measure, approximate: boolean): number =>
  Math.hypot(approximate ? kindSpread : compositionSpread, weightSpread[measure]);

/** kcal range around `kcal`, of which `deviation` is the standard deviation. */
export const intervalAround = (kcal: number, deviation: number): Interval => ({
  low: Math.max(0, kcal - halfWidth * deviation),
  high: kcal + halfWidth * deviation,
  level: intervalLevel,
});

/** kcal range of a dish nobody knows, around the generic figure. */
export const unknownInterval = (kcal: number, measure: Measure): Interval => {
  const { low, high } = measure === 'usual' ? unknownPortion : unknownComposition;
  return { low: kcal * low, high: kcal * high, level: intervalLevel };
};

/**
 * Standard deviation in kcal of a meal of known weight whose parts were not weighed: what is left of Var Σwd once Σw is known, for independent
 * errors of variance v = (w · spread)² in the weights, Σ v (d − d̄)² with d̄ = Σvd / Σv (the residual variance of a linear regression).
 * Parts as dense as the whole add nothing, and it is never more than the doubt before the weight was known.
 */
export const shareDoubt = (
  parts: readonly { readonly grams: number; readonly kcal: number; readonly spread: number }[],
): number => {
  const uncertain = parts
    .filter(({ grams }) => grams > 0)
    .map(({ grams, kcal, spread }) => ({ density: kcal / grams, variance: (grams * spread) ** 2 }));
  const whole = uncertain.reduce((sum, { variance }) => sum + variance, 0);
  if (whole === 0) return 0;
  const mean = uncertain.reduce((sum, { density, variance }) => sum + variance * density, 0) / whole;
  return Math.sqrt(uncertain.reduce((sum, { density, variance }) => sum + variance * (density - mean) ** 2, 0));
};

/**
 * Range of a sum of items whose errors are taken as independent: the distances below and above add as root sum of squares. `unknown`
 * foods that nobody knows can only add. The level is that of the items, where they share one.
 */
export const intervalOfSum = (
  parts: readonly { readonly kcal: number; readonly interval: Interval }[],
  unknown: number,
): Interval => {
  const total = parts.reduce((sum, { kcal }) => sum + kcal, 0);
  const below = Math.hypot(...parts.map(({ kcal, interval }) => kcal - interval.low));
  const above = Math.hypot(
    ...parts.map(({ kcal, interval }) => interval.high - kcal),
    ...Array.from({ length: unknown }, () => halfWidth * unknownFoodKcal),
  );
  const levels = new Set(parts.map(({ interval }) => interval.level));
  const [level] = levels;
  return {
    low: Math.max(0, total - below),
    high: total + above,
    ...(levels.size === 1 && level !== undefined && { level }),
  };
};

/**
 * How far the figures of a reading may be from the truth. What is not known adds up as independent errors: which food of several that
 * fit, how much of it, whose recipe, and what was not understood.
 *
 * Spreads of recipes, household measures and unstated portions are those of USDA's survey foods (foods/interval.ts, computed again from the
 * data by test/ml/usda.test.ts). Those of a weight, a volume and a food's own portion, the temperature of candidates and the figures of an
 * unknown food are round numbers set by judgement. None was fitted to labelled descriptions.
 */
import { compositionSpread, householdSpread, portionSpread } from '../foods/interval';
import type { Interval } from '../../model/foods';
import type { IndexedFood } from './foodIndex';
import type { Basis, Weight } from './weigh';

/** Share of the truth that an interval should hold. */
export const intervalLevel = 0.8;
/** Half the width of the middle 80 % of a normal distribution, in standard deviations. */
const standardDeviations = 1.28;

/** Relative standard deviation of a weight by where it comes from. */
const weightSpread: Readonly<Record<Basis, number>> = {
  weighed: 0.02,
  volume: 0.08,
  portion: 0.1,
  scaled: householdSpread,
  likeness: portionSpread,
  usual: portionSpread,
};
/** A candidate this much worse is e times less likely to be meant. */
const temperature = 0.15;
/** Carbohydrate and energy of a food that was named and is not known: of a usual portion of anything, in round numbers. */
const unknownFood = { carbohydrateG: 20, kcal: 150 } as const;

export type Figure = 'kcal' | 'carbohydrateG';

interface Weighed {
  readonly food: IndexedFood;
  readonly score: number;
  readonly weight: Weight;
}

const amountOf = ({ food, weight }: Weighed, figure: Figure): number =>
  (weight.grams / 100) * (food.food.per100G[figure] ?? 0);

/** Standard deviation of a figure of one item, in its unit. */
export const itemDeviation = (choices: readonly Weighed[], figure: Figure): number => {
  const [first] = choices;
  if (first === undefined) return 0;
  const taken = amountOf(first, figure);
  let weights = 0;
  let squares = 0;
  for (const choice of choices) {
    const weight = Math.exp((choice.score - first.score) / temperature);
    weights += weight;
    squares += weight * (amountOf(choice, figure) - taken) ** 2;
  }
  return Math.hypot(Math.sqrt(squares / weights), taken * weightSpread[first.weight.basis], taken * compositionSpread);
};

/** Range that should hold the truth in `intervalLevel` of all cases. */
export const intervalOf = (amount: number, deviation: number): Interval => ({
  low: Math.max(0, amount - standardDeviations * deviation),
  high: amount + standardDeviations * deviation,
});

/** Range of a whole meal; what was not understood can only add. */
export const mealInterval = (
  items: readonly { readonly amount: number; readonly deviation: number }[],
  unrecognized: number,
  figure: Figure,
): Interval => {
  const amount = items.reduce((sum, item) => sum + item.amount, 0);
  const deviation = Math.hypot(...items.map((item) => item.deviation));
  const { low } = intervalOf(amount, deviation);
  const { high } = intervalOf(amount, Math.hypot(deviation, unrecognized * unknownFood[figure]));
  return { low, high };
};

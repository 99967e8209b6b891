/**
 * How far the figures of a reading may be from the truth. What is not known adds up as independent errors: which food of several that
 * fit, how much of it, whose recipe, and what was not understood.
 *
 * Spreads of recipes, household measures and unstated portions are those of USDA's survey foods (foods/interval.ts, computed again from the
 * data by test/ml/usda.test.ts). Those of a weight, a volume and a food's own portion, the temperature of candidates and the figures of an
 * unknown food are round numbers set by judgement. None was fitted to labelled descriptions.
 */
import {
  compositionSpread,
  intervalAround,
  householdSpread,
  kindSpread,
  portionSpread,
  unknownFoodKcal,
} from '../foods/interval';
import type { Interval } from '../../model/foods';
import type { IndexedFood } from './foodIndex';
import type { Basis, Weight } from './weigh';

/**
 * A portion nobody stated, in a round number: half the 16-84 % range of USDA's portions that come in sizes is 0.43 of the medium one; that of
 * all its household portions, whole loaves and packages among them, 0.78 of the usual one.
 */
const unstatedSpread = 0.4;

/** Relative standard deviation of a weight by where it comes from. */
const weightSpread: Readonly<Record<Basis, number>> = {
  weighed: 0.02,
  volume: 0.08,
  portion: 0.1,
  unsized: portionSpread,
  scaled: householdSpread,
  likeness: unstatedSpread,
  usual: unstatedSpread,
};
/** Of foods that share the first two parts of their name; that of carbohydrate is computed by test/ml/reading/doubt.test.ts. */
export const recipeSpread: Readonly<Record<'kcal' | 'carbohydrateG', number>> = {
  kcal: compositionSpread,
  carbohydrateG: 0.098,
};
/** A candidate this much worse is e times less likely to be meant. */
const temperature = 0.15;
/** Candidates that are worse by more are not meant: a whole cake would widen the interval of an apple however unlikely it is. */
const hopeless = 3 * temperature;
/** The same for carbohydrate in g and energy in kcal of a food that was named and is not known. */
const unknownFood = { carbohydrateG: 20, kcal: unknownFoodKcal } as const;

export type Figure = 'kcal' | 'carbohydrateG';

interface Weighed {
  readonly food: IndexedFood;
  readonly score: number;
  readonly weight: Weight;
}

const amountOf = ({ food, weight }: Weighed, figure: Figure): number =>
  (weight.grams / 100) * (food.food.per100G[figure] ?? 0);

/** Standard deviation of a figure of one item, in its unit. */
export const itemDeviation = (choices: readonly Weighed[], approximate: boolean, figure: Figure): number => {
  const [first] = choices;
  if (first === undefined) return 0;
  const taken = amountOf(first, figure);
  let weights = 0;
  let squares = 0;
  for (const choice of choices) {
    if (first.score - choice.score > hopeless) continue;
    const weight = Math.exp((choice.score - first.score) / temperature);
    weights += weight;
    squares += weight * (amountOf(choice, figure) - taken) ** 2;
  }
  return Math.hypot(
    Math.sqrt(squares / weights),
    taken * weightSpread[first.weight.basis],
    taken * (approximate ? kindSpread : recipeSpread[figure]),
  );
};

/** Range of a whole meal; what was not understood can only add. `unread`: share of the words of food that are part of no item. */
export const mealInterval = (
  items: readonly { readonly amount: number; readonly deviation: number }[],
  unrecognized: number,
  unread: number,
  figure: Figure,
): Interval => {
  const amount = items.reduce((sum, item) => sum + item.amount, 0);
  const deviation = Math.hypot(...items.map((item) => item.deviation), unread * unknownFood[figure]);
  const { low } = intervalAround(amount, deviation);
  const { high } = intervalAround(amount, Math.hypot(deviation, unrecognized * unknownFood[figure]));
  return { low, high };
};

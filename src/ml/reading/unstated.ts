/**
 * Which of several foods stands for what was left open. USDA's own "NFS" and "NS as to …" rows do, as they are its default; so does a food
 * whose very name was said. Where there is neither, and foods of one group fit alike, it is the middle one of them in energy: it errs least
 * where nobody said whether the sauce is a restaurant's or home-made.
 */
import type { Choice } from './choose';
import type { FoodIndex } from './foodIndex';

/** Scores so near to the best are alike. */
const alike = 0.03;
/** Of two the first is as good as the second. */
const fewest = 3;
const isDefault = /\bN(?:FS|S as to)\b/;

/** `choices`, best first; where their first stands for what was left open, the middle one before all others. */
export const middleFirst = (choices: readonly Choice[], index: FoodIndex): readonly Choice[] => {
  const [first] = choices;
  const best = index.foods[first?.food ?? -1];
  if (first === undefined || best === undefined || isDefault.test(best.food.name)) return choices;
  const kcalOf = ({ food }: Choice): number => index.foods[food]?.food.per100G.kcal ?? 0;
  const likely = choices
    .filter(({ food, score }) => score >= first.score - alike && index.foods[food]?.group === best.group)
    .sort((a, b) => kcalOf(a) - kcalOf(b));
  const middle = likely[Math.floor((likely.length - 1) / 2)];
  if (likely.length < fewest || middle === undefined) return choices;
  return [{ ...middle, score: first.score }, ...choices.filter((choice) => choice !== middle)];
};

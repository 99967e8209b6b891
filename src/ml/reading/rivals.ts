/** Foods that words may mean as well as the one that was taken, and that would make a difference. */
import type { Food } from '../../model/foods';
import type { Candidate, ReadItem } from './meal';

/** Another food may be meant that is at most so much less likely (`Candidate.score`), and whose energy is so much different. */
const likelyScore = 0.3;
const otherEnergy = 0.15;

/** Whether two amounts are further apart than `share` of the larger. */
export const differs = (a: number, b: number, share: number): boolean => Math.abs(a - b) > share * Math.max(a, b);

export const kcalOf = (food: Food, grams: number): number | null =>
  food.per100G.kcal === null ? null : (food.per100G.kcal * grams) / 100;

/** Best first. `unlikely`: also those that are less likely. */
export const rivalsOf = ({ food, grams, candidates }: ReadItem, { unlikely = false } = {}): Candidate[] => {
  const [first, ...others] = candidates;
  if (first === undefined) return [];
  const taken = kcalOf(food, grams) ?? 0;
  return others.filter(
    (other) =>
      other.grams > 0 &&
      (unlikely || first.score - other.score <= likelyScore) &&
      differs(kcalOf(other.food, other.grams) ?? 0, taken, otherEnergy),
  );
};

import { diversify } from './diversity';
import type { SparseVector } from './interactions';
import type { Scorer } from './scorer';
import type { Similarity } from './similarity';
import { topItems, type TopItems } from './topItems';

/**
 * The list for one user or visitor.
 *
 * R1  Nothing that they chose, nothing that is excluded and nothing outside the category is on it.
 * R2  Where the model says nothing of an item for the history, as that is empty or of items that nobody else chose, its score is 0; such places are filled by
 *     the fallback, and not in the order of the items' numbers. So are all where all scores are alike.
 */
export interface Recommender {
  readonly scorer: Scorer;
  /** Of the same items. */
  readonly similarity: Similarity;
  /** Usually popularity. */
  readonly fallback?: Scorer;
}

export interface ListRequest {
  readonly history: SparseVector;
  readonly n: number;
  /** Items that are not wanted beside those of the history. */
  readonly excluded?: ArrayLike<number>;
  /** One an item, 0 where it may not be on the list: a category's mask. */
  readonly allowed?: Uint8Array;
  /** From 0, the best first, to 1, nothing but unlikeness after the first. */
  readonly diversity?: number;
}

/** Of so many times the list's length is chosen for diversity: further down, items are hardly wanted. */
const candidatesAPlace = 5;

/** Throws RangeError for a history that the model does not know, a length that is no whole number, or a diversity outside 0 to 1. */
export function recommendFor({ scorer, similarity, fallback }: Recommender, request: ListRequest): TopItems {
  const { history, n, excluded = [], allowed, diversity = 0 } = request;
  if (!Number.isInteger(n) || n < 0)
    throw new RangeError(`A list of ${n} items cannot be made; ask for a whole number.`);
  if (allowed !== undefined && allowed.length !== scorer.items) {
    throw new RangeError(`The category marks ${allowed.length} items; the model knows ${scorer.items}.`);
  }
  const limits = {
    excluded: [...Array.from(history.indexes), ...Array.from(excluded)],
    ...(allowed && { allowed }),
  };
  const best = (count: number): TopItems => {
    const scores = scorer.scores(history);
    if (fallback === undefined) return topItems(scores, count, limits);
    const { filled: _, ...list } = topOrFallback(scores, () => fallback.scores(history), count, limits);
    return list;
  };
  if (diversity === 0) return best(n);
  return diversify(best(n * candidatesAPlace), n, diversity, similarity);
}

/** A list of which some places are filled by the fallback: those from `filled.from` to before `filled.to`. */
export interface FilledList extends TopItems {
  readonly filled: { readonly from: number; readonly to: number };
}

/** The best `n` as R2 says: places of scores of 0, between those above and those below, go to other items in the order of the fallback. */
export function topOrFallback(
  scores: Float32Array,
  fallback: () => Float32Array,
  n: number,
  limits: { readonly excluded: readonly number[]; readonly allowed?: Uint8Array },
): FilledList {
  if (areAlike(scores)) {
    const list = topItems(fallback(), n, limits);
    return { ...list, filled: { from: 0, to: list.items.length } };
  }
  const best = topItems(scores, n, limits);
  const from = best.scores.indexOf(0);
  if (from < 0) return { ...best, filled: { from: 0, to: 0 } };
  const to = best.scores.lastIndexOf(0) + 1;
  const [before, after] = [best.items.subarray(0, from), best.items.subarray(to)];
  const excluded = [...limits.excluded, ...before, ...after];
  const found = topItems(fallback(), to - from, { ...limits, excluded }).items;
  return {
    items: Uint32Array.from([...before, ...found, ...after]),
    scores: Float32Array.from([
      ...best.scores.subarray(0, from),
      ...new Float32Array(found.length),
      ...best.scores.subarray(to),
    ]),
    filled: { from, to: from + found.length },
  };
}

const areAlike = (scores: Float32Array): boolean => scores.every((score) => score === scores[0]);

import type { Ratings } from './artefact/dataset';
import { transpose, type Interactions, type SparseRows } from './interactions';

/**
 * What of ratings counts as interest, and how much.
 *
 * U1  A rating at or below 0 is never positive.
 * U2  Where all ratings that count are equal, weight says nothing that presence does not: it is presence, and the result says so.
 */
export type RatingUse = { kind: 'presence' } | { kind: 'weight' } | { kind: 'threshold'; atLeast: number };

export interface PositiveInteractions {
  interactions: Interactions;
  /** What was done: presence in place of a weight that says nothing. */
  use: RatingUse;
  /** Of the entries of `byUser`: which row of the file, as in the ratings. */
  order: Uint32Array;
  /** Ratings that do not count. */
  leftOut: number;
}

/**
 * The matrices that models are fitted to. Values are 1, but with `weight`, where they are the ratings. Users and items keep their numbers, so
 * some may have no entry. Columns are shared with `ratings` where they are the same.
 */
export function positiveInteractions(ratings: Ratings, use: RatingUse): PositiveInteractions {
  const least = use.kind === 'threshold' ? use.atLeast : 0;
  const counts = (value: number): boolean => value > 0 && value >= least;
  const { values } = ratings.byUser;
  let [kept, lowest, highest] = [0, Infinity, 0];
  for (const value of values) {
    if (!counts(value)) continue;
    kept += 1;
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
  }
  const weighted = use.kind === 'weight' && lowest < highest;
  const done: RatingUse = use.kind === 'weight' && !weighted ? { kind: 'presence' } : use;
  const leftOut = values.length - kept;
  const sizes = { users: ratings.byUser.starts.length - 1, items: ratings.byItem.starts.length - 1 };
  if (leftOut === 0) {
    const { byUser, byItem, times } = ratings;
    const ones = weighted ? null : new Float32Array(kept).fill(1);
    const valued = (rows: SparseRows): SparseRows => (ones === null ? rows : { ...rows, values: ones });
    return {
      interactions: { ...sizes, byUser: valued(byUser), byItem: valued(byItem), times },
      use: done,
      order: ratings.order,
      leftOut,
    };
  }
  const { byUser, times, order } = only(ratings, kept, counts, weighted);
  return {
    interactions: { ...sizes, byUser, byItem: transpose(byUser, sizes.items), times },
    use: done,
    order,
    leftOut,
  };
}

function only(
  ratings: Ratings,
  kept: number,
  counts: (value: number) => boolean,
  weighted: boolean,
): { byUser: SparseRows; times: Float64Array | null; order: Uint32Array } {
  const { starts, indexes, values } = ratings.byUser;
  const byUser = {
    starts: new Uint32Array(starts.length),
    indexes: new Uint32Array(kept),
    values: new Float32Array(kept),
  };
  const before = ratings.times;
  const times = before && new Float64Array(kept);
  const order = new Uint32Array(kept);
  let to = 0;
  for (let user = 0; user + 1 < starts.length; user += 1) {
    for (let at = starts[user] ?? 0; at < (starts[user + 1] ?? 0); at += 1) {
      const value = values[at] ?? 0;
      if (!counts(value)) continue;
      byUser.indexes[to] = indexes[at] ?? 0;
      byUser.values[to] = weighted ? value : 1;
      if (times) times[to] = before[at] ?? 0;
      order[to] = ratings.order[at] ?? 0;
      to += 1;
    }
    byUser.starts[user + 1] = to;
  }
  return { byUser, times, order };
}

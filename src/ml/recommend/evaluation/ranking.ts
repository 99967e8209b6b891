import { mulberry32 } from '../../random';
import { rowCount, rowOf, type Interactions } from '../interactions';
import type { Scorer } from '../scorer';
import { topItems } from '../topItems';

/**
 * How well a scorer ranks what was held out, user by user, among all items but those that the user chose before: no sample of items, which would
 * flatter weak models (Krichene and Rendle 2020).
 */
export interface Ranking {
  /** Who was ranked for: those with something held out, or some of them drawn where there are many. */
  readonly users: Uint32Array;
  /** Of each of those users. */
  readonly figures: Readonly<Record<FigureName, Float64Array>>;
  /** The lists, best first, of the same users. */
  readonly lists: readonly Uint32Array[];
}

export type FigureName = 'ndcg' | 'precision' | 'recall' | 'map' | 'hitRate';

export const figureNames: readonly FigureName[] = ['ndcg', 'precision', 'recall', 'map', 'hitRate'];

export const listLength = 10;

/** Of more users than this, so many are drawn: the interval of a mean is narrow then. */
export const mostRankedUsers = 5_000;

export function usersToRank({ byUser }: Interactions, seed: number): Uint32Array {
  const users: number[] = [];
  for (let user = 0; user < rowCount(byUser); user += 1) {
    if (byUser.starts[user] !== byUser.starts[user + 1]) users.push(user);
  }
  if (users.length <= mostRankedUsers) return Uint32Array.from(users);
  const random = mulberry32(seed);
  // The first places of a Fisher-Yates shuffle.
  for (let at = 0; at < mostRankedUsers; at += 1) {
    const other = at + Math.floor(random() * (users.length - at));
    [users[at], users[other]] = [users[other] ?? 0, users[at] ?? 0];
  }
  return Uint32Array.from(users.slice(0, mostRankedUsers)).sort();
}

/** Of each place of a list. */
export const gains = Float64Array.from({ length: listLength }, (_, at) => 1 / Math.log2(at + 2));
/** Of a list that begins with so many relevant items. */
export const idealGains = gains.reduce<number[]>((sums, gain) => [...sums, (sums.at(-1) ?? 0) + gain], [0]);

/**
 * `train` has the values that the model was fitted with. `onUser` is called before each user, with its place among them, and may throw to end it.
 */
export function rankHeldOut(
  scorer: Scorer,
  { train, heldOut, users }: { train: Interactions; heldOut: Interactions; users: Uint32Array },
  onUser?: (at: number) => void,
): Ranking {
  const column = () => new Float64Array(users.length);
  const figures = { ndcg: column(), precision: column(), recall: column(), map: column(), hitRate: column() };
  const lists: Uint32Array[] = [];
  users.forEach((user, at) => {
    onUser?.(at);
    const history = rowOf(train.byUser, user);
    const { items } = topItems(scorer.scores(history), listLength, { excluded: history.indexes });
    const one = figuresOf(items, rowOf(heldOut.byUser, user).indexes);
    for (const name of figureNames) figures[name][at] = one[name];
    lists.push(items);
  });
  return { users, figures, lists };
}

/** Of one list against the items that it should hold, at least one. */
export function figuresOf(list: Uint32Array, relevant: Uint32Array): Record<FigureName, number> {
  const wanted = new Set(relevant);
  let [hits, gain, precisions] = [0, 0, 0];
  list.forEach((item, at) => {
    if (!wanted.has(item)) return;
    hits += 1;
    gain += gains[at] ?? 0;
    precisions += hits / (at + 1);
  });
  const reachable = Math.min(wanted.size, listLength);
  return {
    ndcg: gain / (idealGains[reachable] ?? 1),
    precision: hits / listLength,
    recall: hits / wanted.size,
    map: precisions / reachable,
    hitRate: hits > 0 ? 1 : 0,
  };
}

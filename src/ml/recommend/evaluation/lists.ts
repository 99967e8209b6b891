import type { Interactions } from '../interactions';
import { rowOf } from '../interactions';
import type { Ranking } from './ranking';

/** What lists are like, whether users chose what is on them or not. */
export interface ListFigures {
  /** Share of all items that are on some list. */
  readonly coverage: number;
  /** Mean of −log2 of the share of users who chose an item: how little known the items are. */
  readonly novelty: number;
  /** Mean of 1 − cosine over the pairs of a list, by the users who chose both. */
  readonly diversity: number;
  /** How often an item of the lists was chosen on average, over the same for the items of users' histories: above 1, lists favour the popular. */
  readonly popularityBias: number;
  /** Share of the places that hold items which nobody chose in the training part. */
  readonly coldShare: number;
  /** Of what was held out of items that nobody chose in the training part, the share that is on the lists; null where there is none. */
  readonly coldRecall: number | null;
}

export function listFigures({ users, lists }: Ranking, train: Interactions, heldOut?: Interactions): ListFigures {
  const chosen = Uint32Array.from({ length: train.items }, (_, item) => lengthOf(train.byItem.starts, item));
  const active = Math.max(1, countRows(train.byUser.starts));
  const onLists = new Set<number>();
  const similarityOf = rememberedSimilarity(train);
  let [places, cold, information, popularity] = [0, 0, 0, 0];
  let [histories, historyPopularity] = [0, 0];
  let [pairs, distance] = [0, 0];
  let [coldHeldOut, coldFound] = [0, 0];
  lists.forEach((list, at) => {
    for (const item of list) {
      const count = chosen[item] ?? 0;
      onLists.add(item);
      places += 1;
      popularity += count;
      // An item that nobody chose counts as chosen by half a user: its information would be infinite.
      information -= Math.log2(Math.max(0.5, count) / active);
      if (count === 0) cold += 1;
    }
    for (const item of heldOut ? rowOf(heldOut.byUser, users[at] ?? 0).indexes : []) {
      if (chosen[item] !== 0) continue;
      coldHeldOut += 1;
      if (list.includes(item)) coldFound += 1;
    }
    for (const item of rowOf(train.byUser, users[at] ?? 0).indexes) {
      histories += 1;
      historyPopularity += chosen[item] ?? 0;
    }
    for (let a = 0; a < list.length; a += 1) {
      for (let b = a + 1; b < list.length; b += 1) {
        distance += 1 - similarityOf(list[a] ?? 0, list[b] ?? 0);
        pairs += 1;
      }
    }
  });
  return {
    coverage: onLists.size / train.items,
    novelty: information / places,
    diversity: distance / pairs,
    popularityBias: popularity / places / (historyPopularity / histories),
    coldShare: cold / places,
    coldRecall: coldHeldOut === 0 ? null : coldFound / coldHeldOut,
  };
}

const lengthOf = (starts: Uint32Array, row: number): number => (starts[row + 1] ?? 0) - (starts[row] ?? 0);

function countRows(starts: Uint32Array): number {
  let count = 0;
  for (let row = 0; row + 1 < starts.length; row += 1) if (lengthOf(starts, row) > 0) count += 1;
  return count;
}

/** Lists share many of their pairs, popular items above all, of which each comparison takes longest. */
function rememberedSimilarity(train: Interactions): (a: number, b: number) => number {
  const known = new Map<number, number>();
  return (a, b) => {
    const pair = Math.min(a, b) * train.items + Math.max(a, b);
    const before = known.get(pair);
    if (before !== undefined) return before;
    const found = similarity(train, a, b);
    known.set(pair, found);
    return found;
  };
}

/** Cosine of the sets of users who chose one and the other; both are ascending. */
function similarity({ byItem }: Interactions, a: number, b: number): number {
  const [left, right] = [rowOf(byItem, a).indexes, rowOf(byItem, b).indexes];
  if (left.length === 0 || right.length === 0) return 0;
  let [shared, at, to] = [0, 0, 0];
  while (at < left.length && to < right.length) {
    const [mine, other] = [left[at] ?? 0, right[to] ?? 0];
    if (mine === other) shared += 1;
    if (mine <= other) at += 1;
    if (other <= mine) to += 1;
  }
  return shared / Math.sqrt(left.length * right.length);
}

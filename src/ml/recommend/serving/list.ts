import { scaleOf } from '../hybrid/standardise';
import type { SparseVector } from '../interactions';
import { topOrFallback, type FilledList } from '../recommendFor';
import type { ServedRecommender } from './servedRecommender';

/** What a list is made for: items, somebody's history, or both. */
export interface ListBasis {
  readonly items: Uint32Array | null;
  readonly history: SparseVector | null;
}

/** Of more items of one title the first are taken: each costs as much as a request. */
const mostMerged = 8;

/**
 * The best `n` for the basis, without what it consists of. Scores of several items, and those of items and a history, are each divided by their standard deviation
 * and averaged, so that a history counts as much as the items; to bring them to the same mean would not change the order.
 */
export function listFor(recommender: ServedRecommender, { items, history }: ListBasis, n: number): FilledList {
  const { scorer, fallbackScorer } = recommender;
  const parts: (() => Float32Array | null)[] = [];
  if (items !== null) parts.push(() => averaged(Array.from(items.subarray(0, mostMerged), (item) => () => scorer.similarities(item)), scorer.items)); // prettier-ignore
  // Last, as a scorer explains the history that it scored last sooner than another.
  if (history !== null) parts.push(() => scorer.scores(history));
  const excluded = [...(items ?? []), ...(history?.indexes ?? [])];
  const scores = averaged(parts, scorer.items) ?? new Float32Array(scorer.items);
  return topOrFallback(scores, () => fallbackScorer.scores(nothing), n, { excluded });
}

const nothing: SparseVector = { indexes: new Uint32Array(0), values: new Float32Array(0) };

/** What everybody chooses. */
export function popularList({ fallbackScorer }: ServedRecommender, n: number): FilledList {
  const none = new Float32Array(fallbackScorer.items);
  return topOrFallback(none, () => fallbackScorer.scores(nothing), n, { excluded: [] });
}

/** Null where no part says anything of items. Each part's array may be overwritten by the next. */
function averaged(parts: readonly (() => Float32Array | null)[], items: number): Float32Array | null {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only();
  const sum = new Float32Array(items);
  let saying = 0;
  for (const part of parts) {
    const scores = part();
    if (scores === null) continue;
    saying += 1;
    const { scale } = scaleOf(scores);
    for (let item = 0; item < items; item += 1) sum[item] = (sum[item] ?? 0) + (scores[item] ?? 0) * scale;
  }
  if (saying === 0) return null;
  for (let item = 0; item < items; item += 1) sum[item] = (sum[item] ?? 0) / parts.length;
  return sum;
}

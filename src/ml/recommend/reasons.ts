import type { SparseVector } from './interactions';
import type { Scorer } from './scorer';

/**
 * Why an item is on somebody's list: what they chose without which its score would be lower. `kind` tells reasons of other kinds apart, such as features
 * that items share, which a model that knows them may give.
 */
export interface Reason {
  readonly kind: 'chosen';
  /** Of the history. */
  readonly item: number;
  /** So much lower the score is without it; above 0. */
  readonly influence: number;
}

export const mostReasons = 3;

/**
 * An entry that carries less than this share of everything that raises or lowers the score is not named: in f32 the score without it may be the
 * same.
 */
const leastShare = 1e-4;

/**
 * For each of `items` the entries of the history that raise its score most, the most important first; none where no entry does, as of popularity.
 * The item itself is no reason for itself. Throws RangeError as `Scorer.scores` does.
 */
export function reasonsFor(
  scorer: Pick<Scorer, 'influences'>,
  history: SparseVector,
  items: Uint32Array,
  most = mostReasons,
): Reason[][] {
  const influences = scorer.influences(history, items);
  const entries = history.indexes.length;
  return Array.from(items, (item, at) => {
    const own = influences.subarray(at * entries, (at + 1) * entries);
    const least = leastShare * own.reduce((sum, influence) => sum + Math.abs(influence), 0);
    const reasons: Reason[] = [];
    own.forEach((influence, entry) => {
      const chosen = history.indexes[entry] ?? 0;
      if (influence > least && chosen !== item) reasons.push({ kind: 'chosen', item: chosen, influence });
    });
    return reasons.sort((a, b) => b.influence - a.influence || a.item - b.item).slice(0, most);
  });
}

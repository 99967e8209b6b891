import type { TopItems } from './topItems';

/**
 * Maximal marginal relevance (Carbonell and Goldstein 1998): from candidates, best first, the `n` that are good and unlike those before them.
 * `diversity` from 0 (the order of the candidates) to 1 (nothing but unlikeness after the first). Scores are brought to 0…1 first, as models score on scales
 * of their own; `similarity` of two items is at most 1. Throws RangeError for a diversity outside.
 */
export function diversify(
  candidates: TopItems,
  n: number,
  diversity: number,
  similarity: (a: number, b: number) => number,
): TopItems {
  if (!(diversity >= 0 && diversity <= 1)) {
    throw new RangeError(`The diversity is ${diversity}; it must be a number from 0 to 1.`);
  }
  const { items, scores } = candidates;
  const best = scores[0] ?? 0;
  const span = best - (scores[scores.length - 1] ?? 0);
  const relevance = scores.map((score) => (span > 0 ? 1 - (best - score) / span : 1));
  const closest = new Float64Array(items.length);
  const left = new Set(items.keys());
  const chosen: number[] = [];
  while (chosen.length < n && left.size > 0) {
    let [next, highest] = [-1, -Infinity];
    for (const at of left) {
      const value = (1 - diversity) * (relevance[at] ?? 0) - diversity * (closest[at] ?? 0);
      if (value > highest) [next, highest] = [at, value];
    }
    if (next < 0) break;
    left.delete(next);
    chosen.push(next);
    for (const at of left) {
      closest[at] = Math.max(closest[at] ?? 0, similarity(items[next] ?? 0, items[at] ?? 0));
    }
  }
  return {
    items: Uint32Array.from(chosen, (at) => items[at] ?? 0),
    scores: Float32Array.from(chosen, (at) => scores[at] ?? 0),
  };
}

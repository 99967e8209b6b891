import { checkHistory, checkItem } from './history';
import { influencesByRescoring } from './influences';
import { rowOf, type SparseRows, type SparseVector } from './interactions';
import type { ContentModel } from './models/model';
import type { Scorer } from './scorer';

/** A user's profile is the sum of the vectors of what they chose, by their values; the score of an item is its cosine with it, 0 where one of the two is empty. */
export function contentScorer({ items, vectors }: ContentModel): Scorer {
  const out = new Float32Array(items);
  const profile = new Float64Array(vectors.form === 'terms' ? vectors.terms : vectors.dimensions);
  const { add, multiply } = vectors.form === 'terms' ? byTerms(vectors.rows, profile) : byFactors(vectors, profile);
  const scores = (history: SparseVector): Float32Array => {
    checkHistory(history, items);
    profile.fill(0);
    history.indexes.forEach((item, at) => add(item, history.values[at] ?? 0));
    const length = Math.sqrt(profile.reduce((sum, number) => sum + number * number, 0));
    if (!(length > 0)) return out.fill(0);
    for (let item = 0; item < items; item += 1) out[item] = multiply(item) / length;
    return out;
  };
  return {
    items,
    bytes: out.byteLength + profile.byteLength,
    scores,
    similarities(item) {
      checkItem(item, items);
      return scores({ indexes: Uint32Array.of(item), values: Float32Array.of(1) });
    },
    influences: (history, wanted) => influencesByRescoring(scores, history, wanted),
  };
}

interface Vectors {
  /** Adds an item's vector to the profile. */
  readonly add: (item: number, factor: number) => void;
  /** The product of an item's vector with the profile. */
  readonly multiply: (item: number) => number;
}

function byTerms(rows: SparseRows, profile: Float64Array): Vectors {
  const { starts, indexes, values } = rows;
  return {
    add(item, factor) {
      const row = rowOf(rows, item);
      row.indexes.forEach((term, at) => (profile[term] = (profile[term] ?? 0) + factor * (row.values[at] ?? 0)));
    },
    multiply(item) {
      let sum = 0;
      const last = starts[item + 1] ?? 0;
      for (let at = starts[item] ?? 0; at < last; at += 1) sum += (profile[indexes[at] ?? 0] ?? 0) * (values[at] ?? 0);
      return sum;
    },
  };
}

function byFactors(
  { dimensions, factors }: { dimensions: number; factors: Float32Array },
  profile: Float64Array,
): Vectors {
  return {
    add(item, factor) {
      const first = item * dimensions;
      for (let k = 0; k < dimensions; k += 1) profile[k] = (profile[k] ?? 0) + factor * (factors[first + k] ?? 0);
    },
    multiply(item) {
      let sum = 0;
      const first = item * dimensions;
      for (let k = 0; k < dimensions; k += 1) sum += (profile[k] ?? 0) * (factors[first + k] ?? 0);
      return sum;
    },
  };
}

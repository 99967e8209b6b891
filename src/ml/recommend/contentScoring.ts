import { checkHistory, checkItem } from './history';
import type { Influences } from './influences';
import { rowOf, type SparseRows, type SparseVector } from './interactions';
import type { ContentModel } from './models/model';
import type { Scorer } from './scorer';
import { productOf } from './similarity';

/** A user's profile is the sum of the vectors of what they chose, by their values; the score of an item is its cosine with it, 0 where one of the two is empty. */
export function contentScorer({ items, vectors }: ContentModel): Scorer {
  const out = new Float32Array(items);
  const profile = new Float64Array(vectors.form === 'terms' ? vectors.terms : vectors.dimensions);
  const { add, multiply, product } =
    vectors.form === 'terms' ? byTerms(vectors.rows, profile) : byFactors(vectors, profile);
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
    influences(history, wanted) {
      checkHistory(history, items);
      for (const item of wanted) checkItem(item, items);
      profile.fill(0);
      history.indexes.forEach((item, at) => add(item, history.values[at] ?? 0));
      return influencesOfProfile({ profile, multiply, product }, history, wanted);
    },
  };
}

/** Below this share of its square a profile without an entry is what rounding leaves of nothing. */
const leastSquare = 1e-9;

/** Of the profile p without v times the vector f: its product with another vector is p·o − v·(f·o), its square |p|² − 2v·(p·f) + v²·|f|². */
function influencesOfProfile(
  { profile, multiply, product }: Pick<Vectors, 'multiply' | 'product'> & { profile: Float64Array },
  history: SparseVector,
  items: Uint32Array,
): Influences {
  const entries = history.indexes.length;
  const square = profile.reduce((sum, number) => sum + number * number, 0);
  const length = Math.sqrt(square);
  const influences = new Float64Array(items.length * entries);
  if (square === 0) return influences;
  const lengthsWithout = Float64Array.from(history.indexes, (chosen, entry) => {
    const value = history.values[entry] ?? 0;
    const without = square - 2 * value * multiply(chosen) + value * value * product(chosen, chosen);
    return without > leastSquare * square ? Math.sqrt(without) : 0;
  });
  items.forEach((item, at) => {
    const whole = multiply(item);
    history.indexes.forEach((chosen, entry) => {
      const rest = lengthsWithout[entry] ?? 0;
      const without = rest > 0 ? (whole - (history.values[entry] ?? 0) * product(chosen, item)) / rest : 0;
      influences[at * entries + entry] = whole / length - without;
    });
  });
  return influences;
}

interface Vectors {
  /** Adds an item's vector to the profile. */
  readonly add: (item: number, factor: number) => void;
  /** The product of an item's vector with the profile. */
  readonly multiply: (item: number) => number;
  /** Of the vectors of two items. */
  readonly product: (a: number, b: number) => number;
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
    product: (a, b) => productOf(rowOf(rows, a), rowOf(rows, b)),
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
    product(a, b) {
      let sum = 0;
      for (let k = 0; k < dimensions; k += 1)
        sum += (factors[a * dimensions + k] ?? 0) * (factors[b * dimensions + k] ?? 0);
      return sum;
    },
  };
}

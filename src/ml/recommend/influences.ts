import { rowCount, type SparseRows, type SparseVector } from './interactions';

/**
 * How much each entry of a history adds to the scores of items: the score minus what it is without the entry, when the rest is folded in anew. One
 * row for each of `items`, in their order, with one number for each entry of the history.
 */
export type Influences = Float64Array;

/** By scoring once for every entry: for scorers that have no shorter way, and what the shorter ways are tested against. */
export function influencesByRescoring(
  scores: (history: SparseVector) => Float32Array,
  history: SparseVector,
  items: Uint32Array,
): Influences {
  const entries = history.indexes.length;
  const whole = of(scores(history));
  const influences = new Float64Array(items.length * entries);
  for (let entry = 0; entry < entries; entry += 1) {
    const without = of(scores(withoutEntry(history, entry)));
    whole.forEach((score, at) => (influences[at * entries + entry] = score - (without[at] ?? 0)));
  }
  return influences;

  function of(all: Float32Array): number[] {
    return Array.from(items, (item) => all[item] ?? 0);
  }
}

export const withoutEntry = ({ indexes, values }: SparseVector, entry: number): SparseVector => ({
  indexes: indexes.filter((_, at) => at !== entry),
  values: values.filter((_, at) => at !== entry),
});

/** Where scores are the product of the history with weights: each entry adds its own weight times its value. */
export function influencesOfWeights(weights: SparseRows, history: SparseVector, items: Uint32Array): Influences {
  const entries = history.indexes.length;
  const influences = new Float64Array(items.length * entries);
  const places = new Map(Array.from(items, (item, at) => [item, at]));
  for (let entry = 0; entry < entries; entry += 1) {
    const row = history.indexes[entry] ?? 0;
    if (row >= rowCount(weights)) continue;
    const last = weights.starts[row + 1] ?? 0;
    for (let at = weights.starts[row] ?? 0; at < last; at += 1) {
      const place = places.get(weights.indexes[at] ?? 0);
      if (place === undefined) continue;
      influences[place * entries + entry] = (history.values[entry] ?? 0) * (weights.values[at] ?? 0);
    }
  }
  return influences;
}

/** A ridge regression that folds a history of two entries or more in. */
export interface FoldedIn {
  /** r of rᵀ·r, the normal matrix with the regularisation of a history that is one entry shorter: dimensions × dimensions, above the diagonal. */
  readonly factor: Float32Array;
  /** The solution with that matrix. */
  readonly shorter: Float32Array;
  /** The solution that scores are made of. */
  readonly user: Float32Array;
  readonly dimensions: number;
  readonly factorsOf: (item: number) => Float32Array;
}

/**
 * Taking the entry with the factors f and the value v away takes v·f·fᵀ from the normal matrix B and v·f from the right-hand side. With z the
 * solution before, Sherman and Morrison's formula gives the one after it:
 *   z − v · B⁻¹f · (1 − f·z) / (1 − v · fᵀB⁻¹f)
 * so one factorisation serves all entries. B has the regularisation of the shorter history already, as that depends on the number of entries.
 */
export function influencesOfFoldedIn(folded: FoldedIn, history: SparseVector, items: Uint32Array): Influences {
  const { dimensions, shorter, user, factorsOf } = folded;
  const factor = new Float64Array(folded.factor);
  const entries = history.indexes.length;
  const half = new Float64Array(dimensions);
  const shares = Float64Array.from(history.indexes, (item, entry) => {
    const own = factorsOf(item);
    half.set(own);
    solveLower(factor, half);
    const value = history.values[entry] ?? 0;
    return (value * (1 - innerProduct(own, shorter))) / (1 - value * innerProduct(half, half));
  });
  const influences = new Float64Array(items.length * entries);
  items.forEach((item, at) => {
    const own = factorsOf(item);
    const regularised = innerProduct(own, user) - innerProduct(own, shorter);
    const solved = new Float64Array(own);
    solveLower(factor, solved);
    solveUpper(factor, solved);
    for (let entry = 0; entry < entries; entry += 1) {
      const through = innerProduct(solved, factorsOf(history.indexes[entry] ?? 0));
      influences[at * entries + entry] = regularised + (shares[entry] ?? 0) * through;
    }
  });
  return influences;
}

/**
 * The parts of a score that entries contribute, which add up to it (Hu et al. 2008, section 5): v · oᵀB⁻¹f for an item with the factors o. Other than the influences it leaves
 * out that without an entry the others would weigh more; it takes two solutions for each item and none for entries. `factor` is that of B itself.
 */
export function contributionsOfFoldedIn(
  { factor: given, dimensions, factorsOf }: Pick<FoldedIn, 'factor' | 'dimensions' | 'factorsOf'>,
  history: SparseVector,
  items: Uint32Array,
): Influences {
  const factor = new Float64Array(given);
  const entries = history.indexes.length;
  const solved = new Float64Array(dimensions);
  const contributions = new Float64Array(items.length * entries);
  const chosen = Array.from(history.indexes, factorsOf);
  items.forEach((item, at) => {
    solved.set(factorsOf(item));
    solveLower(factor, solved);
    solveUpper(factor, solved);
    for (let entry = 0; entry < entries; entry += 1) {
      const own = chosen[entry] ?? solved;
      contributions[at * entries + entry] = (history.values[entry] ?? 0) * innerProduct(solved, own);
    }
  });
  return contributions;
}

type Vector = Float32Array | Float64Array;

export function innerProduct(a: Vector, b: Vector): number {
  let sum = 0;
  for (let k = 0; k < a.length; k += 1) sum += (a[k] ?? 0) * (b[k] ?? 0);
  return sum;
}

/** x of rᵀ·x = b, in place of b. */
function solveLower(r: Float64Array, x: Float64Array): void {
  const edge = x.length;
  for (let k = 0; k < edge; k += 1) {
    const row = k * edge;
    const value = (x[k] ?? 0) / (r[row + k] ?? 1);
    x[k] = value;
    for (let next = k + 1; next < edge; next += 1) x[next] = (x[next] ?? 0) - value * (r[row + next] ?? 0);
  }
}

/** x of r·x = b, in place of b. */
function solveUpper(r: Float64Array, x: Float64Array): void {
  const edge = x.length;
  for (let k = edge - 1; k >= 0; k -= 1) {
    const row = k * edge;
    let rest = x[k] ?? 0;
    for (let next = k + 1; next < edge; next += 1) rest -= (x[next] ?? 0) * (r[row + next] ?? 0);
    x[k] = rest / (r[row + k] ?? 1);
  }
}

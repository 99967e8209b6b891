import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { mulberry32, nearlyNormal } from '../../random';
import { rowCount, type SparseRows } from '../interactions';

/**
 * The directions in which sparse rows differ most, by randomised subspace iteration (Halko, Martinsson and Tropp 2011), in f64.
 *
 * V1  The first directions are drawn column by column: they depend on the columns and the seed, and not on the order of the rows.
 * V2  Every sum is made in one order, on one thread: the same rows and seed give the same bytes.
 */
export interface TruncatedSvd {
  /** Fewer than asked for where the rows have no more directions. */
  readonly rank: number;
  /** columns × rank, row by row: the right singular vectors, the strongest first. */
  readonly directions: Float64Array;
  /** Singular values, descending. */
  readonly strengths: Float64Array;
}

/** Directions beside those that are asked for, and rounds, by which the last of them become exact. */
const oversampling = 8;
const rounds = 4;
/** Of the largest eigenvalue: what is smaller is rounding. */
const leastShare = 1e-12;

export function truncatedSvd(
  rows: SparseRows,
  columns: number,
  { rank, seed, onRound }: { rank: number; seed: number; onRound?: (share: number) => void },
): TruncatedSvd {
  const width = Math.min(columns, rank + oversampling);
  const random = mulberry32(seed);
  let directions: Float64Array = Float64Array.from({ length: columns * width }, () => nearlyNormal(random));
  for (let round = 0; round < rounds; round += 1) {
    directions = orthonormal(transposedTimes(rows, times(rows, directions, width), columns, width), width);
    onRound?.((round + 1) / (rounds + 1));
  }
  const { vectors, values } = symmetricEigen(gramOf(times(rows, directions, width), width), width);
  const found = Math.min(rank, values.filter((value) => value > leastShare * (values[0] ?? 0)).length);
  return {
    rank: found,
    directions: timesSmall(directions, width, vectors, found),
    strengths: values.slice(0, found).map(Math.sqrt),
  };
}

/** rows · b, where b has `width` numbers a row. */
export function times({ starts, indexes, values }: SparseRows, b: Float64Array, width: number): Float64Array {
  const rows = starts.length - 1;
  const out = new Float64Array(rows * width);
  for (let row = 0; row < rows; row += 1) {
    for (let at = starts[row] ?? 0; at < (starts[row + 1] ?? 0); at += 1) {
      addScaled(out, row * width, b, (indexes[at] ?? 0) * width, values[at] ?? 0, width);
    }
  }
  return out;
}

function transposedTimes(rows: SparseRows, b: Float64Array, columns: number, width: number): Float64Array {
  const out = new Float64Array(columns * width);
  for (let row = 0; row < rowCount(rows); row += 1) {
    for (let at = rows.starts[row] ?? 0; at < (rows.starts[row + 1] ?? 0); at += 1) {
      addScaled(out, (rows.indexes[at] ?? 0) * width, b, row * width, rows.values[at] ?? 0, width);
    }
  }
  return out;
}

function addScaled(out: Float64Array, to: number, from: Float64Array, at: number, factor: number, width: number): void {
  for (let k = 0; k < width; k += 1) out[to + k] = (out[to + k] ?? 0) + factor * (from[at + k] ?? 0);
}

/** aᵀ·a of a matrix with `width` numbers a row. */
function gramOf(a: Float64Array, width: number): Float64Array {
  const gram = new Float64Array(width * width);
  for (let row = 0; row < a.length; row += width) {
    for (let i = 0; i < width; i += 1) {
      const factor = a[row + i] ?? 0;
      if (factor !== 0) addScaled(gram, i * width, a, row, factor, width);
    }
  }
  return gram;
}

/** The same span with columns of length 1 at right angles; those that are left over are 0. Twice, as the first time loses half of the digits. */
function orthonormal(a: Float64Array, width: number): Float64Array {
  let out = a;
  for (let time = 0; time < 2; time += 1) {
    const { vectors, values } = symmetricEigen(gramOf(out, width), width);
    const least = leastShare * (values[0] ?? 0);
    const scaled = vectors.map((number, at) => {
      const value = values[at % width] ?? 0;
      return value > least ? number / Math.sqrt(value) : 0;
    });
    out = timesSmall(out, width, scaled, width);
  }
  return out;
}

/** Eigenvalues descending, at least 0, and their vectors as columns. */
function symmetricEigen(matrix: Float64Array, width: number): { vectors: Float64Array; values: Float64Array } {
  if (width === 0) return { vectors: new Float64Array(0), values: new Float64Array(0) };
  const found = new EigenvalueDecomposition(Matrix.from1DArray(width, width, matrix), { assumeSymmetric: true });
  const order = Array.from(found.realEigenvalues.keys()).sort(
    (a, b) => (found.realEigenvalues[b] ?? 0) - (found.realEigenvalues[a] ?? 0) || a - b,
  );
  const vectors = new Float64Array(width * width);
  for (let row = 0; row < width; row += 1) {
    order.forEach((from, to) => (vectors[row * width + to] = found.eigenvectorMatrix.get(row, from)));
  }
  return { vectors, values: Float64Array.from(order, (at) => Math.max(0, found.realEigenvalues[at] ?? 0)) };
}

/** a · the first `kept` columns of a square matrix. */
function timesSmall(a: Float64Array, width: number, square: Float64Array, kept: number): Float64Array {
  const rows = width === 0 ? 0 : a.length / width;
  const out = new Float64Array(rows * kept);
  for (let row = 0; row < rows; row += 1) {
    for (let k = 0; k < width; k += 1) addScaled(out, row * kept, square, k * width, a[row * width + k] ?? 0, kept);
  }
  return out;
}

/** Alternating least squares: one side's factors from the other's. Factors row by row; dimensions are a multiple of 8. */
import { addProduct, addUpperProduct } from './product';
import { factorise, solve } from './triangle';

/** Rows of factors that are gathered before they are multiplied. */
const gathered: i32 = 64;

/** out = Σ f·fᵀ over the factors of the rows from … to. */
export function factorGram(_scratch: usize, factors: usize, dimensions: i32, from: i32, to: i32, out: usize): i32 {
  const stride = <usize>(dimensions << 2);
  memory.fill(out, 0, stride * <usize>dimensions);
  const first = factors + <usize>from * stride;
  addProduct(out, stride, first, stride, first, stride, dimensions, dimensions, to - from, 1);
  return 0;
}

/** The sum of `count` matrices that lie one after another, in their order, into the first of them. */
export function sumGrams(_scratch: usize, grams: usize, dimensions: i32, count: i32): i32 {
  const bytes = (<usize>(dimensions * dimensions)) << 2;
  for (let part = 1; part < count; part += 1) {
    const from = grams + <usize>part * bytes;
    for (let at: usize = 0; at < bytes; at += 16) {
      v128.store(grams + at, f32x4.add(v128.load(grams + at), v128.load(from + at)));
    }
  }
  return 0;
}

/**
 * The factors of the rows from … to: for each the x of
 *   (α₀·gram + Σ v·f·fᵀ + λ·(entries + α₀·columns)^exponent · I) x = Σ v·f
 * over its entries, v their values and f the other side's factors. `halves` is twice the exponent: 0, 1 or 2. An empty row is 0. Gives 0, or one
 * more than the row, counted from `from`, that has no solution. Scratch: `solveScratchBytes`; afterwards it begins with the factor of the last
 * row's matrix.
 */
export function solveRows(
  scratch: usize,
  starts: usize,
  indexes: usize,
  values: usize,
  factors: usize,
  gram: usize,
  out: usize,
  dimensions: i32,
  columns: i32,
  unobserved: f32,
  regularisation: f32,
  halves: i32,
  from: i32,
  to: i32,
): i32 {
  const stride = <usize>(dimensions << 2);
  const matrix = scratch;
  const plain = matrix + stride * <usize>dimensions;
  const weighted = plain + stride * gathered;
  for (let row = from; row < to; row += 1) {
    const x = out + <usize>row * stride;
    memory.fill(x, 0, stride);
    const first = load<u32>(starts + <usize>(row << 2));
    const last = load<u32>(starts + <usize>((row + 1) << 2));
    if (first === last) continue;
    copyScaled(gram, matrix, stride * <usize>dimensions, unobserved);
    for (let entry = first; entry < last; entry += gathered) {
      const depth = min<i32>(gathered, <i32>(last - entry));
      gather(entry, depth, indexes, values, factors, stride, plain, weighted, x);
      addUpperProduct(matrix, weighted, plain, stride, dimensions, depth);
    }
    const frequency = <f32>(last - first) + unobserved * <f32>columns;
    addToDiagonal(matrix, dimensions, stride, regularisation * scaleOf(frequency, halves));
    if (factorise(matrix, stride, dimensions) >= 0) return row - from + 1;
    solve(matrix, stride, dimensions, x);
    if (!isFinite(x, stride)) return row - from + 1;
  }
  return 0;
}

/** Factors of `depth` entries beside each other, as they are and by their values; the sum of the latter is added to `sum`. */
function gather(
  entry: u32,
  depth: i32,
  indexes: usize,
  values: usize,
  factors: usize,
  stride: usize,
  plain: usize,
  weighted: usize,
  sum: usize,
): void {
  for (let k = 0; k < depth; k += 1) {
    const at = <usize>((entry + k) << 2);
    const from = factors + <usize>load<u32>(indexes + at) * stride;
    const value = v128.load32_splat(values + at);
    const to = <usize>k * stride;
    for (let lane: usize = 0; lane < stride; lane += 16) {
      const factor = v128.load(from + lane);
      const scaled = f32x4.mul(value, factor);
      v128.store(plain + to + lane, factor);
      v128.store(weighted + to + lane, scaled);
      v128.store(sum + lane, f32x4.add(v128.load(sum + lane), scaled));
    }
  }
}

function copyScaled(from: usize, to: usize, bytes: usize, factor: f32): void {
  const factors = f32x4.splat(factor);
  for (let at: usize = 0; at < bytes; at += 16) v128.store(to + at, f32x4.mul(factors, v128.load(from + at)));
}

/** What is added is at least 1e-4 of the largest number on the diagonal: with less, f32 would solve for its own rounding. */
function addToDiagonal(matrix: usize, edge: i32, stride: usize, wanted: f32): void {
  let largest: f32 = 0;
  for (let k = 0; k < edge; k += 1) {
    largest = max<f32>(largest, load<f32>(matrix + <usize>k * stride + <usize>(k << 2)));
  }
  const added = max<f32>(wanted, <f32>1e-4 * largest);
  for (let k = 0; k < edge; k += 1) {
    const at = matrix + <usize>k * stride + <usize>(k << 2);
    store<f32>(at, load<f32>(at) + added);
  }
}

function scaleOf(frequency: f32, halves: i32): f32 {
  if (halves === 0) return 1;
  return halves === 1 ? sqrt<f32>(frequency) : frequency;
}

function isFinite(x: usize, bytes: usize): bool {
  for (let at: usize = 0; at < bytes; at += 4) {
    const value = load<f32>(x + at);
    if (!(abs<f32>(value) < Infinity)) return false;
  }
  return true;
}

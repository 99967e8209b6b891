/**
 * Dense Cholesky within one small matrix: a = rᵀ·r, r above the diagonal. Row by row in memory, the edge a multiple of 4; only what is on
 * and above the diagonal is read, what is below is left undefined.
 */

/** In place. Gives -1, or the row of the first pivot that is not above 0 (or not a finite number). */
export function factorise(a: usize, stride: usize, edge: i32): i32 {
  const end = <usize>(edge << 2);
  for (let k = 0; k < edge; k += 1) {
    const pivotRow = a + <usize>k * stride;
    const pivot = load<f32>(pivotRow + <usize>(k << 2));
    if (!(pivot > 0 && pivot < Infinity)) return k;
    const scale = f32x4.splat(<f32>1 / sqrt<f32>(pivot));
    for (let at = <usize>((k & ~3) << 2); at < end; at += 16) {
      v128.store(pivotRow + at, f32x4.mul(v128.load(pivotRow + at), scale));
    }
    for (let i = k + 1; i < edge; i += 1) {
      const row = a + <usize>i * stride;
      const factor = v128.load32_splat(pivotRow + <usize>(i << 2));
      for (let at = <usize>((i & ~3) << 2); at < end; at += 16) {
        v128.store(row + at, f32x4.sub(v128.load(row + at), f32x4.mul(factor, v128.load(pivotRow + at))));
      }
    }
  }
  return -1;
}

/** x of rᵀ·r·x = b, in place of b. */
export function solve(r: usize, stride: usize, edge: i32, x: usize): void {
  const end = <usize>(edge << 2);
  for (let k = 0; k < edge; k += 1) {
    const row = r + <usize>k * stride;
    const at = <usize>(k << 2);
    const value = load<f32>(x + at) / load<f32>(row + at);
    store<f32>(x + at, value);
    let next = at + 4;
    for (; next < end && (next & 15) !== 0; next += 4) {
      store<f32>(x + next, load<f32>(x + next) - value * load<f32>(row + next));
    }
    const values = f32x4.splat(value);
    for (; next < end; next += 16) {
      v128.store(x + next, f32x4.sub(v128.load(x + next), f32x4.mul(values, v128.load(row + next))));
    }
  }
  for (let k = edge - 1; k >= 0; k -= 1) {
    const row = r + <usize>k * stride;
    const at = <usize>(k << 2);
    let rest = load<f32>(x + at);
    let next = at + 4;
    for (; next < end && (next & 15) !== 0; next += 4) rest -= load<f32>(x + next) * load<f32>(row + next);
    let sums = f32x4.splat(0);
    for (; next < end; next += 16) sums = f32x4.add(sums, f32x4.mul(v128.load(x + next), v128.load(row + next)));
    store<f32>(x + at, (rest - sumOf(sums)) / load<f32>(row + at));
  }
}

function sumOf(lanes: v128): f32 {
  return (
    f32x4.extract_lane(lanes, 0) +
    f32x4.extract_lane(lanes, 1) +
    (f32x4.extract_lane(lanes, 2) + f32x4.extract_lane(lanes, 3))
  );
}

/** The inverse of r, above the diagonal, and 0 below it. */
export function invert(r: usize, inverse: usize, stride: usize, edge: i32): void {
  const end = <usize>(edge << 2);
  for (let i = edge - 1; i >= 0; i -= 1) {
    const row = inverse + <usize>i * stride;
    memory.fill(row, 0, end);
    const from = r + <usize>i * stride;
    for (let k = i + 1; k < edge; k += 1) {
      const factor = v128.load32_splat(from + <usize>(k << 2));
      const below = inverse + <usize>k * stride;
      for (let at = <usize>((k & ~3) << 2); at < end; at += 16) {
        v128.store(row + at, f32x4.sub(v128.load(row + at), f32x4.mul(factor, v128.load(below + at))));
      }
    }
    const pivot = <f32>1 / load<f32>(from + <usize>(i << 2));
    const scale = f32x4.splat(pivot);
    for (let at = <usize>((i & ~3) << 2); at < end; at += 16) {
      v128.store(row + at, f32x4.mul(v128.load(row + at), scale));
    }
    store<f32>(row + <usize>(i << 2), pivot);
  }
}

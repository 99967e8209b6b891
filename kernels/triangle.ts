/**
 * Dense Cholesky within one small matrix: a = rᵀ·r, r above the diagonal. Row by row in memory, the edge a multiple of 4; only what is on
 * and above the diagonal is read, what is below is left undefined.
 */

/**
 * In place. Gives -1, or the row of the first pivot that is not above 0 (or not a finite number). Four rows are factored at a time, and taken from
 * two of the others at once, so that a number is loaded and stored once for four products; the order of the sums is that of the rows.
 */
export function factorise(a: usize, stride: usize, edge: i32): i32 {
  const end = <usize>(edge << 2);
  for (let k = 0; k < edge; k += 4) {
    const first = a + <usize>k * stride;
    const from = <usize>(k << 2);
    for (let row = k; row < k + 4; row += 1) {
      const own = a + <usize>row * stride;
      for (let above = first; above < own; above += stride) {
        const factor = v128.load32_splat(above + <usize>(row << 2));
        for (let at = from; at < end; at += 16) {
          v128.store(own + at, f32x4.sub(v128.load(own + at), f32x4.mul(factor, v128.load(above + at))));
        }
      }
      const pivot = load<f32>(own + <usize>(row << 2));
      if (!(pivot > 0 && pivot < Infinity)) return row;
      const scale = f32x4.splat(<f32>1 / sqrt<f32>(pivot));
      for (let at = from; at < end; at += 16) v128.store(own + at, f32x4.mul(v128.load(own + at), scale));
    }
    for (let row = k + 4; row < edge; row += 2)
      subtractFour(a + <usize>row * stride, first, stride, <usize>(row << 2), end);
  }
  return -1;
}

/** Takes four rows from two, right of the diagonal. `column` is the first one's, in bytes. */
function subtractFour(row: usize, four: usize, stride: usize, column: usize, end: usize): void {
  const second = four + stride;
  const third = second + stride;
  const fourth = third + stride;
  const a0 = v128.load32_splat(four + column);
  const a1 = v128.load32_splat(second + column);
  const a2 = v128.load32_splat(third + column);
  const a3 = v128.load32_splat(fourth + column);
  const b0 = v128.load32_splat(four + column, 4);
  const b1 = v128.load32_splat(second + column, 4);
  const b2 = v128.load32_splat(third + column, 4);
  const b3 = v128.load32_splat(fourth + column, 4);
  const next = row + stride;
  for (let at = column & ~15; at < end; at += 16) {
    let a = v128.load(row + at);
    let b = v128.load(next + at);
    const r0 = v128.load(four + at);
    a = f32x4.sub(a, f32x4.mul(a0, r0));
    b = f32x4.sub(b, f32x4.mul(b0, r0));
    const r1 = v128.load(second + at);
    a = f32x4.sub(a, f32x4.mul(a1, r1));
    b = f32x4.sub(b, f32x4.mul(b1, r1));
    const r2 = v128.load(third + at);
    a = f32x4.sub(a, f32x4.mul(a2, r2));
    b = f32x4.sub(b, f32x4.mul(b2, r2));
    const r3 = v128.load(fourth + at);
    a = f32x4.sub(a, f32x4.mul(a3, r3));
    b = f32x4.sub(b, f32x4.mul(b3, r3));
    v128.store(row + at, a);
    v128.store(next + at, b);
  }
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

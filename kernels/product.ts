/**
 * c ± aᵀ·b, the one product that everything here is made of. a is depth × rows, b is depth × columns, all row by row, so that both are
 * read in the order in which they lie. Every number of c is a sum in the order of depth, by itself: the same bits in whatever pieces the
 * product is cut.
 */

/** Four rows and two vectors of c in eight registers. Strides in bytes. */
function product4x8(
  c: usize,
  cStride: usize,
  a: usize,
  aStride: usize,
  b: usize,
  bStride: usize,
  depth: i32,
  sign: f32,
): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  for (let k = 0; k < depth; k += 1) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const a0 = v128.load32_splat(a);
    c00 = f32x4.add(c00, f32x4.mul(a0, b0));
    c01 = f32x4.add(c01, f32x4.mul(a0, b1));
    const a1 = v128.load32_splat(a, 4);
    c10 = f32x4.add(c10, f32x4.mul(a1, b0));
    c11 = f32x4.add(c11, f32x4.mul(a1, b1));
    const a2 = v128.load32_splat(a, 8);
    c20 = f32x4.add(c20, f32x4.mul(a2, b0));
    c21 = f32x4.add(c21, f32x4.mul(a2, b1));
    const a3 = v128.load32_splat(a, 12);
    c30 = f32x4.add(c30, f32x4.mul(a3, b0));
    c31 = f32x4.add(c31, f32x4.mul(a3, b1));
    a += aStride;
    b += bStride;
  }
  const factor = f32x4.splat(sign);
  addTo(c, c00, c01, factor);
  addTo(c + cStride, c10, c11, factor);
  addTo(c + 2 * cStride, c20, c21, factor);
  addTo(c + 3 * cStride, c30, c31, factor);
}

function addTo(c: usize, first: v128, second: v128, factor: v128): void {
  v128.store(c, f32x4.add(v128.load(c), f32x4.mul(factor, first)));
  v128.store(c, f32x4.add(v128.load(c, 16), f32x4.mul(factor, second)), 16);
}

/** c += sign · aᵀ·b, all of it. `rows` and `columns` are multiples of 8, strides in bytes. */
export function addProduct(
  c: usize,
  cStride: usize,
  a: usize,
  aStride: usize,
  b: usize,
  bStride: usize,
  rows: i32,
  columns: i32,
  depth: i32,
  sign: f32,
): void {
  for (let column = 0; column < columns; column += 8) {
    for (let row = 0; row < rows; row += 4) {
      const to = c + <usize>row * cStride + <usize>(column << 2);
      product4x8(to, cStride, a + <usize>(row << 2), aStride, b + <usize>(column << 2), bStride, depth, sign);
    }
  }
}

/** c += aᵀ·b where that is symmetric: only the triangle above the diagonal, and what of its lower neighbours lies in the same blocks. */
export function addUpperProduct(c: usize, a: usize, b: usize, stride: usize, edge: i32, depth: i32): void {
  for (let column = 0; column < edge; column += 8) {
    for (let row = 0; row < column + 8; row += 4) {
      const to = c + <usize>row * stride + <usize>(column << 2);
      product4x8(to, stride, a + <usize>(row << 2), stride, b + <usize>(column << 2), stride, depth, 1);
    }
  }
}

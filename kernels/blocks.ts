/**
 * The inverse of a positive definite matrix in tiles: a = rᵀ·r, w = (r⁻¹)ᵀ, a⁻¹ = wᵀ·w. Of a and r the tiles (i, j), i <= j, are kept; of w
 * the tile (j, i) in the place of (i, j). `inverses` holds the inverse of each tile of r's diagonal. Every sum over tiles is in their order.
 */
import { addProduct } from './product';
import { tileAt, tileBytes, tileEdge, tileRowBytes } from './tile';
import { factorise, invert } from './triangle';

function add(c: usize, a: usize, b: usize, sign: f32): void {
  addProduct(c, tileRowBytes, a, tileRowBytes, b, tileRowBytes, tileEdge, tileEdge, tileEdge, sign);
}

/** The k-th tile of the diagonal. Gives 0, or one more than the row within it whose pivot is not above 0. */
export function factorDiagonal(_scratch: usize, a: usize, inverses: usize, edge: i32, k: i32): i32 {
  const tile = tileAt(a, edge, k, k);
  const failed = factorise(tile, tileRowBytes, tileEdge);
  if (failed >= 0) return failed + 1;
  invert(tile, inverses + <usize>k * tileBytes, tileRowBytes, tileEdge);
  return 0;
}

/** The tile (k, i), right of the diagonal's. */
export function factorRight(scratch: usize, a: usize, inverses: usize, edge: i32, k: i32, i: i32): i32 {
  const tile = tileAt(a, edge, k, i);
  memory.copy(scratch, tile, tileBytes);
  memory.fill(tile, 0, tileBytes);
  add(tile, inverses + <usize>k * tileBytes, scratch, 1);
  return 0;
}

/** What the k-th row of tiles takes from the tiles (i, j) of row i. */
export function updateRow(_scratch: usize, a: usize, edge: i32, k: i32, i: i32): i32 {
  const left = tileAt(a, edge, k, i);
  for (let j = i; j < edge; j += 1) add(tileAt(a, edge, i, j), left, tileAt(a, edge, k, j), -1);
  return 0;
}

/** Column i of w. */
export function invertColumn(scratch: usize, r: usize, inverses: usize, w: usize, edge: i32, i: i32): i32 {
  transposeTile(inverses + <usize>i * tileBytes, tileAt(w, edge, i, i));
  for (let j = i + 1; j < edge; j += 1) {
    memory.fill(scratch, 0, tileBytes);
    for (let k = i; k < j; k += 1) add(scratch, tileAt(r, edge, k, j), tileAt(w, edge, i, k), 1);
    const tile = tileAt(w, edge, i, j);
    memory.fill(tile, 0, tileBytes);
    add(tile, inverses + <usize>j * tileBytes, scratch, -1);
  }
  return 0;
}

/** The tiles (i, j), i <= j, of wᵀ·w. */
export function multiplyRow(_scratch: usize, w: usize, inverse: usize, edge: i32, i: i32): i32 {
  for (let j = i; j < edge; j += 1) {
    const tile = tileAt(inverse, edge, i, j);
    memory.fill(tile, 0, tileBytes);
    for (let k = j; k < edge; k += 1) add(tile, tileAt(w, edge, i, k), tileAt(w, edge, j, k), 1);
  }
  return 0;
}

function transposeTile(from: usize, to: usize): void {
  for (let row = 0; row < tileEdge; row += 1) {
    for (let column = 0; column < tileEdge; column += 1) {
      const value = load<f32>(from + <usize>((row * tileEdge + column) << 2));
      store<f32>(to + <usize>((column * tileEdge + row) << 2), value);
    }
  }
}

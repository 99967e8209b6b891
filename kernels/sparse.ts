/** What items have in common: sums over the users of each. Rows as in `SparseRows`, at three addresses. */
import { selectLargest } from './select';
import { tileAt, tileEdge, tileRowBytes } from './tile';

/**
 * Row `i` of the Gram matrix of the items, right of the diagonal, plus `added` on it, into the tiles of a triangle. Items past the last, which
 * fill the last tile, are 1 on the diagonal. Scratch: a number for each column of the tiles.
 */
export function gramRow(
  scratch: usize,
  itemStarts: usize,
  itemIndexes: usize,
  itemValues: usize,
  userStarts: usize,
  userIndexes: usize,
  userValues: usize,
  tiles: usize,
  edge: i32,
  items: i32,
  added: f32,
  i: i32,
): i32 {
  memory.fill(scratch, 0, <usize>edge * tileRowBytes);
  if (i < items) {
    const to = load<u32>(itemStarts + <usize>((i + 1) << 2));
    for (let entry = load<u32>(itemStarts + <usize>(i << 2)); entry < to; entry += 1) {
      const user = load<u32>(itemIndexes + <usize>(entry << 2));
      const value = load<f32>(itemValues + <usize>(entry << 2));
      const first = load<u32>(userStarts + <usize>(user << 2));
      for (let other = load<u32>(userStarts + <usize>((user + 1) << 2)); other > first;) {
        other -= 1;
        const j = load<u32>(userIndexes + <usize>(other << 2));
        if (j < <u32>i) break;
        const sum = scratch + <usize>(j << 2);
        store<f32>(sum, load<f32>(sum) + value * load<f32>(userValues + <usize>(other << 2)));
      }
    }
  }
  const diagonal = scratch + <usize>(i << 2);
  store<f32>(diagonal, i < items ? load<f32>(diagonal) + added : 1);
  const row = i / tileEdge;
  for (let column = row; column < edge; column += 1) {
    const tile = tileAt(tiles, edge, row, column) + <usize>(i % tileEdge) * tileRowBytes;
    memory.copy(tile, scratch + <usize>column * tileRowBytes, tileRowBytes);
  }
  return 0;
}

/**
 * The weights with which other items score item `j`: of the inverse p, −p(i, j) / p(j, j); of them the `most` largest. Gives how many, or
 * −1 where p(j, j) is not a finite number above 0. Scratch: two numbers for each item.
 */
export function easeWeights(
  scratch: usize,
  inverse: usize,
  edge: i32,
  items: i32,
  most: i32,
  toIndexes: usize,
  toValues: usize,
  j: i32,
): i32 {
  const row = j / tileEdge;
  const within = j % tileEdge;
  const pivot = load<f32>(tileAt(inverse, edge, row, row) + <usize>within * tileRowBytes + <usize>(within << 2));
  if (!(pivot > 0 && pivot < Infinity)) return -1;
  const indexes = scratch + <usize>(items << 2);
  for (let i = 0; i < items; i += 1) {
    const other = i / tileEdge;
    const at = i % tileEdge;
    const value =
      i < j
        ? load<f32>(tileAt(inverse, edge, other, row) + <usize>at * tileRowBytes + <usize>(within << 2))
        : load<f32>(tileAt(inverse, edge, row, other) + <usize>within * tileRowBytes + <usize>(at << 2));
    store<f32>(scratch + <usize>(i << 2), i === j ? 0 : -value / pivot);
    store<u32>(indexes + <usize>(i << 2), i);
  }
  const to = <usize>j * <usize>(most << 2);
  return selectLargest(scratch, indexes, items, most, toIndexes + to, toValues + to);
}

/**
 * The items most similar to item `i`: the product of their rows over the product of their norms and `shrinkage`; of them the `most` largest.
 * Gives how many. Scratch: three numbers for each item, the first of them 0 before and after, so that only what is touched is cleared.
 */
export function neighbours(
  scratch: usize,
  itemStarts: usize,
  itemIndexes: usize,
  itemValues: usize,
  userStarts: usize,
  userIndexes: usize,
  userValues: usize,
  norms: usize,
  items: i32,
  shrinkage: f32,
  most: i32,
  toIndexes: usize,
  toValues: usize,
  i: i32,
): i32 {
  const touched = scratch + <usize>(items << 2);
  const similarities = touched + <usize>(items << 2);
  let count = 0;
  const to = load<u32>(itemStarts + <usize>((i + 1) << 2));
  for (let entry = load<u32>(itemStarts + <usize>(i << 2)); entry < to; entry += 1) {
    const user = load<u32>(itemIndexes + <usize>(entry << 2));
    const value = load<f32>(itemValues + <usize>(entry << 2));
    const last = load<u32>(userStarts + <usize>((user + 1) << 2));
    for (let other = load<u32>(userStarts + <usize>(user << 2)); other < last; other += 1) {
      const j = load<u32>(userIndexes + <usize>(other << 2));
      const sum = scratch + <usize>(j << 2);
      const before = load<f32>(sum);
      if (before === 0) {
        store<u32>(touched + <usize>(count << 2), j);
        count += 1;
      }
      // At least the smallest number above 0, so that what was touched is known from now on.
      store<f32>(sum, max<f32>(before + value * load<f32>(userValues + <usize>(other << 2)), f32.MIN_VALUE));
    }
  }
  const norm = load<f32>(norms + <usize>(i << 2));
  for (let at = 0; at < count; at += 1) {
    const j = load<u32>(touched + <usize>(at << 2));
    const sum = scratch + <usize>(j << 2);
    const scale = norm * load<f32>(norms + <usize>(j << 2)) + shrinkage;
    store<f32>(similarities + <usize>(at << 2), j === <u32>i ? 0 : load<f32>(sum) / scale);
    store<f32>(sum, 0);
  }
  const place = <usize>i * <usize>(most << 2);
  return selectLargest(similarities, touched, count, most, toIndexes + place, toValues + place);
}

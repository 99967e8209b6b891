import { entryCount, rowCount, type SparseRows } from '../interactions';

/** Of Robertson and Zaragoza 2009, "The probabilistic relevance framework". */
const bm25 = { k1: 1.2, b: 0.75 };

/** Rows as documents and columns as words; `having` tells of each column in how many rows it is. */
export function bm25Weighted(rows: SparseRows, having: ArrayLike<number>): SparseRows {
  const documents = rowCount(rows);
  const average = documents === 0 ? 1 : Math.max(1, entryCount(rows)) / documents;
  const rarity = Float64Array.from(having, (count) => Math.log(1 + (documents - count + 0.5) / (count + 0.5)));
  const values = new Float32Array(entryCount(rows));
  for (let row = 0; row < documents; row += 1) {
    const first = rows.starts[row] ?? 0;
    const last = rows.starts[row + 1] ?? 0;
    const saturation = bm25.k1 * (1 - bm25.b + (bm25.b * (last - first)) / average);
    for (let at = first; at < last; at += 1) {
      const value = rows.values[at] ?? 0;
      const weight = (value * (bm25.k1 + 1)) / (value + saturation);
      values[at] = weight * (rarity[rows.indexes[at] ?? 0] ?? 0);
    }
  }
  return { starts: rows.starts, indexes: rows.indexes, values };
}

import type { SparseRows } from '../interactions';

export interface SparseRowsBuilder {
  /** The next row: values by column, in any order. */
  add(row: ReadonlyMap<number, number>): void;
  /** `rank[i]` is the number that column i gets; rows are ascending by it. */
  finish(rank: ArrayLike<number>): SparseRows;
}

/** Rows that come one by one, over typed arrays that grow. */
export function sparseRowsBuilder(): SparseRowsBuilder {
  const starts: number[] = [0];
  let size = 0;
  let indexes = new Uint32Array(1_024);
  let values = new Float32Array(1_024);
  return {
    add(row) {
      if (size + row.size > indexes.length) {
        const capacity = Math.max(size + row.size, 2 * indexes.length);
        const [fewer, less] = [indexes, values];
        indexes = new Uint32Array(capacity);
        values = new Float32Array(capacity);
        indexes.set(fewer);
        values.set(less);
      }
      for (const [index, value] of row) {
        indexes[size] = index;
        values[size] = value;
        size += 1;
      }
      starts.push(size);
    },
    finish(rank) {
      const rows = { starts: Uint32Array.from(starts), indexes: new Uint32Array(size), values: new Float32Array(size) };
      for (let row = 0; row + 1 < starts.length; row += 1) {
        const [from = 0, to = 0] = [starts[row], starts[row + 1]];
        const rankOf = (at: number) => rank[indexes[at] ?? 0] ?? 0;
        const order = Array.from({ length: to - from }, (_, at) => from + at).sort((a, b) => rankOf(a) - rankOf(b));
        order.forEach((at, place) => {
          rows.indexes[from + place] = rankOf(at);
          rows.values[from + place] = values[at] ?? 0;
        });
      }
      return rows;
    },
  };
}

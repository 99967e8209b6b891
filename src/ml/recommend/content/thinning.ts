import { rowLengths, transpose, type SparseRows } from '../interactions';

/** The terms that two items have or more, the most frequent where there are too many. */
export function frequentTerms(rows: SparseRows, columns: number, most: number): { rows: SparseRows; columns: number } {
  const having = rowLengths(transpose(rows, columns));
  const shared = Array.from(having.keys()).filter((term) => (having[term] ?? 0) > 1);
  const kept = shared.sort((a, b) => (having[b] ?? 0) - (having[a] ?? 0) || a - b).slice(0, most);
  const place = new Map(kept.sort((a, b) => a - b).map((term, at) => [term, at]));
  const starts = new Uint32Array(rows.starts.length);
  const indexes = new Uint32Array(rows.indexes.length);
  const values = new Float32Array(rows.values.length);
  let to = 0;
  for (let row = 0; row + 1 < starts.length; row += 1) {
    for (let at = rows.starts[row] ?? 0; at < (rows.starts[row + 1] ?? 0); at += 1) {
      const term = place.get(rows.indexes[at] ?? 0);
      if (term === undefined) continue;
      indexes[to] = term;
      values[to] = rows.values[at] ?? 0;
      to += 1;
    }
    starts[row + 1] = to;
  }
  return { rows: { starts, indexes: indexes.slice(0, to), values: values.slice(0, to) }, columns: kept.length };
}

/** At most so many rows, evenly spaced. */
export function everyNth(rows: SparseRows, most: number): SparseRows {
  const step = Math.ceil((rows.starts.length - 1) / most);
  if (step <= 1) return rows;
  const starts = [0];
  const kept: [number, number][] = [];
  for (let row = 0; row + 1 < rows.starts.length; row += step) {
    const [from, to] = [rows.starts[row] ?? 0, rows.starts[row + 1] ?? 0];
    kept.push([from, to]);
    starts.push((starts.at(-1) ?? 0) + to - from);
  }
  const indexes = new Uint32Array(starts.at(-1) ?? 0);
  const values = new Float32Array(starts.at(-1) ?? 0);
  kept.forEach(([from, to], at) => {
    indexes.set(rows.indexes.subarray(from, to), starts[at]);
    values.set(rows.values.subarray(from, to), starts[at]);
  });
  return { starts: Uint32Array.from(starts), indexes, values };
}

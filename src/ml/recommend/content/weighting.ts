import { entryCount, rowCount, type SparseRows } from '../interactions';
import { bm25Weighted } from '../models/bm25';
import type { ContentParameters } from '../models/model';
import type { FeatureColumn, ItemFeatures } from './itemFeatures';

/**
 * Items as vectors of length 1 over the terms of all columns, or of length 0 where nothing is known of one. Each column counts alike, however long its texts are:
 * what it says of an item has length 1 as well, the title's that of its weight.
 */
export function weightedRows(
  { items, columns }: ItemFeatures,
  { weighting, titleWeight }: Pick<ContentParameters, 'weighting' | 'titleWeight'>,
): { rows: SparseRows; terms: number } {
  const parts = columns.map((column) => ({ ...weightedColumn(column, weighting), scale: column.isTitle ? titleWeight : 1 })); // prettier-ignore
  const entries = parts.reduce((sum, { rows }) => sum + entryCount(rows), 0);
  const starts = new Uint32Array(items + 1);
  const indexes = new Uint32Array(entries);
  const values = new Float32Array(entries);
  let to = 0;
  for (let item = 0; item < items; item += 1) {
    const first = to;
    let offset = 0;
    for (const { rows, terms, scale } of parts) {
      const [from, end] = [rows.starts[item] ?? 0, rows.starts[item + 1] ?? 0];
      const norm = normOf(rows.values, from, end);
      for (let at = from; at < end; at += 1) {
        if (norm === 0) break;
        indexes[to] = offset + (rows.indexes[at] ?? 0);
        values[to] = (scale * (rows.values[at] ?? 0)) / norm;
        to += 1;
      }
      offset += terms;
    }
    const norm = normOf(values, first, to);
    for (let at = first; at < to; at += 1) values[at] = norm === 0 ? 0 : (values[at] ?? 0) / norm;
    starts[item + 1] = to;
  }
  const terms = parts.reduce((sum, part) => sum + part.terms, 0);
  return { rows: { starts, indexes: indexes.slice(0, to), values: values.slice(0, to) }, terms };
}

export function normOf(values: Float32Array, from: number, to: number): number {
  let sum = 0;
  for (let at = from; at < to; at += 1) sum += (values[at] ?? 0) ** 2;
  return Math.sqrt(sum);
}

function weightedColumn({ counts, terms }: FeatureColumn, weighting: ContentParameters['weighting']) {
  const having = new Uint32Array(terms.size);
  for (const term of counts.indexes) having[term] = (having[term] ?? 0) + 1;
  const rows = weighting === 'bm25' ? bm25Weighted(counts, having) : tfidfWeighted(counts, having);
  return { rows, terms: terms.size };
}

/** Frequencies damped as 1 + ln(count), times ln(items / items that have the term) (Salton and Buckley 1988). */
function tfidfWeighted(counts: SparseRows, having: Uint32Array): SparseRows {
  const rarity = Float64Array.from(having, (count) => Math.log(rowCount(counts) / count));
  const values = counts.values.map(
    (count, at) => (count > 1 ? 1 + Math.log(count) : count) * (rarity[counts.indexes[at] ?? 0] ?? 0),
  );
  return { ...counts, values };
}

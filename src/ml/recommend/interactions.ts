/**
 * Interactions of users with items, as sparse matrices.
 *
 * I1  Users and items are indexes from 0, in the order of their ids: what is drawn from a seed then depends on the data, not on the order in
 *     which it was read.
 * I2  A pair occurs at most once. Every value is finite and above 0; what stands for "no interest" is left out before.
 * I3  Rows hold their indexes ascending, and both directions hold the same entries: a model may rely on it without looking.
 */
export interface SparseRows {
  /** Where each row begins in the other two, and the number of entries at the end: rows + 1. */
  readonly starts: Uint32Array;
  readonly indexes: Uint32Array;
  readonly values: Float32Array;
}

export interface Interactions {
  readonly users: number;
  readonly items: number;
  /** A row a user, of item indexes. */
  readonly byUser: SparseRows;
  /** Its transpose: a row an item, of user indexes. */
  readonly byItem: SparseRows;
  /** Of the entries of `byUser`, in seconds since 1970; null where the data has no times. */
  readonly times: Float64Array | null;
}

/** One row: what one user, or one visitor, did. Indexes ascending, each once; values finite. */
export interface SparseVector {
  readonly indexes: Uint32Array;
  readonly values: Float32Array;
}

/** Interactions as columns, in any order; `values` without a word are 1. */
export interface InteractionColumns {
  readonly users: number;
  readonly items: number;
  readonly user: ArrayLike<number>;
  readonly item: ArrayLike<number>;
  readonly value?: ArrayLike<number>;
  /** Seconds since 1970. */
  readonly time?: ArrayLike<number>;
}

export class InteractionsRefused extends Error {
  override readonly name = 'InteractionsRefused';
}

export const rowCount = (rows: SparseRows): number => rows.starts.length - 1;

export const entryCount = (rows: SparseRows): number => rows.indexes.length;

/** How many entries each row has. */
export const rowLengths = ({ starts }: SparseRows): Uint32Array =>
  Uint32Array.from({ length: starts.length - 1 }, (_, row) => (starts[row + 1] ?? 0) - (starts[row] ?? 0));

/** A view of one row, without a copy. Throws RangeError where there is no such row. */
export function rowOf(rows: SparseRows, row: number): SparseVector {
  const from = rows.starts[row];
  const to = rows.starts[row + 1];
  if (from === undefined || to === undefined) {
    throw new RangeError(`There is no row ${row}: the matrix has ${rowCount(rows)} rows.`);
  }
  return { indexes: rows.indexes.subarray(from, to), values: rows.values.subarray(from, to) };
}

/** The transpose, with rows ascending, in time and memory of entries + columns (counting sort). */
export function transpose(rows: SparseRows, columns: number): SparseRows {
  const { starts, order } = columnOrder(rows.indexes, columns);
  const indexes = new Uint32Array(order.length);
  const values = new Float32Array(order.length);
  const rowOfEntry = expandRows(rows);
  for (let at = 0; at < order.length; at += 1) {
    const entry = order[at] ?? 0;
    indexes[at] = rowOfEntry[entry] ?? 0;
    values[at] = rows.values[entry] ?? 0;
  }
  return { starts, indexes, values };
}

/**
 * Sparse matrices of columns. The order of the columns' rows makes no difference. Throws InteractionsRefused where an index is outside,
 * a value is not a finite number above 0, or a pair occurs twice.
 */
export function interactionsOf(columns: InteractionColumns): Interactions {
  const { users, items, user, item, value, time } = columns;
  const entries = user.length;
  checkColumns(columns);
  // Sorted by item first, then, keeping that order, by user.
  const byItem = columnOrder(Uint32Array.from(item), items).order;
  const { starts, order } = columnOrder(
    byItem.map((entry) => user[entry] ?? 0),
    users,
  );
  const indexes = new Uint32Array(entries);
  const values = new Float32Array(entries);
  const times = time === undefined ? null : new Float64Array(entries);
  for (let at = 0; at < entries; at += 1) {
    const entry = byItem[order[at] ?? 0] ?? 0;
    indexes[at] = item[entry] ?? 0;
    values[at] = value?.[entry] ?? 1;
    if (times !== null) times[at] = time?.[entry] ?? 0;
  }
  const byUser = { starts, indexes, values };
  checkPairs(byUser);
  return { users, items, byUser, byItem: transpose(byUser, items), times };
}

function checkColumns({ users, items, user, item, value, time }: InteractionColumns): void {
  for (const [name, column] of Object.entries({ item, value, time })) {
    if (column !== undefined && column.length !== user.length) {
      throw new InteractionsRefused(`The column ${name} has ${column.length} rows, the column user ${user.length}.`);
    }
  }
  for (let entry = 0; entry < user.length; entry += 1) {
    checkIndex('user', user[entry], users, entry);
    checkIndex('item', item[entry], items, entry);
    const weight = value === undefined ? 1 : value[entry];
    // In the precision it is kept in: what becomes 0 or infinite there is refused, too.
    const kept = Math.fround(weight ?? Number.NaN);
    if (!Number.isFinite(kept) || kept <= 0) {
      throw new InteractionsRefused(`Row ${entry} has the value ${weight}; it must be a finite number above 0.`);
    }
    if (time !== undefined && !Number.isFinite(time[entry])) {
      throw new InteractionsRefused(`Row ${entry} has the time ${time[entry]}; it must be finite, in seconds.`);
    }
  }
}

function checkIndex(of: string, index: number | undefined, count: number, entry: number): void {
  if (Number.isInteger(index) && index !== undefined && index >= 0 && index < count) return;
  throw new InteractionsRefused(`Row ${entry} has the ${of} ${index}; it must be a whole number below ${count}.`);
}

function checkPairs(byUser: SparseRows): void {
  for (let row = 0; row < rowCount(byUser); row += 1) {
    const { indexes } = rowOf(byUser, row);
    for (let at = 1; at < indexes.length; at += 1) {
      if (indexes[at] !== indexes[at - 1]) continue;
      throw new InteractionsRefused(`User ${row} and item ${indexes[at]} occur together twice; keep one of them.`);
    }
  }
}

/** The row of each entry. */
function expandRows(rows: SparseRows): Uint32Array {
  const expanded = new Uint32Array(entryCount(rows));
  for (let row = 0; row < rowCount(rows); row += 1) expanded.fill(row, rows.starts[row], rows.starts[row + 1]);
  return expanded;
}

/** Entries sorted by their key, stable, and where each key begins. */
function columnOrder(keys: Uint32Array, count: number): { starts: Uint32Array; order: Uint32Array } {
  const starts = new Uint32Array(count + 1);
  for (const key of keys) starts[key + 1] = (starts[key + 1] ?? 0) + 1;
  for (let at = 0; at < count; at += 1) starts[at + 1] = (starts[at + 1] ?? 0) + (starts[at] ?? 0);
  const free = starts.slice(0, count);
  const order = new Uint32Array(keys.length);
  for (let entry = 0; entry < keys.length; entry += 1) {
    const key = keys[entry] ?? 0;
    const at = free[key] ?? 0;
    order[at] = entry;
    free[key] = at + 1;
  }
  return { starts, order };
}

import { transpose, type SparseRows } from '../interactions';
import type { Ratings } from '../artefact/dataset';

/**
 * Ratings as they come, made into sparse matrices at the end.
 *
 * L1  Columns grow by blocks, so that no column is ever copied to become longer.
 * L2  Of a pair that occurs more than once the latest stands; on equal time, or without times, the later row.
 * L3  At the end memory holds the blocks and the rows by user; the blocks are let go before the rows by item are made.
 */
const blockRows = 1 << 18;
/** Of the rows that repeat a pair, the first so many are told. */
const toldRepeats = 5;

interface Block {
  users: Uint32Array;
  items: Uint32Array;
  values: Float32Array;
  times: Float64Array | null;
}

export interface RatingLog {
  readonly rows: number;
  add(user: number, item: number, value: number, timeS: number): void;
  /** Ends the log. Ranks give the numbers of users and items by those that were added. */
  finish(userRank: Uint32Array, itemRank: Uint32Array): FinishedLog;
}
export interface FinishedLog {
  ratings: Omit<Ratings, 'rated'>;
  /** Rows that repeat a pair of an earlier row, and the first of them, from 0. */
  repeats: number;
  firstRepeats: number[];
}

export function ratingLog({ timed }: { timed: boolean }): RatingLog {
  let blocks: Block[] = [];
  let rows = 0;
  let last: Block | undefined;
  return {
    get rows() {
      return rows;
    },
    add(user, item, value, timeS) {
      const at = rows % blockRows;
      if (at === 0 || last === undefined) {
        last = {
          users: new Uint32Array(blockRows),
          items: new Uint32Array(blockRows),
          values: new Float32Array(blockRows),
          times: timed ? new Float64Array(blockRows) : null,
        };
        blocks.push(last);
      }
      last.users[at] = user;
      last.items[at] = item;
      last.values[at] = value;
      if (last.times) last.times[at] = timeS;
      rows += 1;
    },
    finish(userRank, itemRank) {
      const sorted = rowsByUser(blocks, rows, userRank, itemRank, timed);
      blocks = [];
      last = undefined;
      const { kept, repeats, firstRepeats } = withoutRepeats(sorted);
      // One after another, so that no more than one column is there twice.
      sorted.items = cut(sorted.items, kept);
      sorted.values = cut(sorted.values, kept);
      sorted.times &&= cut(sorted.times, kept);
      sorted.order = cut(sorted.order, kept);
      const byUser: SparseRows = { starts: sorted.starts, indexes: sorted.items, values: sorted.values };
      const byItem = transpose(byUser, itemRank.length);
      return { ratings: { byUser, byItem, times: sorted.times, order: sorted.order }, repeats, firstRepeats };
    },
  };
}

interface Columns {
  starts: Uint32Array;
  items: Uint32Array;
  values: Float32Array;
  times: Float64Array | null;
  order: Uint32Array;
}

/** Rows of one user together, in the order of the file (counting sort). */
function rowsByUser(
  blocks: readonly Block[],
  rows: number,
  userRank: Uint32Array,
  itemRank: Uint32Array,
  timed: boolean,
): Columns {
  const starts = new Uint32Array(userRank.length + 1);
  for (const [number, { users }] of blocks.entries()) {
    const inBlock = Math.min(blockRows, rows - number * blockRows);
    for (let at = 0; at < inBlock; at += 1) {
      const user = (userRank[users[at] ?? 0] ?? 0) + 1;
      starts[user] = (starts[user] ?? 0) + 1;
    }
  }
  for (let user = 0; user < userRank.length; user += 1)
    starts[user + 1] = (starts[user + 1] ?? 0) + (starts[user] ?? 0);
  const free = starts.slice(0, userRank.length);
  const items = new Uint32Array(rows);
  const values = new Float32Array(rows);
  const times = timed ? new Float64Array(rows) : null;
  const order = new Uint32Array(rows);
  for (const [number, block] of blocks.entries()) {
    const inBlock = Math.min(blockRows, rows - number * blockRows);
    for (let at = 0; at < inBlock; at += 1) {
      const user = userRank[block.users[at] ?? 0] ?? 0;
      const to = free[user] ?? 0;
      free[user] = to + 1;
      items[to] = itemRank[block.items[at] ?? 0] ?? 0;
      values[to] = block.values[at] ?? 0;
      if (times && block.times) times[to] = block.times[at] ?? 0;
      order[to] = number * blockRows + at;
    }
  }
  return { starts, items, values, times, order };
}

/** Sorts each user's rows by item and keeps one of each pair, in place; what is kept stands at the beginning of the columns. */
function withoutRepeats(columns: Columns): Omit<FinishedLog, 'ratings'> & { kept: number } {
  const { starts, items, values, times, order } = columns;
  const firstRepeats: number[] = [];
  const copy = userCopy(columns);
  let [kept, repeats, from] = [0, 0, 0];
  for (let user = 0; user < starts.length - 1; user += 1) {
    const to = starts[user + 1] ?? 0;
    const keys = copy.take(from, to);
    let before = -1;
    for (let place = 0; place < to - from; place += 1) {
      const key = keys[place] ?? 0;
      const item = Math.floor(key / placesOfItem);
      const at = key - item * placesOfItem;
      if (item === before) {
        repeats += 1;
        keepFirst(firstRepeats, copy.order[at] ?? 0);
        if (times && (copy.times[at] ?? 0) < (times[kept - 1] ?? 0)) continue;
        kept -= 1;
      }
      before = item;
      items[kept] = item;
      values[kept] = copy.values[at] ?? 0;
      if (times) times[kept] = copy.times[at] ?? 0;
      order[kept] = copy.order[at] ?? 0;
      kept += 1;
    }
    from = to;
    starts[user + 1] = kept;
  }
  return { kept, repeats, firstRepeats };
}

/** A key is the item and below it the place among the user's rows: at most 2^21 items and 2^32 rows, together the 53 bits of a number. */
const placesOfItem = 2 ** 32;

/** A copy of one user's rows, in memory that the next user's rows take over, and their keys in order. */
function userCopy({ items, values, times, order }: Columns) {
  let keys = new Float64Array(0);
  const copy = {
    values: new Float32Array(0),
    times: new Float64Array(0),
    order: new Uint32Array(0),
    take(from: number, to: number): Float64Array {
      const count = to - from;
      if (count > keys.length) {
        const length = Math.ceil(count * 1.5);
        keys = new Float64Array(length);
        copy.values = new Float32Array(length);
        copy.times = new Float64Array(times ? length : 0);
        copy.order = new Uint32Array(length);
      }
      for (let at = 0; at < count; at += 1) {
        keys[at] = (items[from + at] ?? 0) * placesOfItem + at;
        copy.values[at] = values[from + at] ?? 0;
        if (times) copy.times[at] = times[from + at] ?? 0;
        copy.order[at] = order[from + at] ?? 0;
      }
      if (count <= fewRows) sortFew(keys, count);
      else keys.subarray(0, count).sort();
      return keys;
    },
  };
  return copy;
}

/** Up to here sorting by insertion takes less than to ask for a sort. */
const fewRows = 24;
function sortFew(keys: Float64Array, count: number): void {
  for (let at = 1; at < count; at += 1) {
    const key = keys[at] ?? 0;
    let to = at;
    for (; to > 0 && (keys[to - 1] ?? 0) > key; to -= 1) keys[to] = keys[to - 1] ?? 0;
    keys[to] = key;
  }
}

/** The smallest few of all, ascending. */
function keepFirst(first: number[], row: number): void {
  if (first.length >= toldRepeats && row > (first[toldRepeats - 1] ?? 0)) return;
  first.push(row);
  first.sort((a, b) => a - b);
  first.length = Math.min(first.length, toldRepeats);
}

/** The first `length` of a column: a view where little is cut off, else a copy, so that the rest is let go. */
const cut = <A extends Uint32Array | Float32Array | Float64Array>(column: A, length: number): A =>
  (length > column.length * 0.9 ? column.subarray(0, length) : column.slice(0, length)) as A;

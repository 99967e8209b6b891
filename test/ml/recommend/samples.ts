import {
  interactionsOf,
  rowCount,
  rowOf,
  type Interactions,
  type SparseRows,
} from '../../../src/ml/recommend/interactions';
import { mulberry32 } from '../../mulberry';
import { denseOf, type Dense } from './dense';

/** Interactions at random, the first items the most popular, values 1 to 5. */
export function sampleInteractions(users: number, items: number, entries: number, seed = 1): Interactions {
  const random = mulberry32(seed);
  const pairs = new Set<number>();
  while (pairs.size < entries) pairs.add(Math.floor(users * random()) * items + Math.floor(items * random() ** 2));
  const list = [...pairs];
  return interactionsOf({
    users,
    items,
    user: list.map((pair) => Math.floor(pair / items)),
    item: list.map((pair) => pair % items),
    value: list.map(() => 1 + Math.floor(random() * 5)),
    time: list.map(() => 1e9 + Math.floor(random() * 1e7)),
  });
}

export function denseRows(rows: SparseRows, columns: number): Dense {
  const dense = denseOf(rowCount(rows), columns, () => 0);
  dense.forEach((numbers, row) => {
    const { indexes, values } = rowOf(rows, row);
    indexes.forEach((column, at) => (numbers[column] = values[at]!));
  });
  return dense;
}

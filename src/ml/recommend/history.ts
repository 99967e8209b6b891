import type { SparseVector } from './interactions';

/** Throws RangeError where a history names an item that the model does not know, or a value that is no number. */
export function checkHistory({ indexes, values }: SparseVector, items: number): void {
  if (indexes.length > items) {
    throw new RangeError(
      `The history has ${indexes.length} entries; the model knows ${items} items, each counts once.`,
    );
  }
  if (indexes.length !== values.length) {
    throw new RangeError(`The history has ${indexes.length} items and ${values.length} values.`);
  }
  for (const item of indexes) checkItem(item, items);
  for (const value of values) {
    if (!Number.isFinite(value)) throw new RangeError(`The history has the value ${value}; values are finite numbers.`);
  }
}

/** Throws RangeError. */
export function checkItem(item: number, items: number): void {
  if (Number.isInteger(item) && item >= 0 && item < items) return;
  throw new RangeError(`There is no item ${item}: the model knows ${items} items.`);
}

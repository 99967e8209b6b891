/** Foods that are known twice, as one. */
import type { ReadableFood } from './foodIndex';
import { createMeter } from '../foods/slices';

/** A row of our table and the imported food that its figures are from are one food, under the names and with the portions of both. */
export function* mergeByFdcId(readable: readonly ReadableFood[]): Generator<number, ReadableFood[]> {
  const meter = createMeter();
  const merged: ReadableFood[] = [];
  const places = new Map<number, number>();
  for (const one of readable) {
    meter.add(1 + one.food.portions.length);
    if (meter.isFull()) yield meter.take();
    const { fdcId } = one.food;
    const at = fdcId === null ? undefined : places.get(fdcId);
    const other = at === undefined ? undefined : merged[at];
    // Two rows of our own may have one food's figures, and stay two.
    if (at === undefined || other === undefined || (other.food.release ?? one.food.release) === undefined) {
      if (fdcId !== null) places.set(fdcId, merged.length);
      merged.push(one);
      continue;
    }
    const [first, second] = one.food.release === undefined ? [other, one] : [one, other];
    merged[at] = {
      food: {
        ...first.food,
        portions: [
          ...first.food.portions,
          ...second.food.portions.filter(
            ({ description }) => !first.food.portions.some((known) => known.description === description),
          ),
        ],
        defaultPortionG: first.food.defaultPortionG ?? second.food.defaultPortionG,
      },
      names: [...new Set([...first.names, ...second.names])],
      category: first.category ?? second.category,
      portionFrom: first.portionFrom,
      ...(first.dataType !== undefined && { dataType: first.dataType }),
    };
  }
  return merged;
}

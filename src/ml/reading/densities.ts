/**
 * Portions and densities of foods that are like a food: medians over its category (or over the foods whose names end in the same word).
 */
import { cupMl } from './english/words';
import type { IndexedFood } from './foodIndex';
import type { ParsedPortion, SizeName } from './portions';
import { createMeter, type Meter } from '../foods/slices';

export interface Densities {
  /** Grams of a millilitre, from the food's own portions in a volume; null where it has none. */
  own(food: IndexedFood): number | null;
  /** Grams of a millilitre of foods like it; null where none has a portion in a volume. */
  ofGroup(food: IndexedFood): number | null;
  /** Grams of one such unit of foods like it. */
  unitOfGroup(food: IndexedFood, unit: string): number | null;
  /** How much more such a size of drinks like it is than their usual portion; null where none comes in it. */
  sizeOfGroup(food: IndexedFood, size: SizeName): number | null;
}

/** Grams of a millilitre by the plainest portion in a volume: a cup before a spoon, without further words before with. */
export const ownDensity = (portions: readonly ParsedPortion[]): number | null => {
  let best: number | null = null;
  let least = Infinity;
  for (const { ml, grams, words, beside } of portions) {
    if (ml === null || beside !== null) continue;
    const doubt = words.length + Math.abs(Math.log(ml / cupMl)) / 10;
    if (doubt < least) [best, least] = [grams / ml, doubt];
  }
  return best;
};

const median = (values: number[]): number => {
  values.sort((a, b) => a - b);
  return values[Math.floor(values.length / 2)] ?? 0;
};

function* mediansOf(lists: ReadonlyMap<string, number[]>, meter: Meter): Generator<number, Map<string, number>> {
  const medians = new Map<string, number>();
  for (const [key, values] of lists) {
    medians.set(key, median(values));
    meter.add(1 + values.length);
    if (meter.isFull()) yield meter.take();
  }
  return medians;
}

/** Drives to the medians, a slice of counted work each step. */
export function* buildDensities(foods: readonly IndexedFood[]): Generator<number, Densities> {
  const meter = createMeter();
  const densities = new Map<string, number[]>();
  const unitGrams = new Map<string, number[]>();
  const sizeShares = new Map<string, number[]>();
  const put = (map: Map<string, number[]>, key: string, value: number): void => {
    const list = map.get(key);
    if (list === undefined) map.set(key, [value]);
    else list.push(value);
  };
  for (const { portions, group, food } of foods) {
    meter.add(2 * portions.length);
    if (meter.isFull()) yield meter.take();
    const own = ownDensity(portions);
    if (own !== null) put(densities, group, own);
    const usual = food.defaultPortionG;
    for (const { unit, grams, sizes, ml } of portions) {
      // "1 large drink"
      if (usual !== null && usual > 0 && (unit === null || unit === 'drink'))
        for (const size of sizes) put(sizeShares, `${group}|${size}`, grams / usual);
      if (unit !== null && ml === null && (sizes.length === 0 || sizes.includes('medium')))
        put(unitGrams, `${group}|${unit}`, grams);
    }
  }
  const densityOf = yield* mediansOf(densities, meter);
  const gramsOf = yield* mediansOf(unitGrams, meter);
  const shareOf = yield* mediansOf(sizeShares, meter);
  yield meter.take();
  return {
    own: (food) => ownDensity(food.portions),
    ofGroup: ({ group }) => densityOf.get(group) ?? null,
    sizeOfGroup: ({ group }, size) => shareOf.get(`${group}|${size}`) ?? null,
    unitOfGroup: ({ group }, unit) => gramsOf.get(`${group}|${unit}`) ?? null,
  };
}

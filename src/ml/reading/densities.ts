/**
 * Portions and densities of foods that are like a food: medians over its category (or over the foods whose names end in the same word).
 */
import { cupMl } from './english/words';
import type { IndexedFood } from './foodIndex';
import type { ParsedPortion } from './portions';

export interface Densities {
  /** Grams of a millilitre, from the food's own portions in a volume; null where it has none. */
  own(food: IndexedFood): number | null;
  /** Grams of a millilitre of foods like it; null where none has a portion in a volume. */
  ofGroup(food: IndexedFood): number | null;
  /** Grams of one such unit of foods like it. */
  unitOfGroup(food: IndexedFood, unit: string): number | null;
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

const slice = 300;

/** Drives to the medians, some hundred foods a step. */
export function* buildDensities(foods: readonly IndexedFood[]): Generator<undefined, Densities> {
  const densities = new Map<string, number[]>();
  const unitGrams = new Map<string, number[]>();
  const put = (map: Map<string, number[]>, key: string, value: number): void => {
    const list = map.get(key);
    if (list === undefined) map.set(key, [value]);
    else list.push(value);
  };
  for (const [i, { portions, group }] of foods.entries()) {
    if (i % slice === slice - 1) yield;
    const own = ownDensity(portions);
    if (own !== null) put(densities, group, own);
    for (const { unit, grams, sizes, ml } of portions)
      if (unit !== null && ml === null && (sizes.length === 0 || sizes.includes('medium')))
        put(unitGrams, `${group}|${unit}`, grams);
  }
  yield;
  const densityOf = new Map([...densities].map(([key, values]) => [key, median(values)]));
  yield;
  const gramsOf = new Map([...unitGrams].map(([key, values]) => [key, median(values)]));
  return {
    own: (food) => ownDensity(food.portions),
    ofGroup: ({ group }) => densityOf.get(group) ?? null,
    unitOfGroup: ({ group }, unit) => gramsOf.get(`${group}|${unit}`) ?? null,
  };
}

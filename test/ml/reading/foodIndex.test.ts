import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { buildFoodIndex, foodIndexOf, type ReadableFood } from '../../../src/ml/reading';
import { sliceWork } from '../../../src/ml/foods/slices';
import { tableFoods } from './indexes';

const slicesOf = (foods: readonly ReadableFood[]): number[] => {
  const building = buildFoodIndex(foods);
  const slices: number[] = [];
  for (let step = building.next(); step.done !== true; step = building.next()) slices.push(step.value);
  return slices;
};

/** 15,000 foods as several releases hold them: other ids, other names of the same length and with the same words. */
const manyFoods = (count: number): ReadableFood[] =>
  Array.from({ length: count }, (_, at) => {
    const one = tableFoods[at % tableFoods.length]!;
    const copy = Math.floor(at / tableFoods.length);
    return {
      ...one,
      food: { ...one.food, key: `${one.food.key}:${copy}`, fdcId: null },
      names: one.names.map((name) => `${name}${copy === 0 ? '' : `, kind ${copy}`}`),
    };
  });

test('no slice of building does much more than the work of one', () => {
  const slices = slicesOf(tableFoods);
  expect(slices.length).toBeGreaterThan(20);
  // The last food of a slice may go over; a food has some dozen names and portions.
  expect(Math.max(...slices)).toBeLessThan(2 * sliceWork);
});

test('slices of an index of 15,000 foods are no larger', () => {
  expect(Math.max(...slicesOf(manyFoods(15_000)))).toBeLessThan(10 * sliceWork);
});

test('an index of 15,000 foods takes less than 100 MiB', () => {
  setFlagsFromString('--expose_gc');
  const collect = runInNewContext('gc') as () => void;
  const used = (): number => {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const foods = manyFoods(15_000);
  const before = used();
  const index = foodIndexOf(foods);
  const taken = (used() - before) / 2 ** 20;
  expect(index.foods).toHaveLength(15_000);
  expect(taken).toBeGreaterThan(1);
  expect(taken).toBeLessThan(100);
});

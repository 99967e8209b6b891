import { foodIndexOf, readMeal, type ReadableFood } from '../../../src/ml/reading';
import { tableFoods } from './indexes';

/** Foods of one category that differ in name and energy alone. */
const menu = (...rows: readonly (readonly [string, number])[]): ReadableFood[] =>
  rows.map(([name, kcal]) => {
    const [like] = tableFoods;
    const food = { ...like!.food, key: name, name, fdcId: null, per100G: { ...like!.food.per100G, kcal } };
    return { ...like!, food, names: [name], category: 'Stews' };
  });
const found = (text: string, foods: readonly ReadableFood[]): string | undefined =>
  readMeal(text, foodIndexOf(foods)).items[0]?.food.name;
const stews = menu(['Goulash, northern', 300], ['Goulash, eastern', 250], ['Goulash, western', 100]);

test('of foods that fit alike the middle one in energy stands for all', () => {
  expect(found('goulash', stews)).toBe('Goulash, eastern');
});

test('a food that was said, and a default of the survey, stand for themselves', () => {
  expect(found('northern goulash', stews)).toBe('Goulash, northern');
  expect(found('goulash', [...stews, ...menu(['Goulash, NFS', 400])])).toBe('Goulash, NFS');
  expect(found('goulash', [...stews, ...menu(['Goulash', 400])])).toBe('Goulash');
});

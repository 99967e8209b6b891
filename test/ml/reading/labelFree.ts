/** Descriptions whose truth is known without a label: they are made from the foods themselves. */
import { readMeal, type FoodIndex, type ReadableFood } from '../../../src/ml/reading';

const carbohydrateG = ({ food }: ReadableFood, grams: number): number =>
  (grams / 100) * (food.per100G.carbohydrateG ?? 0);
const foundG = (text: string, index: FoodIndex): number =>
  readMeal(text, index).items.reduce(
    (sum, { food, grams }) => sum + (grams / 100) * (food.per100G.carbohydrateG ?? 0),
    0,
  );
/** "Chicken breast, fried, skin eaten" → "skin eaten fried Chicken breast" */
const turned = (name: string): string =>
  name
    .split(',')
    .map((part) => part.trim())
    .reverse()
    .join(' ');

export interface Found {
  readonly count: number;
  /** Share for which the very food came back, and nothing else. */
  readonly exact: number;
  /** Share within 7.5 g of carbohydrate. */
  readonly near: number;
  readonly misses: string[];
}

/** Each name with its comma parts turned round, and 100 g of it. */
export const readTurnedNames = (foods: readonly ReadableFood[], index: FoodIndex): Found => {
  let exact = 0;
  let near = 0;
  const misses: string[] = [];
  for (const one of foods) {
    const text = `100 g ${turned(one.food.name)}`;
    const { items } = readMeal(text, index);
    const isExact = items.length === 1 && items[0]?.food.key === one.food.key;
    const isNear = Math.abs(foundG(text, index) - carbohydrateG(one, 100)) <= 7.5;
    if (isExact) exact += 1;
    if (isNear) near += 1;
    if (!isExact || !isNear)
      misses.push(`${text} -> ${items.map(({ food, grams }) => `${grams.toFixed(0)} g ${food.name}`).join(' + ')}`);
  }
  return { count: foods.length, exact: exact / foods.length, near: near / foods.length, misses };
};

/** Portions that people state: "1 large", "1 cup", "1 small slice"; a word of the food's own name counts as well. */
export const plainPortion =
  /^1 (?:(?:small|medium|large)(?: |$))?(?:cup|tablespoon|teaspoon|fl oz|slice|piece|can|bottle|bar|stick|packet|package|container|scoop|fillet|leaf|link|patty|nugget|cracker|sandwich|egg|cookie|muffin|pancake|waffle|roll|taco|wing|thigh|drumstick|breast)?$/i;
export const unusual = /baby|toddler|formula|ingredient|for use|[\d(]/i;

export interface Dice {
  /** From 0 to 1. */
  readonly random: () => number;
  readonly pick: <Value>(values: readonly Value[]) => Value;
}

/** The same throws for the same `seed`. */
export const dice = (seed: number): Dice => {
  let state = seed;
  const random = (): number => {
    // Numerical Recipes' linear congruential generator
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
  return { random, pick: (values) => values[Math.floor(random() * values.length)]! };
};

/** `count` captions of one to three foods with their own portions or grams; the same for the same `seed`. */
export const readGenerated = (
  foods: readonly ReadableFood[],
  index: FoodIndex,
  count: number,
  seed = 7,
): Omit<Found, 'exact'> => {
  const { pick, random } = dice(seed);
  const pool = foods.filter(
    ({ food: { name, portions } }) => name.split(/\s+/).length <= 7 && !unusual.test(name) && portions.length > 0,
  );
  let near = 0;
  const misses: string[] = [];
  for (let made = 0; made < count; made += 1) {
    let truth = 0;
    const parts = Array.from({ length: 1 + Math.floor(random() * 3) }, () => {
      const one = pick(pool);
      const name = turned(one.food.name)
        .replace(/\bNFS\b/, '')
        .trim();
      const portions = one.food.portions.filter(({ description }) => plainPortion.test(description.trim()));
      if (portions.length === 0 || random() < 0.3) {
        const grams = pick([50, 80, 120, 200]);
        truth += carbohydrateG(one, grams);
        return `${grams} g ${name}`;
      }
      const portion = pick(portions);
      const quantity = pick([1, 2, 3]);
      truth += carbohydrateG(one, quantity * portion.grams);
      const words = portion.description.slice(2).trim().split(' ');
      const unit = words.at(-1)!.toLowerCase();
      const own = name
        .toLowerCase()
        .split(/[^a-z]+/)
        .some((word) => word === unit || word === `${unit}s`);
      // "2 large pancakes", not "2 large pancakes of pancakes"
      return own
        ? `${quantity} ${[...words.slice(0, -1), name].join(' ')}`
        : `${quantity} ${words.join(' ')} of ${name}`;
    });
    const text = parts.join(pick([', ', ' and ', ' with ', ' plus ']));
    const found = foundG(text, index);
    if (Math.abs(found - truth) <= 7.5) near += 1;
    else misses.push(`${text}: ${truth.toFixed(0)} g, read ${found.toFixed(0)} g`);
  }
  return { count, near: near / count, misses };
};

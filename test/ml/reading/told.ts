/**
 * Meals as people tell them, made from the foods themselves: the truth is known without a label. Parts of names stand in other words and
 * another order, amounts may be left unsaid; told vaguely, sizes, amounts and what a name further says are left out, which nobody can guess.
 */
import { readMeal, type FoodIndex, type ReadableFood } from '../../../src/ml/reading';
import { dice, plainPortion, unusual, type Dice } from './labelFree';

const praise = ['', '', 'delicious ', 'hearty ', 'refreshing ', 'classic ', 'favourite '];
const openings = ['For lunch, I had ', 'I enjoyed ', 'This morning I ate ', ''];
const makings = ['with', 'made with', 'filled with', 'topped with', 'packed with', 'featuring', 'loaded with'];
const beside = [' along with ', ', paired with ', ' and ', ' alongside '];

/** Shares of what is left out of a vague meal. */
const vague = { part: 0.3, size: 0.5, amount: 0.3 } as const;

/** A part of a name after its first comma, as people say it; '' for remarks of coders. */
const said = (part: string, { pick }: Dice): string => {
  if (/\bNFS$|NS (?:as to|if)|^(?:other|type)$|,/.test(part)) return '';
  if (/^skin(?: \/ coating)? eaten$/.test(part)) return pick(['with the skin', 'skin on', 'skin eaten']);
  if (/^skin(?: \/ coating)? not eaten$/.test(part)) return pick(['without the skin', 'skinless', 'skin not eaten']);
  if (part === 'no added fat') return pick(['without any added fat', 'with no added fat', 'no fat added']);
  if (part.startsWith('no ')) return part.replace(/^no /, pick(['without ', 'with no ', 'without any ']));
  if (part.startsWith('with ')) {
    const list = part.replace(/^with /, '').split(' and ');
    return `${pick(makings)} ${list.join(pick([' and ', ' and creamy ']))}`;
  }
  return part.replace(/^on (?!a |the )/, 'on a ');
};

/**
 * What is said of a food in one word stands before it, the rest behind: "Burrito, chicken, with beans, no cheese" → "chicken burrito filled
 * with beans without any cheese".
 */
const toldName = (name: string, throws: Dice, isVague: boolean): string => {
  const [head = '', ...parts] = name.split(', ').map((part) => part.trim());
  const tails = parts
    .map((part) => said(part, throws))
    .filter((part) => part !== '' && !(isVague && throws.random() < vague.part));
  const before = tails.filter((part) => !part.includes(' '));
  const after = tails.filter((part) => part.includes(' '));
  return [...before.reverse(), head.replace(/ NFS$/, ''), ...after].join(' ').toLowerCase();
};

interface Part {
  readonly text: string;
  readonly food: ReadableFood;
  readonly grams: number;
}

/** One food: "a" of its own unit, a portion of its own, grams, or "some", which is the usual portion. */
const toldFood = (food: ReadableFood, throws: Dice, isVague: boolean): Part => {
  const { pick, random } = throws;
  const name = toldName(food.food.name, throws, isVague);
  const noun = /([a-z-]+)(?:, | with |$)/.exec(food.food.name.toLowerCase())?.[1] ?? '';
  const portions = food.food.portions.filter(({ description }) => plainPortion.test(description.trim()));
  const plain = portions.find(({ description }) => description.toLowerCase().replace('medium ', '') === `1 ${noun}`);
  const some = { text: `some ${pick(praise)}${name}`, food, grams: food.food.defaultPortionG! };
  const way = random();
  if (!isVague && plain !== undefined && way < 0.6)
    return { text: `a ${pick(praise)}${name}`, food, grams: plain.grams };
  if (portions.length > 0 && (isVague || way < 0.3)) {
    const { description, grams } = pick(portions);
    if (isVague && random() < vague.amount) return { ...some, grams };
    const words = description.slice(2).trim().toLowerCase().split(' ');
    if (isVague && words.length > 1 && /^(?:small|medium|large)$/.test(words[0]!) && random() < vague.size)
      words.shift();
    const last = words.at(-1)!;
    const own = name.split(/[^a-z]+/).some((word) => word === last || word === `${last}s`);
    const sized = own || /^(?:small|medium|large)$/.test(last);
    const unit = own ? words.slice(0, -1) : words;
    if (!sized || (unit.length > 0 && !name.includes(`${noun}s `)))
      return { text: `a ${pick(praise)}${[...unit, ...(sized ? [] : ['of'])].join(' ')} ${name}`, food, grams };
    return some;
  }
  if (way >= 0.5) return some;
  const grams = pick([60, 100, 150]);
  return { text: `${grams} grams of ${pick(praise)}${name}`, food, grams };
};

export interface Told {
  /** Shares of captions: within 7.5 g of carbohydrate, within 20 % of the energy, truth within the interval of carbohydrate. */
  readonly near: number;
  readonly energyNear: number;
  readonly covered: number;
  readonly misses: string[];
}

/** `count` captions of one or two foods; the same for the same `seed`. */
export const readTold = (
  foods: readonly ReadableFood[],
  index: FoodIndex,
  count: number,
  { isVague = false, seed = 11 } = {},
): Told => {
  const throws = dice(seed);
  const pool = foods.filter(
    ({ food: { name, portions, defaultPortionG } }) =>
      name.split(/\s+/).length <= 9 && !unusual.test(name) && portions.length > 0 && defaultPortionG !== null,
  );
  const counts = { near: 0, energyNear: 0, covered: 0 };
  const misses: string[] = [];
  for (let made = 0; made < count; made += 1) {
    const parts = Array.from({ length: 1 + Math.floor(throws.random() * 2) }, () =>
      toldFood(throws.pick(pool), throws, isVague),
    );
    const text = `${throws.pick(openings)}${parts.map((part) => part.text).join(throws.pick(beside))}.`;
    const { items, interval } = readMeal(text, index);
    const truth = (figure: 'kcal' | 'carbohydrateG'): number =>
      parts.reduce((sum, { food, grams }) => sum + (grams / 100) * (food.food.per100G[figure] ?? 0), 0);
    const found = (figure: 'kcal' | 'carbohydrateG'): number =>
      items.reduce((sum, { food, grams }) => sum + (grams / 100) * (food.per100G[figure] ?? 0), 0);
    const isNear = Math.abs(found('carbohydrateG') - truth('carbohydrateG')) <= 7.5;
    const isEnergyNear = Math.abs(found('kcal') - truth('kcal')) <= Math.max(5, 0.2 * truth('kcal'));
    const { low, high } = interval.carbohydrateG;
    if (isNear) counts.near += 1;
    if (isEnergyNear) counts.energyNear += 1;
    // Grams of the truth are rounded nowhere: a thousandth is none.
    if (truth('carbohydrateG') >= low - 0.001 && truth('carbohydrateG') <= high + 0.001) counts.covered += 1;
    if (!isNear || !isEnergyNear)
      misses.push(
        `${text} (${parts.map(({ food, grams }) => `${grams.toFixed(0)} g ${food.food.name}`).join(' + ')}) -> ` +
          items.map(({ food, grams }) => `${grams.toFixed(0)} g ${food.name}`).join(' + '),
      );
  }
  return { near: counts.near / count, energyNear: counts.energyNear / count, covered: counts.covered / count, misses };
};

import { readMeal, type FoodIndex } from '../../src/ml/reading';
import type { CaptionCase } from './captions';

export interface CaptionScore {
  /** Foods expected or found, whichever are more in each caption. */
  readonly foods: number;
  readonly right: number;
  /** Of the foods with expected grams that were found: how many within 15 %. */
  readonly weighed: number;
  readonly near: number;
  /** What was wrong, one line each. */
  readonly misses: string[];
}

/** A food that was found: its slug, or `?words` where it is not known. */
export interface FoundFood {
  readonly name: string;
  readonly grams: number;
}

/** What the reader finds, with what it could not read. */
export const foundByReader = (caption: string, index: FoodIndex): FoundFood[] => {
  const { items, unrecognized } = readMeal(caption, index);
  return [
    ...items.map(({ food, grams }) => ({ name: food.key.replace(/^table:/, ''), grams })),
    ...unrecognized.map(({ text }) => ({ name: `?${text}`, grams: 0 })),
  ];
};

export const scoreReadings = (cases: readonly CaptionCase[], index: FoodIndex): CaptionScore =>
  scoreFound(cases, (caption) => foundByReader(caption, index));

/** A surplus, missing or wrong food counts against the caption, whatever the order; `?words` must come back unknown under those words. */
const scoreFound = (cases: readonly CaptionCase[], find: (caption: string) => FoundFood[]): CaptionScore => {
  let [foods, right, weighed, near] = [0, 0, 0, 0];
  const misses: string[] = [];
  for (const [caption, wanted] of cases) {
    const expected = wanted.split(', ');
    const named = find(caption);
    const count = named.length;
    const got = named.map(({ name, grams }) => (name.startsWith('?') ? name : `${name} ${grams.toFixed(0)}`));
    foods += Math.max(count, expected.length);
    let fine = count === expected.length;
    for (const words of expected) {
      const unknown = words.startsWith('?');
      const [slug, grams] = unknown
        ? [words, '']
        : [words.slice(0, words.lastIndexOf(' ')), words.slice(words.lastIndexOf(' ') + 1)];
      const at = named.findIndex(({ name }) => name === slug);
      const [found] = at < 0 ? [] : named.splice(at, 1);
      if (found !== undefined) right += 1;
      fine &&= found !== undefined;
      if (found === undefined || unknown) continue;
      weighed += 1;
      const close = Math.abs(found.grams - Number(grams)) <= 0.15 * Number(grams);
      if (close) near += 1;
      fine &&= close;
    }
    if (!fine) misses.push(`"${caption}": wanted ${wanted}; got ${got.join(', ')}`);
  }
  return { foods, right, weighed, near, misses };
};

import { parseCaption } from '../../src/ml/foods';
import type { FoodTable } from '../../src/ml/foods';
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

/** A surplus, missing or wrong food counts against the caption, whatever the order; `?words` must come back unknown under those words. */
export const scoreCaptions = (cases: readonly CaptionCase[], table: FoodTable): CaptionScore => {
  let [foods, right, weighed, near] = [0, 0, 0, 0];
  const misses: string[] = [];
  for (const [caption, wanted] of cases) {
    const expected = wanted.split(', ');
    const items = parseCaption(caption, table);
    const named = items.map(({ entry, label, grams }) => ({
      name: entry === null ? `?${label}` : entry.row.slug,
      grams: grams ?? 0,
    }));
    const got = named.map(({ name, grams }) => (name.startsWith('?') ? name : `${name} ${grams.toFixed(0)}`));
    foods += Math.max(items.length, expected.length);
    let fine = items.length === expected.length;
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

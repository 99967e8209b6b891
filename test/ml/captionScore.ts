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

/** Compares in order: a surplus, missing or wrong food counts against it; `?words` must come back unknown under those words. */
export const scoreCaptions = (cases: readonly CaptionCase[], table: FoodTable): CaptionScore => {
  let [foods, right, weighed, near] = [0, 0, 0, 0];
  const misses: string[] = [];
  for (const [caption, wanted] of cases) {
    const expected = wanted.split(', ');
    const items = parseCaption(caption, table);
    const got = items.map(({ entry, label, grams }) =>
      entry === null ? `?${label}` : `${entry.row.slug} ${(grams ?? 0).toFixed(0)}`,
    );
    let fine = items.length === expected.length;
    for (let i = 0; i < Math.max(items.length, expected.length); i += 1) {
      foods += 1;
      const [slug = '', grams] = (expected[i] ?? '').split(' ');
      const item = items[i];
      const found = expected[i]?.startsWith('?') === true ? got[i] === expected[i] : item?.entry?.row.slug === slug;
      if (found) right += 1;
      fine &&= found;
      if (!found || expected[i]?.startsWith('?') === true) continue;
      weighed += 1;
      const close = Math.abs((item?.grams ?? 0) - Number(grams)) <= 0.15 * Number(grams);
      if (close) near += 1;
      fine &&= close;
    }
    if (!fine) misses.push(`"${caption}": wanted ${wanted}; got ${got.join(', ')}`);
  }
  return { foods, right, weighed, near, misses };
};

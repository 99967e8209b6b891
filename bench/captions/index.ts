/**
 * `npm run bench:captions`: how many foods and weights of our own captions the parser gets right, and how fast it is.
 *
 * `captions` helped to tune the parser, `held out` did not. A food is right when it is the very food (or comes back unknown where the
 * table does not hold it); surplus foods count as wrong. A weight is right within 15 %.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { createFoodTable, parseCaption } from '../../src/ml/foods';
import { FoodRow } from '../../src/model/foods';
import { captions } from '../../test/ml/captions';
import { scoreCaptions } from '../../test/ml/captionScore';
import { heldOutCaptions } from '../../test/ml/heldOutCaptions';
import { percentile, table } from '../figures';

const file = path.join(process.cwd(), 'data', 'foods.json');
const started = performance.now();
const foods = createFoodTable(z.array(FoodRow).parse(JSON.parse(readFileSync(file, 'utf8'))));
const loadMs = performance.now() - started;

const share = (part: number, whole: number): string => `${part} of ${whole} (${((100 * part) / whole).toFixed(1)} %)`;
const sets = [
  ['captions', captions],
  ['held out', heldOutCaptions],
] as const;
const scores = sets.map(([name, cases]) => ({ name, cases, score: scoreCaptions(cases, foods) }));

console.log(
  table([
    ['set', 'captions', 'foods right', 'weights within 15 %'],
    ...scores.map(({ name, cases, score }) => [
      name,
      String(cases.length),
      share(score.right, score.foods),
      share(score.near, score.weighed),
    ]),
  ]),
);
for (const { name, score } of scores) for (const miss of score.misses) console.log(`${name}: ${miss}`);

const times: number[] = [];
for (let round = 0; round < 20; round += 1)
  for (const [text] of captions) {
    const before = performance.now();
    parseCaption(text, foods);
    times.push(performance.now() - before);
  }
console.log(
  `\n${foods.rows.length} foods read in ${loadMs.toFixed(0)} ms; a caption takes ${percentile(times, 50).toFixed(3)} ms (p50), ${percentile(times, 99).toFixed(3)} ms (p99).`,
);

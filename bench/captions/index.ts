/**
 * `npm run bench:captions`: how many foods and weights of captions are right, and how fast they are read.
 *
 * Our own: `captions` helped to tune, `held out` did not. A food is right when it is the very food (or comes back unknown where the
 * table does not hold it); surplus foods count as wrong. A weight is right within 15 %.
 * Strangers' (PALATE_TEST_DATA with nutribench/): see strangers.ts. `table`: our own foods; `survey`: USDA's survey foods beside them.
 * `BENCH_MISSES=<set>` prints what the reader misses of the tuning half of one set.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { readDownload } from '../../src/imports/foods/download';
import { createFoodTable } from '../../src/ml/foods';
import {
  foodIndexOf,
  readableImported,
  readableRow,
  readMeal,
  type FoodIndex,
  type ReadableFood,
} from '../../src/ml/reading';
import { FoodRow } from '../../src/model/foods';
import { captions } from '../../test/ml/captions';
import { scoreReadings } from '../../test/ml/captionScore';
import { heldOutCaptions } from '../../test/ml/heldOutCaptions';
import { withGrownTable } from '../../test/ml/reading/grownTable';
import { percentile, table } from '../figures';
import {
  descriptionSets,
  isCarbohydrateNear,
  readDescriptions,
  scoreReader,
  type Estimate,
  type Score,
} from './strangers';

const file = path.join(process.cwd(), 'data', 'foods.json');
const started = performance.now();
const foods = createFoodTable(z.array(FoodRow).parse(JSON.parse(readFileSync(file, 'utf8'))));
const loadMs = performance.now() - started;
const tableFoods = foods.rows.flatMap(({ slug }): ReadableFood[] => {
  const entry = foods.bySlug(slug);
  return entry === null ? [] : [readableRow(entry)];
});
const tableIndex = foodIndexOf(tableFoods);

const share = (part: number, whole: number): string => `${part} of ${whole} (${((100 * part) / whole).toFixed(1)} %)`;
const percent = (value: number | null): string => (value === null ? '' : `${(100 * value).toFixed(1)} %`);

const sets = [
  ['captions', captions],
  ['held out', heldOutCaptions],
] as const;
const scores = sets.map(([name, cases]) => ({
  name,
  cases,
  score: scoreReadings(withGrownTable(cases), tableIndex),
}));
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

const byReader =
  (index: FoodIndex) =>
  (text: string): Estimate => {
    const { items, incomplete, interval } = readMeal(text, index);
    const total = (figure: 'kcal' | 'carbohydrateG'): number =>
      items.reduce((all, { food, grams }) => all + (grams / 100) * (food.per100G[figure] ?? 0), 0);
    return { carbohydrateG: total('carbohydrateG'), kcal: total('kcal'), incomplete, interval: interval.carbohydrateG };
  };

const times: number[] = [];
for (let round = 0; round < 20; round += 1)
  for (const [text] of captions) {
    const before = performance.now();
    byReader(tableIndex)(text);
    times.push(performance.now() - before);
  }
console.log(
  `\n${foods.rows.length} foods read in ${loadMs.toFixed(0)} ms; a caption takes ` +
    `${percentile(times, 50).toFixed(3)} ms (p50), ${percentile(times, 99).toFixed(3)} ms (p99).`,
);

const strangers = async (folder: string): Promise<void> => {
  const { foods: kinds } = await readDownload(path.join(folder, 'fdc-survey'));
  const imported = [...kinds.values()]
    .flat()
    .map((food) => readableImported({ ...food, release: `${food.dataType}:bench` }));
  const building = performance.now();
  const surveyIndex = foodIndexOf([...tableFoods, ...imported]);
  console.log(`\n${surveyIndex.foods.length} foods indexed in ${(performance.now() - building).toFixed(0)} ms.\n`);
  const readers = [
    ['table', byReader(tableIndex)],
    ['survey', byReader(surveyIndex)],
  ] as const;
  const row = (name: string, reader: string, half: string, score: Score): string[] => [
    name,
    reader,
    half,
    String(score.count),
    percent(score.carbohydrateNear),
    score.carbohydrateErrorG.toFixed(1),
    percent(score.energyNear),
    percent(score.incomplete),
    percent(score.covered),
    percentile(score.ms, 50).toFixed(1),
    percentile(score.ms, 99).toFixed(1),
  ];
  const rows = descriptionSets.flatMap((set) => {
    const all = readDescriptions(folder, set);
    return readers.flatMap(([reader, read]) =>
      (['tuning', 'untouched'] as const).map((half) =>
        row(
          set,
          reader,
          half,
          scoreReader(
            all.filter((one) => one.half === half),
            read,
          ),
        ),
      ),
    );
  });
  console.log(
    table([
      [
        'set',
        'reader',
        'half',
        'n',
        'carb within 7.5 g',
        'MAE g',
        'kcal within 20 %',
        'incomplete',
        '80 % holds',
        'p50 ms',
        'p99 ms',
      ],
      ...rows,
    ]),
  );
  const shown = descriptionSets.find((set) => set === process.env.BENCH_MISSES);
  if (shown === undefined) return;
  for (const { text, carbohydrateG, half } of readDescriptions(folder, shown)) {
    if (half !== 'tuning' || isCarbohydrateNear(byReader(surveyIndex)(text).carbohydrateG, carbohydrateG)) continue;
    const { items, unrecognized } = readMeal(text, surveyIndex);
    console.log(`\n${text} (${carbohydrateG} g)`);
    for (const { amountText, text: words, food, grams } of items)
      console.log(`  ${amountText ?? ''} | ${words} -> ${food.name}, ${grams.toFixed(0)} g`);
    for (const { text: words } of unrecognized) console.log(`  ? ${words}`);
  }
};

const data = process.env.PALATE_TEST_DATA;
if (data !== undefined && existsSync(path.join(data, 'nutribench')))
  strangers(data).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
else
  console.log(
    'Skipped: strangers’ descriptions. Set PALATE_TEST_DATA to the folder that holds nutribench/ and fdc-survey/.',
  );

/**
 * `npm run bench:foods -- <folder>`: how long an import takes, how fast foods are found by name over HTTP, and how many names find an imported
 * food (BENCH_FOODS_SHOW=1 prints which). The folder is an unpacked CSV download of FoodData Central; without one it is fdc-survey in PALATE_TEST_DATA.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import mongoose from 'mongoose';
import { z } from 'zod';
import { importFoods } from '../../src/imports/foods';
import { FoodRow } from '../../src/model/foods';
import { readMeal } from '../../src/ml/reading';
import { openFoodBase } from '../../src/palate/foods';
import { createFoodStore } from '../../src/store/foods';
import { expectAtMost, percentile, table } from '../figures';
import { startPalate } from '../palate';
import { run } from '../run';

const queries = [
  'b', 'ba', 'ban', 'banana', 'bananna', 'chese pizza', 'cheese pizza', 'chiken', 'chicken br', 'chicken breast', 'milk', 'whole milk',
  'apple pie', 'rice', 'fried rice', 'egg', 'scrambled eggs', 'salmon', 'caesar salad', 'choco', 'chocolate cake', 'coffee with milk',
  'yoghurt', 'peanut butter', 'spagetti', 'french fries', 'tomato soup', 'beef', 'brocoli', 'orange juice',
]; // prettier-ignore

/** What docs/performance.md promises of an import. */
const foodsOfBound = 5_000;
const importMostMs = 10_000;

async function main(): Promise<void> {
  const folder = process.argv[2] ?? path.join(process.env.PALATE_TEST_DATA ?? '', 'fdc-survey');
  const rows = z.array(FoodRow).parse(JSON.parse(readFileSync(path.join(process.cwd(), 'data', 'foods.json'), 'utf8')));
  const palate = await startPalate({ RATE_LIMIT_MAX: '1000000' });
  const connection = await mongoose.createConnection(palate.mongodbUri, { autoIndex: false }).asPromise();
  try {
    const foods = createFoodStore(connection);
    const { releases, ms } = await importFoods({ imports: foods.imports, folder });
    const all = releases.reduce((sum, release) => sum + release.foods, 0);
    const [stats] = await connection
      .collection('imported_foods')
      .aggregate<{ storageStats: { size: number } }>([{ $collStats: { storageStats: {} } }])
      .toArray();
    console.log(
      `${all} foods imported in ${(ms / 1000).toFixed(1)} s, ${((stats?.storageStats.size ?? 0) / 1e6).toFixed(1)} MB of rows`,
    );
    expectAtMost(
      `An import, for every ${foodsOfBound.toLocaleString('en')} foods,`,
      (ms / all) * foodsOfBound,
      importMostMs,
      'ms',
    );

    const times: number[] = [];
    let firstMs = 0;
    for (let round = 0; round < 11; round += 1)
      for (const query of queries) {
        const before = performance.now();
        const answer = await fetch(`${palate.url}/foods?query=${encodeURIComponent(query)}`);
        await answer.arrayBuffer();
        if (answer.status !== 200) throw new Error(`GET /foods answered ${answer.status}`);
        const tookMs = performance.now() - before;
        // The first one after an import makes the index.
        if (firstMs === 0) firstMs = tookMs;
        if (round > 0) times.push(tookMs);
      }
    console.log(
      `${queries.length} queries ten times over HTTP: ${percentile(times, 50).toFixed(1)} ms (p50), ${percentile(times, 95).toFixed(1)} ms (p95); the first after the import ${firstMs.toFixed(0)} ms`,
    );

    const { index } = await (await openFoodBase(foods)).current();
    const isFound = (name: string): string | null => {
      const [item, ...more] = readMeal(name.replaceAll('_', ' '), index).items;
      return more.length === 0 && item?.food.release !== undefined && !item.approximate ? item.food.name : null;
    };
    const sets = [
      ['labels of Food-101', rows.filter(({ label }) => label).map(({ slug }) => slug)],
      ['names of our table', rows.map(({ name }) => name)],
    ] as const;
    const lines = sets.map(([set, names]) => {
      const found = names.map((name) => [name, isFound(name)] as const);
      if (process.env.BENCH_FOODS_SHOW)
        for (const [name, food] of found) console.log(`${name} is ${food ?? 'not found'}`);
      const count = found.filter(([, food]) => food !== null).length;
      return [set, `${count} of ${names.length} (${((100 * count) / names.length).toFixed(1)} %)`];
    });
    console.log(`\n${table([['names', 'read as an imported food'], ...lines])}`);
  } finally {
    await connection.close();
    await palate.stop();
  }
}

run(main);

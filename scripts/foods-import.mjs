/**
 * `npm run foods:import -- <folder>`: loads an unpacked CSV download of USDA FoodData Central into the food base.
 * Speaks to MONGODB_URI, or to the MongoDB that `npm start` runs for PALATE_HOME.
 */
import path from 'node:path';
import { built, ensureBuild } from './checkout/build.mjs';
import { ensureDependencies } from './checkout/dependencies.mjs';
import { connectToDatabase } from './database.mjs';
import { Problem, sentence } from './engines/problem.mjs';
import { count, progressLine } from './importing.mjs';
import { printable } from './printable.mjs';

const USAGE = `npm run foods:import -- <folder> [--anyway]
The folder is an unpacked CSV download of FoodData Central (survey, Foundation or SR Legacy): the one that holds food.csv.
--anyway imports also what looks damaged or cut off.`;

const say = (line) => console.log(printable(line));
const tell = (line) => console.error(printable(line));
const foods = (number) => `${count(number)} ${number === 1 ? 'food' : 'foods'}`;

const line = progressLine(say);

function onProgress(progress) {
  switch (progress.kind) {
    case 'waiting':
      return line.say(
        `Another import holds the food base; waiting up to ${Math.ceil(progress.ms / 1000)} s, in case it was killed.`,
      );
    case 'reading':
      return line.over(`Reading ${progress.file} …`);
    case 'resuming':
      return line.say(
        `Going on with ${progress.release} where an earlier import ended: ${count(progress.written)} of ${foods(progress.foods)} stand.`,
      );
    case 'writing':
      return line.over(`${progress.release}: ${count(progress.written)} of ${foods(progress.foods)} written`);
  }
}

function tellOf({ releases, faults, otherFoods, withoutFigures, absent, nutrientsBy, ms }) {
  for (const { file, line: at, reason } of faults.first) tell(`${file}, line ${at}: ${reason}`);
  if (faults.count > faults.first.length)
    tell(`… and ${count(faults.count - faults.first.length)} more rows that could not be taken.`);
  for (const { release, foods: number, outcome, before } of releases)
    say(
      {
        written: `${release}: ${foods(number)}, current now${before === null ? '' : ` in the place of ${before}`}.`,
        kept: `${release}: ${foods(number)} of an earlier import, current again${before === null ? '' : ` in the place of ${before}`}.`,
        unchanged: `${release}: ${foods(number)}, current already; nothing to do.`,
      }[outcome],
    );
  const notes = [
    withoutFigures > 0 && `${foods(withoutFigures)} without any figure left out`,
    otherFoods > 0 && `${count(otherFoods)} rows of other kinds of food passed over`,
    faults.count > 0 && `${count(faults.count)} rows could not be taken`,
    absent.length > 0 && `not in the folder: ${absent.join(', ')}`,
    `nutrients named by ${nutrientsBy.numbers > nutrientsBy.ids ? 'number' : 'id'}`,
  ].filter(Boolean);
  say(`${notes.join('; ')}. Done in ${(ms / 1000).toFixed(1)} s.`);
}

try {
  const given = process.argv.slice(2);
  const anyway = given.includes('--anyway');
  const [folder, ...more] = given.filter((word) => word !== '--anyway');
  if (folder === undefined || folder.startsWith('--') || more.length > 0) throw new Problem(USAGE);
  await ensureDependencies({ env: process.env, say: tell });
  await ensureBuild({ env: process.env, say: tell });
  const { connection, close } = await connectToDatabase(process.env);
  try {
    const [{ createFoodStore }, { importFoods }, { buildIndexes }] = await Promise.all([
      built('store/foods/index.js'),
      built('imports/foods/index.js'),
      built('store/indexes.js'),
    ]);
    const { imports } = createFoodStore(connection);
    // Before the first start nothing has built them, and every query on the rows needs one.
    await buildIndexes(connection);
    tellOf(await importFoods({ imports, folder: path.resolve(folder), anyway, onProgress }));
  } finally {
    line.end();
    await close();
  }
} catch (fault) {
  tell(sentence(fault, 'the checkout'));
  process.exitCode = 1;
}

/**
 * `npm run meals:import -- <file.csv|file.jsonl>`: loads a catalogue of meals.
 * Speaks to MONGODB_URI, or to the MongoDB that `npm start` runs for PALATE_HOME.
 */
import path from 'node:path';
import { built, ensureBuild } from './checkout/build.mjs';
import { ensureDependencies } from './checkout/dependencies.mjs';
import { connectToDatabase } from './database.mjs';
import { Problem, sentence } from './engines/problem.mjs';
import { count, progressLine } from './importing.mjs';
import { printable } from './printable.mjs';

const USAGE = `npm run meals:import -- <file.csv|file.jsonl> [--anyway] [--check]
A CSV file names its columns in the first line, at least name and mealType; JSON lines hold one meal each.
--anyway imports the rows that are right also where most are wrong.
--check tells every row that is wrong (the first 1,000), and writes nothing.`;

const say = (line) => console.log(printable(line));
const tell = (line) => console.error(printable(line));
const meals = (number) => `${count(number)} ${number === 1 ? 'meal' : 'meals'}`;
const rows = (number) => `${count(number)} ${number === 1 ? 'row' : 'rows'}`;
const separators = { ';': 'semicolons', '\t': 'tabs' };
const line = progressLine(say);

function onProgress(progress) {
  if (progress.kind === 'reading') return line.over(`${rows(progress.rows)} read`);
  return line.over(`${count(progress.written)} of ${meals(progress.meals)} compared and written`);
}

const listed = (faults, more) => {
  for (const { file, line: at, reason } of faults.first) tell(`${file}, line ${at}: ${reason}`);
  if (faults.count > faults.first.length) tell(`… and ${count(faults.count - faults.first.length)} more ${more}.`);
};

const ofColumns = (csv) => [
  csv && separators[csv.separator] && `separated by ${separators[csv.separator]}`,
  csv?.ignored.length > 0 && `columns passed over: ${csv.ignored.slice(0, 20).join(', ')}`,
];

function tellOf({ added, changed, unchanged, deleted, wrongRows, rows: all, faults, doubts, csv, ms }) {
  listed(faults, 'faults');
  listed(doubts, 'figures that do not fit; they were imported');
  const notes = [
    `${meals(added)} added`,
    `${count(changed)} changed`,
    `${count(unchanged)} as they were`,
    deleted > 0 && `${count(deleted)} left out, as they were deleted here`,
    wrongRows > 0 && `${count(wrongRows)} of ${rows(all)} wrong and left out`,
    ...ofColumns(csv),
  ].filter(Boolean);
  say(`${notes.join('; ')}. Done in ${(ms / 1000).toFixed(1)} s.`);
}

async function check(file) {
  const { checkMeals } = await built('imports/meals/index.js');
  const { rows: all, meals: right, wrongRows, faults, doubts, csv } = await checkMeals({ file, onProgress });
  line.end();
  listed(faults, 'faults');
  listed(doubts, 'figures that do not fit; they would be imported');
  const wrong = wrongRows > 0 ? `${count(wrongRows)} of ${rows(all)} wrong` : 'no row is wrong';
  say(`${[wrong, `${meals(right)} right`, ...ofColumns(csv)].filter(Boolean).join('; ')}. Nothing was written.`);
  if (wrongRows > 0) process.exitCode = 1;
}

async function load(file, anyway) {
  const { connection, close } = await connectToDatabase(process.env);
  try {
    const [{ createMealStore }, { importMeals }, { buildIndexes }] = await Promise.all([
      built('store/meals/index.js'),
      built('imports/meals/index.js'),
      built('store/indexes.js'),
    ]);
    const { imports } = createMealStore(connection);
    // Before the first start nothing has built them, and every query on the rows needs one.
    await buildIndexes(connection);
    tellOf(await importMeals({ imports, file, anyway, onProgress }));
  } finally {
    line.end();
    await close();
  }
}

try {
  const given = process.argv.slice(2);
  const words = ['--anyway', '--check'];
  const [file, ...more] = given.filter((word) => !words.includes(word));
  if (file === undefined || file.startsWith('--') || more.length > 0) throw new Problem(USAGE);
  await ensureDependencies({ env: process.env, say: tell });
  await ensureBuild({ env: process.env, say: tell });
  const at = path.resolve(file);
  await (given.includes('--check') ? check(at) : load(at, given.includes('--anyway')));
} catch (fault) {
  line.end();
  tell(sentence(fault, 'the checkout'));
  process.exitCode = 1;
}

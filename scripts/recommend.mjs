/**
 * `npm run recommend -- read --interactions a.csv [--items b.csv]`: recommending from files, without a server.
 * A verb is a function in `verbs`; each gets what was read, and prints a report that a person reads.
 */
import { createWriteStream } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { built, ensureBuild } from './checkout/build.mjs';
import { ensureDependencies } from './checkout/dependencies.mjs';
import { Problem, sentence } from './engines/problem.mjs';
import { count, progressLine } from './importing.mjs';
import { printable } from './printable.mjs';

const USAGE = `npm run recommend -- read --interactions <file.csv> [--items <file.csv>] [--out <file>]
npm run recommend -- train --interactions <file.csv> [--items <file.csv>] [--budget <seconds>] [--seed <number>]
train searches for a model within the budget (30 seconds) and says which would be served, and by which figures. Its minimum of interactions
is MIN_TRAINING_SAMPLES (10).
Files are CSV with a header, packed by gzip or not. Which column is which is told by the header, or by
--columns user_id=User,item_id="Track URI",rating=plays,timestamp=   (nothing after = : no such column)
--item-columns item_id=id,item_title=name,category=genre,feature_cols=year|text
--out writes what was read as one file of columns.`;

const say = (line) => console.log(printable(line));
const tell = (line) => console.error(printable(line));
const line = progressLine(say);
const fields = {
  columns: ['user_id', 'item_id', 'rating', 'timestamp'],
  'item-columns': ['item_id', 'item_title', 'category', 'timestamp', 'feature_cols'],
};

/** `user_id=User,rating=` as a schema; null where nothing was said. */
function schemaOf(option, text) {
  if (text === undefined) return null;
  const pairs = text.split(',').map((pair) => {
    const at = pair.indexOf('=');
    const field = pair.slice(0, at).trim();
    if (at < 0 || !fields[option].includes(field))
      throw new Problem(`--${option} ${pair}: write a field, = and the name of its column. Fields are ${fields[option].join(', ')}.`); // prettier-ignore
    const name = pair.slice(at + 1).trim();
    return [field, field === 'feature_cols' ? name.split('|').filter((column) => column !== '') : name];
  });
  return Object.fromEntries(pairs);
}

const columnsSaid = (columns) =>
  Object.entries(columns)
    .filter(([, name]) => name !== null && name.length > 0)
    .map(([field, name]) => `${field} = ${Array.isArray(name) ? name.join(', ') : name}`)
    .join('; ');

function reportFile({ file, rows, columns, problems, warnings }) {
  const left = Object.values(rows.rejected).reduce((sum, number) => sum + number, 0);
  say(`${file}: ${count(rows.read)} rows read, ${count(rows.kept)} kept, ${count(left)} left out.`);
  say(`  columns: ${columnsSaid(columns)}`);
  for (const warning of warnings) say(`  ${warning}`);
  for (const { line: at, column, message } of problems)
    tell(`  ${file}, line ${at}${column === null ? '' : `, ${column}`}: ${message}`);
}

const verbs = {
  async read({ ingested: { dataset, interactions, items, warnings }, out, ms }) {
    for (const report of [items, interactions]) if (report) reportFile(report);
    for (const warning of warnings) say(warning);
    const pairs = dataset.ratings.byUser.indexes.length;
    say(`${count(dataset.users.size)} users, ${count(dataset.items.size)} items, ${count(pairs)} pairs of them; read in ${(ms / 1000).toFixed(1)} s.`); // prettier-ignore
    if (out === undefined) return;
    const { writeDataset } = await built('imports/recommend/index.js');
    const file = path.resolve(out);
    await pipeline(Readable.from(writeDataset(dataset), { objectMode: false }), createWriteStream(file));
    say(`Written to ${file}.`);
  },
  async train({ ingested: { dataset, interactions, items, warnings }, budget, seed }) {
    for (const report of [items, interactions]) if (report) reportFile(report);
    for (const warning of warnings) say(warning);
    const { trainDataset } = await built('imports/recommend/trainFiles.js');
    const { createKernelThreads } = await built('worker/kernelThreads.js');
    const threads = createKernelThreads(os.availableParallelism());
    try {
      const options = {
        threads,
        budgetSeconds: budget,
        minTrainingSamples: minimum(),
        seed,
        nowMs: () => performance.now(),
      };
      for (const report of await trainDataset(dataset, options)) say(report);
    } finally {
      await threads.end();
    }
  },
};

/** A number of an option or a setting. */
function wholeNumber(name, text, standard) {
  if (text === undefined || text === '') return standard;
  if (!/^\d{1,9}$/.test(text)) throw new Problem(`${name} ${text}: write a whole number from 0 to 999999999.`);
  return Number(text);
}

const minimum = () => wholeNumber('MIN_TRAINING_SAMPLES', process.env.MIN_TRAINING_SAMPLES, 10);

function argumentsGiven() {
  const text = { type: 'string' };
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        interactions: text,
        items: text,
        columns: text,
        'item-columns': text,
        out: text,
        budget: text,
        seed: text,
      },
    });
  } catch (fault) {
    throw new Problem(`${fault.message}\n${USAGE}`);
  }
}

try {
  const { positionals, values } = argumentsGiven();
  const [verb, ...more] = positionals;
  if (verb === undefined || !Object.hasOwn(verbs, verb) || more.length > 0) throw new Problem(USAGE);
  if (values.interactions === undefined && values.items === undefined)
    throw new Problem(`Name a file with --interactions, with --items, or both.\n${USAGE}`);
  const budget = wholeNumber('--budget', values.budget, 30);
  const seed = wholeNumber('--seed', values.seed, 42);
  minimum();
  const interactionSchema = schemaOf('columns', values.columns);
  const itemSchema = schemaOf('item-columns', values['item-columns']);
  await ensureDependencies({ env: process.env, say: tell });
  await ensureBuild({ env: process.env, say: tell });
  const { readFiles } = await built('imports/recommend/index.js');
  const begun = performance.now();
  const ingested = await readFiles({
    ...(values.interactions !== undefined && { interactions: path.resolve(values.interactions) }),
    ...(values.items !== undefined && { items: path.resolve(values.items) }),
    interactionSchema,
    itemSchema,
    nowMs: Date.now(),
    onProgress: ({ file, bytes }) => line.over(`${file}: ${count(Math.round(bytes / 1e6))} MB read`),
  });
  line.end();
  await verbs[verb]({ ingested, out: values.out, budget, seed, ms: performance.now() - begun });
} catch (fault) {
  line.end();
  tell(sentence(fault, 'the checkout'));
  process.exitCode = 1;
}

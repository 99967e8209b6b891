/**
 * What `npm run recommend` does. Each verb has `prepare`, which reads and checks what is small before files are read that may be large, and `run`,
 * which gets what `prepare` gave and prints a report that a person reads.
 */
import os from 'node:os';
import { built } from '../checkout/build.mjs';
import { Problem } from '../engines/problem.mjs';
import { count } from '../importing.mjs';
import { printable } from '../printable.mjs';
import { checkOutput, writeOutput } from './outputFile.mjs';

const say = (line) => console.log(printable(line));
const tell = (line) => console.error(printable(line));

export const verbs = {
  read: {
    prepare: ({ out }) => checkOutput('out', out),
    async run({ ingested: { dataset }, out, ms }) {
      const pairs = dataset.ratings.byUser.indexes.length;
      say(`${count(dataset.users.size)} users, ${count(dataset.items.size)} items, ${count(pairs)} pairs of them; read in ${(ms / 1000).toFixed(1)} s.`); // prettier-ignore
      if (out === null) return;
      const { writeDataset } = await built('imports/recommend/index.js');
      await writeOutput(out, writeDataset(dataset));
      say(`Written to ${out}.`);
    },
  },
  train: {
    async prepare({ report, champion, replay }) {
      await checkOutput('report', report);
      return { championReport: await reportAt(champion), replayed: await reportAt(replay) };
    },
    async run({ ingested: { dataset }, championReport, replayed, report, ...options }) {
      const { replayDataset, trainDataset } = await built('imports/recommend/trainFiles.js');
      const { budget: budgetSeconds, minTrainingSamples, seed, ratingUse } = options;
      const champion = championReport?.served ?? null;
      const nowMs = () => performance.now();
      const trained = await withThreads((threads) =>
        replayed === null
          ? trainDataset(dataset, { threads, budgetSeconds, minTrainingSamples, seed, nowMs, ratingUse, champion })
          : replayDataset(dataset, replayed, { threads }),
      );
      for (const line of trained.lines) say(line);
      if (report === null) return;
      await writeOutput(report, [`${JSON.stringify(trained.report, null, 2)}\n`]);
      say(`Report written to ${report}.`);
    },
  },
  evaluate: {
    prepare: modelOf,
    async run({ ingested: { dataset }, model, champion, seed, ratingUse }) {
      const { evaluateDataset } = await built('imports/recommend/evaluateFiles.js');
      const lines = await withThreads((threads) =>
        evaluateDataset(dataset, { threads, ratingUse, model, champion, seed }),
      );
      for (const line of lines) say(line);
    },
  },
  explain: {
    prepare: modelOf,
    async run({ ingested: { dataset }, model, champion, ratingUse, user, itemsChosen }) {
      const { explainDataset } = await built('imports/recommend/explainFiles.js');
      const listFor = user === null ? { itemsChosen } : { user };
      const lines = await withThreads((threads) =>
        explainDataset(dataset, { threads, ratingUse, model, champion, listFor }),
      );
      for (const line of lines) say(line);
    },
  },
};

/** The candidate that an earlier report served, and a model by its name: at most one of them is said. */
async function modelOf({ model, champion }) {
  const { modelKinds } = await built('imports/recommend/trainingData.js');
  if (model !== null && !modelKinds.includes(model))
    throw new Problem(`--model ${model}: models are ${modelKinds.join(', ')}.`);
  return { champion: (await reportAt(champion))?.served ?? null };
}

async function reportAt(file) {
  if (file === null) return null;
  const { readReport } = await built('imports/recommend/reportFile.js');
  return readReport(file);
}

async function withThreads(work) {
  const { createKernelThreads } = await built('worker/kernelThreads.js');
  const threads = createKernelThreads(os.availableParallelism());
  try {
    return await work(threads);
  } finally {
    await threads.end();
  }
}

/** What was read of each file, and what was left out and why. */
export function reportFiles({ items, interactions, warnings }) {
  for (const report of [items, interactions]) if (report) reportFile(report);
  for (const warning of warnings) say(warning);
}

function reportFile({ file, rows, columns, problems, warnings }) {
  const left = Object.values(rows.rejected).reduce((sum, number) => sum + number, 0);
  say(`${file}: ${count(rows.read)} rows read, ${count(rows.kept)} kept, ${count(left)} left out.`);
  say(`  columns: ${columnsSaid(columns)}`);
  for (const warning of warnings) say(`  ${warning}`);
  for (const { line: at, column, message } of problems)
    tell(`  ${file}, line ${at}${column === null ? '' : `, ${column}`}: ${message}`);
}

const columnsSaid = (columns) =>
  Object.entries(columns)
    .filter(([, name]) => name !== null && name.length > 0)
    .map(([field, name]) => `${field} = ${Array.isArray(name) ? name.join(', ') : name}`)
    .join('; ');

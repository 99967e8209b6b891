/**
 * `npm run bench:recommend:phases`: what each phase of a training takes in its thread with a budget of 0, from the files of MovieLens 100K ($PALATE_TEST_DATA/ml-100k)
 * to what serves. Three trainings, each by an engine of its own, so that each starts its threads; the quickest counts.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { bestOf } from '../../src/ml/recommend/training/search';
import { chooseServed } from '../../src/ml/recommend/training/serve';
import { createTrainingEngine } from '../../src/worker/threads/trainingEngine';
import { expectAtMost, table } from '../figures';
import { run } from '../run';

const entry = path.resolve(__dirname, '../../dist/worker/threads/trainingThread.js');
const mostSeconds = 3;

run(async () => {
  const data = process.env.PALATE_TEST_DATA;
  if (data === undefined)
    throw new Error('PALATE_TEST_DATA is not set: MovieLens 100K is read from its folder ml-100k.');
  console.log(
    `Node ${process.version}, ${os.availableParallelism()} cores, load ${os.loadavg()[0]!.toFixed(1)} before\n`,
  );
  const folder = await mkdtemp(path.join(os.tmpdir(), 'palate-bench-phases-'));
  try {
    const runs = [];
    for (let at = 0; at < 3; at += 1) runs.push(await trainOnce(path.join(data, 'ml-100k'), folder));
    const totalOf = (phases: [string, number][]) => phases.reduce((sum, [, ms]) => sum + ms, 0);
    const best = runs.toSorted((a, b) => totalOf(a) - totalOf(b))[0]!;
    console.log(table([['phase', 'ms'], ...[...best, ['all', totalOf(best)] as const].map(([name, ms]) => [name, ms.toFixed(0)])])); // prettier-ignore
    expectAtMost('All phases', totalOf(best) / 1_000, mostSeconds, 's');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

async function trainOnce(from: string, folder: string): Promise<[string, number][]> {
  const engine = createTrainingEngine({ entry, kernelThreads: os.availableParallelism() });
  const watch = { signal: new AbortController().signal, onProgress: () => undefined };
  const phases: [string, number][] = [];
  const timed = async <Result>(name: string, phase: Promise<Result>): Promise<Result> => {
    const beganMs = performance.now();
    const result = await phase;
    phases.push([name, performance.now() - beganMs]);
    return result;
  };
  try {
    const file = (name: string) => ({ path: path.join(from, name), name, schema: null });
    const files = { interactions: file('interactions.csv'), items: file('items.csv') };
    const removedUsers = { salt: '', hashes: [] };
    const at = path.join(folder, 'dataset');
    const read = await timed('ingest', engine.ingest({ ...files, removedUsers, nowMs: Date.now(), into: at }, watch));
    if (read.kind === 'refused') throw new Error(read.message);
    const task = { dataset: { path: at, sha256: read.sha256 }, seed: 42, minTrainingSamples: 10 };
    const facts = await timed('split', engine.split(task, watch));
    if (facts.kind === 'refused' || facts.verdict === 'not learnt') throw new Error('Nothing is learnt.');
    const search = { ...task, budgetSeconds: 0, maxTrials: null, known: [], spentMs: 0 };
    const record = await timed('search', engine.search(search, { ...watch, onTrial: () => Promise.resolve() }));
    const judged = { challenger: bestOf(record)!, champion: null };
    const { comparison } = await timed('evaluate', engine.evaluate({ ...task, ...judged }, watch));
    const { candidate } = chooseServed(facts.verdict, comparison, judged);
    await timed('refit', engine.refit({ ...task, candidate, into: path.join(folder, 'model') }, watch));
    return phases;
  } finally {
    await engine.end();
  }
}

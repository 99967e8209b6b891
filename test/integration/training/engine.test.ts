import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { DatasetTask, SearchTask, TrainingEngine, Watch } from '../../../src/activities/training/engine';
import { openArtefact } from '../../../src/ml/recommend/artefact/format';
import { openRecommender } from '../../../src/ml/recommend/artefact/recommender';
import { bestOf, type Trial } from '../../../src/ml/recommend/training/search';
import { chooseServed } from '../../../src/ml/recommend/training/serve';
import { createTrainingEngine, type TrainingEngineOptions } from '../../../src/worker/threads/trainingEngine';
import { eventually } from '../../eventually';
import { tasteCsv } from '../../imports/recommend/tastes';
import { testData } from '../engines';

/** Threads load compiled JavaScript, which every run of these tests builds first. */
const entry = path.resolve(__dirname, '../../../dist/worker/threads/trainingThread.js');

let folder: string;
const started: TrainingEngine[] = [];
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'palate-engine-'));
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((engine) => engine.end()));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const at = (name: string) => path.join(folder, name);
function start(options: Partial<TrainingEngineOptions> = {}): TrainingEngine {
  const engine = createTrainingEngine({ entry, kernelThreads: 2, ...options });
  started.push(engine);
  return engine;
}
const watching = (more: Partial<Watch> = {}): Watch => ({
  signal: new AbortController().signal,
  onProgress: () => undefined,
  ...more,
});
const keepingAll = { onTrial: () => Promise.resolve() };

async function ingested(engine: TrainingEngine, files: { interactions: string; items?: string }): Promise<DatasetTask> {
  const file = (named: string | undefined) => (named === undefined ? null : { path: named, name: path.basename(named), schema: null }); // prettier-ignore
  const read = await engine.ingest(
    {
      interactions: file(files.interactions),
      items: file(files.items),
      removedUsers: { salt: '', hashes: [] },
      nowMs: Date.UTC(2026, 10, 30),
      into: at('dataset'),
    },
    watching(),
  );
  if (read.kind === 'refused') throw new Error(read.message);
  return { dataset: { path: at('dataset'), sha256: read.sha256 }, seed: 42, minTrainingSamples: 10 };
}
async function tastesIn(engine: TrainingEngine): Promise<DatasetTask> {
  await writeFile(at('plays.csv'), tasteCsv());
  return ingested(engine, { interactions: at('plays.csv') });
}
const searchOf = (task: DatasetTask, more: Partial<SearchTask> = {}): SearchTask => ({
  ...task,
  budgetSeconds: 1e6,
  maxTrials: null,
  known: [],
  spentMs: 0,
  ...more,
});

const data = testData();
if (data === null) console.warn('PALATE_TEST_DATA is not set: training on MovieLens 100K is skipped.');

(data === null ? it.skip : it)('trains on MovieLens 100K through all phases, to what serves', async () => {
  const engine = start();
  const from = (name: string) => path.join(data!, 'ml-100k', name);
  const task = await ingested(engine, { interactions: from('interactions.csv'), items: from('items.csv') });
  const facts = await engine.split(task, watching());
  expect(facts).toMatchObject({ kind: 'split', verdict: 'learn', usersRanked: 943, counts: { users: 943, items: 1682, interactions: 100_000 } }); // prettier-ignore

  const shares: number[] = [];
  const trials: Trial[] = [];
  const onTrial = (trial: Trial) => {
    trials.push(trial);
    return Promise.resolve();
  };
  const onProgress = (share: number) => shares.push(share);
  const record = await engine.search(searchOf(task, { budgetSeconds: 0 }), { ...watching({ onProgress }), onTrial });
  expect(record).toEqual({ seed: 42, trials, ended: 'time over' });
  expect(trials).toMatchObject([{ rung: 'all', candidate: { parameters: { kind: 'ease' } } }]);
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);

  const judged = { challenger: bestOf(record)!, champion: null };
  const evaluated = await engine.evaluate({ ...task, ...judged }, watching());
  expect(evaluated.rankings.challenger!.intervals.ndcg.mean).toBe(trials[0]!.ndcg);
  const { candidate, outcome } = chooseServed('learn', evaluated.comparison, judged);
  expect(outcome).toBe('promoted');

  const fitted = await engine.refit({ ...task, candidate, into: at('model') }, watching());
  const bytes = await readFile(at('model'));
  expect(fitted).toMatchObject({ kind: 'fitted', bytes: bytes.length });
  const { model, users, items, catalogue } = openRecommender(openArtefact(new Uint8Array(bytes)));
  expect([model.kind, users.size, items.size, catalogue!.columns.title]).toEqual(['ease', 943, 1682, 'title']);
});

it('stops an aborted search within a second, and goes on with it', async () => {
  const engine = start();
  const task = await tastesIn(engine);
  const stop = new AbortController();
  const known: Trial[] = [];
  let abortedMs = Infinity;
  const onTrial = (trial: Trial) => {
    known.push(trial);
    if (known.length === 5) {
      // In the middle of the next trial, and not while the thread waits for this one.
      setImmediate(() => {
        abortedMs = performance.now();
        stop.abort(new Error('cancelled by its owner'));
      });
    }
    return Promise.resolve();
  };
  await expect(engine.search(searchOf(task), { ...watching({ signal: stop.signal }), onTrial })).rejects.toThrow('cancelled by its owner'); // prettier-ignore
  expect(performance.now() - abortedMs).toBeLessThan(1_000);
  expect(known.length).toBeGreaterThanOrEqual(5);
  const record = await engine.search(searchOf(task, { known }), { ...watching(), ...keepingAll });
  expect(record).toEqual(await start().search(searchOf(task), { ...watching(), ...keepingAll }));
  await expect(engine.split(task, watching({ signal: stop.signal }))).rejects.toThrow('cancelled by its owner');
});

it('ends a search whose trial cannot be kept, or whose progress cannot be told, with the reason', async () => {
  const engine = start();
  const task = await tastesIn(engine);
  const onTrial = () => Promise.reject(new Error('the store is away'));
  await expect(engine.search(searchOf(task), { ...watching(), onTrial })).rejects.toThrow('the store is away');
  const onProgress = () => {
    throw new Error('the heartbeat is away');
  };
  const watch = { ...watching({ onProgress }), ...keepingAll };
  await expect(engine.search(searchOf(task), watch)).rejects.toThrow('the heartbeat is away');
  expect((await engine.split(task, watching())).kind).toBe('split');
});

it('does one phase after another, and what failed does not hinder the next', async () => {
  const engine = start();
  const task = await tastesIn(engine);
  const wrong = { ...task, dataset: { ...task.dataset, sha256: '0'.repeat(64) } };
  const stop = new AbortController();
  const [failed, aborted, done] = await Promise.allSettled([
    engine.split(wrong, watching()),
    engine.split(task, watching({ signal: stop.signal })),
    engine.split(task, watching()),
    Promise.resolve().then(() => stop.abort()),
  ]);
  expect(failed).toMatchObject({ reason: { message: expect.stringContaining('its SHA-256 is not 000') as string } });
  expect(aborted).toMatchObject({ reason: { name: 'AbortError' } });
  expect(done).toMatchObject({ value: { kind: 'split', verdict: 'learn' } });
});

/** A thread that does something else first: `before` is run when it is started for the `nth` time. */
async function entryThat(before: string): Promise<{ entry: string; starts: () => number }> {
  const name = `entry-${Math.random()}`;
  const log = at(`${name}.log`);
  await writeFile(log, '');
  await writeFile(
    at(`${name}.js`),
    `const fs = require('node:fs');
     fs.appendFileSync(${JSON.stringify(log)}, '.');
     const nth = fs.readFileSync(${JSON.stringify(log)}, 'utf8').length;
     ${before}
     require(${JSON.stringify(entry)});`,
  );
  return { entry: at(`${name}.js`), starts: () => readFileSync(log, 'utf8').length };
}

it('says that its thread died, and starts another for the next phase', async () => {
  const dying = await entryThat(`if (nth === 1) process.exit(3);
    if (nth === 2) require('node:worker_threads').parentPort.once('message', () => { throw new Error('out of luck'); });`);
  const engine = start({ entry: dying.entry });
  await expect(tastesIn(engine)).rejects.toThrow('The training thread has ended in the middle of its work (3).');
  await expect(tastesIn(engine)).rejects.toThrow('The training thread has died: out of luck');
  const task = await tastesIn(engine);
  expect((await engine.split(task, watching())).kind).toBe('split');
  expect(dying.starts()).toBe(3);
});

it('ends a thread that does not heed an abort', async () => {
  const stuck = await entryThat(
    `if (nth === 1) require('node:worker_threads').parentPort.once('message', () => { for (;;); });`,
  );
  const engine = start({ entry: stuck.entry });
  const stop = new AbortController();
  const running = engine.split({ dataset: { path: '', sha256: '' }, seed: 1, minTrainingSamples: 1 }, watching({ signal: stop.signal })); // prettier-ignore
  const rejected = expect(running).rejects.toThrow('enough');
  await eventually(() => Promise.resolve(stuck.starts() === 1));
  const beganMs = performance.now();
  stop.abort(new Error('enough'));
  await rejected;
  expect(performance.now() - beganMs).toBeLessThan(1_000);
  expect((await engine.split(await tastesIn(engine), watching())).kind).toBe('split');
  expect(stuck.starts()).toBe(2);
});

it('ends a thread that has had nothing to do for a while', async () => {
  const counted = await entryThat('');
  const engine = start({ entry: counted.entry, idleMs: 1 });
  const task = await tastesIn(engine);
  await eventually(async () => {
    await engine.split(task, watching());
    return counted.starts() > 2;
  });
});

it('is over once it is ended', async () => {
  const engine = start();
  const task = await tastesIn(engine);
  const onTrial = () => {
    void engine.end();
    return new Promise<void>(() => undefined);
  };
  await expect(engine.search(searchOf(task), { ...watching(), onTrial })).rejects.toThrow('The training thread has ended'); // prettier-ignore
  await expect(engine.split(task, watching())).rejects.toThrow('The training engine has been ended.');
});

(os.platform() === 'linux' ? it : it.skip)('lets every other thread of the process go before its own', async () => {
  /** Of each thread of this process; the name before it may hold blanks. */
  const niceness = () =>
    readdirSync('/proc/self/task').map((id) => {
      const stat = readFileSync(`/proc/self/task/${id}/stat`, 'utf8');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
    });
  const before = niceness();
  const own = os.getPriority();
  await tastesIn(start());
  const lowest = niceness().filter((nice) => nice === 19).length;
  expect(lowest).toBe(before.filter((nice) => nice === 19).length + 3);
  expect(os.getPriority()).toBe(own);
});

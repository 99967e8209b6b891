import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { openArtefact } from '../../../src/ml/recommend/artefact/format';
import { answer } from '../../../src/ml/recommend/serving/answer';
import { prepareServing, serve } from '../../../src/ml/recommend/serving/servedRecommender';
import { createModelLoader } from '../../../src/services/models';
import { largeArtefact } from '../../ml/recommend/serving/large';

jest.setTimeout(120_000);

/** Of what is promised; on a machine that runs other things as well a control of the same length waits, too. */
const mostMs = 20;
const folder = mkdtemp(path.join(os.tmpdir(), 'palate-model-'));
afterAll(async () => rm(await folder, { recursive: true, force: true }));

/** The longest time for which nothing else had its turn, from the call of `work` to its end. */
async function longestDelayMs(work: () => Promise<unknown>): Promise<number> {
  let [last, longest] = [performance.now(), 0];
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(look, 1);
  await work();
  clearInterval(timer);
  look();
  return longest;
}

/** A thread that computes for so long, and has nothing to do with models. */
async function busyThread(ms: number): Promise<void> {
  const code = `const { createHash } = require('node:crypto');
    const bytes = Buffer.alloc(1e6);
    for (const end = performance.now() + ${ms}; performance.now() < end; ) createHash('sha256').update(bytes).digest();`;
  const thread = new Worker(code, { eval: true });
  await once(thread, 'exit');
}

it('a model of 100,000 items in 128 dimensions is loaded while the event loop goes on', async () => {
  const bytes = largeArtefact({ items: 100_000, users: 20_000, dimensions: 128 });
  const file = { path: path.join(await folder, 'model'), sha256: createHash('sha256').update(bytes).digest('hex') };
  await writeFile(file.path, bytes);
  const load = createModelLoader(path.resolve(__dirname, '../../../dist/services/models/modelThread.js'));
  const { signal } = new AbortController();
  let loaded: Awaited<ReturnType<typeof load>> | null = null;
  const from = performance.now();
  const threaded = await longestDelayMs(async () => {
    loaded = await load(file, signal);
  });
  const tookMs = performance.now() - from;
  const control = await longestDelayMs(() => busyThread(tookMs));
  const here = await longestDelayMs(() => Promise.resolve(serve(prepareServing(openArtefact(new Uint8Array(bytes))))));
  console.log(`${(bytes.length / 1e6).toFixed(0)} MB in ${tookMs.toFixed(0)} ms: the event loop waited ${threaded.toFixed(1)} ms at most, beside another thread ${control.toFixed(1)} ms, and without a thread ${here.toFixed(0)} ms.`); // prettier-ignore
  expect(threaded).toBeLessThan(mostMs + control);
  expect(here).toBeGreaterThan(6 * mostMs);

  const request = { modelType: 'collaborative', itemTitle: null, itemId: null, userId: 'u5', n: 10, isRemoved: () => false } as const; // prettier-ignore
  const found = answer(loaded!.recommender, request);
  expect(found).toMatchObject({ kind: 'list', notes: [] });
});

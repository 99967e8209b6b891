/** Measures one case of `cases.ts`, by its number, and sends what it found to the process that started it. */
import { mulberry32, nearlyNormal } from '../../src/ml/random';
import { fitModel } from '../../src/ml/recommend/models/fit';
import type { IalsModel } from '../../src/ml/recommend/models/model';
import { reasonsFor } from '../../src/ml/recommend/reasons';
import { createScorer } from '../../src/ml/recommend/scoring';
import { topItems } from '../../src/ml/recommend/topItems';
import { createKernelThreads } from '../../src/worker/kernelThreads';
import { percentile } from '../figures';
import { run } from '../run';
import { cases, type FitCase, type ScoreCase } from './cases';
import { syntheticInteractions } from './synthetic';

export type Measured =
  | { kind: 'fit'; seconds: number; processorSeconds: number; megabytes: number; entries: number }
  | { kind: 'score'; p50Ms: number; p99Ms: number; reasonsP50Ms: number; reasonsP99Ms: number };

async function measureFit({ users, items, entries, threads: count, parameters }: FitCase): Promise<Measured> {
  const interactions = syntheticInteractions(users, items, entries, 1);
  const threads = createKernelThreads(count);
  const begun = performance.now();
  const processor = process.cpuUsage();
  const fit = await fitModel(interactions, parameters, { threads });
  const seconds = (performance.now() - begun) / 1_000;
  const { user, system } = process.cpuUsage(processor);
  if (fit.kind !== 'fitted') throw new Error(`Not fitted: ${JSON.stringify(fit)}`);
  await threads.end();
  return {
    kind: 'fit',
    seconds,
    processorSeconds: (user + system) / 1e6,
    megabytes: process.resourceUsage().maxRSS / 1_024,
    entries: interactions.byUser.indexes.length,
  };
}

function measureScore({ items, dimensions, chosen }: ScoreCase): Measured {
  const random = mulberry32(1);
  const itemFactors = Float32Array.from({ length: items * dimensions }, () => nearlyNormal(random) * 0.1);
  const gram = new Float32Array(dimensions * dimensions);
  for (let i = 0; i < dimensions; i += 1) gram[i * dimensions + i] = items * 0.01;
  const model: IalsModel = {
    kind: 'ials',
    parameters: {
      ...{ kind: 'ials', dimensions, sweeps: 1, unobservedWeight: 0.2 },
      ...{ regularisation: 0.02, frequencyExponent: 1, seed: 1 },
    },
    items,
    itemFactors,
    gram,
  };
  const scorer = createScorer(model);
  const rounds = 3_000;
  const spent: number[] = [];
  const spentOnReasons: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const set = new Set<number>();
    while (set.size < chosen) set.add(Math.floor(random() * items));
    const indexes = Uint32Array.from(set).sort();
    const history = { indexes, values: new Float32Array(chosen).fill(1) };
    const begun = performance.now();
    const top = topItems(scorer.scores(history), 10, { excluded: indexes });
    const listed = performance.now();
    reasonsFor(scorer, history, top.items);
    spent.push(listed - begun);
    spentOnReasons.push(performance.now() - listed);
    if (top.items.length !== 10) throw new Error('There are not ten items.');
  }
  // The first ones wait for the compiler.
  const [warm, warmReasons] = [spent.slice(500), spentOnReasons.slice(500)];
  return {
    kind: 'score',
    ...{ p50Ms: percentile(warm, 50), p99Ms: percentile(warm, 99) },
    ...{ reasonsP50Ms: percentile(warmReasons, 50), reasonsP99Ms: percentile(warmReasons, 99) },
  };
}

run(async () => {
  const one = cases[Number(process.argv[2])];
  if (one === undefined) throw new Error(`There is no case ${process.argv[2]}: there are ${cases.length}.`);
  const measured = one.kind === 'fit' ? await measureFit(one) : measureScore(one);
  if (process.send === undefined) console.log(measured);
  else await new Promise((sent) => process.send?.(measured, undefined, undefined, sent));
});

/**
 * `npm run bench:recommend:ml100k`: nDCG@10 on MovieLens 100K ($PALATE_TEST_DATA/ml-100k) of the candidate that training picks by itself, within a budget of
 * seconds (an argument; 30) and with 0, of the same with what is known of the items, beside every model with its default parameters, and how long each took. Every rating counts as presence. Of each item a quarter of its interactions, drawn by the seed and rounded, is held out; of each user who has some
 * of them the ten best items are taken from all that the user did not choose in the rest.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { itemFeatures, type ItemFeatures } from '../../src/ml/recommend/content/itemFeatures';
import { createIngest } from '../../src/ml/recommend/ingest';
import { mulberry32 } from '../../src/ml/random';
import { interactionsOf, rowOf, type Interactions } from '../../src/ml/recommend/interactions';
import { defaultParameters } from '../../src/ml/recommend/models/defaults';
import { fitModel } from '../../src/ml/recommend/models/fit';
import type { Model } from '../../src/ml/recommend/models/model';
import { createScorer } from '../../src/ml/recommend/scoring';
import { topItems } from '../../src/ml/recommend/topItems';
import type { ValueUse } from '../../src/ml/recommend/training/candidate';
import { train } from '../../src/ml/recommend/training/train';
import { createKernelThreads } from '../../src/worker/kernelThreads';
import { expectAtMost, table } from '../figures';
import { run } from '../run';

const seeds = [1, 2, 42];
const listLength = 10;

interface Pair {
  readonly user: number;
  readonly item: number;
}

function readPairs(file: string): { users: number; items: number; pairs: Pair[] } {
  const [, ...lines] = readFileSync(file, 'utf8').trim().split('\n');
  const cells = lines.map((line) => line.split(','));
  // In the order of the ids, which are whole numbers.
  const indexOf = (column: number) => {
    const ids = [...new Set(cells.map((row) => Number(row[column])))].sort((a, b) => a - b);
    return new Map(ids.map((id, at) => [id, at]));
  };
  const [users, items] = [indexOf(0), indexOf(1)];
  const pairs = cells.map((row) => ({ user: users.get(Number(row[0]))!, item: items.get(Number(row[1]))! }));
  return { users: users.size, items: items.size, pairs };
}

/** Titles, genres and years of the same items. */
function readFeatures(file: string): ItemFeatures | null {
  // Ids are text in the order of their bytes; filled up with zeros, that is the order of the numbers.
  const rows = readFileSync(file, 'utf8').replace(/^\d+(?=,)/gm, (id) => id.padStart(6, '0'));
  const ingest = createIngest({ nowMs: Date.now() });
  const reader = ingest.items('items.csv', null);
  reader.write(Buffer.from(rows));
  reader.end();
  const { items, catalogue } = ingest.finish().dataset;
  return catalogue && itemFeatures(catalogue, items.size);
}

function split({ users, items, pairs }: ReturnType<typeof readPairs>, seed: number): [Interactions, Interactions] {
  const random = mulberry32(seed);
  const byItem = Array.from({ length: items }, (): Pair[] => []);
  // By user within each item, so that the split does not depend on the order of the file.
  for (const pair of pairs.toSorted((a, b) => a.user - b.user)) byItem[pair.item]!.push(pair);
  const [trained, heldOut]: [Pair[], Pair[]] = [[], []];
  for (const list of byItem) {
    const drawn = list.map((pair) => [random(), pair] as const).sort((a, b) => a[0] - b[0]);
    const held = Math.round(list.length / 4);
    drawn.forEach(([, pair], at) => (at < held ? heldOut : trained).push(pair));
  }
  const build = (list: Pair[]) =>
    interactionsOf({ users, items, user: list.map(({ user }) => user), item: list.map(({ item }) => item) });
  return [build(trained), build(heldOut)];
}

/** The mean over users with something held out, of those who chose nothing else, too. */
function meanNdcg(model: Model, trained: Interactions, heldOut: Interactions): number {
  const scorer = createScorer(model);
  const gains = Array.from({ length: listLength }, (_, at) => 1 / Math.log2(at + 2));
  let [sum, users] = [0, 0];
  for (let user = 0; user < trained.users; user += 1) {
    const relevant = new Set(rowOf(heldOut.byUser, user).indexes);
    if (relevant.size === 0) continue;
    const history = rowOf(trained.byUser, user);
    const { items } = topItems(scorer.scores(history), listLength, { excluded: history.indexes });
    const found = gains.reduce((total, gain, at) => total + (relevant.has(items[at] ?? -1) ? gain : 0), 0);
    sum += found / gains.slice(0, relevant.size).reduce((total, gain) => total + gain, 0);
    users += 1;
  }
  return sum / users;
}

const meanOf = (numbers: number[]) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;

/** Ends with 1 where what was picked ranks worse than it should: on average, with any seed, or beside ItemKNN. */
function expectAsGood(found: number[], knn: number[]): void {
  const least = { mean: 0.475, each: 0.465 };
  const missed = [
    ...(meanOf(found) < least.mean ? [`its mean is below ${least.mean}`] : []),
    ...found.flatMap((one, at) => (one < least.each ? [`seed ${seeds[at]} is below ${least.each}`] : [])),
    ...found.flatMap((one, at) => (one <= (knn[at] ?? Infinity) ? [`seed ${seeds[at]} is not above ItemKNN`] : [])),
  ];
  if (missed.length === 0) return;
  console.error(`The candidate picked ranks worse than it should: ${missed.join(', ')}.`);
  process.exitCode = 1;
}

run(async () => {
  const folder = process.env.PALATE_TEST_DATA;
  if (folder === undefined)
    throw new Error('PALATE_TEST_DATA is not set: MovieLens 100K is read from its folder ml-100k.');
  const data = readPairs(path.join(folder, 'ml-100k', 'interactions.csv'));
  const features = readFeatures(path.join(folder, 'ml-100k', 'items.csv'));
  const splits = seeds.map((seed) => split(data, seed));
  const threads = createKernelThreads(2);
  const rows: string[][] = [];
  const add = (name: string, found: number[], seconds: number[]) => {
    const each = found.map((one) => one.toFixed(4));
    rows.push([name, meanOf(found).toFixed(4), ...each, `${Math.max(...seconds).toFixed(2)} s`]);
  };
  let knn: number[] = [];
  for (const parameters of Object.values(defaultParameters)) {
    const found: number[] = [];
    const seconds: number[] = [];
    for (const [trained, heldOut] of splits) {
      const begun = performance.now();
      const fit = await fitModel(trained, parameters, { threads, features });
      seconds.push((performance.now() - begun) / 1_000);
      if (fit.kind !== 'fitted') throw new Error(`Not fitted: ${JSON.stringify(fit)}`);
      found.push(meanNdcg(fit.model, trained, heldOut));
    }
    add(JSON.stringify(parameters), found, seconds);
    if (parameters.kind === 'itemKnn') knn = found;
  }
  const budget = Number(process.argv[2] ?? 30);
  for (const [budgetSeconds, known] of [
    [0, null],
    [budget, null],
    [budget, features],
  ] as const) {
    const within = `within ${budgetSeconds} s${known === null ? '' : ', items known'}`;
    const found: number[] = [];
    const seconds: number[] = [];
    for (const [at, [trained, heldOut]] of splits.entries()) {
      const begun = performance.now();
      const limit = { kind: 'time', budgetSeconds, nowMs: () => performance.now() } as const;
      const { served, outcome, evaluation } = await train(
        { interactions: trained, uses: ['presence'] satisfies ValueUse[], seed: 42, minTrainingSamples: 10, limit },
        { threads, features: known },
      );
      seconds.push((performance.now() - begun) / 1_000);
      found.push(meanNdcg(served.model, trained, heldOut));
      const tried = evaluation?.search.trials.length ?? 0;
      console.log(
        `Picked ${within}, seed ${seeds[at]}: ${outcome} after ${tried} trials: ${JSON.stringify(served.candidate)}`,
      );
    }
    add(`picked ${within}`, found, seconds);
    if (budgetSeconds === 0) expectAtMost('training with budget 0', Math.max(...seconds), 2, 's');
    else expectAsGood(found, knn);
  }
  await threads.end();
  console.log(table([['', 'nDCG@10', ...seeds.map((seed) => `seed ${seed}`), 'longest fit'], ...rows]));
});

/** What holds of training as a whole, from a file's rows to what is served, whatever the rows are. */
import { rowOf } from '../../../src/ml/recommend/interactions';
import { createOneThread } from '../../../src/ml/recommend/kernels/oneThread';
import { positiveInteractions } from '../../../src/ml/recommend/ratingUse';
import { createScorer } from '../../../src/ml/recommend/scoring';
import { topItems } from '../../../src/ml/recommend/topItems';
import type { SearchLimit } from '../../../src/ml/recommend/training/search';
import { train, TrainingRefused, type Training } from '../../../src/ml/recommend/training/train';
import { mulberry32 } from '../../mulberry';
import { invertDense } from './dense';
import { read } from './ingest/read';
import { denseRows } from './samples';

const threads = createOneThread();
type Row = readonly [user: string, item: string, rating: number, second: number];

/** Rows of users with one of three tastes, each at a time of its own. */
function rowsOf(users: number, perUser: number, items: number, seed = 1): Row[] {
  const random = mulberry32(seed);
  const rows = new Map<string, Row>();
  for (let at = 0; at < users * perUser; at += 1) {
    const user = at % users;
    const item = 3 * Math.floor((items / 3) * random()) + (random() < 0.85 ? user % 3 : Math.floor(3 * random()));
    rows.set(`${user} ${item}`, [`u${user}`, `i${item}`, 1 + Math.floor(5 * random()), 1_700_000_000 + 7 * at]);
  }
  return [...rows.values()];
}
const csvOf = (rows: readonly Row[]) =>
  `user_id,item_id,rating,timestamp\n${rows.map((row) => row.join(',')).join('\n')}\n`;
const datasetOf = (rows: readonly Row[]) => read({ interactions: csvOf(rows) }).dataset;

/** Some trials by a clock that moves a millisecond whenever it is read. */
const ticking = (budgetSeconds: number): SearchLimit => {
  let now = 0;
  return { kind: 'time', budgetSeconds, nowMs: () => (now += 1) };
};
function trainOn(rows: readonly Row[], budgetSeconds = 0): Promise<Training> {
  const { interactions, order, use } = positiveInteractions(datasetOf(rows).ratings, { kind: 'weight' });
  const uses = use.kind === 'weight' ? (['presence', 'weight'] as const) : (['presence'] as const);
  return train(
    { interactions, order, uses, seed: 3, minTrainingSamples: 10, limit: ticking(budgetSeconds) },
    { threads },
  );
}
const shuffled = <T>(list: readonly T[], seed: number): T[] => {
  const random = mulberry32(seed);
  return list.map((one) => [random(), one] as const).sort((a, b) => a[0] - b[0]).map(([, one]) => one); // prettier-ignore
};

const rows = rowsOf(60, 9, 36);

it('rows in another order come to the same model, bit for bit, by the same trials', async () => {
  const first = await trainOn(rows, 0.5);
  expect(first.evaluation!.search.trials.length).toBeGreaterThan(4);
  for (const seed of [1, 2]) expect(await trainOn(shuffled(rows, seed), 0.5)).toEqual(first);
});

it('ids that are named otherwise come to the same figures and lists', async () => {
  const users = new Map(
    shuffled([...new Set(rows.map(([user]) => user))], 5).map((user, at) => [user, `p${100 + at}`]),
  );
  const items = new Map(
    shuffled([...new Set(rows.map(([, item]) => item))], 6).map((item, at) => [item, `d${100 + at}`]),
  );
  const named = rows.map(([user, item, ...rest]): Row => [users.get(user)!, items.get(item)!, ...rest]);
  const [before, after] = [await trainOn(rows), await trainOn(named)];
  expect([after.outcome, after.served.candidate]).toEqual([before.outcome, before.served.candidate]);
  for (const name of ['challenger', 'popularity'] as const) {
    const [one, other] = [before, after].map(({ evaluation }) => evaluation!.rankings[name]!.intervals.ndcg.mean);
    // Of popularity many scores are equal, and the order of ids decides between them.
    if (name === 'challenger') expect(other).toBeCloseTo(one!, 4);
    else expect(Math.abs(other! - one!)).toBeLessThan(0.05);
  }
  const [old, moved] = [datasetOf(rows), datasetOf(named)];
  for (const [user, alias] of users) {
    const scoresOf = ({ served }: Training, { ratings, ...ids }: typeof old, id: string) => {
      const { indexes } = rowOf(ratings.byUser, ids.users.find(id));
      return createScorer(served.model).scores({ indexes, values: new Float32Array(indexes.length).fill(1) });
    };
    const [mine, theirs] = [scoresOf(before, old, user), scoresOf(after, moved, alias)];
    for (const [item, other] of items)
      expect(theirs[moved.items.find(other)]).toBeCloseTo(mine[old.items.find(item)]!, 4);
  }
});

it('users and items without a row that counts change no figure of those that have some', async () => {
  // Their ids come after all others; nobody chose the items, and nothing is held out of the users.
  const nothing = ['x', 'y', 'z'].map((at): Row => [`z${at}`, `z${at}`, -1, 1_600_000_000]);
  const [before, after] = [await trainOn(rows), await trainOn([...rows, ...nothing])];
  expect(after.counts).toEqual({ ...before.counts, users: before.counts.users + 3, items: before.counts.items + 3 });
  const ndcg = ({ evaluation }: Training) => evaluation!.rankings.challenger!.intervals.ndcg.mean;
  expect(ndcg(after)).toBeCloseTo(ndcg(before), 4);
  expect(after.outcome).toBe(before.outcome);
});

it('one user, one item, one row: what can be served is, with numbers', async () => {
  const cases: [Row[], Training['outcome']][] = [
    [rowsOf(1, 30, 30), 'unproven'],
    [Array.from({ length: 40 }, (_, at): Row => [`u${at}`, 'i0', 1, 1_700_000_000 + at]), 'unproven'],
    [rowsOf(40, 1, 12), 'unproven'],
    [[['u', 'i', 1, 1_700_000_000]], 'not learnt'],
  ];
  for (const [few, outcome] of cases) {
    const { outcome: found, served, counts } = await trainOn(few, 0.2);
    expect(found).toBe(outcome);
    const scores = createScorer(served.model).scores({ indexes: Uint32Array.of(0), values: Float32Array.of(1) });
    expect(scores).toHaveLength(counts.items);
    expect(scores.every(Number.isFinite)).toBe(true);
  }
});

it('equal ratings are presence: the same training, whatever they are', async () => {
  const rated = (rating: number) => rows.map(([user, item, , second]): Row => [user, item, rating, second]);
  const ones = await trainOn(rated(1), 0.3);
  expect(await trainOn(rated(5), 0.3)).toEqual(ones);
  expect(await trainOn(rated(0.25), 0.3)).toEqual(ones);
  await expect(trainOn(rated(0))).rejects.toThrow(TrainingRefused);
  await expect(trainOn(rated(-3))).rejects.toThrow(TrainingRefused);
});

it('a rating that is no number never reaches a model', () => {
  const clean = datasetOf(rows).ratings;
  for (const word of ['NaN', 'Infinity', '-Infinity', '1e999']) {
    const bad = rows.slice(0, 40).map((_, at) => `u${at},i${at % 36},${word},1800000000`);
    const { dataset, interactions } = read({ interactions: `${csvOf(rows)}${bad.join('\n')}\n` });
    expect([word, interactions!.rows.kept]).toEqual([word, rows.length]);
    expect(dataset.ratings).toEqual(clean);
  }
});

it('a small one is what the textbook gives: split, EASE in f64, full ranking, nDCG', async () => {
  for (const seed of [1, 2, 3]) {
    const small = rowsOf(30, 8, 18, seed);
    const { evaluation, served } = await trainOn(small.map(([user, item, , second]): Row => [user, item, 1, second]));
    expect(served.candidate.parameters.kind === 'ease' || served.candidate.parameters.kind === 'popularity').toBe(true);
    const ids = [...new Set(small.map(([, item]) => item))].sort();
    const of = (user: string) => small.filter(([one]) => one === user).sort((a, b) => a[3] - b[3]).map(([, item]) => ids.indexOf(item)); // prettier-ignore
    const parts = [...new Set(small.map(([user]) => user))].map((user) => {
      const chosen = of(user);
      const held = chosen.length < 2 ? 0 : Math.max(1, Math.round(chosen.length / 5));
      return { train: chosen.slice(0, chosen.length - held), held: chosen.slice(chosen.length - held) };
    });
    const gram = ids.map((_, i) => ids.map((__, j) => parts.filter(({ train: known }) => known.includes(i) && known.includes(j)).length + (i === j ? 400 : 0))); // prettier-ignore
    const inverse = invertDense(gram);
    const gains = parts.flatMap(({ train: known, held }) => {
      if (held.length === 0) return [];
      const scores = ids.map((_, j) => known.reduce((sum, i) => sum + (i === j ? 0 : -inverse[i]![j]! / inverse[j]![j]!), 0)); // prettier-ignore
      const { items } = topItems(Float32Array.from(scores), 10, { excluded: known });
      const gain = [...items].reduce((sum, item, at) => sum + (held.includes(item) ? 1 / Math.log2(at + 2) : 0), 0);
      return [gain / held.slice(0, 10).reduce((sum, _, at) => sum + 1 / Math.log2(at + 2), 0)];
    });
    const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
    expect(evaluation!.usersRanked).toBe(gains.length);
    expect(evaluation!.rankings.challenger!.intervals.ndcg.mean).toBeCloseTo(mean, 3);
  }
});

it('EASE that is served is that of all rows, in f64', async () => {
  const { served } = await trainOn(rows);
  if (served.model.kind !== 'ease') throw new Error(served.model.kind);
  const { byItem } = positiveInteractions(datasetOf(rows).ratings, { kind: 'presence' }).interactions;
  const chosen = denseRows(byItem, 60);
  const gram = chosen.map((a, i) => chosen.map((b, j) => a.reduce((sum, one, user) => sum + one * b[user]!, 0) + (i === j ? 400 : 0))); // prettier-ignore
  const inverse = invertDense(gram);
  denseRows(served.model.weights, gram.length).forEach((row, i) =>
    row.forEach((weight, j) => expect(weight).toBeCloseTo(i === j ? 0 : -inverse[i]![j]! / inverse[j]![j]!, 5)),
  );
});

import { influencesByRescoring, withoutEntry } from '../../../src/ml/recommend/influences';
import { rowOf, type SparseVector } from '../../../src/ml/recommend/interactions';
import { createOneThread } from '../../../src/ml/recommend/kernels/oneThread';
import { defaultParameters } from '../../../src/ml/recommend/models/defaults';
import { fitModel } from '../../../src/ml/recommend/models/fit';
import type { IalsParameters, Model, Parameters } from '../../../src/ml/recommend/models/model';
import { mostReasons, reasonsFor } from '../../../src/ml/recommend/reasons';
import { createScorer } from '../../../src/ml/recommend/scoring';
import { topItems } from '../../../src/ml/recommend/topItems';
import { mulberry32 } from '../../mulberry';
import { menuOf } from './cuisines';
import { sampleInteractions } from './samples';

const sample = sampleInteractions(80, 101, 1_500);
const ials: IalsParameters = { ...defaultParameters.ials, dimensions: 16, sweeps: 4 };
const models: Parameters[] = [
  { kind: 'ease', regularisation: 20, kept: 30 },
  { kind: 'itemKnn', weighting: 'cosine', neighbours: 10, shrinkage: 5 },
  { kind: 'itemKnn', weighting: 'bm25', neighbours: 20, shrinkage: 0 },
  ials,
  { ...ials, frequencyExponent: 0, regularisation: 3 },
  { ...ials, frequencyExponent: 0.5, regularisation: 0.5, unobservedWeight: 1 },
  { ...ials, dimensions: 64, unobservedWeight: 0.01, regularisation: 0.001 },
];
const named = models.map((parameters) => [JSON.stringify(parameters), parameters] as const);

async function fit(parameters: Parameters): Promise<Model> {
  const fitted = await fitModel(sample, parameters, { threads: createOneThread() });
  if (fitted.kind !== 'fitted') throw new Error(JSON.stringify(fitted));
  return fitted.model;
}

/** Histories of 1 to 60 items at random; the values 1 or 0.5 to 5. */
function histories(count: number): SparseVector[] {
  const random = mulberry32(4);
  return Array.from({ length: count }, (_, at) => {
    const length = at < 4 ? 1 + at : 1 + Math.floor(60 * random());
    const items = new Set<number>();
    while (items.size < length) items.add(Math.floor(random() * sample.items));
    const indexes = Uint32Array.from(items).sort();
    return { indexes, values: Float32Array.from(indexes, () => (at % 2 === 0 ? 1 : 0.5 + 4.5 * random())) };
  });
}

describe.each(named)('of %s', (_, parameters) => {
  it('influences are what scoring anew without the entry takes off the score', async () => {
    const scorer = createScorer(await fit(parameters));
    for (const history of histories(25)) {
      const { items } = topItems(scorer.scores(history), 10, { excluded: history.indexes });
      const found = scorer.influences(history, items);
      const expected = influencesByRescoring((rest) => scorer.scores(rest), history, items);
      expect(found).toHaveLength(items.length * history.indexes.length);
      const largest = Math.max(...scorer.scores(history).map(Math.abs));
      for (const [at, influence] of found.entries()) expect(Math.abs(influence - expected[at]!)).toBeLessThan(2e-5 * largest); // prettier-ignore
    }
  });

  it('every item that is named raises the score, and no other raises it more', async () => {
    const scorer = createScorer(await fit(parameters));
    let count = 0;
    for (const history of histories(40)) {
      const scores = Float32Array.from(scorer.scores(history));
      const { items } = topItems(scores, 10, { excluded: history.indexes });
      const without = [...history.indexes.keys()].map((entry) => Float32Array.from(scorer.scores(withoutEntry(history, entry)))); // prettier-ignore
      reasonsFor(scorer, history, items).forEach((reasons, at) => {
        const item = items[at]!;
        const falls = new Map([...history.indexes].map((chosen, entry) => [chosen, scores[item]! - without[entry]![item]!])); // prettier-ignore
        expect(reasons.length).toBeLessThanOrEqual(mostReasons);
        for (const reason of reasons) expect(falls.get(reason.item)).toBeGreaterThan(0);
        const least = reasons.at(-1)?.influence ?? 0;
        const named = new Set(reasons.map((reason) => reason.item));
        const others = [...falls].filter(([chosen]) => !named.has(chosen)).map(([, fall]) => fall);
        const tolerance = 1e-4 * [...falls.values()].reduce((sum, fall) => sum + Math.abs(fall), 0) + 1e-6;
        if (reasons.length === mostReasons) for (const fall of others) expect(fall).toBeLessThan(least + tolerance);
        else for (const fall of others) expect(fall).toBeLessThan(2 * tolerance);
        count += reasons.length;
      });
    }
    expect(count).toBeGreaterThan(500);
  });
});

it('popularity names none, nor does an empty history', async () => {
  const popular = createScorer(await fit({ kind: 'popularity', halfLifeDays: null }));
  const history = { indexes: Uint32Array.of(3, 9), values: Float32Array.of(1, 1) };
  expect(reasonsFor(popular, history, Uint32Array.of(1, 2))).toEqual([[], []]);
  const nothing = { indexes: new Uint32Array(), values: new Float32Array() };
  for (const parameters of models) expect(reasonsFor(createScorer(await fit(parameters)), nothing, Uint32Array.of(5))).toEqual([[]]); // prettier-ignore
});

it('what entries contribute to scores of factors adds up to them, and mostly names first what scoring anew does', async () => {
  let [same, all] = [0, 0];
  for (const parameters of models.filter(({ kind }) => kind === 'ials')) {
    const scorer = createScorer(await fit(parameters));
    for (const history of histories(25)) {
      const scores = Float32Array.from(scorer.scores(history));
      const { items } = topItems(scores, 10, { excluded: history.indexes });
      const entries = history.indexes.length;
      const found = scorer.estimatedInfluences!(history, items);
      items.forEach((item, at) => {
        const sum = found.subarray(at * entries, (at + 1) * entries).reduce((total, part) => total + part, 0);
        expect(Math.abs(sum - scores[item]!)).toBeLessThan(1e-4);
      });
      const estimated = reasonsFor({ influences: scorer.estimatedInfluences! }, history, items, 3);
      reasonsFor(scorer, history, items, 1).forEach(([first], at) => {
        if (first === undefined) return;
        all += 1;
        if (estimated[at]!.some(({ item }) => item === first.item)) same += 1;
      });
      // Scoring anew without an entry leaves another matrix behind.
      expect([...scorer.estimatedInfluences!({ ...history }, items)]).toEqual([...found]);
    }
  }
  expect(all).toBeGreaterThan(500);
  expect(same / all).toBeGreaterThan(0.85);
});

describe('of what is known of items', () => {
  const { interactions, features } = menuOf({ users: 60, perUser: 10 });
  const { content, hybrid, itemKnn } = defaultParameters;
  const scorerOf = async (parameters: Parameters) => {
    const fitted = await fitModel(interactions, parameters, { threads: createOneThread(), features });
    if (fitted.kind !== 'fitted') throw new Error(JSON.stringify(fitted));
    return createScorer(fitted.model);
  };
  const users = Array.from({ length: 30 }, (_, user) => rowOf(interactions.byUser, user));
  const single = { indexes: Uint32Array.of(5), values: Float32Array.of(2) };

  it.each([null, 8])('influences are what scoring anew takes off, with %s dimensions', async (dimensions) => {
    const scorer = await scorerOf({ ...content, dimensions });
    for (const history of [...users, single]) {
      const { items } = topItems(scorer.scores(history), 10);
      const found = scorer.influences(history, items);
      const expected = influencesByRescoring((rest) => scorer.scores(rest), history, items);
      expect(found).toHaveLength(expected.length);
      for (const [at, influence] of found.entries()) expect(Math.abs(influence - expected[at]!)).toBeLessThan(1e-5);
    }
    expect(() => scorer.influences(single, Uint32Array.of(80))).toThrow('There is no item 80');
  });

  it('a hybrid estimates them, and mostly names first what scoring anew does', async () => {
    const scorer = await scorerOf({ ...hybrid, collaborative: itemKnn });
    let [same, all] = [0, 0];
    for (const history of users) {
      const { items } = topItems(scorer.scores(history), 10, { excluded: history.indexes });
      const exact = reasonsFor(scorer, history, items, 1);
      const estimated = reasonsFor({ influences: scorer.estimatedInfluences! }, history, items, 2);
      exact.forEach(([first], at) => {
        if (first === undefined) return;
        all += 1;
        if (estimated[at]!.some(({ item }) => item === first.item)) same += 1;
      });
      const again = scorer.estimatedInfluences!({ ...history }, items);
      expect(again).toEqual(scorer.estimatedInfluences!(history, items));
    }
    expect(all).toBeGreaterThan(200);
    expect(same / all).toBeGreaterThan(0.8);
  });
});

it('an item is no reason for itself, and scores afterwards are what they were', async () => {
  for (const parameters of models) {
    const scorer = createScorer(await fit(parameters));
    const history = { indexes: Uint32Array.of(3, 9, 20), values: Float32Array.of(1, 1, 1) };
    const before = [...scorer.scores(history)];
    const [reasons] = reasonsFor(scorer, history, Uint32Array.of(9), 5);
    expect(reasons!.map(({ item }) => item)).not.toContain(9);
    expect([...scorer.scores(history)]).toEqual(before);
  }
});

it.each(models)('a history or an item that the model does not know is refused: $kind', async (parameters) => {
  const scorer = createScorer(await fit(parameters));
  const history = { indexes: Uint32Array.of(1), values: Float32Array.of(1) };
  expect(() => reasonsFor(scorer, history, Uint32Array.of(101))).toThrow('There is no item 101');
  expect(() => reasonsFor(scorer, { ...history, indexes: Uint32Array.of(200) }, Uint32Array.of(1))).toThrow('There is no item 200'); // prettier-ignore
  expect(() => reasonsFor(scorer, { ...history, values: Float32Array.of(Number.NaN) }, Uint32Array.of(1))).toThrow('the value NaN'); // prettier-ignore
});

import { entryCount, interactionsOf, rowOf, type Interactions } from '../../../src/ml/recommend/interactions';
import { createOneThread } from '../../../src/ml/recommend/kernels/oneThread';
import { mostEaseItems } from '../../../src/ml/recommend/models/ease';
import { mostChosen } from '../../../src/ml/recommend/models/itemKnn';
import { defaultParameters, defaultsFor } from '../../../src/ml/recommend/models/defaults';
import { fitModel } from '../../../src/ml/recommend/models/fit';
import type {
  EaseModel,
  EaseParameters,
  IalsModel,
  IalsParameters,
  ItemKnnModel,
  ItemKnnParameters,
  Model,
  Parameters,
} from '../../../src/ml/recommend/models/model';
import { ParameterRefused } from '../../../src/ml/recommend/models/parameters';
import { mulberry32, nearlyNormal } from '../../../src/ml/random';
import { createScorer } from '../../../src/ml/recommend/scoring';
import { denseOf, invertDense, solveDense, type Dense } from './dense';
import { denseRows, sampleInteractions } from './samples';

const threads = createOneThread();
async function fit<M extends Model = Model>(interactions: Interactions, parameters: M['parameters']): Promise<M> {
  const fitted = await fitModel(interactions, parameters, { threads });
  if (fitted.kind !== 'fitted') throw new Error(`Not fitted: ${JSON.stringify(fitted)}`);
  return fitted.model as M;
}

const ease: EaseParameters = { kind: 'ease', regularisation: 20, kept: 1_000 };
const ials: IalsParameters = {
  kind: 'ials',
  dimensions: 16,
  sweeps: 4,
  unobservedWeight: 0.2,
  regularisation: 0.02,
  frequencyExponent: 1,
  seed: 5,
};
const knn: ItemKnnParameters = { kind: 'itemKnn', weighting: 'cosine', neighbours: 10, shrinkage: 5 };
const every: Parameters[] = [
  ease,
  ials,
  knn,
  { ...knn, weighting: 'bm25' },
  { kind: 'popularity', halfLifeDays: null },
  { kind: 'popularity', halfLifeDays: 30 },
];
const sample = sampleInteractions(90, 150, 2_000);

/** Largest difference of two lists, relative to the largest number of the second. */
function distance(found: ArrayLike<number>, expected: number[]): number {
  const scale = Math.max(...expected.map(Math.abs), 1e-30);
  return Math.max(...expected.map((number, at) => Math.abs(number - found[at]!))) / scale;
}

describe('EASE', () => {
  it('has the weights of the closed form in f64', async () => {
    const { weights } = await fit<EaseModel>(sample, ease);
    const x = denseRows(sample.byUser, sample.items);
    const gram = denseOf(sample.items, sample.items, (i, j) =>
      x.reduce((sum, row) => sum + row[i]! * row[j]!, i === j ? 20 : 0),
    );
    const inverse = invertDense(gram);
    const expected = denseOf(sample.items, sample.items, (i, j) => (i === j ? 0 : -inverse[i]![j]! / inverse[j]![j]!));
    const found = denseRows(weights, sample.items);
    expect(distance(found.flat(), expected.flat())).toBeLessThan(1e-4);
  });

  it('keeps of each scored item the largest weights, whatever their sign', async () => {
    const whole = denseRows((await fit<EaseModel>(sample, ease)).weights, sample.items);
    const few = denseRows((await fit<EaseModel>(sample, { ...ease, kept: 7 })).weights, sample.items);
    for (let item = 0; item < sample.items; item += 1) {
      const column = whole.map((row) => row[item]!);
      const kept = [...column.keys()].sort((a, b) => Math.abs(column[b]!) - Math.abs(column[a]!) || a - b).slice(0, 7);
      expect(few.map((row) => row[item]!)).toEqual(column.map((weight, other) => (kept.includes(other) ? weight : 0)));
    }
  });

  it('takes at least 1e-4 of the largest diagonal as λ, and says so', async () => {
    const { usedRegularisation } = await fit<EaseModel>(sample, { ...ease, regularisation: 1e-9 });
    const largest = Math.max(
      ...Array.from({ length: 150 }, (_, i) => rowOf(sample.byItem, i).values.reduce((s, v) => s + v * v, 0)),
    );
    expect(usedRegularisation).toBeCloseTo(1e-4 * largest, 10);
  });

  it('is refused past so many items', async () => {
    const many = interactionsOf({ users: 1, items: mostEaseItems + 1, user: [0], item: [3] });
    await expect(fitModel(many, ease, { threads })).resolves.toEqual({
      kind: 'refused',
      reason: 'too many items',
      items: 6_001,
      most: 6_000,
    });
  });
});

describe('ItemKNN', () => {
  const norm = (row: number[]) => Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
  function expectedOf(weighted: Dense, { neighbours, shrinkage }: ItemKnnParameters): Dense {
    const similarity = weighted.map((a, i) =>
      weighted.map((b, j) =>
        i === j ? 0 : a.reduce((sum, value, user) => sum + value * b[user]!, 0) / (norm(a) * norm(b) + shrinkage),
      ),
    );
    // Of each scored item (a column) the most similar others.
    return denseOf(weighted.length, weighted.length, (i, j) => {
      const more = similarity[j]!.filter((other) => other > similarity[j]![i]! + 1e-7).length;
      return more < neighbours ? similarity[j]![i]! : 0;
    });
  }

  it('has the cosines of brute force', async () => {
    const { weights } = await fit<ItemKnnModel>(sample, knn);
    const expected = expectedOf(denseRows(sample.byItem, sample.users), knn);
    expect(distance(denseRows(weights, sample.items).flat(), expected.flat())).toBeLessThan(1e-5);
    expect(entryCount(weights)).toBeGreaterThan(9 * sample.items);
  });

  it('weights by BM25 of items as documents and users as words', async () => {
    const { weights } = await fit<ItemKnnModel>(sample, { ...knn, weighting: 'bm25' });
    const x = denseRows(sample.byItem, sample.users);
    const chosen = denseRows(sample.byUser, sample.items).map((row) => row.filter((value) => value > 0).length);
    const average = entryCount(sample.byItem) / sample.items;
    const weighted = x.map((row) => {
      const length = row.filter((value) => value > 0).length;
      return row.map((value, user) => {
        const rarity = Math.log(1 + (sample.items - chosen[user]! + 0.5) / (chosen[user]! + 0.5));
        return (rarity * value * 2.2) / (value + 1.2 * (0.25 + (0.75 * length) / average));
      });
    });
    expect(distance(denseRows(weights, sample.items).flat(), expectedOf(weighted, knn).flat())).toBeLessThan(1e-5);
  });

  it('leaves out users who chose more than says anything', async () => {
    const items = mostChosen + 1;
    const few = { user: [1, 1, 2, 2, 2], item: [0, 7, 7, 9, items - 1] };
    const all = Array.from({ length: items }, (_, item) => item);
    const long = interactionsOf({
      users: 4,
      items,
      user: [...few.user, ...all.map(() => 3)],
      item: [...few.item, ...all],
    });
    const short = interactionsOf({ users: 4, items, ...few });
    expect((await fit<ItemKnnModel>(long, knn)).weights).toEqual((await fit<ItemKnnModel>(short, knn)).weights);
    expect(entryCount((await fit<ItemKnnModel>(short, knn)).weights)).toBe(8);
    const allowed = interactionsOf({ users: 1, items, user: all.slice(1).map(() => 0), item: all.slice(1) });
    expect(entryCount((await fit<ItemKnnModel>(allowed, knn)).weights)).toBe(10 * mostChosen);
  });

  it('takes of equal ones those of the lowest indexes', async () => {
    const alike = interactionsOf({ users: 1, items: 6, user: [0, 0, 0, 0, 0, 0], item: [0, 1, 2, 3, 4, 5] });
    const { weights } = await fit<ItemKnnModel>(alike, { ...knn, neighbours: 2, shrinkage: 0 });
    expect(denseRows(weights, 6)).toEqual(denseOf(6, 6, (i, j) => Number(i !== j && i < (j < 2 ? 3 : 2))));
  });
});

describe('iALS', () => {
  it('has the factors of plain alternating least squares in f64', async () => {
    const { itemFactors, gram } = await fit<IalsModel>(sample, ials);
    const random = mulberry32(ials.seed);
    let factors = denseOf(sample.items, 16, () => (nearlyNormal(random) * 0.1) / 4);
    const x = denseRows(sample.byUser, sample.items);
    const xt = denseRows(sample.byItem, sample.users);
    for (let sweep = 0; sweep < ials.sweeps; sweep += 1) factors = solveAll(xt, solveAll(x, factors));
    expect(distance(itemFactors, factors.flat())).toBeLessThan(1e-3);
    const expected = denseOf(16, 16, (i, j) => factors.reduce((sum, row) => sum + row[i]! * row[j]!, 0));
    expect(distance(gram, expected.flat())).toBeLessThan(1e-3);
  });

  function solveAll(rows: Dense, factors: Dense): Dense {
    const gram = denseOf(16, 16, (i, j) => factors.reduce((sum, row) => sum + row[i]! * row[j]!, 0));
    return rows.map((row) => {
      const entries = [...row.keys()].filter((column) => row[column]! > 0);
      if (entries.length === 0) return new Array<number>(16).fill(0);
      const added = ials.regularisation * (entries.length + ials.unobservedWeight * factors.length);
      const over = (number: (factor: number[], value: number) => number) =>
        entries.reduce((sum, column) => sum + number(factors[column]!, row[column]!), 0);
      return solveDense(
        denseOf(
          16,
          16,
          (i, j) => ials.unobservedWeight * gram[i]![j]! + over((f, v) => v * f[i]! * f[j]!) + (i === j ? added : 0),
        ),
        Array.from({ length: 16 }, (_, i) => over((f, v) => v * f[i]!)),
      );
    });
  }

  it('ends with a reason where numbers overflow', async () => {
    const huge = interactionsOf({ users: 2, items: 2, user: [0, 0, 1], item: [0, 1, 1], value: [3e38, 3e38, 1] });
    await expect(fitModel(huge, ials, { threads })).resolves.toMatchObject({
      kind: 'refused',
      reason: 'not positive definite',
      what: 'item factors',
      row: 0,
    });
  });

  it('is refused where regularisation shrinks its factors to nothing, and takes a smaller one by default for larger data', async () => {
    const tooStrong = { ...ials, sweeps: 50, regularisation: 1e3 };
    expect(await fitModel(sample, tooStrong, { threads })).toEqual({ kind: 'refused', reason: 'shrunk to nothing' });
    expect(defaultsFor({ users: 943, items: 1682 }).ials.regularisation).toBe(defaultParameters.ials.regularisation);
    expect(defaultsFor({ users: 100_000, items: 20_000 }).ials.regularisation).toBeCloseTo(0.000563, 6);
  });

  it('is refused where its memory is more than there can be', async () => {
    const wide = interactionsOf({ users: 1, items: 2_000_000, user: [0], item: [3] });
    await expect(fitModel(wide, { ...ials, dimensions: 512 }, { threads })).resolves.toMatchObject({
      kind: 'refused',
      reason: 'too little memory',
    });
  });
});

describe('popularity', () => {
  it('sums the values, or what is left of them after so many half-lives', async () => {
    const day = 86_400;
    const data = interactionsOf({
      users: 2,
      items: 3,
      user: [0, 1, 1],
      item: [1, 1, 2],
      value: [4, 2, 1],
      time: [0, 10 * day, 10 * day],
    });
    expect(await fit(data, { kind: 'popularity', halfLifeDays: null })).toMatchObject({
      scores: Float32Array.of(0, 6, 1),
    });
    expect(await fit(data, { kind: 'popularity', halfLifeDays: 5 })).toMatchObject({
      scores: Float32Array.of(0, 3, 1),
    });
  });

  it('says so where there are no times to decay by', async () => {
    const data = interactionsOf({ users: 1, items: 1, user: [0], item: [0] });
    await expect(fitModel(data, { kind: 'popularity', halfLifeDays: 5 }, { threads })).resolves.toEqual({
      kind: 'refused',
      reason: 'no times',
    });
  });
});

describe('every model', () => {
  const named = every.map((parameters) => [JSON.stringify(parameters), parameters] as const);
  const scoresOf = (model: Model, items: number[], values?: number[]) => [
    ...createScorer(model).scores({
      indexes: Uint32Array.from(items),
      values: Float32Array.from(values ?? items.map(() => 1)),
    }),
  ];

  it.each(named)('is the same bytes when fitted again: %s', async (_, parameters) => {
    expect(await fit(sample, parameters)).toEqual(await fit(sample, parameters));
  });

  it.each(named)(
    'is fitted to nothing, one user, one item and empty rows, with finite scores: %s',
    async (_, parameters) => {
      const time = [1, 2, 3];
      for (const data of [
        interactionsOf({ users: 0, items: 0, user: [], item: [], time: [] }),
        interactionsOf({ users: 3, items: 4, user: [], item: [], time: [] }),
        interactionsOf({ users: 1, items: 5, user: [0, 0, 0], item: [1, 2, 4], time }),
        interactionsOf({ users: 3, items: 1, user: [0, 1, 2], item: [0, 0, 0], time }),
        interactionsOf({ users: 9, items: 200, user: [2, 2, 7], item: [150, 3, 3], time }),
      ]) {
        const model = await fit(data, parameters);
        const histories = [[], ...(data.items > 0 ? [[0], [data.items - 1]] : [])];
        for (const history of histories) {
          const scores = scoresOf(model, history);
          expect(scores).toHaveLength(data.items);
          expect(scores.every(Number.isFinite)).toBe(true);
        }
      }
    },
  );

  it.each(named.filter(([, { kind }]) => kind !== 'ials'))(
    'follows its items where they are numbered otherwise: %s',
    async (_, parameters) => {
      // Not iALS: its first factors are drawn in the order of the items, which is that of their ids.
      const random = mulberry32(11);
      const order = Array.from({ length: sample.items }, (__, item) => [random(), item] as const)
        .sort((a, b) => a[0] - b[0])
        .map(([, item]) => item);
      const entries = Array.from({ length: sample.users }, (__, user) => user).flatMap((user) =>
        [...rowOf(sample.byUser, user).indexes].map((item, at) => ({
          user,
          item,
          value: rowOf(sample.byUser, user).values[at]!,
        })),
      );
      const moved = interactionsOf({
        users: sample.users,
        items: sample.items,
        user: entries.map(({ user }) => user),
        item: entries.map(({ item }) => order[item]!),
        value: entries.map(({ value }) => value),
        time: [...sample.times!],
      });
      // All that the columns hold, so that no tie is broken by an index.
      const all = parameters.kind === 'itemKnn' ? { ...parameters, neighbours: 1_000 } : parameters;
      const before = scoresOf(await fit(sample, all), [3, 10, 40]);
      const after = scoresOf(
        await fit(moved, all),
        [3, 10, 40].map((item) => order[item]!),
      );
      expect(
        distance(
          order.map((place) => after[place]!),
          before,
        ),
      ).toBeLessThan(1e-4);
    },
  );

  it.each<[Parameters, Parameters]>([
    [ease, { ...ease, regularisation: 16 * ease.regularisation }],
    [knn, { ...knn, shrinkage: 16 * knn.shrinkage }],
    // Four times the weight of what was chosen is a quarter of what was not, and of λ on all of it.
    [ials, { ...ials, unobservedWeight: 4 * ials.unobservedWeight, frequencyExponent: 0, regularisation: 4 }],
  ])('scores all ratings equal as presence, with λ or shrinkage scaled alike: $kind', async (parameters, scaled) => {
    const random = mulberry32(2);
    const pairs = Array.from({ length: 600 }, (__, pair) => pair).filter(() => random() < 0.3);
    const columns = {
      users: 30,
      items: 20,
      user: pairs.map((pair) => Math.floor(pair / 20)),
      item: pairs.map((pair) => pair % 20),
    };
    const plain =
      parameters.kind === 'ials' ? { ...parameters, frequencyExponent: 0 as const, regularisation: 1 } : parameters;
    const presence = scoresOf(await fit(interactionsOf(columns), plain), [1, 2]);
    const rated = await fit(interactionsOf({ ...columns, value: pairs.map(() => 4) }), scaled);
    // The history comes in the values that the model was fitted with; EASE and ItemKNN are linear in them.
    const scores = scoresOf(rated, [1, 2], [4, 4]).map((score) => score / (parameters.kind === 'ials' ? 1 : 4));
    expect(distance(scores, presence)).toBeLessThan(1e-3);
    expect(Math.max(...presence)).toBeGreaterThan(0);
  });

  it.each<[string, Parameters]>([
    ['dimensions is 12; it must be a multiple of 8 from 8 to 512', { ...ials, dimensions: 12 }],
    ['sweeps is 0; it must be a whole number from 1 to 1000', { ...ials, sweeps: 0 }],
    ['regularisation is NaN; it must be a finite number above 0', { ...ials, regularisation: Number.NaN }],
    ['regularisation is 0; it must be a finite number above 0', { ...ease, regularisation: 0 }],
    ['kept is 1.5; it must be a whole number from 1', { ...ease, kept: 1.5 }],
    ['neighbours is 0', { ...knn, neighbours: 0 }],
    ['shrinkage is -1', { ...knn, shrinkage: -1 }],
    ['halfLifeDays is 0', { kind: 'popularity', halfLifeDays: 0 }],
  ])('refuses a parameter: %s', async (sentence, parameters) => {
    const refused = fitModel(sample, parameters, { threads });
    await expect(refused).rejects.toThrow(ParameterRefused);
    await expect(refused).rejects.toThrow(sentence);
  });

  it.each(named.filter(([, { kind }]) => kind !== 'popularity'))(
    'tells how far it is, up to the end: %s',
    async (_, parameters) => {
      const told: number[] = [];
      await fitModel(sample, parameters, { threads, onProgress: (share) => told.push(share) });
      expect(told).toEqual(told.toSorted((a, b) => a - b));
      expect(told.at(-1)).toBe(1);
    },
  );

  it('ends between two steps when it is told to', async () => {
    const abort = new AbortController();
    const fitting = { threads, signal: abort.signal, onProgress: () => abort.abort(new Error('enough')) };
    await expect(fitModel(sample, ials, fitting)).rejects.toThrow('enough');
    await expect(fitModel(sample, ease, { threads, signal: abort.signal })).rejects.toThrow('enough');
  });
});

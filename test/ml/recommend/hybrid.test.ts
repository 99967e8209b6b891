import { blended } from '../../../src/ml/recommend/hybrid/blended';
import { standardise } from '../../../src/ml/recommend/hybrid/standardise';
import type { ItemFeatures } from '../../../src/ml/recommend/content/itemFeatures';
import { meanOf } from '../../../src/ml/recommend/evaluation/bootstrap';
import { usersToRank } from '../../../src/ml/recommend/evaluation/ranking';
import { splitInteractions } from '../../../src/ml/recommend/evaluation/split';
import { trialData, tryCandidate } from '../../../src/ml/recommend/training/trial';
import { interactionsOf, rowOf, type Interactions } from '../../../src/ml/recommend/interactions';
import { createOneThread } from '../../../src/ml/recommend/kernels/oneThread';
import { defaultParameters } from '../../../src/ml/recommend/models/defaults';
import { fitModel } from '../../../src/ml/recommend/models/fit';
import {
  sizeInBytes,
  type HybridModel,
  type HybridParameters,
  type Parameters,
} from '../../../src/ml/recommend/models/model';
import { createScorer } from '../../../src/ml/recommend/scoring';
import { topItems } from '../../../src/ml/recommend/topItems';
import { menuOf } from './cuisines';

const threads = createOneThread();
const standard = defaultParameters.hybrid;
const every: HybridParameters[] = [
  standard,
  { ...standard, collaborative: { ...defaultParameters.itemKnn, neighbours: 20 } },
  { ...standard, collaborative: { ...defaultParameters.ials, dimensions: 8, sweeps: 3 }, content: { ...standard.content, dimensions: 8 } },
]; // prettier-ignore
const named = every.map((parameters) => [parameters.collaborative.kind, parameters] as const);

async function fit(
  interactions: Interactions,
  features: ItemFeatures,
  parameters: HybridParameters,
): Promise<HybridModel> {
  const fitted = await fitModel(interactions, parameters, { threads, features });
  if (fitted.kind !== 'fitted') throw new Error(JSON.stringify(fitted));
  return fitted.model as HybridModel;
}
const history = (items: number[]) => ({
  indexes: Uint32Array.from(items),
  values: new Float32Array(items.length).fill(1),
});
const menuOptions = { users: 200, perUser: 12 };
const menu = menuOf(menuOptions);
const dishesOf = (cuisine: number) =>
  Array.from({ length: 80 }, (_, item) => item).filter((item) => menu.cuisineOf(item) === cuisine);

/** Features of other items: what is known says nothing of who chooses. */
function unrelated(features: ItemFeatures): ItemFeatures {
  const place = (item: number) => (item * 37) % features.items;
  const columns = features.columns.map((column) => {
    const rows = Array.from({ length: features.items }, (_, item) => rowOf(column.counts, place(item)));
    const starts = rows.reduce((sums, { indexes }) => [...sums, sums.at(-1)! + indexes.length], [0]);
    return {
      ...column,
      counts: {
        starts: Uint32Array.from(starts),
        indexes: Uint32Array.from(rows.flatMap(({ indexes }) => [...indexes])),
        values: Float32Array.from(rows.flatMap(({ values }) => [...values])),
      },
    };
  });
  return { ...features, columns };
}

describe('standardised scores', () => {
  it('have mean 0 and variance 1 over what counts', () => {
    const scores = standardise(Float32Array.of(1, 2, 3, 50), Uint8Array.of(1, 1, 1, 0));
    const wanted = [-1, 0, 1, 48].map((number) => number / Math.sqrt(2 / 3));
    scores.forEach((score, at) => expect(score).toBeCloseTo(wanted[at]!, 5));
  });

  it('are 0 where all are alike, and where there are none', () => {
    expect([...standardise(Float32Array.of(0.1, 0.1, 0.1))]).toEqual([0, 0, 0]);
    expect([...standardise(Float32Array.of(7, 3), Uint8Array.of(0, 0))]).toEqual([0, 0]);
    expect(standardise(new Float32Array(0))).toHaveLength(0);
  });
});

describe('hybrids', () => {
  it.each(named)('blend what both models say of the history, with %s', async (_, parameters) => {
    const model = await fit(menu.interactions, menu.features, parameters);
    const chosen = history([1, 2, 30]);
    const [byUsers, byContent] = [model.collaborative, model.content].map((part) =>
      standardise(
        Float32Array.from(createScorer(part).scores(chosen)),
        part === model.content ? undefined : model.known,
      ),
    );
    const scores = createScorer(model).scores(chosen);
    const wanted = Array.from({ length: 80 }, (__, item) =>
      blended(model.blend, !menu.isCold(item), byUsers![item]!, byContent![item]!, model.popularity[item]!),
    );
    scores.forEach((score, item) => expect(score).toBeCloseTo(wanted[item]!, 5));
    expect([...model.known]).toEqual(Array.from({ length: 80 }, (__, item) => (menu.isCold(item) ? 0 : 1)));
  });

  it.each(named)('give users of different taste different lists, with %s', async (_, parameters) => {
    const scorer = createScorer(await fit(menu.interactions, menu.features, parameters));
    const lists = [0, 1, 2, 3].map((cuisine) => {
      const chosen = dishesOf(cuisine).slice(0, 3);
      return [...topItems(scorer.scores(history(chosen)), 10, { excluded: chosen }).items];
    });
    lists.forEach((list, cuisine) => {
      expect(list.filter((item) => menu.cuisineOf(item) === cuisine).length).toBeGreaterThanOrEqual(8);
      for (const other of lists.slice(cuisine + 1)) expect(list.some((item) => other.includes(item))).toBe(false);
    });
  });

  it.each(named)('give cold items to a user who chose what is like them, with %s', async (_, parameters) => {
    const young = menuOf({ ...menuOptions, cold: 8 });
    const scorer = createScorer(await fit(young.interactions, young.features, parameters));
    for (const cuisine of [0, 1, 2, 3]) {
      // One who came for new dishes, which no other user has chosen, and one who chose old ones: there are 10 others of these.
      for (const [isNew, places] of [
        [true, 10],
        [false, 14],
      ] as const) {
        const chosen = dishesOf(cuisine)
          .filter((item) => young.isCold(item) === isNew)
          .slice(0, 2);
        const { items } = topItems(scorer.scores(history(chosen)), places, { excluded: chosen });
        const cold = [...items].filter(young.isCold);
        expect(cold.length).toBeGreaterThan(0);
        expect(cold.map(young.cuisineOf).every((found) => found === cuisine)).toBe(true);
      }
    }
  });

  it('learn how much content tells, so that features that say nothing do little harm', async () => {
    const { train, heldOut } = splitInteractions(menu.interactions, { seed: 1 });
    const data = trialData(train, heldOut, usersToRank(heldOut, 1));
    const tried = async (parameters: Parameters, features: ItemFeatures) => {
      const found = await tryCandidate({ use: 'presence', parameters }, data, { threads, features });
      if (found.kind !== 'ranked') throw new Error(JSON.stringify(found));
      return { ndcg: meanOf(found.ranking.figures.ndcg), model: found.model as HybridModel };
    };
    const alone = await tried(standard.collaborative, menu.features);
    const telling = await tried(standard, menu.features);
    const idle = await tried(standard, unrelated(menu.features));
    expect(telling.ndcg).toBeGreaterThan(0.97 * alone.ndcg);
    expect(idle.ndcg).toBeGreaterThan(0.95 * alone.ndcg);
    expect(telling.model.blend).not.toEqual(idle.model.blend);
    // Content alone would be no better than chance there.
    expect((await tried(standard.content, unrelated(menu.features))).ndcg).toBeLessThan(0.5 * alone.ndcg);
  });

  it.each(named)(
    'are the same bytes again, and in whatever order the rows of the files came, with %s',
    async (_, parameters) => {
      const shuffled = menuOf({ ...menuOptions, shuffled: true });
      const model = await fit(menu.interactions, menu.features, parameters);
      expect(await fit(menu.interactions, menu.features, parameters)).toEqual(model);
      // The file's order is no part of the interactions, but where times are equal.
      expect(await fit(shuffled.interactions, shuffled.features, parameters)).toEqual(model);
    },
  );

  it.each(named)(
    'say of similar items what one alone would bring, without popularity, with %s',
    async (_, parameters) => {
      const scorer = createScorer(await fit(menu.interactions, menu.features, parameters));
      for (const item of [3, dishesOf(1).find(menu.isCold)!]) {
        const { items } = topItems(scorer.similarities(item)!, 5, { excluded: [item] });
        expect(
          [...items].filter((other) => menu.cuisineOf(other) === menu.cuisineOf(item)).length,
        ).toBeGreaterThanOrEqual(4);
      }
      expect(() => scorer.similarities(80)).toThrow('There is no item 80');
      expect(() => scorer.scores({ indexes: Uint32Array.of(1), values: Float32Array.of(Number.NaN) })).toThrow(
        'value NaN',
      );
    },
  );

  it.each(named)(
    'are fitted to next to nothing, with finite scores, or say why not, with %s',
    async (_, parameters) => {
      const features = menu.features;
      const cases: [Interactions, boolean][] = [
        [interactionsOf({ users: 0, items: 80, user: [], item: [] }), false],
        [interactionsOf({ users: 3, items: 80, user: [0, 1, 2], item: [4, 4, 5] }), false],
        [interactionsOf({ users: 1, items: 80, user: [0, 0, 0], item: [4, 5, 6] }), true],
        [interactionsOf({ users: 2, items: 80, user: [0, 0, 1, 1], item: [79, 3, 79, 3] }), true],
        [interactionsOf({ users: 2, items: 80, user: [0, 0, 1, 1], item: [79, 3, 79, 3], value: [4, 4, 4, 4] }), true],
      ];
      for (const [data, isFitted] of cases) {
        const fitted = await fitModel(data, parameters, { threads, features });
        if (fitted.kind === 'refused') {
          expect([isFitted, fitted]).toEqual([false, { kind: 'refused', reason: 'nothing to blend by' }]);
          continue;
        }
        expect(isFitted).toBe(true);
        const scorer = createScorer(fitted.model);
        for (const chosen of [[], [79], [3, 5]])
          expect(scorer.scores(history(chosen)).every(Number.isFinite)).toBe(true);
      }
    },
  );

  it('are refused where one of the models is, and without features', async () => {
    await expect(fitModel(menu.interactions, standard, { threads })).resolves.toEqual({
      kind: 'refused',
      reason: 'no features',
    });
    const wide = { ...standard, collaborative: { ...defaultParameters.ials, dimensions: 12 } };
    await expect(fit(menu.interactions, menu.features, wide)).rejects.toThrow('The parameter dimensions is 12');
    await expect(fit(menu.interactions, menu.features, { ...standard, seed: 0.5 })).rejects.toThrow(
      'The parameter seed is 0.5',
    );
  });

  it('tell how far they are, end when they are told to, and hold both models', async () => {
    const told: number[] = [];
    const fitting = { threads, features: menu.features };
    await fitModel(menu.interactions, standard, { ...fitting, onProgress: (share) => told.push(share) });
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(told.at(-1)).toBe(1);
    const stopAt = (share: number) => (now: number) => {
      if (now >= share) throw new Error('enough');
    };
    for (const share of [0, 0.3, 0.5, 0.8])
      await expect(fitModel(menu.interactions, standard, { ...fitting, onProgress: stopAt(share) })).rejects.toThrow(
        'enough',
      );
    const model = await fit(menu.interactions, menu.features, standard);
    expect(sizeInBytes(model)).toBe(sizeInBytes(model.collaborative) + sizeInBytes(model.content) + 80 * 4 + 80);
  });
});

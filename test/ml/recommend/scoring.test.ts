import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { rowOf } from '../../../src/ml/recommend/interactions';
import { createOneThread } from '../../../src/ml/recommend/kernels/oneThread';
import { fitModel } from '../../../src/ml/recommend/models/fit';
import type { IalsModel, IalsParameters, Model, Parameters } from '../../../src/ml/recommend/models/model';
import { createScorer, prepareScorer, scorerOver, type PreparedScorer } from '../../../src/ml/recommend/scoring';
import { denseOf, solveDense } from './dense';
import { denseRows, sampleInteractions } from './samples';

const sample = sampleInteractions(80, 101, 1_500);
const ease: Parameters = { kind: 'ease', regularisation: 20, kept: 30 };
const knn: Parameters = { kind: 'itemKnn', weighting: 'cosine', neighbours: 10, shrinkage: 5 };
const ials: IalsParameters = {
  kind: 'ials',
  dimensions: 8,
  sweeps: 5,
  unobservedWeight: 0.2,
  regularisation: 0.02,
  frequencyExponent: 0.5,
  seed: 5,
};

async function fit(parameters: Parameters): Promise<Model> {
  const fitted = await fitModel(sample, parameters, { threads: createOneThread() });
  if (fitted.kind !== 'fitted') throw new Error(JSON.stringify(fitted));
  return fitted.model;
}
const history = (items: number[], values = items.map(() => 1)) => ({
  indexes: Uint32Array.from(items),
  values: Float32Array.from(values),
});

describe('scores', () => {
  it.each([ease, knn])('are the product of the history and the weights: $kind', async (parameters) => {
    const model = await fit(parameters);
    if (!('weights' in model)) throw new Error(model.kind);
    const weights = denseRows(model.weights, sample.items);
    const scores = createScorer(model).scores(history([4, 50], [2, 3]));
    scores.forEach((score, item) => expect(score).toBeCloseTo(2 * weights[4]![item]! + 3 * weights[50]![item]!, 5));
  });

  it('of iALS are those of the ridge regression that folds the history in, in f64', async () => {
    const model = (await fit(ials)) as IalsModel;
    const factors = denseOf(sample.items, 8, (item, k) => model.itemFactors[item * 8 + k]!);
    const { indexes, values } = rowOf(sample.byUser, 3);
    const over = (number: (factor: number[], value: number) => number) =>
      indexes.reduce((sum, item, at) => sum + number(factors[item]!, values[at]!), 0);
    const added = 0.02 * Math.sqrt(indexes.length + 0.2 * sample.items);
    const user = solveDense(
      denseOf(8, 8, (i, j) => 0.2 * model.gram[i * 8 + j]! + over((f, v) => v * f[i]! * f[j]!) + (i === j ? added : 0)),
      Array.from({ length: 8 }, (_, i) => over((f, v) => v * f[i]!)),
    );
    const scores = createScorer(model).scores({ indexes, values });
    expect(scores).toHaveLength(sample.items);
    scores.forEach((score, item) =>
      expect(score).toBeCloseTo(
        factors[item]!.reduce((sum, factor, k) => sum + factor * user[k]!, 0),
        4,
      ),
    );
  });

  it('put what a user chose above what they did not', async () => {
    for (const parameters of [ease, knn, ials]) {
      const scorer = createScorer(await fit(parameters));
      let above = 0;
      for (let user = 0; user < sample.users; user += 1) {
        const chosen = rowOf(sample.byUser, user);
        const scores = scorer.scores(chosen);
        const mean = (items: number[]) => items.reduce((sum, item) => sum + scores[item]!, 0) / items.length;
        const others = [...scores.keys()].filter((item) => !chosen.indexes.includes(item));
        if (mean([...chosen.indexes]) > mean(others)) above += 1;
      }
      expect(above).toBeGreaterThan(0.9 * sample.users);
    }
  });

  it('of one history are not changed by another that came between', async () => {
    for (const parameters of [ease, knn, ials]) {
      const scorer = createScorer(await fit(parameters));
      const first = [...scorer.scores(history([1, 2, 3]))];
      scorer.scores(history([7, 8, 9, 10, 11]));
      scorer.similarities(5);
      expect([...scorer.scores(history([1, 2, 3]))]).toEqual(first);
    }
  });

  it('of similar items are cosines of factors, 1 for the item itself', async () => {
    const model = (await fit(ials)) as IalsModel;
    const similarities = createScorer(model).similarities(7)!;
    const of = (item: number) => [...model.itemFactors.subarray(item * 8, item * 8 + 8)];
    const dot = (a: number[], b: number[]) => a.reduce((sum, number, k) => sum + number * b[k]!, 0);
    similarities.forEach((similarity, item) =>
      expect(similarity).toBeCloseTo(dot(of(7), of(item)) / Math.sqrt(dot(of(7), of(7)) * dot(of(item), of(item))), 4),
    );
    expect(similarities[7]).toBeCloseTo(1, 5);
    expect(createScorer(await fit({ kind: 'popularity', halfLifeDays: null })).similarities(7)).toBeNull();
  });

  it.each([ease, ials, { kind: 'popularity' as const, halfLifeDays: null }])(
    'refuse a history that is not one: $kind',
    async (parameters) => {
      const scorer = createScorer(await fit(parameters));
      expect(() => scorer.scores(history([101]))).toThrow('There is no item 101: the model knows 101 items.');
      expect(() => scorer.scores(history([1], [Number.NaN]))).toThrow('The history has the value NaN');
      expect(() => scorer.scores(history([1], []))).toThrow('The history has 1 items and 0 values.');
      expect(() => scorer.scores(history(Array.from({ length: 102 }, () => 0)))).toThrow('each counts once');
      if (parameters.kind !== 'popularity') {
        expect(() => scorer.similarities(101)).toThrow('There is no item 101');
        expect(() => scorer.similarities(-1)).toThrow('There is no item -1');
      }
    },
  );
});

describe('a prepared scorer', () => {
  /** As it arrives in another thread. */
  const sent = (prepared: PreparedScorer): PreparedScorer => {
    const { port1, port2 } = new MessageChannel();
    port1.postMessage(prepared);
    const received = receiveMessageOnPort(port2) as { message: PreparedScorer };
    port1.close();
    return received.message;
  };

  it('that was sent to another thread scores as one that was made in this one', async () => {
    for (const parameters of [ease, knn, ials]) {
      const model = await fit(parameters);
      const [there, here] = [scorerOver(sent(prepareScorer(model))), createScorer(model)];
      expect([...there.scores(history([1, 2, 3]))]).toEqual([...here.scores(history([1, 2, 3]))]);
      expect([...there.similarities(7)!]).toEqual([...here.similarities(7)!]);
      expect([...there.influences(history([1, 2]), Uint32Array.of(5))]).toEqual([...here.influences(history([1, 2]), Uint32Array.of(5))]); // prettier-ignore
    }
  });

  it('of ials is shared, not copied', async () => {
    const prepared = prepareScorer(await fit(ials));
    expect(sent(prepared).factors!.memory.buffer).toBeInstanceOf(SharedArrayBuffer);
    const before = [...scorerOver(prepared).scores(history([4]))];
    const there = sent(prepared).factors!;
    new Float32Array(there.memory.buffer, there.at.panels, 16).fill(0);
    expect([...scorerOver(prepared).scores(history([4]))]).not.toEqual(before);
    expect(() => scorerOver({ ...prepared, factors: null })).toThrow('is made over its factors');
  });
});

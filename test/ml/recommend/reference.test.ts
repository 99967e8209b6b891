/** The kernels in f32 beside the dense algebra of ml-matrix in f64, and where that takes too long, beside the equations that a solution fulfils. */
import { CholeskyDecomposition, Matrix, solve } from 'ml-matrix';
import { rowOf, type Interactions, type SparseVector } from '../../../src/ml/recommend/interactions';
import { createOneThread } from '../../../src/ml/recommend/kernels/oneThread';
import { fitModel } from '../../../src/ml/recommend/models/fit';
import type { EaseModel, IalsModel, Model, Parameters } from '../../../src/ml/recommend/models/model';
import { createScorer } from '../../../src/ml/recommend/scoring';
import { denseRows, sampleInteractions } from './samples';

async function fit<M extends Model>(interactions: Interactions, parameters: Parameters): Promise<M> {
  const fitted = await fitModel(interactions, parameters, { threads: createOneThread() });
  if (fitted.kind !== 'fitted') throw new Error(JSON.stringify(fitted));
  return fitted.model as M;
}

describe('EASE', () => {
  it('has the weights that Cholesky of ml-matrix gives', async () => {
    const sample = sampleInteractions(120, 130, 2_500);
    const { weights } = await fit<EaseModel>(sample, { kind: 'ease', regularisation: 15, kept: 1_000 });
    const x = new Matrix(denseRows(sample.byUser, 130));
    const cholesky = new CholeskyDecomposition(x.transpose().mmul(x).add(Matrix.eye(130).mul(15)));
    expect(cholesky.isPositiveDefinite()).toBe(true);
    const inverse = cholesky.solve(Matrix.eye(130));
    const found = denseRows(weights, 130);
    const largest = Math.max(...found.flat().map(Math.abs));
    for (let i = 0; i < 130; i += 1) {
      for (let j = 0; j < 130; j += 1) {
        const wanted = i === j ? 0 : -inverse.get(i, j) / inverse.get(j, j);
        expect(Math.abs(found[i]![j]! - wanted)).toBeLessThan(1e-4 * largest);
      }
    }
  });

  it('fulfils its equations in f64 at 2,000 items', async () => {
    const items = 2_000;
    const sample = sampleInteractions(4_000, items, 120_000);
    const { weights, usedRegularisation } = await fit<EaseModel>(sample, {
      kind: 'ease',
      regularisation: 50,
      kept: items,
    });
    const columns = denseRows(weights, items);
    const worst = Array.from({ length: 20 }, (_, at) => {
      // Of the column j of the inverse p: (gram + λ)·p = e, and p is −p(j, j) times the weights with −1 in the place of j.
      const j = at * 97;
      const vector = Float64Array.from({ length: items }, (__, i) => (i === j ? 1 : -columns[i]![j]!));
      const product = gramTimes(sample, vector).map((sum, i) => sum + usedRegularisation * vector[i]!);
      const pivot = product[j]!;
      expect(pivot).toBeGreaterThan(usedRegularisation);
      product[j] = 0;
      return Math.max(...product.map(Math.abs)) / pivot;
    });
    expect(Math.max(...worst)).toBeLessThan(1e-3);
    // A weight that is off by a hundredth of the largest is found.
    const wrong = Float64Array.from({ length: items }, (_, i) => (i === 0 ? 1 : -columns[i]![0]!));
    wrong[1]! += 0.01 * Math.max(...columns.map((row) => Math.abs(row[0]!)));
    const product = gramTimes(sample, wrong).map((sum, i) => sum + usedRegularisation * wrong[i]!);
    expect(Math.abs(product[1]!) / product[0]!).toBeGreaterThan(1e-3);
  });

  /** xᵀ·(x·v), in f64. */
  function gramTimes({ byUser, users, items }: Interactions, vector: Float64Array): Float64Array {
    const out = new Float64Array(items);
    for (let user = 0; user < users; user += 1) {
      const { indexes, values } = rowOf(byUser, user);
      const sum = indexes.reduce((total, item, at) => total + values[at]! * vector[item]!, 0);
      indexes.forEach((item, at) => (out[item]! += values[at]! * sum));
    }
    return out;
  }
});

describe('iALS', () => {
  it('folds a history in by the ridge regression that ml-matrix solves', async () => {
    const sample = sampleInteractions(100, 90, 1_800);
    const parameters = { kind: 'ials', dimensions: 16, sweeps: 4, unobservedWeight: 0.3, regularisation: 0.05, frequencyExponent: 1, seed: 3 } as const; // prettier-ignore
    const { itemFactors, gram } = await fit<IalsModel>(sample, parameters);
    const factors = Matrix.from1DArray(90, 16, itemFactors);
    const chosen: SparseVector = { indexes: Uint32Array.of(2, 30, 31, 77), values: Float32Array.of(1, 5, 2, 3) };
    const ridge = parameters.regularisation * (4 + parameters.unobservedWeight * 90);
    const left = Matrix.from1DArray(16, 16, gram).mul(parameters.unobservedWeight).add(Matrix.eye(16).mul(ridge));
    const right = Matrix.zeros(16, 1);
    chosen.indexes.forEach((item, at) => {
      const row = factors.getRowVector(item);
      left.add(row.transpose().mmul(row).mul(chosen.values[at]!));
      right.add(row.transpose().mul(chosen.values[at]!));
    });
    const wanted = factors.mmul(solve(left, right)).to1DArray();
    const scores = createScorer(await fit(sample, parameters)).scores(chosen);
    const largest = Math.max(...wanted.map(Math.abs));
    scores.forEach((score, item) => expect(Math.abs(score - wanted[item]!)).toBeLessThan(1e-4 * largest));
    expect(largest).toBeGreaterThan(0.01);
  });
});

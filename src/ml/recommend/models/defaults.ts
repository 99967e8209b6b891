import type { ModelKind, Parameters } from './model';

/**
 * Parameters to begin with, found on MovieLens 100K (`bench/recommend/ml100k.ts`), every rating as presence. On a third of its items and on a third of its
 * users the best regularisation was less than twice as large or small; other data may want others, which is what a search is for.
 */
const ease = { kind: 'ease', regularisation: 400, kept: 1_000 } as const;
const content = { kind: 'content', weighting: 'tfidf', dimensions: null, titleWeight: 1, seed: 42 } as const;

export const defaultParameters: { readonly [Kind in ModelKind]: Extract<Parameters, { kind: Kind }> } = {
  popularity: { kind: 'popularity', halfLifeDays: null },
  itemKnn: { kind: 'itemKnn', weighting: 'bm25', neighbours: 200, shrinkage: 0 },
  ease,
  ials: {
    kind: 'ials',
    dimensions: 64,
    sweeps: 8,
    unobservedWeight: 0.2,
    regularisation: 0.02,
    frequencyExponent: 1,
    seed: 42,
  },
  content,
  hybrid: { kind: 'hybrid', collaborative: ease, content, seed: 42 },
};

/** Users × items of MovieLens 100K. */
const tunedPairs = 943 * 1682;

/**
 * The defaults for data of this size. λ of iALS is multiplied by a row's entries and α₀ times the columns, so that with a larger catalogue and more users the same λ
 * would shrink all factors to nothing: it is smaller by the root of the pairs.
 */
export function defaultsFor({ users, items }: { users: number; items: number }): typeof defaultParameters {
  const share = Math.min(1, Math.sqrt(tunedPairs / Math.max(1, users * items)));
  const { ials } = defaultParameters;
  return {
    ...defaultParameters,
    ials: { ...ials, regularisation: Number((ials.regularisation * share).toPrecision(3)) },
  };
}

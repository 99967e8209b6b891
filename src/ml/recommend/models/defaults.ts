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

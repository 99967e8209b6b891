import { defaultsFor } from '../../src/ml/recommend/models/defaults';
import type { Parameters } from '../../src/ml/recommend/models/model';

/** What is measured, each in a process of its own, and what docs/performance.md promises. */
export type Case = FitCase | ScoreCase;

export interface FitCase {
  readonly kind: 'fit';
  readonly name: string;
  readonly users: number;
  readonly items: number;
  readonly entries: number;
  readonly threads: number;
  readonly parameters: Parameters;
  readonly mostSeconds: number;
  readonly mostMegabytes: number;
}

export interface ScoreCase {
  readonly kind: 'score';
  readonly name: string;
  readonly items: number;
  readonly dimensions: number;
  /** Items that each user chose. */
  readonly chosen: number;
  readonly mostMilliseconds: number;
  /** Beyond it, the reasons for the ten. */
  readonly mostMillisecondsOfReasons: number;
}

const ials: Parameters = {
  kind: 'ials',
  dimensions: 64,
  sweeps: 12,
  unobservedWeight: 0.2,
  regularisation: 0.02,
  frequencyExponent: 1,
  seed: 42,
};
const ease: Parameters = { kind: 'ease', regularisation: 500, kept: 1_000 };
const knn: Parameters = { kind: 'itemKnn', weighting: 'bm25', neighbours: 200, shrinkage: 0 };
const medium = { users: 6_000, items: 3_700, entries: 1_000_000, mostMegabytes: 600 };
const wide = { users: 100_000, items: 20_000, entries: 500_000, mostMegabytes: 600, mostSeconds: 60 };
const scoring = { items: 10_000, dimensions: 64, mostMilliseconds: 0.15, mostMillisecondsOfReasons: 1 };

export const cases: readonly Case[] = [
  { kind: 'fit', name: 'EASE', ...medium, threads: 2, parameters: ease, mostSeconds: 3 },
  { kind: 'fit', name: 'EASE', ...medium, threads: 1, parameters: ease, mostSeconds: 6 },
  { kind: 'fit', name: 'iALS, d = 64, 12 sweeps', ...medium, threads: 2, parameters: ials, mostSeconds: 8 },
  { kind: 'fit', name: 'iALS, d = 64, 12 sweeps', ...medium, threads: 1, parameters: ials, mostSeconds: 16 },
  { kind: 'fit', name: 'ItemKNN, BM25', ...medium, threads: 2, parameters: knn, mostSeconds: 8 },
  {
    kind: 'fit',
    name: 'iALS, d = 64, 12 sweeps, the default regularisation',
    ...wide,
    threads: 2,
    parameters: { ...defaultsFor(wide).ials, sweeps: 12 },
  },
  { kind: 'fit', name: 'ItemKNN, BM25', ...wide, threads: 2, parameters: knn },
  { kind: 'score', name: 'iALS, history of 50', ...scoring, chosen: 50 },
  { kind: 'score', name: 'iALS, history of 5', ...scoring, chosen: 5 },
];

import { mostEaseItems } from '../models/ease';
import { defaultParameters } from '../models/defaults';
import type { ModelKind, Parameters } from '../models/model';

/** What is tried, and what is kept of a champion: parameters, and which values they are fitted with. */
export interface Candidate {
  readonly use: ValueUse;
  readonly parameters: Parameters;
}

/** presence: every interaction is 1; weight: it is what the user rated or how often they came. */
export type ValueUse = 'presence' | 'weight';

/** What the candidates may be: of kinds, uses and times that the data has. */
export interface SearchSpace {
  readonly items: number;
  readonly uses: readonly ValueUse[];
  readonly timed: boolean;
}

/** Half-life of popularity that decays, to begin with. */
const halfLifeDays = 90;

/** In the order in which they are tried: with a budget of 0 it is the first only. */
export function defaultCandidates({ items, uses, timed }: SearchSpace): Candidate[] {
  const { ease, ials, itemKnn } = defaultParameters;
  const first: Parameters[] = items <= mostEaseItems ? [ease, ials] : [ials];
  const all: Parameters[] = [...first, itemKnn, { ...itemKnn, weighting: 'cosine' }];
  if (timed) all.push({ kind: 'popularity', halfLifeDays });
  return all.flatMap((parameters) => uses.map((use) => ({ use, parameters })));
}

/** Kinds that have parameters to be searched. */
export const searchedKinds: readonly ModelKind[] = ['ease', 'ials', 'itemKnn'];

/** A neighbour: every parameter that matters is multiplied or chosen anew. */
export function drawNear({ use, parameters }: Candidate, { uses }: SearchSpace, random: () => number): Candidate {
  return { use: uses.length > 1 && random() < 0.2 ? other(use) : use, parameters: drawParameters(parameters, random) };
}

const other = (use: ValueUse): ValueUse => (use === 'presence' ? 'weight' : 'presence');

/** Between 1/`most` and `most`, evenly on a logarithmic scale; 3 digits, so that a report can be read and typed. */
const factor = (most: number, random: () => number): number => Math.exp((2 * random() - 1) * Math.log(most));

const rounded = (value: number): number => Number(value.toPrecision(3));

function drawParameters(parameters: Parameters, random: () => number): Parameters {
  switch (parameters.kind) {
    case 'popularity':
      return parameters.halfLifeDays === null
        ? parameters
        : { ...parameters, halfLifeDays: rounded(parameters.halfLifeDays * factor(4, random)) };
    case 'itemKnn':
      return {
        ...parameters,
        neighbours: Math.max(5, Math.round(parameters.neighbours * factor(3, random))),
        shrinkage: random() < 0.5 ? 0 : rounded(10 * factor(10, random)),
      };
    case 'ease':
      return { ...parameters, regularisation: rounded(parameters.regularisation * factor(3, random)) };
    case 'ials':
      return {
        ...parameters,
        dimensions: [32, 64, 96, 128][Math.floor(random() * 4)] ?? 64,
        unobservedWeight: rounded(parameters.unobservedWeight * factor(3, random)),
        regularisation: rounded(parameters.regularisation * factor(3, random)),
      };
  }
}

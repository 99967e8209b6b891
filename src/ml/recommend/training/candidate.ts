import { mostEaseItems } from '../models/ease';
import { defaultParameters, defaultsFor } from '../models/defaults';
import type { CollaborativeModel, ContentParameters, ModelKind, Parameters } from '../models/model';

/** What is tried, and what is kept of a champion: parameters, and which values they are fitted with. */
export interface Candidate {
  readonly use: ValueUse;
  readonly parameters: Parameters;
}

/** presence: every interaction is 1; weight: it is what the user rated or how often they came. */
export type ValueUse = 'presence' | 'weight';

/** What the candidates may be: of kinds, uses and times that the data has. */
export interface SearchSpace {
  readonly users: number;
  readonly items: number;
  readonly uses: readonly ValueUse[];
  readonly timed: boolean;
  /** Whether something is known of the items by which they could be compared. */
  readonly described?: boolean;
}

/** Half-life of popularity that decays, to begin with. */
const halfLifeDays = 90;

/** In the order in which they are tried: with a budget of 0 it is the first only. */
export function defaultCandidates({ users, items, uses, timed, described }: SearchSpace): Candidate[] {
  const { ease, ials, itemKnn } = defaultsFor({ users, items });
  const first: Parameters[] = items <= mostEaseItems ? [ease, ials] : [ials];
  const all: Parameters[] = [...first, itemKnn, { ...itemKnn, weighting: 'cosine' }];
  if (timed) all.push({ kind: 'popularity', halfLifeDays });
  const collaborative = all.flatMap((parameters) => uses.map((use) => ({ use, parameters })));
  return described === true ? [...collaborative, ...contentCandidates] : collaborative;
}

const { content } = defaultParameters;

/** What is served where too little is known of users to learn from. */
export const contentDefault: Candidate = { use: 'presence', parameters: content };

const contentCandidates: readonly Candidate[] = [
  contentDefault,
  { use: 'presence', parameters: { ...content, weighting: 'bm25' } },
  { use: 'presence', parameters: { ...content, dimensions: 64 } },
];

/** Kinds that have parameters to be searched. */
export const searchedKinds: readonly ModelKind[] = ['ease', 'ials', 'itemKnn', 'content', 'hybrid'];

/** The blend of the best collaborative model and the best of content that were found; null where one of the two is missing. */
export function hybridOf(best: ReadonlyMap<string, { candidate: Candidate; ndcg: number }>): Candidate | null {
  const found = (['ease', 'ials', 'itemKnn'] as const)
    .flatMap((kind) => best.get(kind) ?? [])
    .sort((a, b) => b.ndcg - a.ndcg)[0]?.candidate;
  const described = best.get('content')?.candidate.parameters;
  if (found === undefined || described?.kind !== 'content') return null;
  const { parameters, use } = found;
  if (parameters.kind !== 'ease' && parameters.kind !== 'ials' && parameters.kind !== 'itemKnn') return null;
  return { use, parameters: { ...defaultParameters.hybrid, collaborative: parameters, content: described } };
}

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
    case 'ease':
    case 'ials':
      return drawCollaborative(parameters, random);
    case 'content':
      return drawContent(parameters, random);
    case 'hybrid':
      return {
        ...parameters,
        collaborative: drawCollaborative(parameters.collaborative, random),
        content: drawContent(parameters.content, random),
      };
  }
}

type CollaborativeParameters = CollaborativeModel['parameters'];

function drawCollaborative(parameters: CollaborativeParameters, random: () => number): CollaborativeParameters {
  switch (parameters.kind) {
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

const drawContent = (parameters: ContentParameters, random: () => number): ContentParameters => ({
  ...parameters,
  weighting: random() < 0.5 ? 'tfidf' : 'bm25',
  dimensions: [null, 32, 64, 128][Math.floor(random() * 4)] ?? null,
  titleWeight: rounded(parameters.titleWeight * factor(4, random)),
});

import { blendData, knownItems, standardPopularity } from '../hybrid/blendData';
import { learnBlend } from '../hybrid/learnBlend';
import type { Interactions } from '../interactions';
import { createScorer } from '../scoring';
import { fitContent } from './content';
import type { Fitting } from './fitting';
import type { CollaborativeModel, Fit, HybridModel, HybridParameters } from './model';
import { checkNumber } from './parameters';
import { fitPopularity } from './popularity';

type FitCollaborative = (interactions: Interactions, fitting: Fitting) => Promise<Fit<CollaborativeModel>>;

/**
 * Both models are fitted twice: first without what is held out, to learn how much each counts; then to everything, to be blended by what was learnt.
 * Takes some two times as long as the collaborative model alone.
 */
export async function fitHybrid(
  interactions: Interactions,
  parameters: HybridParameters,
  fitting: Fitting,
  fitCollaborative: FitCollaborative,
): Promise<Fit<HybridModel>> {
  const { seed } = parameters;
  checkNumber('seed', seed, { from: 0, to: 2 ** 32 - 1, multipleOf: 1 });
  const content = fitContent(interactions.items, parameters.content, stage(fitting, 0, 0.1));
  if (content.kind === 'refused') return content;

  const data = blendData(interactions, seed);
  const trial = await fitCollaborative(data.train, stage(fitting, 0.1, 0.5));
  if (trial.kind === 'refused') return trial;
  const scorers = {
    collaborative: createScorer(trial.model),
    content: createScorer(content.model),
    popularity: popularityOf(data.train, data.known),
  };
  const blend = learnBlend(data, scorers, () => fitting.onProgress?.(0.5));
  if (blend === null) return { kind: 'refused', reason: 'nothing to blend by' };

  const collaborative = await fitCollaborative(interactions, stage(fitting, 0.5, 1));
  if (collaborative.kind === 'refused') return collaborative;
  const known = knownItems(interactions);
  const popularity = popularityOf(interactions, known);
  fitting.onProgress?.(1);
  const models = { collaborative: collaborative.model, content: content.model };
  return { kind: 'fitted', model: { kind: 'hybrid', parameters, ...models, popularity, known, blend } };
}

function popularityOf(interactions: Interactions, known: Uint8Array): Float32Array {
  const fit = fitPopularity(interactions, { kind: 'popularity', halfLifeDays: null });
  if (fit.kind === 'refused') throw new RangeError(`Popularity cannot be fitted: ${fit.reason}.`);
  return standardPopularity(fit.model.scores, known);
}

/** A part of the whole progress. */
const stage = (fitting: Fitting, from: number, to: number): Fitting => ({
  ...fitting,
  onProgress: (share) => fitting.onProgress?.(from + (to - from) * share),
});

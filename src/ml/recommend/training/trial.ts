import type { Ranking } from '../evaluation/ranking';
import { rankHeldOut } from '../evaluation/ranking';
import { asPresence } from '../entries';
import type { Interactions } from '../interactions';
import { fitModel } from '../models/fit';
import type { Fitting } from '../models/fitting';
import type { FitRefusal, Model } from '../models/model';
import { createScorer } from '../scoring';
import type { Candidate } from './candidate';

/** What a candidate is fitted to and judged by. `weighted` and `presence` hold the same pairs. */
export interface TrialData {
  readonly weighted: Interactions;
  readonly presence: Interactions;
  readonly heldOut: Interactions;
  readonly users: Uint32Array;
}

export const trialData = (weighted: Interactions, heldOut: Interactions, users: Uint32Array): TrialData => ({
  weighted,
  presence: asPresence(weighted),
  heldOut,
  users,
});

export type Tried = { readonly kind: 'ranked'; readonly model: Model; readonly ranking: Ranking } | FitRefusal;

export const valuesFor = ({ use }: Candidate, data: Pick<TrialData, 'weighted' | 'presence'>): Interactions =>
  use === 'weight' ? data.weighted : data.presence;

/** Of a trial, how much is fitting; the rest is ranking. */
const fittingShare = 0.7;

/** Fits the candidate and ranks for each user. `onProgress` is called before each, too, and may throw to end it. */
export async function tryCandidate(candidate: Candidate, data: TrialData, fitting: Fitting): Promise<Tried> {
  const train = valuesFor(candidate, data);
  const { onProgress } = fitting;
  const fit = await fitModel(train, candidate.parameters, {
    ...fitting,
    onProgress: (share) => onProgress?.(fittingShare * share),
  });
  if (fit.kind === 'refused') return fit;
  const { heldOut, users } = data;
  const ranking = rankHeldOut(createScorer(fit.model), { train, heldOut, users }, (at) =>
    onProgress?.(fittingShare + (1 - fittingShare) * (at / users.length)),
  );
  return { kind: 'ranked', model: fit.model, ranking };
}

import type { Fitting } from '../models/fitting';
import { fitModel } from '../models/fit';
import type { Fit } from '../models/model';
import type { Candidate } from './candidate';
import { decide, type Comparison } from './comparison';
import { popularity, type Prepared } from './prepare';
import { valuesFor } from './trial';

export type Outcome =
  /** Better than popularity, and as good as the champion where there was one. */
  | 'promoted'
  /** The champion's parameters, fitted to the new data. */
  | 'champion kept'
  | 'popularity served'
  /** Too few users to judge anything. */
  | 'unproven'
  /** Too few interactions. */
  | 'not learnt';

export interface Chosen {
  readonly candidate: Candidate;
  readonly outcome: Outcome;
}

/** Which candidate is served of those that were judged; with too few users to judge, the best that was found. */
export function chooseServed(
  verdict: 'learn' | 'unproven',
  comparison: Comparison,
  { challenger, champion }: { challenger: Candidate; champion: Candidate | null },
): Chosen {
  if (verdict === 'unproven') return { candidate: challenger, outcome: 'unproven' };
  const served = decide(comparison);
  if (served === 'challenger') return { candidate: challenger, outcome: 'promoted' };
  if (served === 'champion' && champion !== null) return { candidate: champion, outcome: 'champion kept' };
  return { candidate: popularity, outcome: 'popularity served' };
}

/** What is served where the candidate that was chosen cannot be fitted to all interactions. */
export const insteadOf = ({ outcome }: Pick<Chosen, 'outcome'>): Chosen => ({
  candidate: popularity,
  outcome: outcome === 'unproven' ? 'unproven' : 'popularity served',
});

/** Fits what is served to everything. */
export const refit = (candidate: Candidate, { all }: Pick<Prepared, 'all'>, fitting: Fitting): Promise<Fit> =>
  fitModel(valuesFor(candidate, all), candidate.parameters, fitting);

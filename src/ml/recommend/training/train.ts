import type { Fitting } from '../models/fitting';
import type { FitRefusal, Model } from '../models/model';
import type { Candidate } from './candidate';
import { judgeCandidates, type Judgement } from './judge';
import { popularity, prepareTraining, type Prepared, type PrepareOptions } from './prepare';
import { search, type SearchLimit, type SearchRecord } from './search';
import { chooseServed, insteadOf, refit, type Chosen, type Outcome } from './serve';
import { tryCandidate } from './trial';

export type { RankedFigures, RankedName } from './judge';
export type { Outcome } from './serve';
export { leastUsers, popularity, TrainingRefused } from './prepare';

/**
 * From interactions to a model that may be served, in stages which may as well be called one by one: prepareTraining, search, judgeCandidates, chooseServed, refit.
 *
 * T1  What is judged was fitted without what it is judged by, though the best of many was chosen by it, so that its figures are a little flattered; what is served is fitted once more, with the same parameters, to everything.
 * T2  A champion is judged by its parameters, fitted to the same training part: the model that is served has seen what is held out.
 * T3  Popularity is always beside it, and is served where nothing beats it.
 * T4  With few users nothing can be proven: the best that was found is served, and the result says so. With fewer interactions than asked for,
 *     nothing is learnt, and so it is where nobody has two: content is served where something is known of the items, also where there are no interactions.
 */
export interface TrainingOptions extends PrepareOptions {
  readonly champion?: Candidate | null;
  /** Where the search ends; with a budget of 0 the first default is tried alone. */
  readonly limit: SearchLimit;
}

export interface Training {
  readonly served: { readonly candidate: Candidate; readonly model: Model };
  readonly outcome: Outcome;
  readonly counts: Prepared['counts'];
  readonly minTrainingSamples: number;
  /** What was to be served and could not be fitted to all interactions, so that popularity is. */
  readonly notFitted: { readonly candidate: Candidate; readonly reason: FitRefusal['reason'] } | null;
  /** Null where nothing could be held out or nothing was learnt. */
  readonly evaluation: Evaluation | null;
}

export interface Evaluation extends Judgement {
  readonly search: SearchRecord;
  readonly challenger: Candidate;
}

/** Throws TrainingRefused. */
export async function train(options: TrainingOptions, fitting: Fitting): Promise<Training> {
  const { seed, limit, minTrainingSamples, champion = null } = options;
  const prepared = prepareTraining(options, (fitting.features ?? null) !== null);
  const serve = async (
    chosen: Chosen,
    evaluation: Evaluation | null,
    notFitted: Training['notFitted'] = null,
  ): Promise<Training> => {
    const { candidate, outcome } = chosen;
    const fit = await refit(candidate, prepared, fitting);
    const { counts } = prepared;
    if (fit.kind === 'fitted')
      return { served: { candidate, model: fit.model }, outcome, counts, minTrainingSamples, notFitted, evaluation };
    if (candidate === popularity) throw new RangeError(`Popularity cannot be fitted: ${fit.reason}.`);
    return serve(insteadOf(chosen), evaluation, { candidate, reason: fit.reason });
  };
  if (prepared.verdict === 'not learnt') {
    return serve({ candidate: prepared.unlearnt, outcome: prepared.outcome }, null);
  }
  const { data, space, verdict } = prepared;
  // Before the search, so that impossible parameters are reported at once.
  const championTried = champion && (await tryCandidate(champion, data, fitting));
  const { record, best } = await search(data, fitting, { space, seed, limit });
  const judged = { challenger: best?.candidate ?? popularity, champion };
  const known = { challenger: best?.ranking ?? null, champion: championTried };
  const judgement = await judgeCandidates(prepared, judged, fitting, known);
  const evaluation = { ...judgement, search: record, challenger: judged.challenger };
  return serve(chooseServed(verdict, judgement.comparison, judged), evaluation);
}

import { listFigures, type ListFigures } from '../evaluation/lists';
import { usersToRank, type FigureName, type Ranking } from '../evaluation/ranking';
import { meanInterval, type Interval } from '../evaluation/bootstrap';
import { splitInteractions, type Split, type SplitKind } from '../evaluation/split';
import { asPresence } from '../entries';
import { entryCount, rowCount, type Interactions } from '../interactions';
import { defaultParameters } from '../models/defaults';
import { fitModel } from '../models/fit';
import type { Fitting } from '../models/fitting';
import type { FitRefusal, Model } from '../models/model';
import { contentDefault, type Candidate, type SearchSpace, type ValueUse } from './candidate';
import { compare, decide, type Comparison } from './comparison';
import { search, type SearchLimit, type SearchRecord } from './search';
import { trialData, tryCandidate, valuesFor, type TrialData } from './trial';

/**
 * From interactions to a model that may be served.
 *
 * T1  What is judged was fitted without what it is judged by, though the best of many was chosen by it, so that its figures are a little flattered; what is served is fitted once more, with the same parameters, to everything.
 * T2  A champion is judged by its parameters, fitted to the same training part: the model that is served has seen what is held out.
 * T3  Popularity is always beside it, and is served where nothing beats it.
 * T4  With few users nothing can be proven: the best that was found is served, and the result says so. With fewer interactions than asked for,
 *     nothing is learnt, and so it is where nobody has two: content is served where something is known of the items.
 */
export interface TrainingOptions {
  /** Values as weights; of equal ones, `uses` should be presence only. */
  readonly interactions: Interactions;
  /** Of each entry: the row of the file. */
  readonly order?: ArrayLike<number> | null;
  readonly uses: readonly ValueUse[];
  readonly champion?: Candidate | null;
  readonly seed: number;
  readonly minTrainingSamples: number;
  /** Where the search ends; with a budget of 0 the first default is tried alone. */
  readonly limit: SearchLimit;
  readonly oneMoment?: boolean;
}

export interface Training {
  readonly served: { readonly candidate: Candidate; readonly model: Model };
  readonly outcome: Outcome;
  readonly counts: { readonly users: number; readonly items: number; readonly interactions: number };
  readonly minTrainingSamples: number;
  /** What was to be served and could not be fitted to all interactions, so that popularity is. */
  readonly notFitted: { readonly candidate: Candidate; readonly reason: FitRefusal['reason'] } | null;
  /** Null where nothing could be held out or nothing was learnt. */
  readonly evaluation: Evaluation | null;
}

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

export interface Evaluation {
  readonly split: Pick<Split, 'kind' | 'description'> & { readonly kind: SplitKind };
  readonly usersRanked: number;
  readonly search: SearchRecord;
  readonly challenger: Candidate;
  readonly comparison: Comparison;
  /** Why the champion could not be fitted to the training part, and was not compared. */
  readonly championRefusal: FitRefusal['reason'] | null;
  readonly rankings: Readonly<Record<RankedName, RankedFigures | null>>;
}

export type RankedName = 'challenger' | 'champion' | 'popularity';

export interface RankedFigures {
  readonly intervals: Readonly<Record<FigureName, Interval>>;
  readonly lists: ListFigures;
}

/** There is nothing to learn from. The message is a sentence for whoever brought the data. */
export class TrainingRefused extends Error {
  override readonly name = 'TrainingRefused';
}

export const leastUsers = 25;

export const popularity: Candidate = { use: 'presence', parameters: defaultParameters.popularity };

export async function train(options: TrainingOptions, fitting: Fitting): Promise<Training> {
  const { interactions, uses, seed, minTrainingSamples } = options;
  const entries = entryCount(interactions.byUser);
  if (entries === 0) {
    throw new TrainingRefused(
      'There is nothing to train on: no row names a user and an item with a rating above 0. Bring interactions that do.',
    );
  }
  const counts = { users: interactions.users, items: interactions.items, interactions: entries };
  const all = { weighted: interactions, presence: asPresence(interactions) };
  const serve = async (
    candidate: Candidate,
    outcome: Outcome,
    evaluation: Evaluation | null,
    notFitted: Training['notFitted'] = null,
  ): Promise<Training> => {
    const fit = await fitModel(valuesFor(candidate, all), candidate.parameters, fitting);
    if (fit.kind === 'fitted')
      return { served: { candidate, model: fit.model }, outcome, counts, minTrainingSamples, notFitted, evaluation };
    if (candidate === popularity) throw new RangeError(`Popularity cannot be fitted: ${fit.reason}.`);
    const instead = outcome === 'unproven' ? 'unproven' : 'popularity served';
    return serve(popularity, instead, evaluation, { candidate, reason: fit.reason });
  };
  const described = (fitting.features ?? null) !== null;
  const unlearnt = described ? contentDefault : popularity;
  if (entries < minTrainingSamples) return serve(unlearnt, 'not learnt', null);

  const space: SearchSpace = {
    users: interactions.users,
    items: interactions.items,
    uses,
    timed: interactions.times !== null,
    described,
  };
  const split = splitInteractions(interactions, options);
  const users = usersToRank(split.heldOut, seed);
  const proven = usersWithTwo(interactions) >= leastUsers;
  if (users.length === 0) return serve(unlearnt, 'unproven', null);

  const data = trialData(split.train, split.heldOut, users);
  // Before the search, so that impossible parameters are reported at once.
  const championTried = options.champion ? await tryCandidate(options.champion, data, fitting) : null;
  const found = await search(data, fitting, { space, seed, limit: options.limit });
  const popular = await popularityRanking(data, fitting);
  const champion = championTried?.kind === 'ranked' ? championTried.ranking : null;
  const best = found.best ?? { candidate: popularity, ranking: popular };
  const comparison = compare(best.ranking, popular, champion, seed);
  const figures = (ranking: Ranking) => rankedFigures(ranking, data, seed);
  const evaluation: Evaluation = {
    split: { kind: split.kind, description: split.description },
    usersRanked: users.length,
    search: found.record,
    challenger: best.candidate,
    comparison,
    championRefusal: championTried?.kind === 'refused' ? championTried.reason : null,
    rankings: {
      challenger: figures(best.ranking),
      champion: champion && figures(champion),
      popularity: figures(popular),
    },
  };
  if (!proven) return serve(found.best === null ? popularity : best.candidate, 'unproven', evaluation);
  const served = decide(comparison);
  if (served === 'challenger') return serve(best.candidate, 'promoted', evaluation);
  return served === 'champion' && options.champion
    ? serve(options.champion, 'champion kept', evaluation)
    : serve(popularity, 'popularity served', evaluation);
}

function usersWithTwo({ byUser }: Interactions): number {
  let users = 0;
  for (let user = 0; user < rowCount(byUser); user += 1) {
    if ((byUser.starts[user + 1] ?? 0) - (byUser.starts[user] ?? 0) >= 2) users += 1;
  }
  return users;
}

export async function popularityRanking(data: TrialData, fitting: Fitting): Promise<Ranking> {
  const tried = await tryCandidate(popularity, data, fitting);
  if (tried.kind === 'refused') throw new RangeError(`Popularity cannot be fitted: ${tried.reason}.`);
  return tried.ranking;
}

export function rankedFigures(ranking: Ranking, { presence, heldOut }: TrialData, seed: number): RankedFigures {
  const of = (name: FigureName) => meanInterval(ranking.figures[name], seed);
  return {
    intervals: {
      ndcg: of('ndcg'),
      precision: of('precision'),
      recall: of('recall'),
      map: of('map'),
      hitRate: of('hitRate'),
    },
    lists: listFigures(ranking, presence, heldOut),
  };
}

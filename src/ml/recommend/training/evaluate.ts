import { pairedInterval, type Interval } from '../evaluation/bootstrap';
import { usersToRank } from '../evaluation/ranking';
import { splitInteractions } from '../evaluation/split';
import { entryCount, type Interactions } from '../interactions';
import type { Fitting } from '../models/fitting';
import type { FitRefusal } from '../models/model';
import type { Candidate } from './candidate';
import { popularityRanking, rankedFigures, type RankedFigures } from './judge';
import { popularity as plain, TrainingRefused, type Prepared } from './prepare';
import { dataSentence, described, figuresOf, intervalText, rankedSentence } from './report';
import { trialData, tryCandidate } from './trial';

/** One candidate, judged as training judges a challenger: fitted without what is held out, popularity beside it. */
export interface CandidateEvaluation {
  readonly candidate: Candidate;
  readonly counts: Prepared['counts'];
  readonly split: string;
  readonly usersRanked: number;
  readonly model: RankedFigures;
  readonly popularity: RankedFigures;
  /** nDCG@10 of the candidate minus that of popularity, paired by user. */
  readonly difference: Interval;
}

export interface EvaluationOptions {
  readonly interactions: Interactions;
  readonly order?: ArrayLike<number> | null;
  readonly seed: number;
}

/** Throws TrainingRefused where nothing can be held out, or where the candidate cannot be fitted. */
export async function evaluateCandidate(
  candidate: Candidate,
  options: EvaluationOptions,
  fitting: Fitting,
): Promise<CandidateEvaluation> {
  const { interactions, seed } = options;
  const split = splitInteractions(interactions, options);
  const users = usersToRank(split.heldOut, seed);
  if (users.length === 0)
    throw new TrainingRefused(
      'Nothing can be held out to judge a model by: no user has two interactions with a rating above 0. Bring interactions that do.',
    );
  const data = trialData(split.train, split.heldOut, users);
  const tried = await tryCandidate(candidate, data, fitting);
  if (tried.kind === 'refused') throw notFitted(candidate, tried);
  const popular = await popularityRanking(data, fitting);
  return {
    candidate,
    counts: {
      users: interactions.users,
      items: interactions.items,
      interactions: entryCount(interactions.byUser),
    },
    split: split.description,
    usersRanked: users.length,
    model: rankedFigures(tried.ranking, data, seed),
    popularity: rankedFigures(popular, data, seed),
    difference: pairedInterval(tried.ranking.figures.ndcg, popular.figures.ndcg, seed),
  };
}

export const notFitted = (candidate: Candidate, { reason }: FitRefusal): TrainingRefused =>
  new TrainingRefused(`${described(candidate)} cannot be fitted to these interactions: ${reason}. Name another model.`);

/** As lines that a person reads. */
export function reportEvaluation(evaluation: CandidateEvaluation): string[] {
  const { candidate, counts, split, usersRanked, model, popularity, difference } = evaluation;
  const isPopularity = described(candidate) === described(plain);
  const lines = [
    `${dataSentence(counts)}.`,
    `Evaluated: ${described(candidate)}, ${isPopularity ? 'which other models are compared with.' : verdict(model, popularity)}`,
    split,
    rankedSentence(usersRanked),
  ];
  if (isPopularity) return [...lines, ...figuresOf('popularity', popularity)];
  return [
    ...lines,
    ...figuresOf('model', model),
    ...figuresOf('popularity', popularity),
    `Paired by user, the model's nDCG@10 differs from popularity's by ${intervalText(difference)}.`,
  ];
}

/** By the rule of training: a mean above popularity's interval. */
function verdict(model: RankedFigures, popularity: RankedFigures): string {
  const [{ mean }, { low, high }] = [model.intervals.ndcg, popularity.intervals.ndcg];
  if (mean > high) return 'which ranks better than popularity.';
  return mean < low ? 'which ranks worse than popularity.' : 'which does not rank better than popularity beyond doubt.';
}

import { meanInterval, type Interval } from '../evaluation/bootstrap';
import { listFigures, type ListFigures } from '../evaluation/lists';
import type { FigureName, Ranking } from '../evaluation/ranking';
import type { Split } from '../evaluation/split';
import type { Fitting } from '../models/fitting';
import type { FitRefusal } from '../models/model';
import type { Candidate } from './candidate';
import { compare, type Comparison } from './comparison';
import { popularity, type PreparedToLearn } from './prepare';
import { tryCandidate, type TrialData, type Tried } from './trial';

/** Challenger, champion and popularity, fitted to the same training part and ranked for the same users. */
export interface Judgement {
  readonly split: Pick<Split, 'kind' | 'description'>;
  readonly usersRanked: number;
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

export interface Judged {
  readonly challenger: Candidate;
  readonly champion: Candidate | null;
}

/** What was made before of the same candidates on the same data, which is not made again. */
export interface Known {
  readonly challenger?: Ranking | null;
  readonly champion?: Tried | null;
}

/** A challenger is one that could be fitted to this training part: throws where it cannot be fitted to it again. */
export async function judgeCandidates(
  { data, split, seed }: PreparedToLearn,
  { challenger, champion }: Judged,
  fitting: Fitting,
  known: Known = {},
): Promise<Judgement> {
  const part = (from: number): Fitting => ({
    ...fitting,
    onProgress: (share) => {
      fitting.signal?.throwIfAborted();
      fitting.onProgress?.((from + share) / parts);
    },
  });
  const ofChallenger = known.challenger ?? (await rankingOf(challenger, data, part(0)));
  const championTried = known.champion ?? (champion && (await tryCandidate(champion, data, part(1))));
  const ofChampion = championTried?.kind === 'ranked' ? championTried.ranking : null;
  const ofPopularity = await rankingOf(popularity, data, part(2));
  const figures = (ranking: Ranking) => {
    fitting.signal?.throwIfAborted();
    return rankedFigures(ranking, data, seed);
  };
  return {
    split,
    usersRanked: data.users.length,
    comparison: compare(ofChallenger, ofPopularity, ofChampion, seed),
    championRefusal: championTried?.kind === 'refused' ? championTried.reason : null,
    rankings: {
      challenger: figures(ofChallenger),
      champion: ofChampion && figures(ofChampion),
      popularity: figures(ofPopularity),
    },
  };
}

const parts = 3;

async function rankingOf(candidate: Candidate, data: TrialData, fitting: Fitting): Promise<Ranking> {
  const tried = await tryCandidate(candidate, data, fitting);
  if (tried.kind === 'ranked') return tried.ranking;
  throw new RangeError(`The model ${candidate.parameters.kind} cannot be fitted: ${tried.reason}.`);
}

export const popularityRanking = (data: TrialData, fitting: Fitting): Promise<Ranking> =>
  rankingOf(popularity, data, fitting);

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

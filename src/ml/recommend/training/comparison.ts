import { meanInterval, meanOf, pairedInterval, type Interval } from '../evaluation/bootstrap';
import type { Ranking } from '../evaluation/ranking';

/** Whether a challenger is served, by nDCG@10 of the same users. */
export interface Comparison {
  readonly challenger: Interval;
  readonly popularity: Interval;
  readonly beatsPopularity: boolean;
  /** Null where there was no champion. */
  readonly champion: ChampionComparison | null;
}

export interface ChampionComparison {
  readonly interval: Interval;
  readonly beatsPopularity: boolean;
  /** Of the challenger from the champion, paired by user. */
  readonly difference: Interval;
  /** Whether the challenger is as good as the champion. */
  readonly isAsGood: boolean;
}

/** So much of the champion's value the lower bound of the difference may lie below 0. */
const toleratedLoss = 0.01;

/**
 * A challenger is as good as the champion where its mean is not lower, and where at 95 % it loses less than 1 % of the champion's value; it beats
 * popularity where its mean lies above popularity's interval.
 */
export function compare(challenger: Ranking, popularity: Ranking, champion: Ranking | null, seed: number): Comparison {
  const interval = (ranking: Ranking) => meanInterval(ranking.figures.ndcg, seed);
  const popular = interval(popularity);
  return {
    challenger: interval(challenger),
    popularity: popular,
    beatsPopularity: meanOf(challenger.figures.ndcg) > popular.high,
    champion: champion && {
      interval: interval(champion),
      beatsPopularity: meanOf(champion.figures.ndcg) > popular.high,
      ...difference(challenger.figures.ndcg, champion.figures.ndcg, seed),
    },
  };
}

/**
 * A challenger is served that beats popularity and is as good as the champion. Where it is not, the champion stays, as long as it beats popularity
 * itself; a list that is the same for everybody is served where neither does.
 */
export function decide({ beatsPopularity, champion }: Comparison): 'challenger' | 'champion' | 'popularity' {
  if (beatsPopularity && champion?.isAsGood !== false) return 'challenger';
  return champion?.beatsPopularity === true ? 'champion' : 'popularity';
}

function difference(challenger: Float64Array, champion: Float64Array, seed: number) {
  const found = pairedInterval(challenger, champion, seed);
  return { difference: found, isAsGood: found.mean >= 0 && found.low > -toleratedLoss * meanOf(champion) };
}

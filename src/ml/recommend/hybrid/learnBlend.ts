import { gains, idealGains, listLength } from '../evaluation/ranking';
import { meanOf } from '../evaluation/bootstrap';
import { rowOf } from '../interactions';
import type { Blend } from '../models/model';
import type { Scorer } from '../scorer';
import { topItems } from '../topItems';
import type { BlendData } from './blendData';
import { blended, blendFor } from './blended';
import { standardise } from './standardise';

export interface BlendScorers {
  readonly collaborative: Scorer;
  readonly content: Scorer;
  readonly popularity: Float32Array;
}

/** Of each user the best so many by each of the three are what weights are tried on: what is low in all of them is on no list. */
const poolSize = 100;
/** With fewer choices of hidden items than this, the weights of cold items are those to begin with. */
const leastColdChoices = 20;

/** What of one user the weights are tried on. */
interface Pool {
  /** One a candidate. */
  readonly collaborative: Float32Array;
  readonly content: Float32Array;
  readonly popularity: Float32Array;
  readonly isKnown: Uint8Array;
  readonly isChosen: Uint8Array;
  /** The nDCG of a list is its gain over this. */
  readonly ideal: number;
}

/**
 * The weights with the best mean nDCG@10 that a search finds, one weight after another, and again until nothing changes. Null where nothing was held out.
 * `onStep` is called now and then and may throw to end it.
 */
export function learnBlend(data: BlendData, scorers: BlendScorers, onStep?: () => void): Blend | null {
  if (data.users.length === 0) return null;
  const pools = Array.from(data.users, (user) => {
    onStep?.();
    return poolOf(user, data, scorers);
  });
  const coldChoices = pools.reduce(
    (sum, { isKnown, isChosen }) => sum + isChosen.reduce((more, one, at) => more + (isKnown[at] === 0 ? one : 0), 0),
    0,
  );
  const searched = coldChoices >= leastColdChoices ? weights : weights.filter((weight) => !weight.startsWith('cold'));
  const valuesOf = (blend: Blend): Float64Array => {
    onStep?.();
    return Float64Array.from(pools, (pool) => ndcgOf(pool, blend));
  };
  let best = first;
  let values = valuesOf(best);
  for (let round = 0; round < mostRounds; round += 1) {
    const before = best;
    for (const weight of searched) {
      for (const tried of steps[weight]) {
        const blend = { ...best, [weight]: tried };
        const found = valuesOf(blend);
        if (isBetter(found, values)) [best, values] = [blend, found];
      }
    }
    if (best === before) break;
  }
  return best;
}

/** Whether the mean gain is more than its standard error, so that weights are not chosen by the luck of a few users. */
function isBetter(found: Float64Array, before: Float64Array): boolean {
  const gainsOfUsers = found.map((value, at) => value - (before[at] ?? 0));
  const mean = meanOf(gainsOfUsers);
  const variance = meanOf(gainsOfUsers.map((gain) => (gain - mean) ** 2));
  return mean > Math.sqrt(variance / gainsOfUsers.length);
}

const steps: Readonly<Record<keyof Blend, readonly number[]>> = {
  content: [0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4],
  popularity: [0, 0.05, 0.1, 0.2, 0.4, 0.8],
  coldConstant: [-4, -3, -2, -1.5, -1, -0.5, 0],
  coldContent: [0, 0.25, 0.5, 1, 2],
};
const weights = ['content', 'popularity', 'coldConstant', 'coldContent'] as const;
const first: Blend = { content: 0.1, popularity: 0, coldConstant: -1, coldContent: 0.5 };
const mostRounds = 4;

function poolOf(
  user: number,
  { train, heldOut, known, chosen: allowed }: BlendData,
  { collaborative, content, popularity }: BlendScorers,
): Pool {
  const history = rowOf(train.byUser, user);
  const chosen = new Set(rowOf(heldOut.byUser, user).indexes);
  const byUsers = standardise(collaborative.scores(history), known);
  const byContent = standardise(content.scores(history));
  const best = [
    topItems(byUsers, poolSize, { excluded: history.indexes, allowed: known }),
    topItems(byContent, poolSize, { excluded: history.indexes, allowed }),
    topItems(popularity, poolSize, { excluded: history.indexes, allowed: known }),
  ];
  const items = Uint32Array.from(new Set(best.flatMap((top) => [...top.items]))).sort();
  return {
    collaborative: Float32Array.from(items, (item) => byUsers[item] ?? 0),
    content: Float32Array.from(items, (item) => byContent[item] ?? 0),
    popularity: Float32Array.from(items, (item) => popularity[item] ?? 0),
    isKnown: Uint8Array.from(items, (item) => known[item] ?? 0),
    isChosen: Uint8Array.from(items, (item) => (chosen.has(item) ? 1 : 0)),
    ideal: idealGains[Math.min(chosen.size, listLength)] ?? 1,
  };
}

function ndcgOf({ collaborative, content, popularity, isKnown, isChosen, ideal }: Pool, learnt: Blend): number {
  const blend = blendFor(learnt, collaborative);
  const scores = collaborative.map((byUsers, at) =>
    blended(blend, isKnown[at] !== 0, byUsers, content[at] ?? 0, popularity[at] ?? 0),
  );
  const { items } = topItems(scores, listLength);
  return items.reduce((sum, at, place) => sum + (isChosen[at] === 1 ? (gains[place] ?? 0) : 0), 0) / ideal;
}

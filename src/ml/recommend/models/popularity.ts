import { rowCount, type Interactions } from '../interactions';
import { checkNumber } from './parameters';
import type { Fit, PopularityModel, PopularityParameters } from './model';

const secondsPerDay = 86_400;

/**
 * The sum of each item's values; with a half-life, each halved for every so many days that it is older than the latest of all. Refused where there
 * is a half-life and the data has no times.
 */
export function fitPopularity(interactions: Interactions, parameters: PopularityParameters): Fit<PopularityModel> {
  const { byUser, items, times } = interactions;
  const { halfLifeDays } = parameters;
  if (halfLifeDays === null) return fitted(sums(() => 1));
  checkNumber('halfLifeDays', halfLifeDays, { above: 0 });
  if (times === null) return { kind: 'refused', reason: 'no times' };
  const latest = times.reduce((last, time) => Math.max(last, time), -Infinity);
  const perSecond = -1 / (halfLifeDays * secondsPerDay);
  return fitted(sums((entry) => Math.pow(2, (latest - (times[entry] ?? latest)) * perSecond)));

  function sums(weight: (entry: number) => number): Float32Array {
    const scores = new Float64Array(items);
    for (let user = 0; user < rowCount(byUser); user += 1) {
      const last = byUser.starts[user + 1] ?? 0;
      for (let entry = byUser.starts[user] ?? 0; entry < last; entry += 1) {
        const item = byUser.indexes[entry] ?? 0;
        scores[item] = (scores[item] ?? 0) + (byUser.values[entry] ?? 0) * weight(entry);
      }
    }
    return Float32Array.from(scores);
  }
  function fitted(scores: Float32Array): Fit<PopularityModel> {
    return { kind: 'fitted', model: { kind: 'popularity', parameters, scores } };
  }
}

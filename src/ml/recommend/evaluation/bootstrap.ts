import { mulberry32 } from '../../random';

/** A mean over users, and where it lies at 95 % if other users like them had come (Efron's percentile bootstrap). */
export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

export const resamples = 1_000;

/** Of no values at all, everything is NaN: nothing is known. */
export function meanInterval(values: Float64Array, seed: number): Interval {
  const count = values.length;
  const random = mulberry32(seed);
  const means = new Float64Array(resamples);
  for (let at = 0; at < resamples; at += 1) {
    let sum = 0;
    for (let drawn = 0; drawn < count; drawn += 1) sum += values[Math.floor(random() * count)] ?? 0;
    means[at] = sum / count;
  }
  means.sort();
  return { mean: meanOf(values), low: quantile(means, 0.025), high: quantile(means, 0.975) };
}

/** Of the differences a − b user by user: much narrower than from two intervals, as users differ more than models do. */
export function pairedInterval(a: Float64Array, b: Float64Array, seed: number): Interval {
  if (a.length !== b.length) throw new RangeError(`Pairs are compared: there are ${a.length} and ${b.length} values.`);
  return meanInterval(
    a.map((value, at) => value - (b[at] ?? 0)),
    seed,
  );
}

export const meanOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const [low = Number.NaN, high = low] = sorted.subarray(below, below + 2);
  return low + (high - low) * (place - below);
}

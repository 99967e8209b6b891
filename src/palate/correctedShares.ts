import { shareOf, type PhotoFactStore } from '../store/photos/facts';
import type { CorrectedShare } from '../telemetry/photoMetrics';
import { keptFor } from './reading';

const spanMs = 30 * 86_400_000;
/** Whoever scrapes does so every few seconds, from each replica; a share of thirty days does not move that fast. */
const freshMs = 60_000;

/** Reads the share of corrected photos by source, over all models of it; read at most once a minute. */
export const correctedShares = (facts: Pick<PhotoFactStore, 'quality'>, clock: () => Date) =>
  keptFor(freshMs, clock, async (now): Promise<readonly CorrectedShare[]> => {
    const sums = new Map<string, { photos: number; foodCorrected: number }>();
    for (const { source, photos, foodCorrected } of await facts.quality(new Date(now.getTime() - spanMs))) {
      const sum = sums.get(source) ?? { photos: 0, foodCorrected: 0 };
      sums.set(source, { photos: sum.photos + photos, foodCorrected: sum.foodCorrected + foodCorrected });
    }
    return [...sums].flatMap(([source, sum]) => {
      const share = shareOf(sum);
      return share === null ? [] : [{ source, share }];
    });
  });

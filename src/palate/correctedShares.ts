import { shareOf, type PhotoFactStore } from '../store/photos/facts';
import type { CorrectedShare } from '../telemetry/metrics';

const spanMs = 30 * 86_400_000;
/** Whoever scrapes does so every few seconds, from each replica; a share of thirty days does not move that fast. */
const freshMs = 60_000;

/** Reads the share of corrected photos by source, over all models of it; read at most once a minute. */
export function correctedShares(facts: Pick<PhotoFactStore, 'quality'>, clock: () => Date) {
  let kept: { readMs: number; shares: Promise<CorrectedShare[]> } | null = null;

  const read = async (nowMs: number): Promise<CorrectedShare[]> => {
    const sums = new Map<string, { photos: number; foodCorrected: number }>();
    for (const { source, photos, foodCorrected } of await facts.quality(new Date(nowMs - spanMs))) {
      const sum = sums.get(source) ?? { photos: 0, foodCorrected: 0 };
      sums.set(source, { photos: sum.photos + photos, foodCorrected: sum.foodCorrected + foodCorrected });
    }
    return [...sums].flatMap(([source, sum]) => {
      const share = shareOf(sum);
      return share === null ? [] : [{ source, share }];
    });
  };

  return (): Promise<readonly CorrectedShare[]> => {
    const nowMs = clock().getTime();
    if (kept && nowMs - kept.readMs < freshMs) return kept.shares;
    const reading = { readMs: nowMs, shares: read(nowMs) };
    kept = reading;
    // A failure is told to who asked, and asked for again by the next.
    reading.shares.catch(() => {
      if (kept === reading) kept = null;
    });
    return reading.shares;
  };
}

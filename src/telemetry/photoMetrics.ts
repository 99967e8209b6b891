import { Gauge, type Registry } from 'prom-client';
import { inTime } from './inTime';

export interface CorrectedShare {
  readonly source: string;
  readonly share: number;
}

/** Shares of corrected photos, read when somebody scrapes. */
export function watchCorrectedShares(registry: Registry, read: () => Promise<readonly CorrectedShare[]>): void {
  new Gauge({
    name: 'palate_photos_corrected_share',
    help: 'Share of the photos of the last 30 days whose food was corrected, by who had named it',
    labelNames: ['source'] as const,
    registers: [registry],
    async collect() {
      // Without MongoDB there is no share; one of before would look like one of now.
      const shares = (await inTime(read())) ?? [];
      this.reset();
      for (const { source, share } of shares) this.set({ source }, share);
    },
  });
}

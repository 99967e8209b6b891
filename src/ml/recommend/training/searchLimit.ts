import type { Fitting } from '../models/fitting';
import { ReplayDiffers, type SearchRecord, type Trial } from './searchRecord';

/** Where a search ends: by the clock, or where a recorded one ended. */
export type SearchLimit =
  | {
      kind: 'time';
      budgetSeconds: number;
      nowMs: () => number;
      /** Of the budget, by earlier attempts. */
      spentMs?: number;
    }
  | { kind: 'replay'; record: SearchRecord };

/** No further trial begins, and one that is under way is not recorded. */
export class SearchOver extends Error {
  override readonly name = 'SearchOver';
  constructor(readonly ended: SearchRecord['ended']) {
    super(ended);
  }
}

export function createLimit(limit: SearchLimit, maxTrials: number, fitting: Fitting) {
  const beganMs = limit.kind === 'time' ? limit.nowMs() - (limit.spentMs ?? 0) : 0;
  const budgetMs = limit.kind === 'time' ? limit.budgetSeconds * 1_000 : Infinity;
  const elapsedMs = () => (limit.kind === 'time' ? limit.nowMs() - beganMs : 0);
  // With a budget of 0 the first trial is all there is.
  const expected = limit.kind === 'replay' ? limit.record.trials.length : budgetMs > 0 ? maxTrials : 1;

  /** The share of the search that is done, of which time knows less than the trials where they end sooner. */
  const shareDone = (trials: number, elapsed: number): number =>
    Math.min(1, Math.max(trials / expected, budgetMs > 0 ? elapsed / budgetMs : 0));

  return {
    /** What a trial is fitted with, which ends it in time. Throws SearchOver where no further trial may begin. */
    begin(trial: number): Fitting {
      fitting.signal?.throwIfAborted();
      if (trial >= maxTrials) throw new SearchOver('all tried');
      if (limit.kind === 'replay' && trial >= limit.record.trials.length) throw new SearchOver('time over');
      const onProgress = (share: number) => {
        fitting.signal?.throwIfAborted();
        const elapsed = elapsedMs();
        if (trial > 0 && elapsed >= budgetMs) throw new SearchOver('time over');
        fitting.onProgress?.(shareDone(trial + share, elapsed));
      };
      onProgress(0);
      return { ...fitting, onProgress };
    },
    compare(at: number, trial: Trial): void {
      if (limit.kind !== 'replay') return;
      const recorded = limit.record.trials[at];
      if (JSON.stringify(recorded) === JSON.stringify(trial)) return;
      throw new ReplayDiffers(
        `Trial ${at + 1} of the replay differs from the one recorded: ${JSON.stringify(trial)} in place of ${JSON.stringify(recorded)}. ` +
          'Replay it on the same interactions, with the same version and the same major version of Node.',
      );
    },
  };
}

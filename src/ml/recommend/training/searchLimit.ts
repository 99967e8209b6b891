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

export interface TrialLimit {
  /** What a trial is fitted with. */
  readonly timed: Fitting;
  /** Throws where the trial is to end. */
  readonly check: () => void;
}

export function createLimit(limit: SearchLimit, maxTrials: number, fitting: Fitting) {
  const beganMs = limit.kind === 'time' ? limit.nowMs() - (limit.spentMs ?? 0) : 0;
  const budgetMs = limit.kind === 'time' ? limit.budgetSeconds * 1_000 : Infinity;
  const elapsedMs = () => (limit.kind === 'time' ? limit.nowMs() - beganMs : 0);
  // With a budget of 0 the first trial is all there is.
  const expected = limit.kind === 'replay' ? limit.record.trials.length : budgetMs > 0 ? maxTrials : 1;

  /** The share of the search that is done, of which time knows less than the trials where they end sooner. */
  const tell = (trial: number, share: number): void =>
    fitting.onProgress?.(Math.min(1, Math.max((trial + share) / expected, budgetMs > 0 ? elapsedMs() / budgetMs : 0)));

  const within = (trial: number, check: () => void): TrialLimit => ({
    timed: {
      ...fitting,
      onProgress: (share) => {
        check();
        tell(trial, share);
      },
    },
    check,
  });

  return {
    /** Throws SearchOver where no further trial may begin. */
    begin(trial: number): TrialLimit {
      fitting.signal?.throwIfAborted();
      if (trial >= maxTrials) throw new SearchOver('all tried');
      const aborted = () => fitting.signal?.throwIfAborted();
      if (limit.kind === 'replay') {
        if (trial >= limit.record.trials.length) throw new SearchOver('time over');
        return within(trial, aborted);
      }
      if (trial === 0) return within(trial, aborted);
      const timed = () => {
        aborted();
        if (elapsedMs() >= budgetMs) throw new SearchOver('time over');
      };
      timed();
      return within(trial, timed);
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

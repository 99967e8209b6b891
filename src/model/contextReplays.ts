import { z } from 'zod';
import type { SyncFailureReason } from './context';
import type { Id } from './ids';

/** A replay of many syncs at once, and what became of each account. */
export const ReplayState = z.enum(['running', 'paused', 'done', 'cancelled']);
export type ReplayState = z.infer<typeof ReplayState>;

/**
 * waiting       not tried yet
 * acknowledged  the receiver took it in
 * failed        one more attempt failed: it stays on the failed list, where it is on it
 * dismissed     support dismissed it meanwhile: nothing was sent
 * current       somebody else was faster: nothing was to be sent
 * gone          the account is erased, or about to be
 */
export const ReplayOutcome = z.enum(['waiting', 'acknowledged', 'failed', 'dismissed', 'current', 'gone']);
export type ReplayOutcome = z.infer<typeof ReplayOutcome>;

/** Of the syncs on the failed list, those given up for `reason` and that failed last at `since` or later; null: any. */
export interface ReplayFilter {
  reason: SyncFailureReason | null;
  since: Date | null;
}

/**
 * failed  those on the failed list, of the filter
 * all     every account: the receiver is to be told of everybody anew
 */
export const ReplayScope = z.enum(['failed', 'all']);
export type ReplayScope = z.infer<typeof ReplayScope>;

export interface ReplayWanted {
  scope: ReplayScope;
  filter: ReplayFilter;
  /**
   * Of `all`: by how much every version is raised, so that a receiver takes it that has a higher one than there was; null: not at all, and
   * each is sent although it is acknowledged.
   */
  raise: number | null;
}

export interface Replay extends ReplayWanted {
  id: Id;
  state: ReplayState;
  /** Accounts; null until they are noted. */
  total: number | null;
  acknowledged: number;
  failed: number;
  /** Dismissed, current or gone. */
  skipped: number;
  createdAt: Date;
  finishedAt: Date | null;
}

export interface ReplayResult {
  userId: Id;
  outcome: ReplayOutcome;
  reason: SyncFailureReason | null;
  /** When it was decided; null while waiting. */
  at: Date | null;
}

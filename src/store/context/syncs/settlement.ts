import type { PipelineStage } from 'mongoose';
import type { SyncAttempt } from '../../../model/context';
import type { Id } from '../../../model/ids';
import { or, type SyncFailure } from './row';

/** How an attempt under a lease ended. */
export type Settlement =
  | { kind: 'acknowledged'; version: number; attempt: SyncAttempt; readAt: Date; confirmMs: number }
  | {
      kind: 'failed';
      attempt: SyncAttempt;
      /** The receiver may have taken it in all the same, or may yet. */
      uncertain: boolean;
      /** When it is tried again; null: given up. */
      nextAt: Date | null;
      /** Given up, and looked at again this late all the same: it may go better by then. Null: left alone. */
      slowlyAt?: Date | null;
      /** False: it was no attempt of the account's, only a look whether the receiver is well again. */
      counts?: boolean;
    }
  /** Nothing came of it, and nobody is to blame: nothing was sent, or (`uncertain`, its version) the sender had to stop in the middle. */
  | { kind: 'unsent'; dueAt: Date; uncertain?: number };

const mostRecent = 20;
/** What is given up although nothing is behind (a confirmation) is looked at again after this. */
const confirmLaterMs = 10 * 60_000;

/** Appends, and keeps the latest. */
const withAttempt = (attempt: SyncAttempt) => ({
  $slice: [{ $concatArrays: ['$recent', [{ $literal: attempt }]] }, -mostRecent],
});

/** The update of a row by the holder of this lease, or by who held it before (Y3). `later`: a time from now. */
export function settlement(leaseId: Id, end: Settlement, later: (ms: number) => Date): PipelineStage.Set[] {
  const isMine = { $eq: ['$lease.id', leaseId] };
  const ifMine = (field: string, value: unknown) => ({ [field]: { $cond: [isMine, value, `$${field}`] } });
  const isAwaited = { $or: ['$behind', { $ne: ['$confirmAt', null] }] };
  switch (end.kind) {
    case 'unsent':
      return [
        {
          $set: {
            ...ifMine('lease', null),
            ...ifMine('dueAt', { $cond: [{ $ne: ['$dueAt', null] }, end.dueAt, null] }),
            uncertain: end.uncertain === undefined ? '$uncertain' : { $min: ['$uncertain', end.uncertain] },
          },
        },
      ];
    case 'acknowledged': {
      const older = { $and: [{ $ne: ['$uncertain', null] }, { $lt: ['$uncertain', end.version] }] };
      // Reported late: this one may have come in after the newer one.
      const overtaken = { $gt: ['$acknowledged', end.version] };
      return [
        {
          $set: {
            acknowledged: { $max: ['$acknowledged', end.version] },
            acknowledgedAt: end.attempt.at,
            confirmAt: {
              $switch: {
                branches: [
                  { case: '$closed', then: null },
                  { case: { $or: [older, overtaken] }, then: later(end.confirmMs) },
                  // Its time had not come when this was read.
                  { case: { $gt: ['$confirmAt', end.readAt] }, then: '$confirmAt' },
                ],
                default: null,
              },
            },
            // The same version may arrive as well, and after a newer one; and of a sender without its lease nobody knows the order.
            uncertain: {
              $cond: [
                isMine,
                { $cond: [{ $gte: ['$uncertain', end.version] }, '$uncertain', null] },
                { $min: ['$uncertain', end.version] },
              ],
            },
            attempts: 0,
            firstFailedAt: null,
            lastFailedAt: null,
            failure: null,
            dismissed: null,
            recent: withAttempt(end.attempt),
            ...ifMine('lease', null),
          },
        },
        { $set: { behind: { $and: [{ $not: ['$closed'] }, { $gt: ['$version', '$acknowledged'] }] } } },
        {
          $set: {
            behindSince: { $cond: ['$behind', end.readAt, null] },
            dueAt: { $cond: ['$behind', later(0), '$confirmAt'] },
          },
        },
      ];
    }
    case 'failed': {
      const { attempt, nextAt, slowlyAt = null, counts = true } = end;
      const failure: SyncFailure | null =
        attempt.reason === null
          ? null
          : { version: attempt.version, reason: attempt.reason, status: attempt.status, at: attempt.at };
      // Given up. A change of meanwhile is for its own wake-up, which is on its way.
      const leftAlone = { $cond: [{ $gt: ['$version', attempt.version] }, later(0), slowlyAt] };
      return [
        {
          $set: {
            ...(counts && {
              ...ifMine('attempts', { $add: ['$attempts', 1] }),
              ...ifMine('firstFailedAt', or('firstFailedAt', attempt.at)),
              ...ifMine('lastFailedAt', attempt.at),
            }),
            recent: withAttempt(attempt),
            uncertain: end.uncertain ? { $min: ['$uncertain', attempt.version] } : '$uncertain',
            ...ifMine('lease', null),
            ...(nextAt !== null
              ? ifMine('dueAt', { $cond: [isAwaited, nextAt, null] })
              : {
                  ...ifMine('failure', { $cond: ['$behind', { $literal: failure }, '$failure'] }),
                  ...ifMine('dueAt', {
                    $cond: ['$behind', leftAlone, { $cond: [isAwaited, later(confirmLaterMs), null] }],
                  }),
                }),
          },
        },
      ];
    }
  }
}

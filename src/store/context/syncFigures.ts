import type { Connection } from 'mongoose';
import type { SyncFailureReason } from '../../model/context';
import { contextSyncRows, figuresIndex } from './syncs';

/**
 * How context sync stands, of all accounts.
 *
 * Y1  An account whose latest change is not acknowledged is counted once: among the failed where it was given up, by nobody where that was
 *     dismissed, else in the backlog. So one account that nobody can help does not make everybody look late, and is late all the same: the
 *     oldest change of the failed is told apart.
 * Y2  No row is read: all is in the indexes, and takes as long as there are accounts behind.
 */
export interface SyncFigures {
  /** Accounts that are behind and being taken care of. */
  backlog: number;
  /** The oldest change among them; null: there are none. */
  oldestChangeAt: Date | null;
  /** Accounts on the failed list; a reason is missing where there are none. */
  failed: Partial<Record<SyncFailureReason, number>>;
  /** The oldest change of those on the failed list; null: there are none. */
  oldestFailedChangeAt: Date | null;
}

/** A reading that takes longer is given up: whoever looks has more to look at. */
const withinMs = 2_000;

interface Group {
  _id: { reason?: SyncFailureReason | null; dismissed: boolean };
  accounts: number;
  oldestChangeAt: Date | null;
}

const earlier = (one: Date | null, other: Date | null) =>
  one === null || (other !== null && other < one) ? other : one;

export function createSyncFigureStore(connection: Connection) {
  const rows = contextSyncRows(connection);
  const grouped = () =>
    rows
      .aggregate<Group>([
        { $match: { behind: true } },
        {
          $group: {
            _id: { reason: '$failure.reason', dismissed: { $gt: ['$dismissed.at', null] } },
            accounts: { $sum: 1 },
            oldestChangeAt: { $min: '$behindSince' },
          },
        },
      ])
      .option({ hint: figuresIndex, maxTimeMS: withinMs });
  const latest = () =>
    rows
      .findOne({ acknowledgedAt: { $type: 'date' } }, { _id: 0, acknowledgedAt: 1 })
      .sort({ acknowledgedAt: -1 })
      .maxTimeMS(withinMs);

  return {
    async read(): Promise<SyncFigures> {
      const figures: SyncFigures = { backlog: 0, oldestChangeAt: null, failed: {}, oldestFailedChangeAt: null };
      for (const { _id, accounts, oldestChangeAt } of await grouped()) {
        if (_id.dismissed) continue;
        const reason = _id.reason ?? null;
        if (reason !== null) {
          figures.failed[reason] = accounts;
          figures.oldestFailedChangeAt = earlier(figures.oldestFailedChangeAt, oldestChangeAt);
        } else {
          figures.backlog = accounts;
          figures.oldestChangeAt = oldestChangeAt;
        }
      }
      return figures;
    },

    /** When the receiver last acknowledged anything; null: never, or of no account that is still there. */
    async lastAcknowledgedAt(): Promise<Date | null> {
      return (await latest().lean())?.acknowledgedAt ?? null;
    },
  };
}
export type SyncFigureStore = ReturnType<typeof createSyncFigureStore>;

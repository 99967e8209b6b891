import type { ClientSession, Connection, QueryFilter } from 'mongoose';
import { SyncFailureReason } from '../../model/context';
import type { ReplayFilter } from '../../model/contextReplays';
import type { Id } from '../../model/ids';
import { behindIndex, contextSyncRows, openIndex, type SyncRow } from './syncs';

/**
 * Context syncs as support reads them: who is on the failed list, and who is behind.
 *
 * F1  On the failed list is whose sync was given up and not dismissed.
 * F2  Every list walks an index in its order. All reasons are named where none is asked for: the index then gives each of them in order,
 *     and MongoDB merges them.
 * F3  A count reads the index alone, and stops at its bound.
 */
export interface FailedFilter extends ReplayFilter {
  /** Failed last at this time or before; missing: any. */
  until?: Date;
}

/** A place in the failed list: strictly after this row. */
export interface FailedPosition {
  lastFailedAt: Date;
  id: Id;
}

export type FailedCounts = Record<SyncFailureReason, number>;

/** As support shows it; the outcome of a circuit is not in the row. */
export const isFailed = ({ failure, dismissed }: Pick<SyncRow, 'failure' | 'dismissed'>): boolean =>
  failure !== null && dismissed === null;

/** Null: of those that were not given up. */
const reasonsOf = (reason: SyncFailureReason | null, held: boolean): (SyncFailureReason | null)[] => {
  const all = [null, ...SyncFailureReason.options];
  return all.filter((one) => (reason === null || one === reason) && (!held || one === null));
};

export function createSyncList(connection: Connection, clock: () => Date) {
  const rows = contextSyncRows(connection);
  const failed = (reason: SyncFailureReason | null): QueryFilter<SyncRow> => ({
    // The type is what the partial index is declared for.
    'failure.reason': { $in: reason === null ? SyncFailureReason.options : [reason], $type: 'string' },
    'dismissed.at': null,
  });
  const within = ({ since, until }: Pick<FailedFilter, 'since' | 'until'>, before: FailedPosition | null) => {
    const latest =
      before === null || (until !== undefined && until < before.lastFailedAt) ? until : before.lastFailedAt;
    const bounds = { ...(since && { $gte: since }), ...(latest && { $lte: latest }) };
    return {
      ...(Object.keys(bounds).length > 0 && { lastFailedAt: bounds }),
      ...(before && {
        // Not as `$or`: of that MongoDB would make a plan with the index of the ids.
        $nor: [{ lastFailedAt: before.lastFailedAt, _id: { $gte: before.id } }],
      }),
    };
  };
  const failedQuery = (filter: FailedFilter, limit: number, before: FailedPosition | null) =>
    rows
      .find({ ...failed(filter.reason), ...within(filter, before) })
      .sort({ lastFailedAt: -1, _id: -1 })
      .limit(limit);
  const countQuery = (reason: SyncFailureReason, since: Date | null, most: number) =>
    rows.countDocuments({ ...failed(reason), ...within({ since }, null) }, { limit: most });
  const behindQuery = (
    { reason, since }: ReplayFilter,
    { held, limit, after }: { held: boolean; limit: number; after: Id | null },
  ) =>
    rows
      .find({
        behind: true,
        'failure.reason': { $in: reasonsOf(reason, held) },
        ...(since && { lastFailedAt: { $gte: since } }),
        ...(after !== null && { _id: { $gt: after } }),
      })
      .sort({ _id: 1 })
      .limit(limit)
      .hint(behindIndex);

  return {
    /** The failed list, the one that failed last first. */
    async findFailed(filter: FailedFilter, limit: number, before: FailedPosition | null): Promise<SyncRow[]> {
      return failedQuery(filter, limit, before).lean<SyncRow[]>();
    },

    /** How many are on the failed list for each reason, each counted to at most `most`. */
    async countFailed(since: Date | null, most: number): Promise<FailedCounts> {
      const counts = await Promise.all(
        SyncFailureReason.options.map(async (reason) => [reason, await countQuery(reason, since, most)] as const),
      );
      return Object.fromEntries(counts) as FailedCounts;
    },

    /** Whose context is not acknowledged as it is, in the order of their accounts. `held`: only those that were not given up. */
    async findBehind(
      filter: ReplayFilter,
      page: { held: boolean; limit: number; after: Id | null },
    ): Promise<SyncRow[]> {
      return behindQuery(filter, page).lean<SyncRow[]>();
    },

    /** Every account that is not being erased, in the order of their ids. */
    async findOpen(limit: number, after: Id | null): Promise<Id[]> {
      const found = rows.find({ closed: false, ...(after !== null && { _id: { $gt: after } }) }, { _id: 1 });
      const page = await found.sort({ _id: 1 }).limit(limit).hint(openIndex).lean<Pick<SyncRow, '_id'>[]>();
      return page.map(({ _id }) => _id);
    },

    /** How many these are, counted to at most `most`. */
    async countOpen(most: number): Promise<number> {
      return rows.countDocuments({ closed: false }, { limit: most, hint: openIndex });
    },

    async findMany(ids: readonly Id[]): Promise<SyncRow[]> {
      return rows.find({ _id: { $in: [...ids] } }).lean<SyncRow[]>();
    },

    /** Off the failed list, until the next change. False: it is not on it. */
    async dismiss(userId: Id, by: Id, reason: string, session: ClientSession): Promise<boolean> {
      const { modifiedCount } = await rows.updateOne(
        // A change of after it was given up is no part of what is dismissed: it is on its way.
        { _id: userId, ...failed(null), closed: false, $expr: { $lte: ['$version', '$failure.version'] } },
        { $set: { dismissed: { at: clock(), by, reason }, dueAt: null } },
        { session },
      );
      return modifiedCount === 1;
    },
  };
}
export type SyncListStore = ReturnType<typeof createSyncList>;

import { Schema, type ClientSession, type Connection, type PipelineStage } from 'mongoose';
import type { ContextSection, SyncAttempt, SyncFailureReason } from '../../model/context';
import { contextSections } from '../../model/context';
import type { Id } from '../../model/ids';
import { newId } from '../ids';

/**
 * Context syncs: for each account, which version its context has and which one the receiver acknowledged.
 *
 * Y1  A change raises `version` in its own transaction, as the last write of it: the row is shared by all writers of an account.
 * Y2  `version` above `acknowledged` is the launch: `dueAt` says when the sweep looks, whatever became of the wake-up.
 * Y3  Nothing is sent without the lease. Whoever held one that ran out may still report how it went: an acknowledgement is a fact, and a
 *     failure is kept among the attempts; nobody else's lease, and nothing that is planned for the account, is touched by it.
 * Y4  `acknowledged` never falls.
 * Y5  A failed sync (attempts used up, or a final refusal) is on the failed list until it is acknowledged or dismissed. After a refusal it
 *     is left alone until the next change or a replay; where it may go better by itself it is also looked at again, slowly, and when the
 *     receiver is well again.
 * Y6  An attempt that ended without an answer, or whose sender lost the lease, may still reach the receiver. Where a newer version was
 *     acknowledged, the whole is sent once more a while later (`confirmAt`), so that a late older one does not have the last word.
 * Y7  A closed row belongs to an account that is being erased: no lease is given for it again.
 * Y9  A time further ahead than any setting asks for was written by a clock that ran ahead, and counts as over.
 * Y8  A row is due only where something is behind or to be confirmed: what is in order is not looked at again and again.
 */
export interface SyncRow {
  _id: Id;
  version: number;
  acknowledged: number;
  acknowledgedAt: Date | null;
  behind: boolean;
  sections: Record<ContextSection, number>;
  changedAt: Date;
  /** The oldest change that is not acknowledged. */
  behindSince: Date | null;
  /** When the sweep looks at it; null: nothing to do, or left alone. */
  dueAt: Date | null;
  /** The look that put it off last. */
  claim?: Id;
  /** `version`: that of the context when it was given; what its holder sends is not older. */
  lease: { id: Id; until: Date; version: number } | null;
  /** When the receiver was first told of this user; null: never, so it has nothing to forget. */
  firstSentAt: Date | null;
  /** Lowest version of which an attempt ended without an answer. */
  uncertain: number | null;
  confirmAt: Date | null;
  /** Attempts that failed since the last acknowledgement. */
  attempts: number;
  firstFailedAt: Date | null;
  lastFailedAt: Date | null;
  /** The latest of them, the last one last. */
  recent: SyncAttempt[];
  failure: SyncFailure | null;
  dismissed: { at: Date; by: Id; reason: string } | null;
  closed: boolean;
}

/** A sync that was given up. */
export interface SyncFailure {
  version: number;
  reason: SyncFailureReason;
  status: number | null;
  at: Date;
}

export type LeaseAnswer =
  | { kind: 'leased'; leaseId: Id; acknowledged: number; attempts: number }
  /** There is nothing to send. */
  | { kind: 'current'; acknowledged: number }
  /** Another sender has it. */
  | { kind: 'busy'; until: Date }
  | { kind: 'gone' };

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

/** Beyond the longest wait: for the next attempt, for a slot, or for what is looked at again slowly. */
const plausibleMs = 2 * 3_600_000;
const mostRecent = 20;
/** What is given up although nothing is behind (a confirmation) is looked at again after this. */
const confirmLaterMs = 10 * 60_000;

const attemptSchema = new Schema<SyncAttempt>(
  {
    at: { type: Date, required: true },
    version: { type: Number, required: true },
    status: { type: Number, default: null },
    ms: { type: Number, required: true },
    reason: { type: String, default: null },
    error: { type: String, default: null },
    by: { type: String, required: true },
  },
  { _id: false },
);
const schema = new Schema<SyncRow>(
  {
    _id: { type: String, required: true },
    version: { type: Number, required: true },
    acknowledged: { type: Number, required: true },
    acknowledgedAt: { type: Date, default: null },
    behind: { type: Boolean, required: true },
    sections: { type: Schema.Types.Mixed, required: true },
    changedAt: { type: Date, required: true },
    behindSince: { type: Date, default: null },
    dueAt: { type: Date, default: null },
    claim: { type: String },
    lease: { type: Schema.Types.Mixed, default: null },
    firstSentAt: { type: Date, default: null },
    uncertain: { type: Number, default: null },
    confirmAt: { type: Date, default: null },
    attempts: { type: Number, required: true },
    firstFailedAt: { type: Date, default: null },
    lastFailedAt: { type: Date, default: null },
    recent: { type: [attemptSchema], required: true },
    failure: { type: Schema.Types.Mixed, default: null },
    dismissed: { type: Schema.Types.Mixed, default: null },
    closed: { type: Boolean, required: true },
  },
  { versionKey: false, collection: 'context_syncs' },
);
schema.index({ dueAt: 1 }, { partialFilterExpression: { dueAt: { $type: 'date' } } });
// Whoever is behind, in the order of their accounts (`syncList.ts`).
export const behindIndex = { behind: 1, 'failure.reason': 1, _id: 1, lastFailedAt: 1 } as const;
schema.index(behindIndex, { partialFilterExpression: { behind: true } });
// Holds all that the figures are made of, so that no row is read for them (`syncFigures.ts`).
export const figuresIndex = { behind: 1, 'failure.reason': 1, 'dismissed.at': 1, behindSince: 1 } as const;
schema.index(figuresIndex, { partialFilterExpression: { behind: true } });
schema.index({ acknowledgedAt: -1 }, { partialFilterExpression: { acknowledgedAt: { $type: 'date' } } });
// The failed list, latest first, and its counts (`syncList.ts`).
schema.index(
  { 'failure.reason': 1, 'dismissed.at': 1, lastFailedAt: -1, _id: -1 },
  { partialFilterExpression: { 'failure.reason': { $type: 'string' } } },
);

/** The rows, for whichever store reads them. */
export const contextSyncRows = (connection: Connection) => connection.model('ContextSync', schema);
export type ContextSyncRows = ReturnType<typeof contextSyncRows>;

const zero = Object.fromEntries(contextSections.map((section) => [section, 0]));
const or = (field: string, otherwise: unknown) => ({ $ifNull: [`$${field}`, otherwise] });
type Update = (PipelineStage.Set | PipelineStage.Unset)[];

/** What a row holds that was never written before; beside it the update sets what it is about. */
const asOfOld: Record<string, unknown> = {
  acknowledged: or('acknowledged', 0),
  acknowledgedAt: or('acknowledgedAt', null),
  lease: or('lease', null),
  firstSentAt: or('firstSentAt', null),
  uncertain: or('uncertain', null),
  confirmAt: or('confirmAt', null),
  attempts: or('attempts', 0),
  firstFailedAt: or('firstFailedAt', null),
  lastFailedAt: or('lastFailedAt', null),
  recent: or('recent', []),
  closed: or('closed', false),
};

export function createContextSyncStore(connection: Connection, clock: () => Date) {
  const rows = contextSyncRows(connection);
  const later = (ms: number) => new Date(clock().getTime() + ms);
  /** Appends, and keeps the latest. */
  const withAttempt = (attempt: SyncAttempt) => ({
    $slice: [{ $concatArrays: ['$recent', [{ $literal: attempt }]] }, -mostRecent],
  });

  const overdue = () => ({
    $or: [
      { dueAt: { $lte: clock(), $type: 'date' as const } },
      { dueAt: { $gt: later(plausibleMs), $type: 'date' as const } },
    ],
  });

  return {
    collection: rows.collection.collectionName,

    /**
     * A change of `sections`: the last write of its transaction. `graceMs`: for so long the wake-up has the time to do it.
     * Gives the version that the context has from now on.
     */
    async touch(
      ownerId: Id,
      sections: readonly ContextSection[],
      graceMs: number,
      session: ClientSession,
    ): Promise<number> {
      const now = clock();
      const update: Update = [
        { $set: { version: { $add: [or('version', 0), 1] }, ...asOfOld } },
        {
          $set: {
            sections: {
              $mergeObjects: [zero, '$sections', Object.fromEntries(sections.map((name) => [name, '$version']))],
            },
            changedAt: now,
            behindSince: or('behindSince', now),
            // What waits for its next attempt keeps its time; a confirmation that is far ahead does not keep a change waiting.
            dueAt: {
              $cond: [
                '$closed',
                null,
                { $cond: ['$behind', or('dueAt', later(graceMs)), { $min: ['$dueAt', later(graceMs)] }] },
              ],
            },
            behind: { $not: ['$closed'] },
            failure: { $cond: [{ $eq: [or('dismissed', null), null] }, or('failure', null), null] },
            dismissed: null,
          },
        },
      ];
      const row = await rows
        .findOneAndUpdate({ _id: ownerId }, update, {
          upsert: true,
          returnDocument: 'after',
          updatePipeline: true,
          session,
          projection: { version: 1 },
        })
        .lean();
      if (!row) throw new Error(`The context of ${ownerId} was neither found nor made`);
      return row.version;
    },

    /** The right to send, for `ms`; `force`: also what is acknowledged. */
    async lease(ownerId: Id, ms: number, { force = false } = {}): Promise<LeaseAnswer> {
      const now = clock();
      const leaseId = newId();
      const leased = await rows
        .findOneAndUpdate(
          {
            _id: ownerId,
            closed: false,
            $and: [
              {
                $or: [
                  { lease: null },
                  { 'lease.until': { $lte: now } },
                  { 'lease.until': { $gt: later(plausibleMs) } },
                ],
              },
              ...(force ? [] : [{ $or: [{ behind: true }, { confirmAt: { $lte: now } }] }]),
            ],
          },
          [
            {
              $set: {
                lease: { id: leaseId, until: later(ms), version: '$version' },
                // Whoever let it run out may have sent what was known then.
                uncertain: { $min: ['$uncertain', '$lease.version'] },
                firstSentAt: or('firstSentAt', now),
                // Whoever dies with the lease is found out by the sweep.
                dueAt: { $cond: [{ $ne: ['$dueAt', null] }, later(ms), null] },
              },
            },
          ],
          { returnDocument: 'after', updatePipeline: true, projection: { acknowledged: 1, attempts: 1 } },
        )
        .lean();
      if (leased) return { kind: 'leased', leaseId, acknowledged: leased.acknowledged, attempts: leased.attempts };
      const row = await rows.findById(ownerId, { lease: 1, acknowledged: 1, closed: 1 }).lean();
      if (!row || row.closed) return { kind: 'gone' };
      if (row.lease && row.lease.until > now) return { kind: 'busy', until: row.lease.until };
      return { kind: 'current', acknowledged: row.acknowledged };
    },

    /** How it ended; gives the lease back. True: the account has changes that are not acknowledged. */
    async settle(ownerId: Id, leaseId: Id, end: Settlement): Promise<boolean> {
      const row = await rows
        .findOneAndUpdate({ _id: ownerId }, this.settlement(leaseId, end), {
          returnDocument: 'after',
          updatePipeline: true,
          projection: { behind: 1 },
        })
        .lean();
      return row?.behind ?? false;
    },

    settlement(leaseId: Id, end: Settlement): Update {
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
    },

    async find(ownerId: Id, session: ClientSession | null = null): Promise<SyncRow | null> {
      return rows.findById(ownerId, null, { session }).lean<SyncRow>();
    },

    /** Those nobody is sending, the longest due first; they are put off by `ms`, so that another replica finds others. */
    async claimDue(limit: number, ms: number): Promise<Id[]> {
      const due = await rows.find(overdue(), { _id: 1 }).sort({ dueAt: 1 }).limit(limit).lean();
      const ids = due.map(({ _id }) => _id);
      if (ids.length === 0) return [];
      const claim = newId();
      const { modifiedCount } = await rows.updateMany(
        { _id: { $in: ids }, ...overdue() },
        { $set: { dueAt: later(ms), claim } },
      );
      if (modifiedCount === ids.length) return ids;
      const mine = new Set((await rows.find({ _id: { $in: ids }, claim }, { _id: 1 }).lean()).map(({ _id }) => _id));
      return ids.filter((id) => mine.has(id));
    },

    /** The receiver is well again: nobody who is behind, and not left alone, waits any longer. */
    async makeAllDue(): Promise<void> {
      const now = clock();
      await rows.updateMany({ behind: true, dueAt: { $gt: now }, lease: null }, { $set: { dueAt: now } });
    },

    /** Accounts that are behind or to be confirmed, and not left alone. */
    async countDue(): Promise<number> {
      return rows.countDocuments({ dueAt: { $type: 'date' } });
    },

    /** Somebody is at it, and will be for so long: the sweep need not look before `until`. */
    async putOff(ownerId: Id, until: Date): Promise<void> {
      await rows.updateOne({ _id: ownerId, dueAt: { $ne: null } }, { $max: { dueAt: until } });
    },

    /**
     * For erasure: no lease is given from now on. `told`: the receiver was told of this user, and has something to forget; `mayArrive`: a
     * push that it was sent may be taken in yet.
     */
    async close(ownerId: Id): Promise<{ told: boolean; leasedUntil: Date | null; mayArrive: boolean }> {
      const row = await rows
        .findOneAndUpdate(
          { _id: ownerId },
          { $set: { closed: true, behind: false, behindSince: null, dueAt: null, failure: null } },
          { returnDocument: 'after', projection: { firstSentAt: 1, lease: 1, uncertain: 1, confirmAt: 1 } },
        )
        .lean();
      return {
        told: (row?.firstSentAt ?? null) !== null,
        leasedUntil: row?.lease?.until ?? null,
        mayArrive: [row?.lease, row?.uncertain, row?.confirmAt].some((trace) => (trace ?? null) !== null),
      };
    },

    async remove(ownerId: Id): Promise<number> {
      return (await rows.deleteOne({ _id: ownerId })).deletedCount;
    },
  };
}
export type ContextSyncStore = ReturnType<typeof createContextSyncStore>;

import type { ClientSession, Connection, PipelineStage } from 'mongoose';
import type { ContextSection } from '../../../model/context';
import type { Id } from '../../../model/ids';
import { newId } from '../../ids';
import { contextShape, contextSyncRows, or, sectionsOf, unsent, type SyncRow } from './row';
import { settlement, type Settlement } from './settlement';

export {
  behindIndex,
  contextShape,
  contextSyncRows,
  contextSyncsCollection,
  figuresIndex,
  openIndex,
  sectionsOf,
  unsent,
} from './row';
export type { SyncFailure, SyncRow } from './row';
export type { Settlement } from './settlement';

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
 * Y7  A closed row belongs to an account that is being erased: no lease is given for it again, but that under which its context is taken
 *     back at the receiver (`leaseClosed`).
 * Y8  A row is due only where something is behind or to be confirmed: what is in order is not looked at again and again.
 * Y9  A time further ahead than any setting asks for was written by a clock that ran ahead, and counts as over.
 * Y10 A version may be raised by more than 1 although nothing changed: whoever drops lower versions than it has takes the context then.
 */
export type LeaseAnswer =
  | { kind: 'leased'; leaseId: Id; acknowledged: number; attempts: number }
  /** There is nothing to send. */
  | { kind: 'current'; acknowledged: number }
  /** Another sender has it. */
  | { kind: 'busy'; until: Date }
  | { kind: 'gone' };

/** Beyond the longest wait: for the next attempt, for a slot, or for what is looked at again slowly. */
const plausibleMs = 2 * 3_600_000;

/** What stands, or what a row begins with. */
const asBefore = Object.fromEntries(Object.entries(unsent).map(([field, first]) => [field, or(field, first)]));

export function createContextSyncStore(connection: Connection, clock: () => Date) {
  const rows = contextSyncRows(connection);
  const later = (ms: number) => new Date(clock().getTime() + ms);
  /** No lease, one that ran out, or one that no clock of ours would have set. */
  const nobodySends = () => ({
    $or: [{ lease: null }, { 'lease.until': { $lte: clock() } }, { 'lease.until': { $gt: later(plausibleMs) } }],
  });
  const overdue = () => ({
    $or: [
      { dueAt: { $lte: clock(), $type: 'date' as const } },
      { dueAt: { $gt: later(plausibleMs), $type: 'date' as const } },
    ],
  });

  /** Raises the version of a row, of whose context `sections` changed. */
  const raised = (by: number, sections: readonly ContextSection[], graceMs: number): PipelineStage.Set[] => {
    const now = clock();
    return [
      // A row that begins now begins in the shape of now.
      {
        $set: {
          shape: { $cond: [{ $eq: [or('version', 0), 0] }, contextShape, or('shape', null)] },
          version: { $add: [or('version', 0), by] },
          ...asBefore,
        },
      },
      {
        $set: {
          sections: {
            $mergeObjects: [sectionsOf(0), '$sections', Object.fromEntries(sections.map((name) => [name, '$version']))],
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
          failure: { $cond: [{ $eq: ['$dismissed', null] }, '$failure', null] },
          dismissed: null,
        },
      },
    ];
  };

  return {
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
      const row = await rows
        .findOneAndUpdate({ _id: ownerId }, raised(1, sections, graceMs), {
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

    /** Raises versions by so much (Y10). `graceMs`: for so long whoever asks for it has the time to send them. */
    async raise(ownerIds: readonly Id[], by: number, graceMs: number): Promise<void> {
      await rows.updateMany({ _id: { $in: [...ownerIds] }, closed: false }, raised(by, [], graceMs), {
        updatePipeline: true,
      });
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
            $and: [nobodySends(), ...(force ? [] : [{ $or: [{ behind: true }, { confirmAt: { $lte: now } }] }])],
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

    /**
     * For erasure: the right to send, for `ms`, that nothing is known of the account any more, under a version of its own, above all that was
     * sent. `settle` gives it back. Null: another sender has the lease, or the row is not closed.
     */
    async leaseClosed(ownerId: Id, ms: number): Promise<{ leaseId: Id; version: number } | null> {
      const leaseId = newId();
      const row = await rows
        .findOneAndUpdate(
          {
            _id: ownerId,
            closed: true,
            ...nobodySends(),
          },
          [
            { $set: { version: { $add: ['$version', 1] }, uncertain: { $min: ['$uncertain', '$lease.version'] } } },
            { $set: { lease: { id: leaseId, until: later(ms), version: '$version' } } },
          ],
          { returnDocument: 'after', updatePipeline: true, projection: { version: 1 } },
        )
        .lean();
      return row && { leaseId, version: row.version };
    },

    /** How it ended; gives the lease back. True: the account has changes that are not acknowledged. */
    async settle(ownerId: Id, leaseId: Id, end: Settlement): Promise<boolean> {
      const row = await rows
        .findOneAndUpdate({ _id: ownerId }, settlement(leaseId, end, later), {
          returnDocument: 'after',
          updatePipeline: true,
          projection: { behind: 1 },
        })
        .lean();
      return row?.behind ?? false;
    },

    async find(ownerId: Id, session: ClientSession | null = null): Promise<SyncRow | null> {
      return rows.findById(ownerId, null, { session }).lean<SyncRow>();
    },

    /**
     * Those nobody is sending, the longest due first; they are put off by `ms`, so that another replica finds others. `more`: there may be,
     * also where another replica was faster with some of these.
     */
    async claimDue(limit: number, ms: number): Promise<{ ids: Id[]; more: boolean }> {
      const due = await rows.find(overdue(), { _id: 1 }).sort({ dueAt: 1 }).limit(limit).lean();
      const ids = due.map(({ _id }) => _id);
      const more = ids.length === limit;
      if (ids.length === 0) return { ids, more };
      const claim = newId();
      const { modifiedCount } = await rows.updateMany(
        { _id: { $in: ids }, ...overdue() },
        { $set: { dueAt: later(ms), claim } },
      );
      if (modifiedCount === ids.length) return { ids, more };
      const mine = new Set((await rows.find({ _id: { $in: ids }, claim }, { _id: 1 }).lean()).map(({ _id }) => _id));
      return { ids: ids.filter((id) => mine.has(id)), more };
    },

    /** The receiver is well again: nobody who is behind, and not left alone, waits any longer. */
    async makeAllDue(): Promise<void> {
      const now = clock();
      await rows.updateMany({ behind: true, dueAt: { $gt: now }, lease: null }, { $set: { dueAt: now } });
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

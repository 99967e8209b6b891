import { Schema, type Connection } from 'mongoose';
import type { Id } from '../model/ids';
import { isDuplicateKey } from './faults';

/**
 * Leases on the preparing of pictures: whose run holds one may be scheduled. One row for each fairness key (an account, or a keyed hash of
 * an anonymous address), which holds the leases of the key and the line of those that wait for one, so that one atomic update decides.
 *
 * L1  A key has at most `leasesOfAKey` leases. A run has at most one lease or place in line: asking again changes nothing.
 * L2  A lease that is released goes to the first in line in the same update: of a start and a release at the same moment one sees the other.
 * L3  A lease that ran out is not taken over here: the caller finds out whether its run is still preparing, and renews or releases it.
 * L4  The line is bounded, as it is written at each release; who finds it full asks again later.
 * L5  A row without a lease is left for the next picture and goes by TTL, later than the longest time that a picture may take.
 */
export const leasesOfAKey = 2;
const mostInLine = 200;
const leaseMs = 2 * 60_000;
const keepMs = 25 * 3600_000;
const hourMs = 3600_000;

interface LeaseRow {
  /** The fairness key. */
  _id: string;
  ownerId: Id | null;
  leases: { workflowId: string; until: Date }[];
  /** Workflow ids, the longest wait first. */
  line: string[];
  expiresAt: Date;
}

export const pictureLeasesCollection = 'picture_leases';
const schema = new Schema<LeaseRow>(
  {
    _id: { type: String, required: true },
    ownerId: { type: String, default: null },
    leases: { type: [Schema.Types.Mixed as never], required: true },
    line: { type: [String], required: true },
    expiresAt: { type: Date, required: true },
  },
  // A lease that a failover takes back costs fairness for a moment, which no picture waits for a second node for.
  { versionKey: false, collection: pictureLeasesCollection, writeConcern: { w: 1 } },
);
schema.index({ 'leases.workflowId': 1 });
schema.index({ ownerId: 1 });
schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

/** `overdue`: workflow ids whose lease of this key ran out. */
export type LeaseOutcome = { kind: 'held' } | { kind: 'in line'; overdue: string[] };

export function createPictureLeaseStore(connection: Connection, clock: () => Date) {
  const rows = connection.model('PictureLease', schema);
  const fromNow = (ms: number) => new Date(clock().getTime() + ms);
  /** The same all hour, so that it is rarely written. */
  const expiry = () => new Date(Math.ceil(fromNow(keepMs).getTime() / hourMs) * hourMs);

  const askOnce = (key: string, ownerId: Id | null, workflowId: string) => {
    const leases = { $ifNull: ['$leases', []] };
    const line = { $ifNull: ['$line', []] };
    const lease = { workflowId, until: fromNow(leaseMs) };
    const holds = { $in: [workflowId, { $map: { input: leases, as: 'lease', in: '$$lease.workflowId' } }] };
    const takes = { $and: [{ $not: [holds] }, { $lt: [{ $size: leases }, leasesOfAKey] }] };
    const joins = { $and: [{ $not: [{ $in: [workflowId, line] }] }, { $lt: [{ $size: line }, mostInLine] }] };
    const others = { $filter: { input: line, as: 'one', cond: { $ne: ['$$one', workflowId] } } };
    return rows
      .findOneAndUpdate(
        { _id: key },
        [
          {
            $set: {
              ownerId,
              expiresAt: expiry(),
              leases: { $cond: [takes, { $concatArrays: [leases, [lease]] }, leases] },
              line: {
                $cond: [
                  { $or: [holds, takes] },
                  others,
                  { $cond: [joins, { $concatArrays: [line, [workflowId]] }, line] },
                ],
              },
            },
          },
        ],
        { upsert: true, returnDocument: 'after', updatePipeline: true },
      )
      .lean<LeaseRow>();
  };

  return {
    async ask(key: string, ownerId: Id | null, workflowId: string): Promise<LeaseOutcome> {
      // Of two that insert the row of a key at once, one is refused and finds it there.
      const row = await askOnce(key, ownerId, workflowId).catch((error: unknown) => {
        if (!isDuplicateKey(error)) throw error;
        return askOnce(key, ownerId, workflowId);
      });
      if (row.leases.some((lease) => lease.workflowId === workflowId)) return { kind: 'held' };
      const now = clock();
      return { kind: 'in line', overdue: row.leases.filter(({ until }) => until <= now).map((one) => one.workflowId) };
    },

    async renew(workflowId: string): Promise<void> {
      await rows.updateOne(
        { 'leases.workflowId': workflowId },
        { $set: { 'leases.$.until': fromNow(leaseMs), expiresAt: expiry() } },
      );
    },

    /** The workflow id of the launch that has the lease now; null: there is none in line, or the run held no lease. */
    async release(workflowId: string): Promise<string | null> {
      const others = { $filter: { input: '$leases', as: 'lease', cond: { $ne: ['$$lease.workflowId', workflowId] } } };
      const next = [{ workflowId: { $first: '$line' }, until: fromNow(leaseMs) }];
      const waiting = { $size: '$line' };
      const row = await rows
        .findOneAndUpdate(
          { 'leases.workflowId': workflowId },
          [
            {
              $set: {
                leases: { $cond: [{ $gt: [waiting, 0] }, { $concatArrays: [others, next] }, others] },
                line: { $slice: ['$line', 1, { $max: [1, waiting] }] },
              },
            },
          ],
          { updatePipeline: true },
        )
        .select({ line: { $slice: 1 } })
        .lean<Pick<LeaseRow, 'line'>>();
      return row?.line[0] ?? null;
    },

    /** For erasure. */
    async removeOf(ownerId: Id): Promise<number> {
      return (await rows.deleteMany({ ownerId })).deletedCount;
    },
  };
}
export type PictureLeaseStore = ReturnType<typeof createPictureLeaseStore>;

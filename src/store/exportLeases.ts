import { Schema, type Connection } from 'mongoose';
import type { Id } from '../model/ids';
import { isDuplicateKey } from './faults';
import { newId } from './ids';

/**
 * Leases on the export of an account, one row for each account: whoever holds it is the only one that exports, of all replicas.
 *
 * L1  The holder renews it while the export runs and releases it at the end; a holder that died blocks the next for one lease at most.
 * L2  A lease that ran out, or went with the account, is nobody's: its former holder hears so from `renew` and `release`.
 */
export type ExportClaim = { kind: 'taken'; lease: string } | { kind: 'held'; until: Date };

interface LeaseRow {
  /** Id of the account. */
  _id: Id;
  /** Random word of the request that holds it. */
  lease: string;
  expiresAt: Date;
}

const schema = new Schema<LeaseRow>(
  {
    _id: { type: String, required: true },
    lease: { type: String, required: true },
    expiresAt: { type: Date, required: true },
  },
  { versionKey: false, collection: 'export_leases' },
);
schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export function createExportLeaseStore(connection: Connection, clock: () => Date) {
  const rows = connection.model('ExportLease', schema);
  const until = (ms: number) => new Date(clock().getTime() + ms);
  return {
    async take(ownerId: Id, leaseMs: number): Promise<ExportClaim> {
      const lease = newId();
      for (;;) {
        try {
          await rows.updateOne(
            { _id: ownerId, expiresAt: { $lte: clock() } },
            { $set: { lease, expiresAt: until(leaseMs) } },
            { upsert: true },
          );
          return { kind: 'taken', lease };
        } catch (error) {
          if (!isDuplicateKey(error)) throw error;
        }
        const row = await rows.findById(ownerId).lean();
        if (row && row.expiresAt > clock()) return { kind: 'held', until: row.expiresAt };
      }
    },

    /** False where it is held no more. */
    async renew(ownerId: Id, lease: string, leaseMs: number): Promise<boolean> {
      const held = { _id: ownerId, lease, expiresAt: { $gt: clock() } };
      return (await rows.updateOne(held, { $set: { expiresAt: until(leaseMs) } })).matchedCount === 1;
    },

    /** False where it was held no more. */
    async release(ownerId: Id, lease: string): Promise<boolean> {
      const { deletedCount } = await rows.deleteOne({ _id: ownerId, lease, expiresAt: { $gt: clock() } });
      return deletedCount === 1;
    },

    /** For erasure. */
    async removeOf(ownerId: Id): Promise<number> {
      return (await rows.deleteOne({ _id: ownerId })).deletedCount;
    },
  };
}
export type ExportLeaseStore = ReturnType<typeof createExportLeaseStore>;

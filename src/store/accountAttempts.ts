import { Schema, type Connection } from 'mongoose';
import type { Id } from '../model/ids';

/**
 * Failed sign-ins, counted in fixed windows. A key is a digest (of an account and an address, or of either), never an
 * address or e-mail as such. Rows go by TTL when their window ends.
 */
export interface Attempts {
  failures: number;
  /** When the count starts again. */
  resetsAt: Date;
}
interface AttemptRow extends Attempts {
  _id: string;
  /** The account aimed at, where there is one: so that erasure finds the row. */
  ownerId: Id | null;
}

const schema = new Schema<AttemptRow>(
  {
    _id: { type: String, required: true },
    failures: { type: Number, required: true },
    resetsAt: { type: Date, required: true },
    ownerId: { type: String, default: null },
  },
  { versionKey: false, collection: 'account_attempts' },
);
schema.index({ resetsAt: 1 }, { expireAfterSeconds: 0 });
schema.index({ ownerId: 1 });

export function createAccountAttemptStore(connection: Connection, clock: () => Date) {
  const rows = connection.model('AccountAttempt', schema);
  return {
    /** Those of the keys that have failures in a window that still runs. */
    async read(keys: readonly string[]): Promise<Map<string, Attempts>> {
      const found = await rows.find({ _id: { $in: [...keys] }, resetsAt: { $gt: clock() } }).lean();
      return new Map(found.map(({ _id, failures, resetsAt }) => [_id, { failures, resetsAt }]));
    },

    async addFailure(keys: readonly { key: string; ownerId: Id | null }[], windowMs: number): Promise<void> {
      const now = clock();
      const running = { $gt: ['$resetsAt', now] };
      await rows.bulkWrite(
        keys.map(({ key, ownerId }) => ({
          updateOne: {
            filter: { _id: key },
            update: [
              {
                $set: {
                  failures: { $cond: [running, { $add: ['$failures', 1] }, 1] },
                  resetsAt: { $cond: [running, '$resetsAt', new Date(now.getTime() + windowMs)] },
                  ownerId: { $literal: ownerId },
                },
              },
            ],
            upsert: true,
          },
        })),
        { ordered: false },
      );
    },

    async clear(key: string): Promise<void> {
      await rows.deleteOne({ _id: key });
    },

    async removeOf(ownerId: Id): Promise<number> {
      return (await rows.deleteMany({ ownerId })).deletedCount;
    },
  };
}
export type AccountAttemptStore = ReturnType<typeof createAccountAttemptStore>;

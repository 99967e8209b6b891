import { Schema, type Connection } from 'mongoose';

/** Counts of requests that replicas have settled, one row for each limit, key and window. */
interface CountRow {
  /** `<limit>|<key>|<start of the window, epoch ms>` */
  _id: string;
  count: number;
  expiresAt: Date;
}

const schema = new Schema<CountRow>(
  {
    _id: { type: String, required: true },
    count: { type: Number, required: true },
    expiresAt: { type: Date, required: true },
  },
  { versionKey: false, collection: 'rate_limits' },
);
schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export function createRateLimitStore(connection: Connection) {
  const rows = connection.model('RateLimit', schema);
  return {
    /**
     * Adds `used` requests and returns the total of all replicas.
     * A lost write under-counts by one block, so it is not waited for on a majority.
     */
    async add(id: string, used: number, expiresAt: Date): Promise<number> {
      const row = await rows
        .findOneAndUpdate(
          { _id: id },
          { $inc: { count: used }, $setOnInsert: { expiresAt } },
          { upsert: true, returnDocument: 'after', writeConcern: { w: 1 } },
        )
        .lean();
      return row.count;
    },
  };
}
export type RateLimitStore = ReturnType<typeof createRateLimitStore>;

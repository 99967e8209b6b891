import { createHash } from 'node:crypto';
import { Schema, type ClientSession, type Connection } from 'mongoose';
import type { Id } from '../model/ids';
import { isDuplicateKey } from './faults';
import { newId } from './ids';

/**
 * Idempotency keys: one row for each key of a caller and route, for 24 hours.
 *
 * I1  One request at a time works under a key: it holds a lease, renews it, and only the holder may settle it.
 * I2  The id of what the request creates is drawn at the first claim and stays, so that a repeat after a crash writes the same row.
 * I3  Another request under the same key is never answered with this one's answer: the digest must match.
 * I4  No answer outlives what it shows: that is the resource the request creates, and what it names before it reads it (`addShown`). The
 *     transaction that deletes one of these replaces the answers, and settles the requests that are still under way, so that an
 *     answer made before and kept after changes nothing.
 */
export interface StoredAnswer {
  status: number;
  headers: Record<string, string>;
  /** JSON text, sealed where the route says so. */
  body: string;
  sealed: boolean;
}

export type Claim =
  | { kind: 'claimed'; id: Id; lease: string; resourceId: Id }
  | { kind: 'answered'; id: Id; answer: StoredAnswer }
  | { kind: 'other-request' }
  | { kind: 'in-flight'; leaseUntil: Date };

interface ClaimRow {
  _id: string;
  scope: string;
  keyHash: string;
  digest: string;
  ownerId: string | null;
  resourceId: string;
  /** Random word of the request that works on it. */
  lease: string;
  leaseUntil: Date;
  answer: StoredAnswer | null;
  /** What the answer shows beside the resource; missing where that is nothing. */
  shows?: string[];
  expiresAt: Date;
}

const keptMs = 24 * 3600 * 1000;

const schema = new Schema<ClaimRow>(
  {
    _id: { type: String, required: true },
    scope: { type: String, required: true },
    keyHash: { type: String, required: true },
    digest: { type: String, required: true },
    ownerId: { type: String, default: null },
    resourceId: { type: String, required: true },
    lease: { type: String, required: true },
    leaseUntil: { type: Date, required: true },
    answer: { type: Schema.Types.Mixed, default: null },
    shows: { type: [String], default: undefined },
    expiresAt: { type: Date, required: true },
  },
  { versionKey: false, collection: 'idempotency', minimize: false },
);
schema.index({ scope: 1, keyHash: 1 }, { unique: true });
schema.index({ ownerId: 1 });
schema.index({ resourceId: 1 });
schema.index({ shows: 1 }, { sparse: true });
schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export function createIdempotencyStore(connection: Connection, clock: () => Date = () => new Date()) {
  const rows = connection.model('Idempotency', schema);
  const until = (ms: number) => new Date(clock().getTime() + ms);
  const hashOf = (key: string) => createHash('sha256').update(key).digest('base64url');

  return {
    /**
     * Takes the key, or says why not. `scope` names caller and route, `digest` stands for the whole request.
     * A row past its time that the TTL monitor has not removed yet counts as absent.
     */
    async claim(request: {
      scope: string;
      key: string;
      digest: string;
      ownerId: Id | null;
      leaseMs: number;
    }): Promise<Claim> {
      const { scope, digest, ownerId, leaseMs } = request;
      const keyHash = hashOf(request.key);
      const lease = newId();
      for (;;) {
        const now = clock();
        const fresh = {
          digest,
          ownerId,
          resourceId: newId(),
          lease,
          leaseUntil: until(leaseMs),
          answer: null,
          expiresAt: until(keptMs),
        };
        try {
          const _id = newId();
          await rows.insertMany([{ _id, scope, keyHash, ...fresh }]);
          return { kind: 'claimed', id: _id, lease, resourceId: fresh.resourceId };
        } catch (error) {
          if (!isDuplicateKey(error)) throw error;
        }
        const expired = await rows
          .findOneAndUpdate(
            { scope, keyHash, expiresAt: { $lte: now } },
            { $set: fresh, $unset: { shows: 1 } },
            { returnDocument: 'after' },
          )
          .lean();
        if (expired) return { kind: 'claimed', id: expired._id, lease, resourceId: expired.resourceId };
        const taken = await rows
          .findOneAndUpdate(
            { scope, keyHash, digest, answer: null, leaseUntil: { $lte: now } },
            { $set: { lease, leaseUntil: until(leaseMs) } },
            { returnDocument: 'after' },
          )
          .lean();
        if (taken) return { kind: 'claimed', id: taken._id, lease, resourceId: taken.resourceId };
        const row = await rows.findOne({ scope, keyHash }).lean();
        if (!row) continue;
        if (row.digest !== digest) return { kind: 'other-request' };
        if (row.answer) return { kind: 'answered', id: row._id, answer: row.answer };
        if (row.leaseUntil <= now) continue;
        return { kind: 'in-flight', leaseUntil: row.leaseUntil };
      }
    },

    /** False where the lease was lost to another request. */
    async renew(id: Id, lease: string, leaseMs: number): Promise<boolean> {
      const done = await rows.updateOne({ _id: id, lease, answer: null }, { $set: { leaseUntil: until(leaseMs) } });
      return done.matchedCount === 1;
    },

    /** Keeps the answer for repeats; a lost lease changes nothing. */
    async settle(id: Id, lease: string, answer: StoredAnswer): Promise<void> {
      await rows.updateOne({ _id: id, lease, answer: null }, { $set: { answer, leaseUntil: clock() } });
    },

    /** Lets the next request under this key run at once, with the same resource id. */
    async release(id: Id, lease: string): Promise<void> {
      await rows.updateOne({ _id: id, lease, answer: null }, { $set: { leaseUntil: clock() } });
    },

    /** Before the request reads something that it did not create, and shows it. */
    async addShown(request: { scope: string; key: string }, id: Id): Promise<void> {
      const { scope, key } = request;
      await rows.updateOne({ scope, keyHash: hashOf(key), answer: null }, { $addToSet: { shows: id } });
    },

    /** In the transaction that deletes `id`: repeats of every request whose answer shows it get `answer` instead. */
    async replaceAnswers(id: Id, answer: StoredAnswer, session: ClientSession): Promise<void> {
      await rows.updateMany(
        { $or: [{ resourceId: id }, { shows: id }] },
        { $set: { answer, leaseUntil: clock() } },
        { session },
      );
    },

    /** For erasure: what the account asked for, and the sign-up that made it, which was nobody's yet. */
    async removeOf(ownerId: Id): Promise<number> {
      return (await rows.deleteMany({ $or: [{ ownerId }, { resourceId: ownerId }] })).deletedCount;
    },
  };
}
export type IdempotencyStore = ReturnType<typeof createIdempotencyStore>;

import { Schema, type ClientSession, type Connection } from 'mongoose';
import type { Id } from '../../model/ids';

/** Claims: before bytes are stored a row names their prefix, so that a crash before the entry is written leaves no orphan. */
export const objectClaimsCollection = 'objectClaims';

interface ClaimRow {
  _id: Id;
  ownerId: Id | null;
  prefix: string;
  createdAt: Date;
}
export type Claim = Omit<ClaimRow, '_id'> & { id: Id };

const claimSchema = new Schema<ClaimRow>(
  {
    _id: { type: String, required: true },
    ownerId: { type: String, default: null },
    prefix: { type: String, required: true },
    createdAt: { type: Date, required: true },
  },
  { versionKey: false, collection: objectClaimsCollection },
);
claimSchema.index({ createdAt: 1 });
claimSchema.index({ ownerId: 1 });

export function createObjectClaims(connection: Connection, clock: () => Date) {
  const claims = connection.model('ObjectClaim', claimSchema);
  return {
    /** Says, before bytes are stored, that objects under `prefix` belong to entry `id` to be. Safe to repeat. */
    async claimObjects(id: Id, ownerId: Id | null, prefix: string): Promise<void> {
      await claims.updateOne({ _id: id }, { $set: { ownerId, prefix, createdAt: clock() } }, { upsert: true });
    },
    async releaseClaim(id: Id, session?: ClientSession): Promise<void> {
      await claims.deleteOne({ _id: id }, session && { session });
    },
    /** Claims older than `ageMs`: whoever made them is gone. */
    async abandonedClaims(ageMs: number, limit: number): Promise<Claim[]> {
      const found = await claims
        .find({ createdAt: { $lte: new Date(clock().getTime() - ageMs) } })
        .limit(limit)
        .lean();
      return found.map(({ _id, ...claim }) => ({ id: _id, ...claim }));
    },
    /** Takes an abandoned claim for oneself; false where it was released, or claimed anew by a repeat of its request. */
    async takeClaim({ id, createdAt }: Claim): Promise<boolean> {
      return (await claims.deleteOne({ _id: id, createdAt })).deletedCount === 1;
    },
    /** Puts a claim back whose objects could not be removed. */
    async returnClaim({ id, ...claim }: Claim): Promise<void> {
      await claims.updateOne({ _id: id }, { $setOnInsert: claim }, { upsert: true });
    },

    /** For erasure: claims of uploads that never became an entry. */
    async claimsOf(ownerId: Id, limit: number): Promise<{ id: Id; prefix: string }[]> {
      return (await claims.find({ ownerId }).limit(limit).lean()).map(({ _id, prefix }) => ({ id: _id, prefix }));
    },
  };
}

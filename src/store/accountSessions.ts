import { Schema, type ClientSession, type Connection } from 'mongoose';
import type { Id } from '../model/ids';

/**
 * Sessions: one row for each sign-in, holding the chain of its refresh tokens.
 *
 * S1  Only hashes are kept, of the token that counts and of the one before it.
 * S2  A token is spent by one atomic update, so of two that spend it at once one wins.
 * S3  A session of an older `sessionVersion` than its account's is dead, whatever its row says: a sign-in that began
 *     before the password changed and ended after it does not survive.
 */
export interface AccountSession {
  id: string;
  /** What access tokens call the session. */
  publicId: string;
  ownerId: Id;
  sessionVersion: number;
  currentHash: string;
  previousHash: string | null;
  rotatedAt: Date;
  expiresAt: Date;
  createdAt: Date;
}
type SessionRow = Omit<AccountSession, 'id'> & { _id: string };

const schema = new Schema<SessionRow>(
  {
    _id: { type: String, required: true },
    publicId: { type: String, required: true },
    ownerId: { type: String, required: true },
    sessionVersion: { type: Number, required: true },
    currentHash: { type: String, required: true },
    previousHash: { type: String, default: null },
    rotatedAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
    createdAt: { type: Date, required: true },
  },
  { versionKey: false, collection: 'account_sessions' },
);
schema.index({ ownerId: 1, publicId: 1 });
schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

const fromRow = ({ _id, ...rest }: SessionRow): AccountSession => ({ id: _id, ...rest });

export function createAccountSessionStore(connection: Connection, clock: () => Date) {
  const rows = connection.model('AccountSession', schema);
  return {
    async open(
      session: Pick<AccountSession, 'id' | 'publicId' | 'ownerId' | 'sessionVersion' | 'currentHash' | 'expiresAt'>,
    ): Promise<void> {
      const { id, ...rest } = session;
      const now = clock();
      await rows.insertMany([{ _id: id, ...rest, previousHash: null, rotatedAt: now, createdAt: now }]);
    },

    async find(id: string): Promise<AccountSession | null> {
      const row = await rows.findOne({ _id: id, expiresAt: { $gt: clock() } }).lean<SessionRow>();
      return row && fromRow(row);
    },

    /** Spends the token of `currentHash`. Null: it does not count any more. */
    async rotate(id: string, currentHash: string, nextHash: string, expiresAt: Date): Promise<AccountSession | null> {
      const now = clock();
      const row = await rows
        .findOneAndUpdate(
          { _id: id, currentHash, expiresAt: { $gt: now } },
          { $set: { previousHash: currentHash, currentHash: nextHash, rotatedAt: now, expiresAt } },
          { returnDocument: 'after' },
        )
        .lean<SessionRow>();
      return row && fromRow(row);
    },

    async end(id: string): Promise<boolean> {
      return (await rows.deleteOne({ _id: id })).deletedCount === 1;
    },

    async endByPublicId(ownerId: Id, publicId: string): Promise<void> {
      await rows.deleteOne({ ownerId, publicId });
    },

    async endAll(ownerId: Id, session?: ClientSession): Promise<number> {
      return (await rows.deleteMany({ ownerId }, session ? { session } : {})).deletedCount;
    },

    /** For the owner's export: when and how long, no hashes. */
    async listOf(ownerId: Id): Promise<Pick<AccountSession, 'createdAt' | 'rotatedAt' | 'expiresAt'>[]> {
      return rows
        .find({ ownerId })
        .select('-_id createdAt rotatedAt expiresAt')
        .lean<Pick<AccountSession, 'createdAt' | 'rotatedAt' | 'expiresAt'>[]>();
    },
  };
}
export type AccountSessionStore = ReturnType<typeof createAccountSessionStore>;

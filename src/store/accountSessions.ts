import { Schema, type ClientSession, type Connection } from 'mongoose';
import type { Account } from '../model/accounts';
import type { Id } from '../model/ids';

/**
 * Sessions: one row for each sign-in, holding the chain of its refresh tokens.
 *
 * S1  Only hashes are kept, of the latest token, of the one before it and of those spent last. The rules: `src/api/accounts/refreshChain.ts`.
 * S2  The chain moves by one atomic update from the state that was read, so of two that move it at once one wins.
 * S3  A session of an older `sessionVersion` than its account's is dead, whatever its row says: a sign-in that began
 *     before the password changed and ended after it does not survive.
 */
export interface RefreshChain {
  /** Of the refresh token that was handed out last. */
  currentHash: string;
  /** Of the one before it. */
  previousHash: string | null;
  /** Of the refresh token of the newest pair that is known to be used; null: of none. */
  usedHash: string | null;
  /** The last spent ones, `spentMax` at most, the latest last. */
  spent: SpentToken[];
  /** When the current one was first handed out. */
  rotatedAt: Date;
}

export interface SpentToken {
  hash: string;
  at: Date;
}

/** Spent tokens that a session remembers. */
export const spentMax = 8;

export interface AccountSession extends RefreshChain {
  id: string;
  /** What access tokens call the session. */
  publicId: string;
  ownerId: Id;
  sessionVersion: number;
  expiresAt: Date;
  createdAt: Date;
}
/** `usedHash` and `spent` are missing in rows of versions that did not keep them. */
type SessionRow = Omit<AccountSession, 'id' | 'usedHash' | 'spent'> &
  Partial<Pick<AccountSession, 'usedHash' | 'spent'>> & { _id: string };

const schema = new Schema<SessionRow>(
  {
    _id: { type: String, required: true },
    publicId: { type: String, required: true },
    ownerId: { type: String, required: true },
    sessionVersion: { type: Number, required: true },
    currentHash: { type: String, required: true },
    previousHash: { type: String, default: null },
    usedHash: { type: String, default: null },
    spent: { type: [{ _id: false, hash: { type: String, required: true }, at: { type: Date, required: true } }] },
    rotatedAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
    createdAt: { type: Date, required: true },
  },
  { versionKey: false, collection: 'account_sessions' },
);
schema.index({ ownerId: 1, publicId: 1 });
schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

const fromRow = ({ _id, usedHash, spent, ...rest }: SessionRow): AccountSession => ({
  id: _id,
  ...rest,
  usedHash: usedHash ?? null,
  spent: spent ?? [],
});

export function createAccountSessionStore(connection: Connection, clock: () => Date) {
  const rows = connection.model('AccountSession', schema);
  return {
    async open(
      session: Pick<
        AccountSession,
        'id' | 'publicId' | 'ownerId' | 'sessionVersion' | 'currentHash' | 'expiresAt' | 'createdAt'
      >,
    ): Promise<void> {
      const { id, ...rest } = session;
      await rows.insertMany([
        { _id: id, ...rest, previousHash: null, usedHash: null, spent: [], rotatedAt: rest.createdAt },
      ]);
    },

    async find(id: string): Promise<AccountSession | null> {
      const row = await rows.findOne({ _id: id, expiresAt: { $gt: clock() } }).lean<SessionRow>();
      return row && fromRow(row);
    },

    async findByPublicId(ownerId: Id, publicId: string): Promise<AccountSession | null> {
      const row = await rows.findOne({ ownerId, publicId }).lean<SessionRow>();
      return row && fromRow(row);
    },

    /** Moves the chain from the state that was read; the session then lives until `expiresAt`. False: it moved on meanwhile, or is gone. */
    async replaceChain(read: AccountSession, chain: RefreshChain, expiresAt?: Date): Promise<boolean> {
      const { currentHash, previousHash, usedHash, spent, rotatedAt } = chain;
      // These two tell every state from every other: hashes never come back, and `spent` grows only where `usedHash` changes.
      const done = await rows.updateOne(
        { _id: read.id, currentHash: read.currentHash, usedHash: read.usedHash },
        { $set: { currentHash, previousHash, usedHash, spent, rotatedAt, ...(expiresAt && { expiresAt }) } },
      );
      return done.matchedCount === 1;
    },

    async prolong(id: string, expiresAt: Date): Promise<void> {
      await rows.updateOne({ _id: id }, { $max: { expiresAt } });
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

    /** Whether the account has a session that is not dead (S3). */
    async anyLives(
      { id, sessionVersion }: Pick<Account, 'id' | 'sessionVersion'>,
      session: ClientSession,
    ): Promise<boolean> {
      return (await rows.exists({ ownerId: id, sessionVersion }).session(session)) !== null;
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

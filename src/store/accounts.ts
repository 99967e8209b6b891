import { Schema, type ClientSession, type Connection } from 'mongoose';
import type { Account, AccountState, Role } from '../model/accounts';
import { contextSections } from '../model/context';
import type { Id } from '../model/ids';
import { emptyProfile, type Profile } from '../model/profiles';
import type { ContextSyncStore } from './context/syncs';
import { newId } from './ids';
import { isDuplicateKey } from './faults';
import { transactionsOn } from './transaction';

/**
 * Accounts: one row a person, whichever door they came through.
 *
 * A1  An e-mail address, and a username in whatever case, is held by one account until its row is gone: two sign-ups at
 *     once end in one account, decided by the unique indexes.
 * A2  The password's hash and the ended sessions leave this file only through the queries named after them.
 * A3  A profile is written over the revision it was read at, so that two doors never undo each other.
 */
interface AccountRow extends Omit<Account, 'id'> {
  _id: Id;
  usernameKey: string | null;
  passwordHash: string;
  endedSessions: EndedSession[];
  /** How often something bounded was added (`takeTurn`); missing where nothing was. */
  turns?: number;
}

/** A session that was signed out while its last access token may still live. */
export interface EndedSession {
  id: string;
  until: Date;
}

/** What decides whether an access token still counts. */
export interface Standing {
  email: string;
  role: Role;
  state: AccountState;
  sessionVersion: number;
  endedSessions: EndedSession[];
}

export interface NewAccount {
  /** The same for a repeat of the same request, which then finds its own row. */
  id?: Id;
  email: string;
  passwordHash: string;
  name?: string | null;
  username?: string | null;
  phone?: string | null;
  role?: Role;
  profile?: Partial<Profile>;
}

export interface ProfileChange {
  name?: string | null;
  phone?: string | null;
  profile: Profile;
}

/** Which of the two that must be unique was taken. */
export type Taken = { taken: 'email' | 'username' };

/** More than this many ended sessions at once, and all of the account are ended instead. */
const endedSessionsMax = 100;

const schema = new Schema<AccountRow>(
  {
    _id: { type: String, required: true },
    email: { type: String, required: true },
    name: { type: String, default: null },
    username: { type: String, default: null },
    usernameKey: { type: String, default: null },
    phone: { type: String, default: null },
    role: { type: String, enum: ['user', 'support', 'admin'], required: true },
    state: { type: String, enum: ['active', 'erasing'], required: true },
    passwordHash: { type: String, required: true },
    sessionVersion: { type: Number, required: true },
    endedSessions: {
      type: [{ _id: false, id: { type: String, required: true }, until: { type: Date, required: true } }],
      required: true,
    },
    profile: { type: Schema.Types.Mixed, required: true },
    profileRevision: { type: Number, required: true },
    turns: { type: Number },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
  },
  { versionKey: false, minimize: false, collection: 'accounts' },
);
schema.index({ email: 1 }, { unique: true });
schema.index({ usernameKey: 1 }, { unique: true, partialFilterExpression: { usernameKey: { $type: 'string' } } });
schema.index({ role: 1, _id: 1 });

const publicFields = '-passwordHash -endedSessions -usernameKey -turns';
type PublicRow = Omit<AccountRow, 'passwordHash' | 'endedSessions' | 'usernameKey' | 'turns'>;

const fromRow = ({ _id, profile, ...rest }: PublicRow): Account => ({
  id: _id,
  ...rest,
  profile: { ...emptyProfile, ...profile },
});

const usernameKey = (username: string | null | undefined) => username?.toLowerCase() ?? null;

function takenBy(error: unknown): Taken {
  if (!isDuplicateKey(error) || !error.keyPattern) throw error;
  return { taken: 'usernameKey' in error.keyPattern ? 'username' : 'email' };
}

/** Longer than a debounce usually takes; a sweep that comes before its end only sends sooner. */
const firstGraceMs = 10_000;

export function createAccountStore(
  connection: Connection,
  clock: () => Date,
  contexts: Pick<ContextSyncStore, 'touch'>,
) {
  const rows = connection.model('Account', schema);
  const transaction = transactionsOn(connection);
  const active = (id: Id) => ({ _id: id, state: 'active' as const });

  /** Ends every token of the account. */
  const endAllSessions = async (id: Id): Promise<void> => {
    await rows.updateOne({ _id: id }, { $set: { endedSessions: [] }, $inc: { sessionVersion: 1 } });
  };

  return {
    /** `email` is expected normalised (model `Email`). The account's context begins in the same transaction. */
    async create({
      id,
      email,
      passwordHash,
      name,
      username,
      phone,
      role,
      profile,
    }: NewAccount): Promise<Account | Taken> {
      const now = clock();
      const row: AccountRow = {
        _id: id ?? newId(),
        email,
        passwordHash,
        name: name ?? null,
        username: username ?? null,
        usernameKey: usernameKey(username),
        phone: phone ?? null,
        role: role ?? 'user',
        state: 'active',
        sessionVersion: 1,
        endedSessions: [],
        profile: { ...emptyProfile, ...profile },
        profileRevision: 1,
        createdAt: now,
        updatedAt: now,
      };
      try {
        await transaction(async (session) => {
          // Not `insertMany`: the fault of a bulk write does not say which index refused.
          await rows.create([row], { session });
          await contexts.touch(row._id, contextSections, firstGraceMs, session);
        });
      } catch (error) {
        return takenBy(error);
      }
      const { passwordHash: _hash, endedSessions: _ended, usernameKey: _key, ...shown } = row;
      return fromRow(shown);
    },

    async find(id: Id, session: ClientSession | null = null): Promise<Account | null> {
      const row = await rows.findOne(active(id), null, { session }).select(publicFields).lean<PublicRow>();
      return row && fromRow(row);
    },

    /** `email` normalised; accounts that are being erased are as good as unknown. */
    async idOfEmail(email: string): Promise<Id | null> {
      return (await rows.findOne({ email, state: 'active' }).select('_id').lean<{ _id: Id }>())?._id ?? null;
    },

    /** What the log needs of a profile: its zone (IANA) and the energy aimed at each day (kcal; null: none). */
    async logProfile(id: Id): Promise<Pick<Profile, 'timeZone' | 'dailyKcal'>> {
      const row = await rows
        .findOne(active(id))
        .select({ _id: 0, 'profile.timeZone': 1, 'profile.dailyKcal': 1 })
        .lean<{ profile?: Partial<Pick<Profile, 'timeZone' | 'dailyKcal'>> }>();
      const { timeZone, dailyKcal } = { ...emptyProfile, ...row?.profile };
      return { timeZone, dailyKcal };
    },

    /** `email` normalised; accounts that are being erased are as good as unknown. */
    async findForLogin(
      by: { email: string } | { username: string },
    ): Promise<{ account: Account; passwordHash: string } | null> {
      // The index holds only texts, and is used where the query says that it looks for one.
      const key =
        'email' in by
          ? { email: by.email }
          : { usernameKey: { $eq: usernameKey(by.username), $type: 'string' as const } };
      const row = await rows.findOne({ ...key, state: 'active' }).lean<AccountRow>();
      if (!row) return null;
      const { passwordHash, endedSessions: _ended, usernameKey: _key, turns: _turns, ...shown } = row;
      return { account: fromRow(shown), passwordHash };
    },

    async passwordHashOf(id: Id): Promise<string | null> {
      const row = await rows.findOne(active(id)).select('passwordHash').lean();
      return row?.passwordHash ?? null;
    },

    async standing(id: Id): Promise<Standing | null> {
      return rows.findOne({ _id: id }).select('-_id email role state sessionVersion endedSessions').lean<Standing>();
    },

    /** Null: the row has moved on since `revision` (read again and apply again), or is gone. */
    async writeProfile(
      id: Id,
      revision: number,
      { name, phone, profile }: ProfileChange,
      session: ClientSession,
    ): Promise<Account | null> {
      const row = await rows
        .findOneAndUpdate(
          { ...active(id), profileRevision: revision },
          {
            $set: {
              profile,
              updatedAt: clock(),
              ...(name === undefined ? {} : { name }),
              ...(phone === undefined ? {} : { phone }),
            },
            $inc: { profileRevision: 1 },
          },
          { returnDocument: 'after', session },
        )
        .select(publicFields)
        .lean<PublicRow>();
      return row && fromRow(row);
    },

    /** Ends every token of the account. Null: the hash is no longer the one that was checked. */
    async setPassword(id: Id, checkedHash: string, passwordHash: string): Promise<Account | null> {
      const row = await rows
        .findOneAndUpdate(
          { ...active(id), passwordHash: checkedHash },
          { $set: { passwordHash, endedSessions: [], updatedAt: clock() }, $inc: { sessionVersion: 1 } },
          { returnDocument: 'after' },
        )
        .select(publicFields)
        .lean<PublicRow>();
      return row && fromRow(row);
    },

    endAllSessions,

    /** Ends the access tokens of one session; `until` is when the last of them expires by itself. */
    async endSession(id: Id, ended: EndedSession): Promise<void> {
      await rows.updateOne({ _id: id }, { $pull: { endedSessions: { until: { $lte: clock() } } } });
      const { matchedCount } = await rows.updateOne(
        { _id: id, [`endedSessions.${endedSessionsMax - 1}`]: { $exists: false } },
        { $push: { endedSessions: ended } },
      );
      if (matchedCount === 0) await endAllSessions(id);
    },

    async setRole(email: string, role: Role): Promise<Account | null> {
      const row = await rows
        .findOneAndUpdate(
          { email, state: 'active' },
          { $set: { role, updatedAt: clock() } },
          { returnDocument: 'after' },
        )
        .select(publicFields)
        .lean<PublicRow>();
      return row && fromRow(row);
    },

    /** Whether something may still be written for the account; in the transaction that writes it. */
    async isActive(id: Id, session: ClientSession): Promise<boolean> {
      return (await rows.findOne(active(id), { _id: 1 }, { session }).lean()) !== null;
    },

    /**
     * In the transaction that counts something of the account and then adds to it: of two at once one starts again, and counts anew. False:
     * it is being erased, or is gone.
     */
    async takeTurn(id: Id, session: ClientSession): Promise<boolean> {
      return (await rows.updateOne(active(id), { $inc: { turns: 1 } }, { session })).matchedCount === 1;
    },

    /** From now on nobody can sign in and no token counts. False: it was being erased already, or is gone. */
    async markErasing(id: Id, session: ClientSession): Promise<boolean> {
      const { modifiedCount } = await rows.updateOne(
        active(id),
        { $set: { state: 'erasing', endedSessions: [], updatedAt: clock() }, $inc: { sessionVersion: 1 } },
        { session },
      );
      return modifiedCount === 1;
    },

    async remove(id: Id): Promise<number> {
      return (await rows.deleteOne({ _id: id })).deletedCount;
    },

    /** In order of creation, for the administrator's list. */
    async list({ role, after, limit }: { role?: Role; after?: Id; limit: number }): Promise<Account[]> {
      const found = await rows
        .find({ ...(role ? { role } : {}), ...(after ? { _id: { $gt: after } } : {}) })
        .sort({ _id: 1 })
        .limit(limit)
        .select(publicFields)
        .lean<PublicRow[]>();
      return found.map(fromRow);
    },
  };
}
export type AccountStore = ReturnType<typeof createAccountStore>;

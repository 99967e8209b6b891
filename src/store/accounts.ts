import { Schema, type ClientSession, type Connection } from 'mongoose';
import { emailKey, type Account, type AccountState, type Role } from '../model/accounts';
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
 * A1  A mailbox, however its address is written (`emailKey`), and a username in whatever case, is held by one account until its row is
 *     gone: two sign-ups at once end in one account, decided by the unique indexes.
 * A2  The password's hash and the ended sessions leave this file only through the queries named after them.
 * A3  A profile is written over the revision it was read at, so that two doors never undo each other.
 */
interface AccountRow extends Omit<Account, 'id' | 'erasureDueAt' | 'lastActiveAt'> {
  _id: Id;
  /** Missing where no erasure is scheduled. */
  erasureDueAt?: Date;
  /** Missing in rows that earlier versions wrote, until their owner comes. */
  lastActiveAt?: Date;
  usernameKey: string | null;
  /** The normal form of the address; missing in rows of earlier versions that `fill-email-keys` has not reached, or whose mailbox another one has. */
  emailKey?: string;
  passwordHash: string;
  /** Sealed (`sealed.ts`); missing in rows of before 0.6.0, as is `avatarId`. */
  medicalNotes?: string | null;
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
  /** Sealed. */
  medicalNotes?: string | null;
}

export interface ProfileChange {
  name?: string | null;
  phone?: string | null;
  /** Sealed. */
  medicalNotes?: string | null;
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
    emailKey: { type: String },
    phone: { type: String, default: null },
    avatarId: { type: String, default: null },
    medicalNotes: { type: String, default: null },
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
    erasureDueAt: { type: Date },
    lastActiveAt: { type: Date },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
  },
  { versionKey: false, minimize: false, collection: 'accounts' },
);
schema.index({ email: 1 }, { unique: true });
schema.index({ emailKey: 1 }, { unique: true, partialFilterExpression: { emailKey: { $type: 'string' } } });
schema.index({ usernameKey: 1 }, { unique: true, partialFilterExpression: { usernameKey: { $type: 'string' } } });
schema.index({ role: 1, _id: 1 });

const publicFields = '-passwordHash -endedSessions -usernameKey -emailKey -turns -medicalNotes';
type Hidden = 'passwordHash' | 'endedSessions' | 'usernameKey' | 'emailKey' | 'turns' | 'medicalNotes';
type PublicRow = Omit<AccountRow, Hidden>;

const fromRow = ({ _id, profile, erasureDueAt, lastActiveAt, ...rest }: PublicRow): Account => ({
  id: _id,
  ...rest,
  erasureDueAt: erasureDueAt ?? null,
  lastActiveAt: lastActiveAt ?? null,
  avatarId: rest.avatarId ?? null,
  profile: { ...emptyProfile, ...profile },
});

const usernameKey = (username: string | null | undefined) => username?.toLowerCase() ?? null;

function takenBy(error: unknown): Taken {
  if (!isDuplicateKey(error) || !error.keyPattern) throw error;
  return { taken: 'usernameKey' in error.keyPattern ? 'username' : 'email' };
}

/** `lastActiveAt` is no more exact than this. */
const notedMs = 3_600_000;

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

  /**
   * Who has this address as it is written; else who has it in another way of writing. In this order: of two accounts of one mailbox, as
   * earlier versions let them be made, each answers to its own.
   */
  const ofEmail = async (email: string): Promise<AccountRow | null> =>
    (await rows.findOne({ email, state: 'active' }).lean<AccountRow>()) ??
    (await rows.findOne({ emailKey: { $eq: emailKey(email), $type: 'string' }, state: 'active' }).lean<AccountRow>());

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
      medicalNotes,
    }: NewAccount): Promise<Account | Taken> {
      const now = clock();
      const row: AccountRow = {
        _id: id ?? newId(),
        email,
        passwordHash,
        name: name ?? null,
        username: username ?? null,
        usernameKey: usernameKey(username),
        emailKey: emailKey(email),
        phone: phone ?? null,
        avatarId: null,
        medicalNotes: medicalNotes ?? null,
        role: role ?? 'user',
        state: 'active',
        sessionVersion: 1,
        endedSessions: [],
        profile: { ...emptyProfile, ...profile },
        profileRevision: 1,
        lastActiveAt: now,
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
      const {
        passwordHash: _hash,
        endedSessions: _ended,
        usernameKey: _key,
        emailKey: _emailKey,
        medicalNotes: _notes,
        ...shown
      } = row;
      return fromRow(shown);
    },

    async find(id: Id, session: ClientSession | null = null): Promise<Account | null> {
      const row = await rows.findOne(active(id), null, { session }).select(publicFields).lean<PublicRow>();
      return row && fromRow(row);
    },

    /** `email` normalised; accounts that are being erased are as good as unknown. */
    async idOfEmail(email: string): Promise<Id | null> {
      return (await ofEmail(email))?._id ?? null;
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
      const row =
        'email' in by
          ? await ofEmail(by.email)
          : await rows
              .findOne({ usernameKey: { $eq: usernameKey(by.username), $type: 'string' }, state: 'active' })
              .lean<AccountRow>();
      if (!row) return null;
      const {
        passwordHash,
        endedSessions: _ended,
        usernameKey: _key,
        emailKey: _emailKey,
        turns: _turns,
        medicalNotes: _notes,
        ...shown
      } = row;
      return { account: fromRow(shown), passwordHash };
    },

    /** The names that their owners chose, by id; of those that chose one and are not being erased. */
    async usernamesOf(ids: readonly Id[]): Promise<Map<Id, string>> {
      const found = await rows
        .find({ _id: { $in: [...ids] }, state: 'active', username: { $type: 'string' } }, { username: 1 })
        .lean<{ _id: Id; username: string }[]>();
      return new Map(found.map(({ _id, username }) => [_id, username]));
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
      { name, phone, medicalNotes, profile }: ProfileChange,
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
              ...(medicalNotes === undefined ? {} : { medicalNotes }),
            },
            $inc: { profileRevision: 1 },
          },
          { returnDocument: 'after', session },
        )
        .select(publicFields)
        .lean<PublicRow>();
      return row && fromRow(row);
    },

    /** Sealed; null: none. */
    async medicalNotesOf(id: Id): Promise<string | null> {
      const row = await rows.findOne(active(id), { medicalNotes: 1 }).lean<Pick<AccountRow, 'medicalNotes'>>();
      return row?.medicalNotes ?? null;
    },

    /** Gives the one of before. Undefined: the account is gone. */
    async setAvatar(id: Id, avatarId: Id, session: ClientSession): Promise<Id | null | undefined> {
      const row = await rows
        .findOneAndUpdate(active(id), { $set: { avatarId, updatedAt: clock() } }, { session })
        .select('avatarId')
        .lean<{ avatarId?: Id | null }>();
      return row ? (row.avatarId ?? null) : undefined;
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

    /** The owner was here: written where the last time is `notedMs` ago. Nothing else of the account changes, so no revision is raised. */
    async noteActive({ id, lastActiveAt }: Pick<Account, 'id' | 'lastActiveAt'>): Promise<Date> {
      const now = clock();
      const before = new Date(now.getTime() - notedMs);
      if (lastActiveAt && lastActiveAt > before) return lastActiveAt;
      await rows.updateOne(active(id), { $max: { lastActiveAt: now } });
      return now;
    },

    /** Ends the access tokens of one session; `until` is when the last of them expires by itself. */
    async endSession(id: Id, ended: EndedSession): Promise<void> {
      await rows.updateOne({ _id: id }, { $pull: { endedSessions: { until: { $lte: clock() } } } });
      const { matchedCount } = await rows.updateOne(
        { _id: id, [`endedSessions.${endedSessionsMax - 1}`]: { $exists: false } },
        { $push: { endedSessions: ended } },
      );
      if (matchedCount === 0) await endAllSessions(id);
    },

    /** `email` normalised, and looked for as at a log-in. `was`: the role before. Null: no active account has the address. */
    async setRole(email: string, role: Role, session?: ClientSession): Promise<{ id: Id; was: Role } | null> {
      const found = await ofEmail(email);
      if (!found) return null;
      const row = await rows
        .findOneAndUpdate(
          active(found._id),
          { $set: { role, updatedAt: clock() } },
          { returnDocument: 'before', projection: { role: 1 }, ...(session && { session }) },
        )
        .lean<Pick<AccountRow, '_id' | 'role'>>();
      return row && { id: row._id, was: row.role };
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

    /** Ends every token of the account, which is to be erased at `dueAt` unless its owner logs in before. False: it is not active. */
    async scheduleErasure(id: Id, dueAt: Date, session: ClientSession): Promise<boolean> {
      const { modifiedCount } = await rows.updateOne(
        active(id),
        { $set: { erasureDueAt: dueAt, endedSessions: [], updatedAt: clock() }, $inc: { sessionVersion: 1 } },
        { session },
      );
      return modifiedCount === 1;
    },

    /** False: no erasure is scheduled, or it has begun. */
    async cancelErasure(id: Id, session: ClientSession): Promise<boolean> {
      const { modifiedCount } = await rows.updateOne(
        { ...active(id), erasureDueAt: { $exists: true } },
        { $unset: { erasureDueAt: 1 } },
        { session },
      );
      return modifiedCount === 1;
    },

    /** From now on nobody can sign in and no token counts. False: it was being erased already, or is gone. */
    async markErasing(id: Id, session: ClientSession): Promise<boolean> {
      const { modifiedCount } = await rows.updateOne(
        active(id),
        {
          $set: { state: 'erasing', endedSessions: [], updatedAt: clock() },
          $unset: { erasureDueAt: 1 },
          $inc: { sessionVersion: 1 },
        },
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

import type { ClientSession, Connection } from 'mongoose';
import { emailKey, type Account, type Role } from '../../model/accounts';
import { contextSections } from '../../model/context';
import type { Id } from '../../model/ids';
import { emptyProfile, type Profile } from '../../model/profiles';
import type { ContextSyncStore } from '../context/syncs';
import { isDuplicateKey } from '../faults';
import { newId } from '../ids';
import { transactionsOn } from '../transaction';
import { createErasureMoves } from './erasing';
import {
  accountRows,
  active,
  fromRow,
  ofEmail,
  publicFields,
  usernameKey,
  type AccountRow,
  type PublicRow,
} from './row';
import { createSignInQueries } from './signIn';

export type { EndedSession } from './row';
export type { Standing } from './signIn';

/**
 * Accounts: one row a person, whichever door they came through.
 *
 * A1  A mailbox, however its address is written (`emailKey`), and a username in whatever case, is held by one account until its row is
 *     gone: two sign-ups at once end in one account, decided by the unique indexes.
 * A2  The password's hash and the ended sessions leave this folder only through the queries named after them.
 * A3  A profile is written over the revision it was read at, so that two doors never undo each other.
 */
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
  const rows = accountRows(connection);
  const transaction = transactionsOn(connection);

  return {
    ...createSignInQueries(rows, clock),
    ...createErasureMoves(rows, clock),

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
      return (await ofEmail(rows, email))?._id ?? null;
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

    /** The names that their owners chose, by id; of those that chose one and are not being erased. */
    async usernamesOf(ids: readonly Id[]): Promise<Map<Id, string>> {
      const found = await rows
        .find({ _id: { $in: [...ids] }, state: 'active', username: { $type: 'string' } }, { username: 1 })
        .lean<{ _id: Id; username: string }[]>();
      return new Map(found.map(({ _id, username }) => [_id, username]));
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

    /** `email` normalised, found as by a log-in; given back as the account has it. `was`: the role before. Null: no active account has it. */
    async setRole(
      email: string,
      role: Role,
      session: ClientSession | null = null,
    ): Promise<{ id: Id; email: string; was: Role } | null> {
      const found = await ofEmail(rows, email, session);
      if (!found) return null;
      const row = await rows
        .findOneAndUpdate(
          active(found._id),
          { $set: { role, updatedAt: clock() } },
          { returnDocument: 'before', projection: { email: 1, role: 1 }, session },
        )
        .lean<Pick<AccountRow, '_id' | 'email' | 'role'>>();
      return row && { id: row._id, email: row.email, was: row.role };
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

import type { Account, AccountState, Role } from '../../model/accounts';
import type { Id } from '../../model/ids';
import {
  active,
  fromRow,
  ofEmail,
  publicFields,
  usernameKey,
  type AccountRow,
  type AccountRows,
  type EndedSession,
  type PublicRow,
} from './row';

/** What decides whether an access token still counts. */
export interface Standing {
  email: string;
  role: Role;
  state: AccountState;
  sessionVersion: number;
  endedSessions: EndedSession[];
}

/** More than this many ended sessions at once, and all of the account are ended instead. */
const endedSessionsMax = 100;

/** `lastActiveAt` is no more exact than this. */
const notedMs = 3_600_000;

/** Who may come in, and what of theirs still counts. */
export function createSignInQueries(rows: AccountRows, clock: () => Date) {
  /** Ends every token of the account. */
  const endAllSessions = async (id: Id): Promise<void> => {
    await rows.updateOne({ _id: id }, { $set: { endedSessions: [] }, $inc: { sessionVersion: 1 } });
  };

  return {
    /** `email` normalised; accounts that are being erased are as good as unknown. */
    async findForLogin(
      by: { email: string } | { username: string },
    ): Promise<{ account: Account; passwordHash: string } | null> {
      // The index holds only texts, and is used where the query says that it looks for one.
      const row =
        'email' in by
          ? await ofEmail(rows, by.email)
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

    async passwordHashOf(id: Id): Promise<string | null> {
      const row = await rows.findOne(active(id)).select('passwordHash').lean();
      return row?.passwordHash ?? null;
    },

    async standing(id: Id): Promise<Standing | null> {
      return rows.findOne({ _id: id }).select('-_id email role state sessionVersion endedSessions').lean<Standing>();
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
  };
}

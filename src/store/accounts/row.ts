import { Schema, type ClientSession, type Connection, type QueryFilter } from 'mongoose';
import { emailKey, type Account } from '../../model/accounts';
import type { Id } from '../../model/ids';
import { emptyProfile } from '../../model/profiles';

/** The row of an account, and how it is found. */
export interface AccountRow extends Omit<Account, 'id' | 'erasureDueAt' | 'lastActiveAt'> {
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

/** Selects what may be shown. */
export const publicFields = '-passwordHash -endedSessions -usernameKey -emailKey -turns -medicalNotes';
type Hidden = 'passwordHash' | 'endedSessions' | 'usernameKey' | 'emailKey' | 'turns' | 'medicalNotes';
export type PublicRow = Omit<AccountRow, Hidden>;

export const fromRow = ({ _id, profile, erasureDueAt, lastActiveAt, ...rest }: PublicRow): Account => ({
  id: _id,
  ...rest,
  erasureDueAt: erasureDueAt ?? null,
  lastActiveAt: lastActiveAt ?? null,
  avatarId: rest.avatarId ?? null,
  profile: { ...emptyProfile, ...profile },
});

export const accountRows = (connection: Connection) => connection.model('Account', schema);
export type AccountRows = ReturnType<typeof accountRows>;

export const active = (id: Id) => ({ _id: id, state: 'active' as const });

export const usernameKey = (username: string | null | undefined) => username?.toLowerCase() ?? null;

/**
 * Who has this address as it is written; else who has it in another way of writing. In this order: of two accounts of one mailbox, as
 * earlier versions let them be made, each answers to its own.
 */
export async function ofEmail(
  rows: AccountRows,
  email: string,
  session: ClientSession | null = null,
): Promise<AccountRow | null> {
  const find = (by: QueryFilter<AccountRow>) =>
    rows.findOne({ ...by, state: 'active' }, null, { session }).lean<AccountRow>();
  return (await find({ email })) ?? (await find({ emailKey: { $eq: emailKey(email), $type: 'string' } }));
}

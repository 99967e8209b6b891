import { z } from 'zod';
import { Id } from './ids';
import { Profile } from './profiles';

/** `admin` may do all that `support` and `user` may. */
export const Role = z.enum(['user', 'support', 'admin']);
export type Role = z.infer<typeof Role>;
/** Who may do what a role may: those of its rank and above. */
export const rankOf = (role: Role): number => Role.options.indexOf(role);

/**
 * `erasing`: the owner asked for the account to go. Nobody can sign in, every token is dead, and the row stays only to
 * keep the e-mail address taken until the last of the data is removed.
 */
export const AccountState = z.enum(['active', 'erasing']);
export type AccountState = z.infer<typeof AccountState>;

/** One person, behind the doors of all five systems. The password's hash is no part of it: the store hands that out only to who checks it. */
export const Account = z.object({
  id: Id,
  email: z.string(),
  /** Full name; null where no door was told one. */
  name: z.string().nullable(),
  username: z.string().nullable(),
  phone: z.string().nullable(),
  /** The upload that shows the person; null: none. */
  avatarId: Id.nullable(),
  role: Role,
  state: AccountState,
  /** Raised by whatever must end every token of the account: sign-out everywhere, a new password, erasure, also one that is only scheduled. */
  sessionVersion: z.number().int(),
  /** When the account is erased unless its owner logs in before; null: it is not to be. */
  erasureDueAt: z.date().nullable(),
  profile: Profile,
  /** Raised by every change of name, phone or profile; a writer states the one it read. */
  profileRevision: z.number().int(),
  /** The last log-in or refresh, written once an hour at most; null where there was none since it is kept. */
  lastActiveAt: z.date().nullable(),
  createdAt: z.date(),
  updatedAt: z.date(),
});
export type Account = z.infer<typeof Account>;

/** Control characters, those that set the direction of text, and those that nobody sees: two names that look the same are the same. */
const seen = /^[^\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]*$/u;
const hidden = 'holds a control, direction or invisible character';

const emailForm = /^[^\s@"<>]+@[^\s@"<>]+\.[^\s@.]{2,}$/;

/** What two ways to write one mailbox have in common (NFKC): letters of full width, ligatures, composed and decomposed accents. */
export const emailKey = (email: string): string => email.normalize('NFKC').toLowerCase();

/** An e-mail address is compared trimmed and in lower case; the longest one that can be delivered to has 254 characters. */
export const Email = z
  .string()
  .trim()
  .toLowerCase()
  .max(254, 'is longer than 254 characters')
  .regex(emailForm, 'is not an e-mail address')
  .regex(seen, hidden)
  .refine((email) => emailForm.test(emailKey(email)), 'is not an e-mail address')
  // What schemas call an e-mail address is ASCII. Mailboxes of other letters are taken as well.
  .meta({ format: 'email' });

/** An address that is looked for, normalised as those that are kept: one that is none finds nobody. */
export const GivenEmail = z.string().max(254).trim().toLowerCase();

/** bcrypt reads 72 bytes and silently ignores the rest, so that a longer password would promise more than it gives. */
export const passwordMaxBytes = 72;

const bytesOf = (text: string) => new TextEncoder().encode(text).length;

/** The rule of every door, for a password that is being chosen: length counts, as a contract states no more. */
export const PlainPassword = z
  .string()
  .min(8, 'needs at least 8 characters')
  .refine((text) => bytesOf(text) <= passwordMaxBytes, `is longer than ${passwordMaxBytes} bytes; choose a shorter one`)
  .refine((text) => !text.includes('\0'), 'holds a NUL character')
  .meta({
    maxLength: passwordMaxBytes,
    description: `At most ${passwordMaxBytes} bytes of UTF-8: as many characters of ASCII, fewer of others`,
  });

/** MacroMind's contract asks for more at its door. */
export const MixedPassword = PlainPassword.regex(/\p{Lu}/u, 'needs an upper-case letter')
  .regex(/\p{Ll}/u, 'needs a lower-case letter')
  .regex(/\d/, 'needs a digit');

/** A password that is only compared: nothing is said about its form, so that a wrong one is just wrong. */
export const GivenPassword = z.string().max(1024, 'is longer than 1024 characters');

export const PersonName = z
  .string()
  .trim()
  .min(1, 'is empty')
  .max(100, 'is longer than 100 characters')
  .regex(seen, hidden);
export const Username = z
  .string()
  .trim()
  .regex(/^[\p{L}\p{N}._-]{2,40}$/u, 'needs 2 to 40 letters, digits, dots, dashes or underscores')
  .regex(seen, hidden);
/** What somebody's doctor would know. Sealed at rest, shown to its owner alone; an empty text is none. */
export const MedicalNotes = z
  .string()
  .trim()
  .max(2_000, 'is longer than 2000 characters')
  .transform((text) => (text === '' ? null : text));
export const Phone = z
  .string()
  .trim()
  .regex(/^\+?[\d\s()./-]{4,30}$/, 'is not a telephone number');

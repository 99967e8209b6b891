import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Account } from '../../model/accounts';
import type { Id } from '../../model/ids';
import type { AccountStore } from '../../store/accounts';
import type { AccountSession, AccountSessionStore } from '../../store/accountSessions';
import { publicSessionId, type Tokens } from './tokens';

/**
 * Sessions: a sign-in and the chain of refresh tokens that prolongs it.
 *
 * R1  A refresh token is `<session>.<secret>`. The next secret is an HMAC of this one under our key, so a client whose
 *     reply got lost, or two tabs that refresh at once, get the *same* next token for `graceMs`; only hashes are stored.
 * R2  Any other secret under a session's id means that a token was copied: the session ends, with its access tokens.
 *     The id is 128 random bits and stands nowhere but in the session's own refresh tokens, so nobody can end a stranger's.
 * R3  A session ends `refreshDays` after its last refresh.
 */
export interface SessionSettings {
  readonly jwtAccessMinutes: number;
  readonly jwtExpirationMinutes: number;
  readonly jwtRefreshDays: number;
}

/** `short`: the door's client can refresh. `long`: it cannot. */
export type Life = 'short' | 'long';

export interface Granted {
  account: Account;
  accessToken: string;
  refreshToken: string;
  expiresInS: number;
}

export interface Sessions {
  open(account: Account, life: Life): Promise<Granted>;
  /** Null: the token does not count (any more); its holder must sign in. */
  refresh(refreshToken: string): Promise<Granted | null>;
  /** Ends the session of a refresh token, if it is one. */
  endByRefreshToken(refreshToken: string, ownerId: Id | null): Promise<void>;
  /** Ends the session an access token belongs to. */
  endBySessionId(ownerId: Id, publicId: string): Promise<void>;
  endAll(ownerId: Id): Promise<void>;
}

/** How long a spent token still gives the token that followed it. */
export const graceMs = 30_000;
const dayMs = 24 * 3600_000;

const hashOf = (secret: string) => createHash('sha256').update(secret).digest('base64url');
const same = (a: string, b: string) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

const parse = (refreshToken: string) => {
  const match = /^([\w-]{22})\.([\w-]{43})$/.exec(refreshToken.trim());
  return match?.[1] !== undefined && match[2] !== undefined ? { id: match[1], secret: match[2] } : null;
};

export function createSessions(deps: {
  settings: SessionSettings;
  tokens: Tokens;
  accounts: AccountStore;
  sessions: AccountSessionStore;
  clock: () => Date;
}): Sessions {
  const { settings, tokens, accounts, sessions, clock } = deps;
  const minutes = { short: settings.jwtAccessMinutes, long: settings.jwtExpirationMinutes };
  const longestMs = Math.max(minutes.short, minutes.long) * 60_000;
  const expiry = () => new Date(clock().getTime() + settings.jwtRefreshDays * dayMs);

  const grant = (account: Account, sessionId: string, secret: string, life: Life): Granted => {
    const { token, expiresInS } = tokens.sign(account, sessionId, minutes[life]);
    return { account, accessToken: token, refreshToken: `${sessionId}.${secret}`, expiresInS };
  };

  const endAccessTokens = async (ownerId: Id, publicId: string) => {
    await accounts.endSession(ownerId, { id: publicId, until: new Date(clock().getTime() + longestMs) });
    tokens.forget(ownerId);
  };

  const end = async ({ id, publicId, ownerId }: AccountSession) => {
    await sessions.end(id);
    await endAccessTokens(ownerId, publicId);
  };

  /** The secret that follows `secret`, once the session has been moved on to it (by this request or the one before). */
  const moveOn = async (session: AccountSession, secret: string): Promise<string | null> => {
    const [next] = tokens.successors(session.id, secret);
    const hash = hashOf(secret);
    if (next !== undefined && same(hash, session.currentHash)) {
      if (await sessions.rotate(session.id, hash, hashOf(next), expiry())) return next;
    }
    const now = await sessions.find(session.id);
    if (now?.previousHash === null || now === null || !same(hash, now.previousHash)) return null;
    if (clock().getTime() - now.rotatedAt.getTime() > graceMs) return null;
    return tokens.successors(session.id, secret).find((candidate) => same(hashOf(candidate), now.currentHash)) ?? null;
  };

  return {
    async open(account, life) {
      const id = randomBytes(16).toString('base64url');
      const secret = randomBytes(32).toString('base64url');
      await sessions.open({
        id,
        publicId: publicSessionId(id),
        ownerId: account.id,
        sessionVersion: account.sessionVersion,
        currentHash: hashOf(secret),
        expiresAt: expiry(),
      });
      return grant(account, id, secret, life);
    },

    async refresh(refreshToken) {
      const presented = parse(refreshToken);
      const session = presented && (await sessions.find(presented.id));
      if (!session) return null;
      const account = await accounts.find(session.ownerId);
      if (account?.sessionVersion !== session.sessionVersion) {
        await sessions.end(session.id);
        return null;
      }
      const next = await moveOn(session, presented.secret);
      if (next !== null) return grant(account, session.id, next, 'short');
      await end(session);
      return null;
    },

    async endByRefreshToken(refreshToken, ownerId) {
      const presented = parse(refreshToken);
      const session = presented && (await sessions.find(presented.id));
      if (session && (ownerId === null || session.ownerId === ownerId)) await end(session);
    },

    async endBySessionId(ownerId, publicId) {
      await sessions.endByPublicId(ownerId, publicId);
      await endAccessTokens(ownerId, publicId);
    },

    async endAll(ownerId) {
      await accounts.endAllSessions(ownerId);
      await sessions.endAll(ownerId);
      tokens.forget(ownerId);
    },
  };
}

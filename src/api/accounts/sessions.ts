import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { Account } from '../../model/accounts';
import type { Id } from '../../model/ids';
import type { AccountStore } from '../../store/accounts';
import type { AccountSession, AccountSessionStore } from '../../store/accountSessions';
import { hashOf, latestAfter, moveOn, pairOf, placeOf, reissue } from './refreshChain';
import { publicSessionId, type Tokens } from './tokens';

/**
 * Sessions: a sign-in and the chain of refresh tokens that prolongs it.
 *
 * R1  A refresh token is `<session>.<secret>`. The next secret is an HMAC of this one under our key, so that an earlier token leads to
 *     the latest though only hashes are stored.
 * R2  What a token is worth is a matter of the chain (`refreshChain`). One that was copied ends the session, with its access tokens.
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

const dayMs = 24 * 3600_000;

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
  log: Pick<Logger, 'warn'>;
}): Sessions {
  const { settings, tokens, accounts, sessions, clock, log } = deps;
  const minutes = { short: settings.jwtAccessMinutes, long: settings.jwtExpirationMinutes };
  const longestMs = Math.max(minutes.short, minutes.long) * 60_000;
  const expiry = () => new Date(clock().getTime() + settings.jwtRefreshDays * dayMs);

  const grant = (
    account: Account,
    { id, createdAt }: Pick<AccountSession, 'id' | 'createdAt'>,
    secret: string,
    life: Life,
    pair?: string,
  ): Granted => {
    const { token, expiresInS } = tokens.sign(account, id, minutes[life], pair, createdAt);
    return { account, accessToken: token, refreshToken: `${id}.${secret}`, expiresInS };
  };

  /** The account with the time of this log-in or refresh. */
  const cameBack = async (account: Account): Promise<Account> => ({
    ...account,
    lastActiveAt: await accounts.noteActive(account),
  });

  const endAccessTokens = async (ownerId: Id, publicId: string) => {
    await accounts.endSession(ownerId, { id: publicId, until: new Date(clock().getTime() + longestMs) });
    tokens.forget(ownerId);
  };

  const end = async ({ id, publicId, ownerId }: AccountSession) => {
    await sessions.end(id);
    await endAccessTokens(ownerId, publicId);
  };

  /** The secret that the presented one is exchanged for; `moved`: another request moved the chain meanwhile. */
  const exchange = async (session: AccountSession, secret: string): Promise<{ next: string } | 'refused' | 'moved'> => {
    const now = clock();
    const successors = (of: string) => tokens.successors(session.id, of);
    const handOut = async (move: typeof moveOn | typeof reissue) => {
      const [next] = successors(secret);
      const moved = await sessions.replaceChain(session, move(session, hashOf(next), now), expiry());
      return moved ? { next } : 'moved';
    };
    const place = placeOf(session, hashOf(secret), now);
    switch (place) {
      case 'latest':
        return handOut(moveOn);
      case 'unspent': {
        const next = latestAfter(session, secret, successors);
        if (next === null) return handOut(reissue);
        await sessions.prolong(session.id, expiry());
        return { next };
      }
      case 'spent': {
        const next = latestAfter(session, secret, successors);
        return next === null ? 'refused' : { next };
      }
      case 'replayed':
      case 'unknown':
        log.warn(
          { accountId: session.ownerId, sessionId: session.publicId, place },
          'a refresh token that no longer counts was presented, so it was copied; its session is ended',
        );
        await end(session);
        return 'refused';
    }
  };

  return {
    async open(account, life) {
      const id = randomBytes(16).toString('base64url');
      const secret = randomBytes(32).toString('base64url');
      const createdAt = clock();
      await sessions.open({
        id,
        publicId: publicSessionId(id),
        ownerId: account.id,
        sessionVersion: account.sessionVersion,
        currentHash: hashOf(secret),
        expiresAt: expiry(),
        createdAt,
      });
      return grant(await cameBack(account), { id, createdAt }, secret, life);
    },

    async refresh(refreshToken) {
      const presented = parse(refreshToken);
      if (!presented) return null;
      // It comes to an end, as a token only ever ages: what it is worth changes three times at most.
      for (;;) {
        const session = await sessions.find(presented.id);
        if (!session) return null;
        const account = await accounts.find(session.ownerId);
        if (account?.sessionVersion !== session.sessionVersion) {
          await sessions.end(session.id);
          return null;
        }
        const exchanged = await exchange(session, presented.secret);
        if (exchanged === 'refused') return null;
        if (exchanged === 'moved') continue;
        return grant(await cameBack(account), session, exchanged.next, 'short', pairOf(hashOf(exchanged.next)));
      }
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

import { createHash, createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import jwt, { type JwtHeader, type JwtPayload } from 'jsonwebtoken';
import { z } from 'zod';
import { Id } from '../../model/ids';
import type { Account } from '../../model/accounts';
import type { AccountStore } from '../../store/accounts';
import type { Authenticate, Caller } from '../deps';
import { createStandings } from './standings';

/**
 * Access tokens (JWT) and the check of them.
 *
 * T1  One algorithm: HS256. The header chooses among our keys by `kid` and decides nothing else.
 * T2  The signature says who; whether it still counts is the account's row: its state, its `sessionVersion`, its ended
 *     sessions. The row is read at most once in `standingMs` for each account and replica, so what ends a token (sign-out,
 *     new password, erasure) holds at once on the replica that was asked and within `standingMs` on every other. It costs
 *     one read by primary key an account and `standingMs`, nothing for the requests between.
 * T3  Role and e-mail come from the row, not from the claims: a role that was taken away is gone as soon.
 */
export interface TokenSettings {
  readonly jwtSecrets: readonly string[];
}

export interface SignedToken {
  token: string;
  expiresInS: number;
}

export interface Tokens {
  sign(
    account: Pick<Account, 'id' | 'email' | 'role' | 'sessionVersion'>,
    sessionId: string,
    lifeMinutes: number,
  ): SignedToken;
  authenticate: Authenticate;
  /** The account as it is now; null where it is gone or may not sign in. */
  findCaller: (id: Id) => Promise<Caller | null>;
  /** After a change of standing: the next check reads the row. */
  forget(accountId: Id): void;
  /** The refresh token that follows `secret`, by each of our keys, the one that signs first. See `sessions`. */
  successors(sessionId: string, secret: string): string[];
}

const issuer = 'palate';
const audience = 'palate';
/** How long the standing of an account is taken as read. */
export const standingMs = 5_000;

const Claims = z.object({
  sub: Id,
  typ: z.literal('access'),
  sid: z.string().max(64),
  ver: z.number().int(),
  /** Checked by the library where it is there; a token without an end is none of ours. */
  exp: z.number().int(),
});

interface SigningKey {
  kid: string;
  key: KeyObject;
}

/** `kid` names a secret without helping to guess it. */
const signingKey = (secret: string): SigningKey => ({
  kid: createHmac('sha256', secret).update('palate-kid').digest('base64url').slice(0, 8),
  // Parsed once: verifying with a string secret takes 490 µs, with a KeyObject 8 µs.
  key: createSecretKey(Buffer.from(secret)),
});

export function createTokens(deps: {
  settings: TokenSettings;
  accounts: Pick<AccountStore, 'standing'>;
  clock: () => Date;
  standingMs?: number;
}): Tokens {
  const keys = deps.settings.jwtSecrets.map(signingKey);
  const byKid = new Map(keys.map(({ kid, key }) => [kid, key]));
  const [first] = keys;
  if (!first) throw new RangeError('JWT_SECRET is empty: there is nothing to sign tokens with');
  const standings = createStandings(deps.accounts, deps.clock, deps.standingMs ?? standingMs);
  const nowS = () => Math.floor(deps.clock().getTime() / 1000);

  const verify = (token: string): z.infer<typeof Claims> | 'expired' | 'invalid' => {
    const kid = kidOf(token);
    const key = kid === undefined ? undefined : byKid.get(kid);
    if (!key) return 'invalid';
    try {
      const payload = jwt.verify(token, key, { algorithms: ['HS256'], issuer, audience, clockTimestamp: nowS() });
      return Claims.safeParse(payload).data ?? 'invalid';
    } catch (error) {
      return error instanceof jwt.TokenExpiredError ? 'expired' : 'invalid';
    }
  };

  return {
    sign({ id, email, role, sessionVersion }, sessionId, lifeMinutes) {
      const iat = nowS();
      const expiresInS = lifeMinutes * 60;
      const payload: JwtPayload = {
        iss: issuer,
        aud: audience,
        sub: id,
        user_id: id,
        email,
        role,
        typ: 'access',
        sid: publicSessionId(sessionId),
        ver: sessionVersion,
        iat,
        exp: iat + expiresInS,
      };
      return { token: jwt.sign(payload, first.key, { algorithm: 'HS256', keyid: first.kid }), expiresInS };
    },

    async authenticate(bearer) {
      const claims = verify(bearer);
      if (typeof claims === 'string') return claims;
      const standing = await standings.of(claims.sub);
      if (standing?.state !== 'active' || standing.sessionVersion !== claims.ver) return 'invalid';
      if (standing.endedSessions.some(({ id }) => id === claims.sid)) return 'invalid';
      return { id: claims.sub, email: standing.email, role: standing.role, sessionId: claims.sid };
    },

    async findCaller(id) {
      const standing = await standings.of(id);
      return standing?.state === 'active' ? { id, email: standing.email, role: standing.role } : null;
    },

    forget: standings.forget,

    successors: (sessionId, secret) =>
      keys.map(({ key }) => createHmac('sha256', key).update(`refresh:${sessionId}.${secret}`).digest('base64url')),
  };
}

/**
 * What an access token says of its session. Not the session's id itself: that is half of the refresh token, and who sees
 * an access token must not be able to end the session by presenting a made-up refresh token.
 */
export const publicSessionId = (sessionId: string) =>
  createHash('sha256').update(`sid:${sessionId}`).digest('base64url').slice(0, 22);

function kidOf(token: string): string | undefined {
  const [head = ''] = token.split('.', 1);
  if (head.length > 500) return undefined;
  try {
    const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as Partial<JwtHeader> | null;
    return typeof header?.kid === 'string' ? header.kid : undefined;
  } catch {
    return undefined;
  }
}

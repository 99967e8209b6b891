import { createHash, createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import jwt, { type JwtHeader, type JwtPayload } from 'jsonwebtoken';
import { z } from 'zod';
import { Id } from '../../model/ids';
import type { Account } from '../../model/accounts';
import type { AccountStore, Standing } from '../../store/accounts';
import type { AccountSessionStore } from '../../store/accountSessions';
import type { TicketHolder } from '../../store/tickets';
import type { Authenticate, Caller } from '../deps';
import type { NoteUse } from './firstUses';
import { createStandings } from './standings';

/**
 * Access tokens (JWT) and the check of them.
 *
 * T1  One algorithm: HS256. The header chooses among our keys by `kid` and decides nothing else.
 * T2  The signature says who; whether it still counts is the account's row: its state, its `sessionVersion`, its ended
 *     sessions. The row is read at most once in `standingMs` for each account and replica, so what ends a token (sign-out,
 *     new password, erasure) holds at once on the replica that was asked and within `standingMs` on every other. It costs
 *     one read by primary key an account and `standingMs`, nothing for the requests between.
 * T3  One that was handed out by a refresh names its pair. Its first use is noted before it counts, as it spends the refresh token
 *     before (`firstUses`); tokens of a log-in, and of versions that named none, spend nothing.
 * T4  What stays open, an event stream, is checked again and again, by a standing of `streamStandingMs` at most: it ends with the
 *     token that opened it, with its session, and with a change of role. A ticket ends with the session that asked for it.
 * T5  Role and e-mail come from the row, not from the claims: a role that was taken away is gone as soon.
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
    /** Of which the first use is noted; none for the first pair of a session, which has no predecessor to spend. */
    pair?: string,
    /** The claim `auth_time`: when the password was given; a refresh does not change it. */
    signedInAt?: Date,
  ): SignedToken;
  authenticate: Authenticate;
  /** Who holds a ticket, as the account is now; null where it is gone or may not sign in, or the session of the ticket has ended. */
  findCaller: (holder: TicketHolder) => Promise<Caller | null>;
  /** A check whether what the caller opened may stay open (T4). */
  mayStay: (caller: Caller) => () => Promise<boolean>;
  /** After a change of standing: the next check reads the row. */
  forget(accountId: Id): void;
  /** The refresh token that follows `secret`, by each of our keys, the one that signs first. See `sessions`. */
  successors(sessionId: string, secret: string): [string, ...string[]];
}

const issuer = 'palate';
const audience = 'palate';
/** How long the standing of an account is taken as read. */
export const standingMs = 5_000;
/** The same, of whoever keeps a stream open. */
const streamStandingMs = 2_000;

const Claims = z.object({
  sub: Id,
  typ: z.literal('access'),
  sid: z.string().max(64),
  ver: z.number().int(),
  pair: z.string().max(64).optional(),
  /** Missing in tokens of versions that did not state it. */
  auth_time: z.number().int().optional(),
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
  sessions: Pick<AccountSessionStore, 'findByPublicId'>;
  noteUse: NoteUse;
  clock: () => Date;
  standingMs?: number;
}): Tokens {
  const keys = deps.settings.jwtSecrets.map(signingKey);
  const byKid = new Map(keys.map(({ kid, key }) => [kid, key]));
  const [first, ...others] = keys;
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

  const standsIn = (standing: Standing | null, holder: Omit<TicketHolder, 'ownerId'>): standing is Standing =>
    standing?.state === 'active' &&
    // One that says nothing of it is a ticket of an earlier version.
    (holder.sessionVersion === undefined || standing.sessionVersion === holder.sessionVersion) &&
    !standing.endedSessions.some(({ id }) => id === holder.sessionId);

  const mayStay: Tokens['mayStay'] = ({ id, role, sessionId, sessionVersion, tokenExpiresAt }) => {
    // A session is only ever prolonged, and one that is ended stands in the account's row: so its own is read when its time is over.
    let sessionEndsAt = 0;
    const sessionLives = async () => {
      const now = deps.clock().getTime();
      if (sessionId === undefined || now < sessionEndsAt) return true;
      sessionEndsAt = (await deps.sessions.findByPublicId(id, sessionId))?.expiresAt.getTime() ?? 0;
      return now < sessionEndsAt;
    };
    return async () => {
      if (tokenExpiresAt && tokenExpiresAt <= deps.clock()) return false;
      const standing = await standings.of(id, streamStandingMs);
      return standsIn(standing, { sessionId, sessionVersion }) && standing.role === role && sessionLives();
    };
  };

  return {
    mayStay,

    sign({ id, email, role, sessionVersion }, sessionId, lifeMinutes, pair, signedInAt) {
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
        ...(pair !== undefined && { pair }),
        ...(signedInAt && { auth_time: Math.floor(signedInAt.getTime() / 1000) }),
        iat,
        exp: iat + expiresInS,
      };
      return { token: jwt.sign(payload, first.key, { algorithm: 'HS256', keyid: first.kid }), expiresInS };
    },

    async authenticate(bearer) {
      const claims = verify(bearer);
      if (typeof claims === 'string') return claims;
      const standing = await standings.of(claims.sub);
      if (!standsIn(standing, { sessionId: claims.sid, sessionVersion: claims.ver })) return 'invalid';
      if (claims.pair !== undefined) await deps.noteUse(claims.sub, claims.sid, claims.pair);
      return {
        id: claims.sub,
        email: standing.email,
        role: standing.role,
        sessionId: claims.sid,
        sessionVersion: claims.ver,
        tokenExpiresAt: new Date(claims.exp * 1000),
        ...(claims.auth_time !== undefined && { signedInAt: new Date(claims.auth_time * 1000) }),
      };
    },

    async findCaller({ ownerId, ...session }) {
      const standing = await standings.of(ownerId);
      if (!standsIn(standing, session)) return null;
      const caller = { id: ownerId, email: standing.email, role: standing.role, ...session };
      return (await mayStay(caller)()) ? caller : null;
    },

    forget: standings.forget,

    successors: (sessionId, secret) => {
      const by = ({ key }: SigningKey) =>
        createHmac('sha256', key).update(`refresh:${sessionId}.${secret}`).digest('base64url');
      return [by(first), ...others.map(by)];
    },
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

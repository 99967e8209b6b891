import { createHash, timingSafeEqual } from 'node:crypto';
import { spentMax, type RefreshChain } from '../../store/accountSessions';

/**
 * The chain of a session's refresh tokens: what each of them is worth, and how the chain moves on. Pure.
 *
 * A refresh token and the access tokens that were issued with it are a *pair*. The pair that was handed out last is the latest; the
 * one before it is its predecessor.
 *
 * F1  A pair is *used* when its refresh token, or an access token issued with it, is first presented. From that moment on the refresh
 *     token of its predecessor is *spent*; until then it is not, as nobody has shown yet that the answer arrived.
 * F2  The latest refresh token is exchanged for the next pair, which is the latest from then on.
 * F3  An unspent predecessor is exchanged for the latest pair again, however often: an answer that got lost, tabs that refresh at
 *     once, a page that refreshes and keeps nothing.
 * F4  A spent token, of the last `spentMax` ones, is exchanged for the latest pair for `graceMs` after it was spent itself: a tab that
 *     is one or several exchanges behind catches up.
 * F5  Any other token under the session's id was copied: spent longer ago, older than those, or never issued. The session ends.
 * F6  The next pair is issued only for the latest token, which uses its pair. So the latest pair alone may be unused, at most one
 *     predecessor is unspent, and a token only ever ages: latest, unspent, spent, replayed.
 * F7  A row that an earlier version wrote says of no pair that it was used, and its latest counts as unused: nobody is logged out by
 *     the new version, and the next exchange puts the row right.
 */

/** How long a spent token still gives the latest pair. */
export const graceMs = 30_000;

export type Place = 'latest' | 'unspent' | 'spent' | 'replayed' | 'unknown';

export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url');
const same = (a: string, b: string) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

/** What an access token calls its pair: enough of the hash of the pair's refresh token to name it, and nothing to guess that from. */
export const pairOf = (refreshTokenHash: string): string => refreshTokenHash.slice(0, 16);

export const isUsed = ({ usedHash, currentHash }: RefreshChain): boolean => usedHash === currentHash;

/** Where the refresh token with this hash stands at `now`. */
export function placeOf(chain: RefreshChain, hash: string, now: Date): Place {
  if (same(hash, chain.currentHash)) return 'latest';
  if (!isUsed(chain) && chain.previousHash !== null && same(hash, chain.previousHash)) return 'unspent';
  const spent = chain.spent.find((token) => same(hash, token.hash));
  if (!spent) return 'unknown';
  return now.getTime() - spent.at.getTime() <= graceMs ? 'spent' : 'replayed';
}

/** The latest pair was presented: its predecessor is spent. */
export function use(chain: RefreshChain, now: Date): RefreshChain {
  if (isUsed(chain)) return chain;
  const { previousHash, currentHash, spent } = chain;
  return {
    ...chain,
    usedHash: currentHash,
    spent: previousHash === null ? spent : [...spent, { hash: previousHash, at: now }].slice(-spentMax),
  };
}

/** The latest refresh token was presented, and the pair of `nextHash` is handed out. */
export const moveOn = (chain: RefreshChain, nextHash: string, now: Date): RefreshChain => ({
  ...use(chain, now),
  previousHash: chain.currentHash,
  currentHash: nextHash,
  rotatedAt: now,
});

/** The latest pair, which nobody has used and which cannot be derived any more, gives way to another one. */
export const reissue = (chain: RefreshChain, nextHash: string, now: Date): RefreshChain => ({
  ...chain,
  currentHash: nextHash,
  rotatedAt: now,
});

/**
 * The secret of the latest token, derived from that of an earlier one; null where a key that derived one of them is gone.
 * `successors` are what may follow a secret, by each key that counts.
 */
export function latestAfter(
  chain: RefreshChain,
  secret: string,
  successors: (secret: string) => readonly string[],
): string | null {
  const known = new Set([chain.currentHash, chain.previousHash, ...chain.spent.map(({ hash }) => hash)]);
  let at: string | undefined = secret;
  for (let step = 0; at !== undefined && step <= spentMax + 1; step += 1) {
    if (same(hashOf(at), chain.currentHash)) return at;
    at = successors(at).find((next) => known.has(hashOf(next)));
  }
  return null;
}

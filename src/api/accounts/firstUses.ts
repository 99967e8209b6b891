import type { Id } from '../../model/ids';
import type { AccountSessionStore } from '../../store/accountSessions';
import { isUsed, pairOf, use } from './refreshChain';

/**
 * Notes that an access token was used, which spends the refresh token before its own (`refreshChain`).
 *
 * U1  A pair is noted once: one write for all replicas. A replica reads the session's row once for each pair, and remembers that it did.
 * U2  That a pair is used, or no longer the latest, never changes again, so what is remembered is never wrong.
 * U3  Many requests at once, as when a page loads, wait for one read. One that failed is not remembered: the next request notes it.
 */
export type NoteUse = (ownerId: Id, publicId: string, pair: string) => Promise<void>;

/** Pairs remembered at once; the one that came first goes first. About 200 bytes each. */
const rememberedMax = 20_000;

export function createFirstUses(
  sessions: Pick<AccountSessionStore, 'findByPublicId' | 'replaceChain'>,
  clock: () => Date,
): NoteUse {
  const noted = new Map<string, Promise<void>>();

  const note = async (ownerId: Id, publicId: string, pair: string): Promise<void> => {
    const session = await sessions.findByPublicId(ownerId, publicId);
    if (!session || isUsed(session) || pairOf(session.currentHash) !== pair) return;
    // Where another request was quicker, it noted the same, or exchanged the pair's refresh token, which notes it too.
    await sessions.replaceChain(session, use(session, clock()));
  };

  return (ownerId, publicId, pair) => {
    const key = `${publicId}.${pair}`;
    const before = noted.get(key);
    if (before) return before;
    const noting = note(ownerId, publicId, pair);
    noted.set(key, noting);
    if (noted.size > rememberedMax) {
      const [oldest] = noted.keys();
      if (oldest !== undefined) noted.delete(oldest);
    }
    noting.catch(() => noted.delete(key));
    return noting;
  };
}

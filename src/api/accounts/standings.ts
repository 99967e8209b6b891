import type { Id } from '../../model/ids';
import type { AccountStore, Standing } from '../../store/accounts';

interface Kept {
  standing: Promise<Standing | null>;
  readAt: number;
}

/** Accounts whose standing is kept at once; the longest kept goes first. About 300 bytes each. */
const keptMax = 20_000;

/** The standing of accounts, kept for `keepMs`; who needs a fresher one says how old it may be. Many who ask for one at once wait for one read. */
export function createStandings(accounts: Pick<AccountStore, 'standing'>, clock: () => Date, keepMs: number) {
  const kept = new Map<Id, Kept>();

  const read = (id: Id, now: number): Promise<Standing | null> => {
    const standing = accounts.standing(id);
    const entry = { standing, readAt: now };
    kept.delete(id);
    kept.set(id, entry);
    if (kept.size > keptMax) {
      const [oldest] = kept.keys();
      if (oldest !== undefined) kept.delete(oldest);
    }
    // A read that failed says nothing about the account: it is not kept.
    standing.catch(() => kept.get(id) === entry && kept.delete(id));
    return standing;
  };

  return {
    of(id: Id, oldestMs = keepMs): Promise<Standing | null> {
      const now = clock().getTime();
      const found = kept.get(id);
      return found && found.readAt + oldestMs > now ? found.standing : read(id, now);
    },
    forget: (id: Id): void => void kept.delete(id),
  };
}

import { erasureTiming, erasureWorkflows, type ErasureTiming } from '../messages/erasure';
import type { Id } from '../model/ids';
import type { Launch } from '../model/launches';
import type { Store } from '../store/store';
import type { Launches } from './launch';

/** The run of an erasure, to be recorded in the transaction that marks the account. */
export const erasureLaunch = (
  userId: Id,
  receiptId: Id,
  requestId: string | null,
  timing: ErasureTiming = erasureTiming,
): Launch => ({ ...erasureWorkflows.erase.start([userId], { userId, receiptId, timing }), ownerId: userId, requestId });

interface DueDeps {
  readonly store: Pick<Store, 'accounts' | 'accountSessions' | 'erasures' | 'launches' | 'transaction'>;
  readonly launches: Pick<Launches, 'start'>;
}

/** One at a time: each is a transaction, and there are few. */
const dueAtOnce = 20;

/**
 * Begins the erasures that were scheduled and whose time has come.
 *
 * D1  Of two replicas that begin one, and of a log-in at the same moment, the first counts: all three write the account's row.
 * D2  A session that lives is a log-in: all were ended when the erasure was scheduled. A version that knows no scheduled erasures
 *     opens one without cancelling, so it is cancelled here. One of an older `sessionVersion` is dead: its log-in began before, and came
 *     to nothing.
 * @returns how many were due
 */
export async function beginDueErasures({ store, launches }: DueDeps, timing?: ErasureTiming): Promise<number> {
  const due = await store.erasures.due(dueAtOnce);
  for (const { id, ownerId } of due) {
    const launch = erasureLaunch(ownerId, id, null, timing);
    const begun = await store.transaction(async (session) => {
      const account = await store.accounts.find(ownerId, session);
      if (!account || (await store.accountSessions.anyLives(account, session))) {
        await store.accounts.cancelErasure(ownerId, session);
        await store.erasures.cancelOf(ownerId, session);
        return false;
      }
      if (!(await store.erasures.begin(id, session))) return false;
      await store.accounts.markErasing(ownerId, session);
      await store.launches.record(launch, session);
      return true;
    });
    if (begun) await launches.start(launch);
  }
  return due.length;
}

import { erasureLaunch } from '../../launches/erasure';
import type { ErasureTiming } from '../../messages/erasure';
import type { Id } from '../../model/ids';
import type { Launch } from '../../model/launches';
import type { AccountStore } from '../../store/accounts';
import type { AccountSessionStore } from '../../store/accountSessions';
import type { ErasureStore } from '../../store/erasures';
import { newId } from '../../store/ids';
import type { Store } from '../../store/store';
import type { Capabilities } from '../capabilities';
import { problem } from '../errors';

export interface ErasureDeps {
  readonly store: Pick<Store, 'launches' | 'transaction'> & {
    readonly accounts: Pick<AccountStore, 'markErasing' | 'scheduleErasure'>;
    readonly accountSessions: Pick<AccountSessionStore, 'endAll'>;
    readonly erasures: Pick<ErasureStore, 'create'>;
  };
  readonly capabilities: Capabilities;
  readonly clock: () => Date;
  readonly erasureTiming?: ErasureTiming;
}

export interface Receipted {
  receiptId: Id;
  /** Path of the receipt with its key: whoever was erased has no token to ask with. */
  location: string;
}

export interface RequestedErasure extends Receipted {
  /** To be started once the answer is out. */
  launch: Launch;
}

export interface ScheduledErasure extends Receipted {
  dueAt: Date;
}

/** How long an erasure that was asked for without a password waits for its owner to log in, which cancels it. */
export const erasureGraceMs = 24 * 3_600_000;

export const receiptSubject = (receiptId: Id) => `erasure:${receiptId}`;

const receipted = ({ capabilities }: Pick<ErasureDeps, 'capabilities'>, receiptId: Id): Receipted => ({
  receiptId,
  location: `/erasures/${receiptId}?key=${capabilities.issue(receiptSubject(receiptId))}`,
});

/** From the transaction on nobody is signed in to the account; throws 401 where that was so before. */
export async function requestErasure(deps: ErasureDeps, userId: Id, requestId: string): Promise<RequestedErasure> {
  const receiptId = newId();
  const launch = erasureLaunch(userId, receiptId, requestId, deps.erasureTiming);
  await deps.store.transaction(async (session) => {
    if (!(await deps.store.accounts.markErasing(userId, session))) throw problem('token-invalid');
    await deps.store.erasures.create(receiptId, userId, session);
    await deps.store.launches.record(launch, session);
    await deps.store.accountSessions.endAll(userId, session);
  });
  return { ...receipted(deps, receiptId), launch };
}

/**
 * The erasure begins after `erasureGraceMs`, by a poller of the workers (`launches/erasure.ts`), unless the owner logs in before. From the
 * transaction on nobody is signed in to the account; throws 401 where that was so before.
 */
export async function scheduleErasure(deps: ErasureDeps, userId: Id): Promise<ScheduledErasure> {
  const receiptId = newId();
  const dueAt = new Date(deps.clock().getTime() + erasureGraceMs);
  await deps.store.transaction(async (session) => {
    if (!(await deps.store.accounts.scheduleErasure(userId, dueAt, session))) throw problem('token-invalid');
    await deps.store.erasures.create(receiptId, userId, session, dueAt);
    await deps.store.accountSessions.endAll(userId, session);
  });
  return { ...receipted(deps, receiptId), dueAt };
}

import { erasureId, erasureTiming, erasureWorkflow, type EraseUser, type ErasureTiming } from '../../messages/erasure';
import type { Id } from '../../model/ids';
import type { AccountStore } from '../../store/accounts';
import type { AccountSessionStore } from '../../store/accountSessions';
import type { ErasureStore } from '../../store/erasures';
import { newId } from '../../store/ids';
import type { Launch } from '../../store/launches';
import type { Store } from '../../store/store';
import type { Capabilities } from '../capabilities';
import { problem } from '../errors';

export interface ErasureDeps {
  readonly store: Pick<Store, 'launches' | 'transaction'> & {
    readonly accounts: Pick<AccountStore, 'markErasing'>;
    readonly accountSessions: Pick<AccountSessionStore, 'endAll'>;
    readonly erasures: Pick<ErasureStore, 'create'>;
  };
  readonly capabilities: Capabilities;
  readonly erasureTiming?: ErasureTiming;
}

export interface RequestedErasure {
  receiptId: Id;
  /** Path of the receipt with its key: whoever was erased has no token to ask with. */
  location: string;
  /** To be started once the answer is out. */
  launch: Launch;
}

export const receiptSubject = (receiptId: Id) => `erasure:${receiptId}`;

/** From the transaction on nobody is signed in to the account; throws 401 where that was so before. */
export async function requestErasure(deps: ErasureDeps, userId: Id, requestId: string): Promise<RequestedErasure> {
  const receiptId = newId();
  const args: EraseUser = { userId, receiptId, timing: deps.erasureTiming ?? erasureTiming };
  const launch: Launch = {
    workflowId: erasureId(userId),
    workflow: erasureWorkflow,
    args: [args],
    queue: 'main',
    ownerId: userId,
    feature: 'erasure',
    summary: 'Erases everything of one account',
    requestId,
  };
  await deps.store.transaction(async (session) => {
    if (!(await deps.store.accounts.markErasing(userId, session))) throw problem('token-invalid');
    await deps.store.erasures.create(receiptId, userId, session);
    await deps.store.launches.record(launch, session);
    await deps.store.accountSessions.endAll(userId, session);
  });
  const key = deps.capabilities.issue(receiptSubject(receiptId));
  return { receiptId, location: `/erasures/${receiptId}?key=${key}`, launch };
}

import type { ClientSession } from 'mongoose';
import type { ContextChanges } from '../../launches/contextChanges';
import type { ContextSection } from '../../model/context';
import type { Id } from '../../model/ids';
import type { AccountStore } from '../../store/accounts';
import type { Store } from '../../store/store';
import { problem } from '../errors';
import type { Context } from '../route';

/** What a write of a part of the context needs. */
export interface ContextWriteDeps {
  readonly store: Pick<Store, 'transaction'> & { readonly accounts: Pick<AccountStore, 'isActive'> };
  readonly contextChanges: Pick<ContextChanges, 'record' | 'wake'>;
}

/** What `work` wrote. `changed: false`: nothing that the context holds, and no version is raised. */
export interface Written<T> {
  readonly changed: boolean;
  readonly value: T;
}

type Request = Pick<Context<'user', unknown, unknown, unknown>, 'afterAnswer'> & {
  readonly caller: { readonly id: Id };
};

/**
 * Writes a part of the caller's context: `work` and the raised version land together or not at all, and the run that sends it is
 * woken after the answer. Throws 401 where the account is being erased. `work` is run again where others wrote at the same time, so
 * it must do nothing outside the database.
 */
export const createContextWrites =
  ({ store, contextChanges }: ContextWriteDeps) =>
  async <T>(
    { caller, afterAnswer }: Request,
    section: ContextSection,
    work: (session: ClientSession) => Promise<Written<T>>,
  ): Promise<T> => {
    const written = await store.transaction(async (session) => {
      if (!(await store.accounts.isActive(caller.id, session))) throw problem('token-invalid');
      const done = await work(session);
      if (done.changed) await contextChanges.record(caller.id, [section], session);
      return done;
    });
    if (written.changed) afterAnswer(() => contextChanges.wake(caller.id));
    return written.value;
  };

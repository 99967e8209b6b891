import { rankOf, type Role } from '../model/accounts';
import { operatorId } from '../model/audit';
import type { Id } from '../model/ids';
import type { Store } from './store';

/**
 * Changes the role of whom an address (normalised) belongs to, and records it in the audit as done by an operator: both or neither. One that
 * is theirs already is no change. Null: no active account has the address.
 */
export const changeRole = (
  store: Pick<Store, 'accounts' | 'audit' | 'transaction'>,
  email: string,
  role: Role,
): Promise<{ id: Id; email: string } | null> =>
  store.transaction(async (session) => {
    const changed = await store.accounts.setRole(email, role, session);
    if (changed === null) return null;
    const { id, was } = changed;
    const action = rankOf(role) > rankOf(was) ? 'role.give' : 'role.take';
    const actor = { id: operatorId, email: null };
    if (role !== was) await store.audit.record({ actor, action, target: id, reason: `${role} (was ${was})` }, session);
    return { id, email: changed.email };
  });

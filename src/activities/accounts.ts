import type { AccountAttemptStore } from '../store/accountAttempts';
import type { AccountStore } from '../store/accounts';
import type { AccountSessionStore } from '../store/accountSessions';
import type { ExportLeaseStore } from '../store/exportLeases';
import type { Eraser } from './erasure';

/** The account, its sessions, its failed attempts to log in, and the lease of an export, which ends with it. */
export const accountsEraser = (store: {
  accounts: AccountStore;
  accountSessions: AccountSessionStore;
  accountAttempts: AccountAttemptStore;
  exportLeases: Pick<ExportLeaseStore, 'removeOf'>;
}): Eraser => ({
  collections: ['accounts', 'account_sessions', 'account_attempts', 'export_leases'],
  objectPrefixes: [],
  workflowIds: [],
  async erase(userId) {
    const sessions = await store.accountSessions.endAll(userId);
    const attempts = await store.accountAttempts.removeOf(userId);
    const leases = await store.exportLeases.removeOf(userId);
    return { removed: sessions + attempts + leases + (await store.accounts.remove(userId)) };
  },
});

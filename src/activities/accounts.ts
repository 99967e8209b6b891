import type { AccountAttemptStore } from '../store/accountAttempts';
import type { AccountStore } from '../store/accounts';
import type { AccountSessionStore } from '../store/accountSessions';
import type { Eraser } from './erasure';

/** The account, its sessions and its failed attempts to log in. */
export const accountsEraser = (store: {
  accounts: AccountStore;
  accountSessions: AccountSessionStore;
  accountAttempts: AccountAttemptStore;
}): Eraser => ({
  collections: ['accounts', 'account_sessions', 'account_attempts'],
  objectPrefixes: [],
  workflowIds: [],
  async erase(userId) {
    const sessions = await store.accountSessions.endAll(userId);
    const attempts = await store.accountAttempts.removeOf(userId);
    return { removed: sessions + attempts + (await store.accounts.remove(userId)) };
  },
});

import mongoose from 'mongoose';
import { createTokens } from '../../src/api/accounts/tokens';
import { contextSyncRows } from '../../src/store/context/syncs';
import { createStore, type Store } from '../../src/store/store';
import type { Role } from '../../src/model/accounts';
import { testSecrets } from './palateProcess';

/** An account that was made where the database is, without the cost of a password, and a token of it. */
export interface Person {
  id: string;
  token: string;
}

export interface People {
  store: Store;
  /** `name` is for the reader of a failure. */
  make(name: string, role?: Role): Promise<Person>;
  /** Accounts whose context is to be sent, or sent once more. */
  countDue(): Promise<number>;
  close(): Promise<void>;
}

/** Makes accounts for processes of `startPalateProcess` on the same database. */
export async function openPeople(mongodbUri: string): Promise<People> {
  const connection = await mongoose.createConnection(mongodbUri, { autoIndex: false, autoCreate: false }).asPromise();
  const store = createStore(connection);
  const tokens = createTokens({
    // As the setting is read: a comma parts two secrets.
    settings: { jwtSecrets: testSecrets.JWT_SECRET.split(',').map((secret) => secret.trim()) },
    accounts: store.accounts,
    sessions: store.accountSessions,
    noteUse: () => Promise.resolve(),
    clock: () => new Date(),
  });
  return {
    store,
    async make(name, role = 'user') {
      const account = await store.accounts.create({ email: `${name}@example.com`, passwordHash: 'none', role });
      if ('taken' in account) throw new Error(`${name} exists already`);
      return { id: account.id, token: tokens.sign(account, 'made-for-a-test', 600, undefined, new Date()).token };
    },
    countDue: () => contextSyncRows(connection).countDocuments({ dueAt: { $type: 'date' } }),
    close: () => connection.close(),
  };
}

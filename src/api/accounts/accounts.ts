import { isDeepStrictEqual } from 'node:util';
import type { ClientSession } from 'mongoose';
import type { Account } from '../../model/accounts';
import { userSection } from '../../model/context';
import type { Id } from '../../model/ids';
import type { NewAccount, ProfileChange, Taken } from '../../store/accounts';
import { createContextWrites } from '../context/change';
import type { Authenticate, Caller } from '../deps';
import { conflict, problem } from '../errors';
import type { Context } from '../route';
import { requestErasure, type RequestedErasure } from '../erasure/request';
import type { AccountDeps } from './deps';
import { exportOf } from './export';
import { createPasswords } from './passwords';
import { createSessions, type Granted, type Life, type Sessions } from './sessions';
import { createThrottle } from './throttle';
import { createTokens } from './tokens';

/** What can be done with accounts, whichever door asks; the doors only translate. */
export interface Accounts {
  authenticate: Authenticate;
  findCaller: (id: Id) => Promise<Caller | null>;
  /** `taken`: the door says so in its own status. */
  signUp(
    account: Omit<NewAccount, 'passwordHash'> & { password: string },
    life: Life,
    after: AfterAnswer,
  ): Promise<Granted | Taken>;
  /** Throws 401 (unknown account and wrong password alike) or 429. */
  signIn(who: Credentials, life: Life): Promise<Granted>;
  /** Throws 401 where the refresh token does not count. */
  refresh(refreshToken: string): Promise<Granted>;
  signOut(caller: Caller, everywhere: boolean): Promise<void>;
  endRefreshToken(refreshToken: string, ownerId: Id): Promise<void>;
  /** Throws 401 where the account is gone. */
  find(id: Id): Promise<Account>;
  /** `change` is a pure function of the account; it is applied again where another request wrote meanwhile. Throws 401 where the account is gone. */
  changeProfile(id: Id, change: (account: Account) => ProfileChange, afterAnswer: AfterAnswer): Promise<Account>;
  /** Ends every session but gives the caller a new one. Throws 400 where the current password is wrong, 429 after too many. */
  changePassword(caller: Caller, address: string, current: string, chosen: string): Promise<Granted>;
  /** Everything that is kept of the account. */
  export(id: Id): Promise<Record<string, unknown>>;
  erase(caller: Caller, requestId: string): Promise<RequestedErasure>;
}

/** Puts work off until the answer is out. */
export type AfterAnswer = Context<'public', unknown, unknown, unknown>['afterAnswer'];

export interface Credentials {
  by: { email: string } | { username: string };
  password: string;
  address: string;
}

export function createAccounts(deps: AccountDeps): Accounts {
  const { store, clock } = deps;
  const writeContext = createContextWrites(deps);
  const passwords = deps.passwords ?? createPasswords();
  const throttle = createThrottle(store.accountAttempts, clock, deps.loginLimits);
  const tokens = createTokens({
    settings: deps.settings,
    accounts: store.accounts,
    clock,
    ...(deps.standingMs === undefined ? {} : { standingMs: deps.standingMs }),
  });
  const sessions: Sessions = createSessions({
    settings: deps.settings,
    tokens,
    accounts: store.accounts,
    sessions: store.accountSessions,
    clock,
  });

  const find = async (id: Id, session?: ClientSession): Promise<Account> => {
    const account = await store.accounts.find(id, session);
    if (!account) throw problem('token-invalid');
    return account;
  };

  /** Counts a failure, and refuses before looking at the password where there were too many. */
  const checked = async (
    identifier: string,
    accountId: Id | null,
    address: string,
    password: string,
    hash: string | null,
  ) => {
    const attempt = { identifier, accountId, address };
    return passwords.matches(password, hash, {
      before: () => throttle.check(attempt),
      after: (same) => (same ? throttle.succeeded(attempt) : throttle.failed(attempt)),
    });
  };

  /** Sign-up repeated under one Idempotency-Key after a crash finds the row it wrote. */
  const ownRow = async (id: Id | undefined, email: string): Promise<Account | null> => {
    const found = id === undefined ? null : await store.accounts.findForLogin({ email });
    return found?.account.id === id ? (found?.account ?? null) : null;
  };

  return {
    authenticate: tokens.authenticate,
    findCaller: tokens.findCaller,
    find: (id) => find(id),

    async signUp({ password, ...account }, life, after) {
      const passwordHash = await passwords.hash(password);
      const created = await store.accounts.create({ ...account, passwordHash });
      if (!('taken' in created)) {
        after(() => deps.contextChanges.wake(created.id));
        return sessions.open(created, life);
      }
      const own = await ownRow(account.id, account.email);
      return own ? sessions.open(own, life) : created;
    },

    async signIn({ by, password, address }, life) {
      const found = await store.accounts.findForLogin(by);
      const identifier = 'email' in by ? by.email : by.username.toLowerCase();
      if (
        !(await checked(identifier, found?.account.id ?? null, address, password, found?.passwordHash ?? null)) ||
        !found
      )
        throw problem('bad-credentials');
      return sessions.open(found.account, life);
    },

    async refresh(refreshToken) {
      const granted = await sessions.refresh(refreshToken);
      if (!granted)
        throw problem('token-invalid', { detail: 'The refresh token is spent, expired or not one; log in again.' });
      return granted;
    },

    async signOut(caller, everywhere) {
      if (everywhere) {
        await sessions.endAll(caller.id);
        await store.tickets.removeOf(caller.id);
      } else if (caller.sessionId !== undefined) await sessions.endBySessionId(caller.id, caller.sessionId);
    },

    endRefreshToken: (refreshToken, ownerId) => sessions.endByRefreshToken(refreshToken, ownerId),

    changeProfile: (id, change, afterAnswer) =>
      writeContext({ caller: { id }, afterAnswer }, 'user', async (session) => {
        // Read in the transaction that writes: where another was quicker, all of it is done again on what that one left.
        const account = await find(id, session);
        const row = await store.accounts.writeProfile(id, account.profileRevision, change(account), session);
        if (!row) throw problem('token-invalid');
        const changed = !isDeepStrictEqual(userSection(id, row.profile), userSection(id, account.profile));
        return { changed, value: row };
      }),

    async changePassword(caller, address, current, chosen) {
      const hash = await store.accounts.passwordHashOf(caller.id);
      if (hash === null) throw problem('token-invalid');
      if (!(await checked(caller.email, caller.id, address, current, hash))) {
        const message = 'The current password is not right.';
        throw problem('invalid-request', { detail: message, errors: [{ path: 'body.current_password', message }] });
      }
      const account = await store.accounts.setPassword(caller.id, hash, await passwords.hash(chosen));
      if (!account) return conflict('The password was changed by another request at the same time; log in again.');
      await store.accountSessions.endAll(caller.id);
      await store.tickets.removeOf(caller.id);
      tokens.forget(caller.id);
      return sessions.open(account, 'short');
    },

    async export(id) {
      const sessions = () => store.accountSessions.listOf(id);
      return exportOf(await find(id), { sessions, ...deps.exporters }, clock());
    },

    async erase(caller, requestId) {
      const requested = await requestErasure(deps, caller.id, requestId);
      tokens.forget(caller.id);
      return requested;
    },
  };
}

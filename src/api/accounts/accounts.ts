import type { Readable } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import type { ClientSession } from 'mongoose';
import type { Account } from '../../model/accounts';
import { userSection } from '../../model/context';
import type { Id } from '../../model/ids';
import type { NewAccount, ProfileChange, Taken } from '../../store/accounts';
import { createContextWrites } from '../context/change';
import type { Authenticate, Caller } from '../deps';
import { conflict, problem } from '../errors';
import { networkOf } from '../network';
import type { Context, Limit } from '../route';
import { requestErasure, scheduleErasure, type Receipted, type ScheduledErasure } from '../erasure/request';
import type { AccountDeps } from './deps';
import { createFirstUses } from './firstUses';
import { createMedicalNotes } from './medicalNotes';
import { exportLeaseMs, openExport } from './openExport';
import { createPasswords } from './passwords';
import { createSessions, type Granted, type Life, type Sessions } from './sessions';
import { createThrottle } from './throttle';
import { createTokens, type Tokens } from './tokens';

/** What can be done with accounts, whichever door asks; the doors only translate. */
export interface Accounts {
  authenticate: Authenticate;
  findCaller: Tokens['findCaller'];
  mayStay: Tokens['mayStay'];
  /** `taken`: the door says so in its own status. Throws 429 where the address has signed up too many. */
  signUp(
    account: Omit<NewAccount, 'passwordHash'> & { password: string },
    life: Life,
    request: SignUpRequest,
  ): Promise<Granted | Taken>;
  /** Throws 401 (unknown account and wrong password alike) or 429. */
  signIn(who: Credentials, life: Life): Promise<SignedIn>;
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
  /** Everything that is kept of the account, as JSON while it is read. Throws 409 while another export of the account runs. */
  export(id: Id): Promise<Readable>;
  /**
   * The erasure begins once the answer is out. Without a password the log-in must be of the last five minutes: throws 403 where it is
   * older, 400 where the password is wrong, 429 after too many.
   */
  erase(
    caller: Caller,
    request: Pick<SignUpRequest, 'ip' | 'afterAnswer'> & { password: string | null; requestId: string },
  ): Promise<Receipted>;
  /** For a client that can ask for no password: the erasure begins a day later, and a log-in before cancels it. */
  eraseLater(caller: Caller): Promise<ScheduledErasure>;
}

export interface SignedIn extends Granted {
  /** The account was to be erased, and this log-in cancelled that. */
  erasureCancelled: boolean;
}

const freshSignInMs = 5 * 60_000;

/** Puts work off until the answer is out. */
export type AfterAnswer = Context<'public', unknown, unknown, unknown>['afterAnswer'];

/** What a sign-up needs of the request that it came with. */
export type SignUpRequest = Pick<Context<'public', unknown, unknown, unknown>, 'ip' | 'spend' | 'afterAnswer'>;

export interface Credentials {
  by: { email: string } | { username: string };
  password: string;
  address: string;
}

export function createAccounts(deps: AccountDeps): Accounts {
  const { store, clock } = deps;
  const writeContext = createContextWrites(deps);
  const passwords = deps.passwords ?? createPasswords();
  const medicalNotes = createMedicalNotes(deps);
  const throttle = createThrottle(store.accountAttempts, clock, deps.loginLimits);
  const tokens = createTokens({
    settings: deps.settings,
    accounts: store.accounts,
    sessions: store.accountSessions,
    noteUse: createFirstUses(store.accountSessions, clock),
    clock,
    ...(deps.standingMs === undefined ? {} : { standingMs: deps.standingMs }),
  });
  const sessions: Sessions = createSessions({
    settings: deps.settings,
    tokens,
    accounts: store.accounts,
    sessions: store.accountSessions,
    clock,
    log: deps.log,
  });

  const signUps: Limit = { name: 'sign-ups', max: deps.settings.signupsPerHour, windowMs: 3_600_000, by: 'address' };

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
    return passwords.matches(password, hash, networkOf(address), {
      before: () => throttle.check(attempt),
      after: (same) => (same ? throttle.succeeded(attempt) : throttle.failed(attempt)),
    });
  };

  /** Sign-up repeated under one Idempotency-Key after a crash finds the row it wrote. */
  const ownRow = async (id: Id | undefined, email: string): Promise<Account | null> => {
    const found = id === undefined ? null : await store.accounts.findForLogin({ email });
    return found?.account.id === id ? (found?.account ?? null) : null;
  };

  /** Cancels the erasure that is scheduled. Where it begins at this moment the account is as good as unknown. */
  const keep = (id: Id) =>
    store.transaction(async (session) => {
      if (!(await store.accounts.cancelErasure(id, session)) && !(await store.accounts.isActive(id, session)))
        throw problem('bad-credentials');
      await store.erasures.cancelOf(id, session);
    });

  /** Throws where it is not the caller's own password. */
  const confirm = async (caller: Caller, address: string, given: string, field: string, hash: string) => {
    if (await checked(caller.email, caller.id, address, given, hash)) return;
    const message = 'The current password is not right.';
    throw problem('invalid-request', { detail: message, errors: [{ path: field, message }] });
  };

  return {
    authenticate: tokens.authenticate,
    findCaller: tokens.findCaller,
    mayStay: tokens.mayStay,
    find: (id) => find(id),

    async signUp({ password, ...account }, life, { ip, spend, afterAnswer }) {
      const network = networkOf(ip);
      // In its turn: a sign-up that is refused as others are waiting is not one of the hour.
      const passwordHash = await passwords.hash(password, network, () => spend(signUps, network));
      const created = await store.accounts.create({ ...account, passwordHash });
      if (!('taken' in created)) {
        afterAnswer(() => deps.contextChanges.wake(created.id));
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
      const { account } = found;
      const erasureCancelled = account.erasureDueAt !== null;
      if (erasureCancelled) await keep(account.id);
      return { ...(await sessions.open(account, life)), erasureCancelled };
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
      await confirm(caller, address, current, 'body.current_password', hash);
      const account = await store.accounts.setPassword(
        caller.id,
        hash,
        await passwords.hash(chosen, networkOf(address)),
      );
      if (!account) return conflict('The password was changed by another request at the same time; log in again.');
      await store.accountSessions.endAll(caller.id);
      await store.tickets.removeOf(caller.id);
      tokens.forget(caller.id);
      return sessions.open(account, 'short');
    },

    async export(id) {
      const sessions = () => store.accountSessions.listOf(id);
      const notes = async () => (await medicalNotes.of(id)) ?? undefined;
      return openExport(await find(id), {
        exporters: { sessions, medical_notes: notes, ...deps.exporters },
        leases: store.exportLeases,
        clock,
        leaseMs: deps.exportLeaseMs ?? exportLeaseMs,
        isActive: async () => (await store.accounts.standing(id))?.state === 'active',
        log: deps.log,
      });
    },

    async erase(caller, { password, ip, requestId, afterAnswer }) {
      if (password !== null) {
        const hash = await store.accounts.passwordHashOf(caller.id);
        if (hash === null) throw problem('token-invalid');
        await confirm(caller, ip, password, 'body.password', hash);
      } else if (!caller.signedInAt || clock().getTime() - caller.signedInAt.getTime() > freshSignInMs)
        throw problem('password-needed');
      const { launch, ...receipt } = await requestErasure(deps, caller.id, requestId);
      afterAnswer(() => deps.launches.start(launch));
      tokens.forget(caller.id);
      return receipt;
    },

    async eraseLater(caller) {
      const scheduled = await scheduleErasure(deps, caller.id);
      await store.tickets.removeOf(caller.id);
      tokens.forget(caller.id);
      return scheduled;
    },
  };
}

import { randomBytes } from 'node:crypto';
import type { SyncAttempt, SyncFailureReason } from '../../../src/model/context';
import type { ReplayWanted } from '../../../src/model/contextReplays';
import type { Id } from '../../../src/model/ids';
import type { Store } from '../../../src/store/store';
import { ask, signUp, type House } from '../palate';

/** Accounts and syncs as the store's own moves make them. */

const leaseMs = 10_000;

const attempt = (at: Date, version: number, reason: SyncFailureReason | null): SyncAttempt => ({
  at,
  version,
  status: reason === 'server_error' ? 500 : reason === null ? 200 : null,
  ms: 12,
  reason,
  error: reason === null ? null : `It was ${reason}.`,
  by: 'entity',
});

/** An account without a door: its context is at version 1, and nobody was told. */
export async function newAccount({ accounts }: Store): Promise<Id> {
  const made = await accounts.create({
    email: `row-${randomBytes(8).toString('hex')}@example.com`,
    passwordHash: 'no password fits this',
  });
  if ('taken' in made) throw new Error(`${made.taken} is taken`);
  return made.id;
}

async function leased(store: Store, userId: Id) {
  const lease = await store.contextSyncs.lease(userId, leaseMs, { force: true });
  const row = await store.contextSyncs.find(userId);
  if (lease.kind !== 'leased' || !row) throw new Error(`No lease for ${userId}: ${lease.kind}`);
  return { leaseId: lease.leaseId, version: row.version };
}

/** In the order of their ids. */
export async function failedAccounts(store: Store, count: number): Promise<Id[]> {
  const ids: Id[] = [];
  for (let nth = 0; nth < count; nth += 1) ids.push(await failedAccount(store, 'timeout'));
  return ids.sort();
}

/** A replay of the whole failed list. */
export const anyFailed: ReplayWanted = { scope: 'failed', filter: { reason: null, since: null }, raise: null };

/** `nextAt` null: given up. */
export async function fail(
  store: Store,
  userId: Id,
  reason: SyncFailureReason,
  { at = new Date(), nextAt = null }: { at?: Date; nextAt?: Date | null } = {},
) {
  const { leaseId, version } = await leased(store, userId);
  await store.contextSyncs.settle(userId, leaseId, {
    kind: 'failed',
    attempt: attempt(at, version, reason),
    uncertain: false,
    nextAt,
  });
}

export async function acknowledge(store: Store, userId: Id, by: SyncAttempt['by'] = 'entity') {
  const { leaseId, version } = await leased(store, userId);
  const at = new Date();
  await store.contextSyncs.settle(userId, leaseId, {
    kind: 'acknowledged',
    version,
    attempt: { ...attempt(at, version, null), by },
    readAt: at,
    confirmMs: 60_000,
  });
}

export const change = (store: Store, userId: Id) =>
  store.transaction((session) => store.contextSyncs.touch(userId, ['user'], 5_000, session));

export async function failedAccount(store: Store, reason: SyncFailureReason, at = new Date()): Promise<Id> {
  const id = await newAccount(store);
  await fail(store, id, reason, { at });
  return id;
}

/** Someone with the role, who logged in with it. */
export async function staff(house: House, url: string, role: 'support' | 'admin') {
  const { id, email, password } = await signUp(url);
  await house.store.accounts.setRole(email, role);
  const { body } = await ask<{ access_token: string }>(url, 'POST', '/api/auth/login', { json: { email, password } });
  return { id, email, password, token: body.access_token };
}

/** Opens the receiver's circuit, or closes it. */
export async function leaveReceiverAlone(house: House, forMs: number) {
  const { generation } = await house.store.circuits.find('context_receiver');
  await house.store.circuits.open('context_receiver', generation, {
    until: new Date(Date.now() + forMs),
    openMs: forMs,
    why: 'It failed.',
    refused: false,
  });
}

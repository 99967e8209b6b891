import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { MongoClient } from 'mongodb';
import { ReceiverDouble } from '../../doubles/contextReceiver';
import { faults, type Fault } from '../../doubles/doubleServer';
import { eventually } from '../../eventually';
import { luckOf, type Luck } from '../../integration/contract/generate';
import { freePort } from '../../../scripts/engines/network.mjs';
import { startPalateProcess, type PalateProcess } from '../palateProcess';
import { openPeople, type People, type Person } from '../people';
import { databaseOn } from './kills';
import type { OwnEngine } from './ownEngine';

/**
 * Context sync under everything that may go wrong at once: people change things, the receiver fails in every way, worker and API are
 * killed and MongoDB steps down, in an order that a seed decides. When it is over, the receiver must have the latest of everybody.
 *
 * Y1  What a client was answered for counts as changed; what broke is sent again until it is answered.
 * Y2  The receiver is the naive one: it keeps what it took in last, whatever its version.
 * Y3  Who is on the failed list after it is healed is replayed, as support would; nobody else is touched.
 */
export interface SyncOptions {
  seed: number;
  users: number;
  /** Of each user. */
  changes: number;
  /** Clients at work at once. */
  concurrency: number;
  /** A MongoDB of the run's own, which may step down. */
  mongodb: OwnEngine;
  temporalAddress: string;
}

export interface SyncCensus {
  seed: number;
  changes: number;
  /** What happened, in order. */
  events: string[];
  /** Users whose context at the receiver is not the one they have. */
  lost: string[];
  /** Sendings that were older than what had been acknowledged. */
  backwards: number;
  /** Users that had to be replayed. */
  failed: number;
  /** From healed until everybody who was not on the failed list was acknowledged. Milliseconds. */
  staleMs: number;
  pushes: number;
}

export const sweepMs = 2_000;
const debounceMs = 100;
const timeoutMs = 600;

type Trouble = (house: House, luck: Luck) => Promise<string>;
interface House {
  receiver: ReceiverDouble;
  /** It does not listen. */
  down: boolean;
  processes: Record<'api' | 'worker', PalateProcess>;
  start(role: 'api' | 'worker'): Promise<PalateProcess>;
  mongo: MongoClient;
}

const standing: Readonly<Record<string, () => Fault>> = {
  'error 500': () => faults.status(500),
  'too many 429': () => faults.tooMany('1'),
  hangs: () => faults.hang(),
  reset: () => faults.reset(),
  slow: () => faults.slow(300),
  'answer lost': () => faults.lost(),
  'taken in late': () => faults.late(),
  'HTML 200': () => faults.html(200),
};

/** A fault of the receiver stays until the next trouble comes. */
const receiverFault =
  (name: string, fault: () => Fault): Trouble =>
  ({ receiver }) => {
    receiver.always(fault());
    return Promise.resolve(`receiver: ${name}`);
  };

const killed =
  (role: 'api' | 'worker'): Trouble =>
  async (house) => {
    await house.processes[role].kill();
    house.processes[role] = await house.start(role);
    return `kill -9: ${role}`;
  };

const troubles: readonly Trouble[] = [
  ...Object.entries(standing).map(([name, fault]) => receiverFault(name, fault)),
  async (house) => {
    await house.receiver.stop();
    house.down = true;
    return 'receiver: down';
  },
  ({ receiver }) => {
    receiver.always(null);
    return Promise.resolve('receiver: well');
  },
  killed('worker'),
  killed('api'),
  async ({ mongo }) => {
    // The one node is primary again once its own time out of office is over.
    await mongo
      .db('admin')
      .command({ replSetStepDown: 2, force: true })
      .catch(() => undefined);
    return 'MongoDB steps down';
  },
];

/** Changes of every kind that is synced. */
const writes: readonly ((luck: Luck, count: number) => { method: string; path: string; json: unknown })[] = [
  (luck, count) => ({
    method: 'PUT',
    path: '/api/v1/users/update',
    json: { profile: { age: 18 + luck.below(70), weightKg: 50 + count } },
  }),
  (luck) => ({ method: 'POST', path: '/api/v1/constraints', json: { maxCookTime: 5 + luck.below(100) } }),
  (luck, count) => ({
    method: 'POST',
    path: '/api/v1/feedback',
    json: { type: luck.oneOf(['liked', 'disliked', 'too_spicy']), mealId: '0'.repeat(24), comment: `number ${count}` },
  }),
];

export async function syncUnderFaults(options: SyncOptions): Promise<SyncCensus> {
  const { seed, users, changes, mongodb, temporalAddress } = options;
  const luck = luckOf(seed, 'sync');
  const home = await mkdtemp(path.join(os.tmpdir(), 'palate-sync-'));
  const receiver = await new ReceiverDouble().start();
  const mongodbUri = databaseOn(mongodb.address, `sync-${seed}-${Date.now()}`);
  const ports = { api: await freePort() };
  const taskQueue = `sync-${seed}-${Date.now()}`;
  const start = (role: 'api' | 'worker') =>
    startPalateProcess({
      home,
      role,
      mongodbUri,
      temporalAddress,
      ...(role === 'api' && { port: ports.api }),
      env: {
        TEMPORAL_TASK_QUEUE: taskQueue,
        FLASK_AI_BASE_URL: receiver.baseUrl,
        INTERNAL_HMAC_SECRET: ReceiverDouble.secret,
        CONTEXT_SYNC_DEBOUNCE_MS: String(debounceMs),
        CONTEXT_SYNC_MAX_WAIT_MS: '500',
        CONTEXT_SYNC_TIMEOUT_MS: String(timeoutMs),
        CONTEXT_SYNC_RETRY_MS: '100',
        CONTEXT_SYNC_SWEEP_MS: String(sweepMs),
        CONTEXT_SYNC_MAX_RPS: '200',
        CIRCUIT_OPEN_MS: '500',
        CIRCUIT_OPEN_MAX_MS: '1000',
        LOG_LEVEL: 'warn',
      },
    });
  // Its schedules have fixed ids; the worker of a run of before would be polled for them.
  const processes = { worker: await start('worker'), api: await start('api') };
  const mongo = await new MongoClient(mongodb.address).connect();
  const people = await openPeople(mongodbUri);
  const house: House = { receiver, down: false, processes, start, mongo };
  try {
    const persons = await inTurns(
      8,
      Array.from({ length: users }, (_, at) => at),
      (at) => people.make(`sync-${seed}-${at}`),
    );
    const events: string[] = [];
    const work = { over: false };
    const changed = change(persons, options, () => processes.api.url).finally(() => {
      work.over = true;
    });
    while (!work.over) {
      const trouble = luck.oneOf(troubles);
      await up(house);
      events.push(await trouble(house, luck));
      await Promise.race([changed, new Promise((resolve) => setTimeout(resolve, 100 + luck.below(1_400)))]);
    }
    await changed;
    receiver.always(null);
    await up(house);
    const healedMs = Date.now();
    const failed = await settled(people, persons);
    const staleMs = Date.now() - healedMs;
    await replay(people, failed, processes.api.url);
    await eventually(async () => (await people.countDue()) === 0, 60_000);
    return {
      seed,
      changes: users * changes,
      events,
      lost: await differing(people, persons, receiver),
      backwards: receiver.sentBackwards.length,
      failed: failed.length,
      staleMs,
      pushes: receiver.record.length,
    };
  } finally {
    for (const one of Object.values(house.processes)) await one.kill();
    await people.close();
    await mongo.close();
    if (!house.down) await receiver.stop();
    await rm(home, { recursive: true, force: true });
  }
}

const up = async (house: House): Promise<void> => {
  if (house.down) await house.receiver.start();
  house.down = false;
};

/** Every change of everybody, each sent until it is answered. */
async function change(persons: readonly Person[], { seed, changes, concurrency }: SyncOptions, url: () => string) {
  const todo = persons.flatMap((person, at) => Array.from({ length: changes }, (_, count) => ({ person, at, count })));
  const luck = luckOf(seed, 'changes');
  const shuffled = todo.map((one) => ({ one, key: luck.next() })).sort((a, b) => a.key - b.key);
  await inTurns(
    concurrency,
    shuffled.map(({ one }) => one),
    async ({ person, at, count }) => {
      const { method, path: target, json } = luck.oneOf(writes)(luck, count);
      await eventually(async () => {
        const response = await fetch(url() + target, {
          method,
          headers: {
            authorization: `Bearer ${person.token}`,
            'content-type': 'application/json',
            'idempotency-key': `change-${at}-${count}`,
          },
          body: JSON.stringify(json),
          signal: AbortSignal.timeout(15_000),
        }).catch(() => null);
        if (response === null || response.status >= 500 || response.status === 409) return false;
        if (!response.ok) throw new Error(`${method} ${target} answered ${response.status}: ${await response.text()}`);
        return true;
      }, 120_000);
    },
  );
}

/** Waits until everybody is acknowledged or on the failed list; gives those who are on it. */
async function settled({ store }: People, persons: readonly Person[]): Promise<Person[]> {
  return eventually(
    async () => {
      const rows = await Promise.all(persons.map(({ id }) => store.contextSyncs.find(id)));
      if (rows.some((row) => row === null || (row.behind && row.failure === null))) return null;
      return persons.filter((_, at) => rows[at]?.behind === true);
    },
    120_000,
    200,
  );
}

async function replay(people: People, failed: readonly Person[], url: string): Promise<void> {
  if (failed.length === 0) return;
  const support = await people.make(`support-${Date.now()}`, 'support');
  const response = await fetch(`${url}/api/support/syncs/replay`, {
    method: 'POST',
    headers: { authorization: `Bearer ${support.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ filter: { state: 'failed' } }),
  });
  if (response.status !== 202) throw new Error(`The replay was answered ${response.status}: ${await response.text()}`);
  await settled(people, failed);
}

/** Users whose context over there is not the one they have here. */
async function differing({ store }: People, persons: readonly Person[], receiver: ReceiverDouble): Promise<string[]> {
  const lost: string[] = [];
  for (const { id } of persons) {
    const snapshot = await store.contextSnapshots.read(id);
    const here = { ...snapshot?.context, contextVersion: snapshot?.version, contextGeneratedAt: '' };
    const there = { ...receiver.users.get(id), contextGeneratedAt: '' };
    if (canonical(here) !== canonical(there)) lost.push(id);
  }
  return lost;
}

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

async function inTurns<T, R>(width: number, all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const left = all.entries();
  const some = async () => {
    for (const [at, one] of left) results[at] = await work(one);
  };
  await Promise.all(Array.from({ length: width }, some));
  return results;
}

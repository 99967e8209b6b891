import mongoose from 'mongoose';
import { createContextPusher, type ContextPusherDeps, type PushOptions } from '../../../src/activities/context/push';
import { createCircuits, type CircuitSettings } from '../../../src/activities/outbound/circuits';
import type { ContextSection, SyncAttempt } from '../../../src/model/context';
import { createHttpReceiver } from '../../../src/services/contextReceiver';
import { buildIndexes } from '../../../src/store/indexes';
import { newId } from '../../../src/store/ids';
import { createStore, type Store } from '../../../src/store/store';
import type { SyncRow } from '../../../src/store/context/syncs';
import { ReceiverDouble } from '../../doubles/contextReceiver';
import { freshDatabaseUri } from '../engines';

export interface PusherOptions extends Partial<ContextPusherDeps['settings']> {
  batch?: boolean;
  circuit?: Partial<CircuitSettings>;
  snapshots?: ContextPusherDeps['snapshots'];
}

const calm: CircuitSettings = {
  failures: 1_000,
  openMs: 30_000,
  openMaxMs: 60_000,
  refusedMs: 60_000,
  probeMs: 20_000,
};
export const circuitsOver = (store: Store, clock: () => Date, own: Partial<CircuitSettings> = {}) =>
  createCircuits({ store: store.circuits, clock, settings: { ...calm, ...own } });

export const receiverAt = (double: ReceiverDouble, timeoutMs: number, batch = false) =>
  createHttpReceiver({
    baseUrl: double.baseUrl,
    path: '/internal/sync-user',
    batchUrl: batch ? double.batchUrl : null,
    secrets: [ReceiverDouble.secret],
    timeoutMs,
    retryAfterCapMs: 60_000,
  });

/** The one way out, to a double, as a worker has it. */
export const pusherOver = (
  store: Store,
  clock: () => Date,
  double: ReceiverDouble,
  { batch, circuit, snapshots = store.contextSnapshots, timeoutMs = 10_000, ...settings }: PusherOptions = {},
) =>
  createContextPusher({
    receiver: receiverAt(double, timeoutMs, batch),
    syncs: store.contextSyncs,
    snapshots,
    paces: store.paces,
    circuits: circuitsOver(store, clock, circuit),
    clock,
    settings: {
      mode: 'full',
      timeoutMs,
      attempts: 3,
      confirmMs: 30_000,
      pace: { perSecond: 1_000, rampMs: 1_000 },
      ...settings,
    },
  });

/** Leaves 100 comments of an account, which its context holds. */
export const talk = (store: Store, ownerId: string, signs: number) =>
  store.transaction(async (session) => {
    for (let nth = 0; nth < 100; nth += 1)
      await store.feedback.create(
        { id: newId(), ownerId, type: 'liked', rating: 5, mealId: null, mealPlanId: null, comment: '€'.repeat(signs) },
        session,
      );
  });

/** The stores that context sync stands on, a database of its own, and a clock that a test moves, or stops by another `now`. */
export async function openContextStore(name: string) {
  const connection = await mongoose.createConnection(freshDatabaseUri(name)).asPromise();
  const time = { passedMs: 0, now: () => Date.now() };
  const clock = () => new Date(time.now() + time.passedMs);
  const store = createStore(connection, clock);
  await buildIndexes(connection);
  const { contextSyncs: syncs } = store;

  const rowOf = async (id: string): Promise<SyncRow> => (await syncs.find(id)) ?? fail(`${id} has no row`);
  let people = 0;

  return {
    connection,
    store,
    syncs,
    clock,
    time,
    rowOf,

    /** An account whose context is at version 1, and which nobody was told of. */
    async newAccount(): Promise<string> {
      const email = `context-${(people += 1)}@example.com`;
      const account = await store.accounts.create({ email, passwordHash: 'none' });
      return 'taken' in account ? fail(`${email} is taken`) : account.id;
    },

    /** One who has much to say: each of 100 comments with so many signs of three bytes. */
    async newTalkative(signs: number): Promise<string> {
      const id = await this.newAccount();
      await talk(store, id, signs);
      return id;
    },

    /** A change as a request makes it; gives the version. */
    change: (id: string, sections: readonly ContextSection[] = ['user']) =>
      store.transaction((session) => syncs.touch(id, sections, 100, session)),

    /** Another profile, in the transaction that raises the version. */
    setAge: (id: string, age: number) =>
      store.transaction(async (session) => {
        const account = (await store.accounts.find(id)) ?? fail(`${id} is gone`);
        const profile = { ...account.profile, age };
        await store.accounts.writeProfile(id, account.profileRevision, { profile }, session);
        return syncs.touch(id, ['user'], 100, session);
      }),

    pusherTo: (double: ReceiverDouble, options?: PusherOptions) => pusherOver(store, clock, double, options),

    async forgetCircuitsAndPaces() {
      await connection.collection('circuits').deleteMany({});
      await connection.collection('paces').deleteMany({});
    },

    async close() {
      await connection.dropDatabase();
      await connection.close();
    },
  };
}
export type ContextHouse = Awaited<ReturnType<typeof openContextStore>>;

export const never = new AbortController().signal;
export const firstOfThree: PushOptions = { by: 'entity', attempt: { number: 1, of: 3, nextInMs: 5_000 } };
export const lastOfThree: PushOptions = { by: 'entity', attempt: { number: 3, of: 3, nextInMs: 5_000 } };

export const attemptAt = (at: Date, version: number, reason: SyncAttempt['reason'] = null): SyncAttempt => ({
  at,
  version,
  status: reason === null ? 200 : 500,
  ms: 5,
  reason,
  error: reason && 'The ML service is out of order (500).',
  by: 'entity',
});

/** Nothing is looked at again and again that is in order. */
export const isDueForAReason = ({ dueAt, behind, confirmAt }: SyncRow) =>
  dueAt === null || behind || confirmAt !== null;

function fail(why: string): never {
  throw new Error(why);
}

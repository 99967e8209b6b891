import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger, NativeConnection } from '@temporalio/worker';
import type { ContextPusher } from '../../../src/activities/context/push';
import { createReplayActivities } from '../../../src/activities/context/replay';
import type { ReplayBatch } from '../../../src/messages/contextReplay';
import type { ReplayWanted } from '../../../src/model/contextReplays';
import type { Id } from '../../../src/model/ids';
import type { ReplayStore } from '../../../src/store/context/replays';
import { newId } from '../../../src/store/ids';
import { ensureSearchAttributes } from '../../../src/worker/searchAttributes';
import { ReceiverDouble } from '../../doubles/contextReceiver';
import { faults } from '../../doubles/doubleServer';
import { pusherOver, talk, type PusherOptions } from '../context/house';
import { temporalAddress } from '../engines';
import { ask, eventually, openPalate, type House } from '../palate';
import { runReplayWorker } from './replayWorker';
import { acknowledge, anyFailed, failedAccount, failedAccounts, newAccount, staff } from './rows';

/** Replays up to the receiver: the real Temporal, the real pusher, and a double of the ML service. */
type View = { id: Id; state: string; total: number | null; replayed: number; failed: number; skipped: number };
interface Result {
  user_id: Id;
  outcome: string;
  reason: string | null;
}

let house: House;
let url: string;
let token: string;
let adminToken: string;
let connection: NativeConnection;
let double: ReceiverDouble;
let working: Awaited<ReturnType<typeof runReplayWorker>> | null = null;

const clock = () => new Date();
const pusherTo = (options: PusherOptions = {}) => pusherOver(house.store, clock, double, { batch: true, ...options });
const startWorker = async (pusher: ContextPusher) => {
  working = await runReplayWorker(house, connection, pusher);
};

beforeAll(async () => {
  house = await openPalate('replays-sent');
  // Without a receiver, so that nobody's own run is woken.
  const { url: plainUrl } = await house.start({ PALATE_ROLE: 'api' });
  ({ token } = await staff(house, plainUrl, 'support'));
  ({ token: adminToken } = await staff(house, plainUrl, 'admin'));
  ({ url } = await house.start({
    PALATE_ROLE: 'api',
    FLASK_AI_BASE_URL: 'http://127.0.0.1:9',
    INTERNAL_HMAC_SECRET: 'a secret of a test',
  }));
  connection = await NativeConnection.connect({ address: temporalAddress() });
  await ensureSearchAttributes(connection, 'default');
  double = await new ReceiverDouble().start();
}, 60_000);
beforeEach(async () => {
  double.reset();
  for (const name of ['context_syncs', 'circuits', 'paces']) await house.mongo.collection(name).deleteMany({});
});
afterEach(async () => {
  expect(double.sentBackwards).toEqual([]);
  await working?.stop();
  working = null;
});
afterAll(async () => {
  await double.stop();
  await connection.close();
  await house.close();
});

const replay = async (json: object = { filter: { state: 'failed' } }, by = token) => {
  const answer = await ask<View>(url, 'POST', '/api/support/syncs/replay', { token: by, json });
  expect(answer.status).toBe(202);
  return answer.body.id;
};
const view = async (id: Id) => (await ask<View>(url, 'GET', `/api/support/replays/${id}`, { token })).body;
const done = (id: Id) =>
  eventually(async () => {
    const seen = await view(id);
    return seen.state === 'done' && seen;
  });
const results = async (id: Id): Promise<Result[]> =>
  (await ask<{ results: Result[] }>(url, 'GET', `/api/support/replays/${id}?results=true&limit=100`, { token })).body
    .results;
const kinds = (id: Id) => double.toldOf(id).map(({ kind }) => kind);
const activities = (replays: Partial<ReplayStore>, pusher: ContextPusher) =>
  createReplayActivities({
    replays: { ...house.store.contextReplays, ...replays },
    syncs: house.store.contextSyncList,
    contexts: house.store.contextSyncs,
    transaction: (work) => house.store.transaction(work),
    pusher,
    settled: () => Promise.resolve(),
    clock,
  });
const notLeased = async () =>
  expect(await house.mongo.collection('context_syncs').countDocuments({ lease: { $ne: null } })).toBe(0);

it('at a slow pace waits for the turn of its request, and puts nobody off', async () => {
  const ids = await failedAccounts(house.store, 3);
  const slow = pusherTo({ pace: { perSecond: 0.1, rampMs: 1_000 } });
  await slow.pushMany([await failedAccount(house.store, 'timeout')], { by: 'sweep' }, new AbortController().signal);
  const id = newId();
  await house.store.transaction((session) => house.store.contextReplays.create(id, anyFailed, session));
  await house.store.contextReplays.note(id, ids);
  const run = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
  const batch = () => activities({}, slow).replayBatch(id, 20);
  expect(await run.run<[], ReplayBatch, typeof batch>(batch)).toMatchObject({ kind: 'wait', why: 'busy' });
  const { due } = await house.store.contextReplays.nextWaiting(id, 100);
  expect(due.map(({ userId }) => userId)).toEqual(ids);
});

it('of large contexts goes on at once with those whom a request did not hold', async () => {
  const ids = await failedAccounts(house.store, 7);
  for (const id of ids) await talk(house.store, id, 1_000);
  await startWorker(pusherTo());
  expect(await done(await replay())).toMatchObject({ total: 7, replayed: 7, failed: 0, skipped: 0 });
  expect(double.received.map(({ body }) => body.length <= 1_048_576)).toEqual([true, true, true]);
  for (const id of ids) expect(kinds(id)).toEqual(['batch']);
  await notLeased();
}, 60_000);

it.each([
  ['too large', faults.status(413)],
  ['out of order', faults.status(500)],
  ['answered in what nobody can read', faults.garbage()],
])(
  'whose request failed as a whole (%s) sends each alone, and only that decides',
  async (_why, fault) => {
    const ids = await failedAccounts(house.store, 25);
    const [bad] = ids;
    double.next(fault).refuses((userId) => (userId === bad ? 422 : null));
    await startWorker(pusherTo());
    const id = await replay();
    expect(await done(id)).toMatchObject({ total: 25, replayed: 24, failed: 1, skipped: 0 });
    expect((await results(id)).filter(({ outcome }) => outcome === 'failed')).toMatchObject([
      { user_id: bad, reason: 'rejected' },
    ]);
    for (const userId of ids) expect(kinds(userId)).toEqual(['batch', 'push']);
    await notLeased();
    expect(await house.store.contextSyncs.find(bad!)).toMatchObject({ attempts: 2, failure: { status: 422 } });
  },
  60_000,
);

it('waits, with nobody failed, where the receiver is left alone before each was sent alone', async () => {
  await failedAccounts(house.store, 6);
  double.next(faults.status(500));
  await startWorker(pusherTo({ circuit: { failures: 1, openMs: 500, openMaxMs: 500, probeMs: 500 } }));
  expect(await done(await replay())).toMatchObject({ total: 6, replayed: 6, failed: 0, skipped: 0 });
}, 60_000);

describe('to everybody', () => {
  const replayPath = '/api/support/syncs/replay';
  const all = { filter: { state: 'all' } };
  /** Acknowledged, behind, refused, dismissed, and being erased. */
  const everyKind = async () => {
    const [inOrder, behind, closed] = [
      await newAccount(house.store),
      await newAccount(house.store),
      await newAccount(house.store),
    ];
    const [refused, dismissed] = [
      await failedAccount(house.store, 'rejected'),
      await failedAccount(house.store, 'rejected'),
    ];
    await acknowledge(house.store, inOrder);
    await house.store.transaction((session) =>
      house.store.contextSyncList.dismiss(dismissed, newId(), 'a test', session),
    );
    await house.store.contextSyncs.close(closed);
    return { inOrder, behind, refused, dismissed, closed };
  };

  it.each([true, false])(
    'an empty service is sent all there is, many a request: %s',
    async (batch) => {
      const { closed, ...open } = await everyKind();
      const ids = Object.values(open).sort();
      const dry = await ask(url, 'POST', replayPath, { token: adminToken, json: { ...all, dryRun: true } });
      expect([dry.status, dry.body]).toEqual([200, { matched: 4 }]);
      await startWorker(pusherTo({ batch }));
      const id = await replay(all, adminToken);
      expect(await done(id)).toMatchObject({
        filter: { state: 'all', reason: null, since: null },
        raise: null,
        total: 4,
        replayed: 4,
      });
      expect((await results(id)).map(({ user_id: userId, outcome }) => [userId, outcome])).toEqual(
        ids.map((userId) => [userId, 'acknowledged']),
      );
      expect([...double.users.keys()].sort()).toEqual(ids);
      expect(kinds(closed)).toEqual([]);
      for (const userId of ids)
        expect(await house.store.contextSyncs.find(userId)).toMatchObject({
          version: 1,
          acknowledged: 1,
          behind: false,
          failure: null,
          dismissed: null,
          lease: null,
        });
      const audit = await ask<{ items: unknown[] }>(url, 'GET', `/api/support/audit?target=${id}`, { token });
      expect(audit.body.items).toMatchObject([{ action: 'syncs.replay', reason: 'all' }]);
    },
    60_000,
  );

  it('with raised versions a service that drops lower ones takes them, after Palate was restored', async () => {
    const { closed, ...open } = await everyKind();
    const ids = Object.values(open);
    double.versionAware();
    // What it had before the backup was brought back.
    for (const userId of ids) double.users.set(userId, { contextVersion: 40, user: { age: 99 } });
    await startWorker(pusherTo());
    const id = await replay({ ...all, raise: 1_000 }, adminToken);
    expect(await done(id)).toMatchObject({ raise: 1_000, total: 4, replayed: 4 });
    for (const userId of ids) {
      expect(double.users.get(userId)).toMatchObject({ contextVersion: 1_001, user: { age: null } });
      expect(await house.store.contextSyncs.find(userId)).toMatchObject({ version: 1_001, acknowledged: 1_001 });
    }
    expect(await house.store.contextSyncs.find(closed)).toMatchObject({ version: 1, closed: true, dueAt: null });
    const audit = await ask<{ items: unknown[] }>(url, 'GET', `/api/support/audit?target=${id}`, { token });
    expect(audit.body.items).toMatchObject([{ reason: 'all, versions raised by 1000' }]);
  }, 60_000);

  it('whom the service refuses is on the failed list where versions were raised, and otherwise in the results alone', async () => {
    const userId = await newAccount(house.store);
    await acknowledge(house.store, userId);
    double.refuses(() => 422);
    await startWorker(pusherTo());
    const forced = await replay(all, adminToken);
    expect(await done(forced)).toMatchObject({ failed: 1 });
    expect(await house.store.contextSyncs.find(userId)).toMatchObject({ behind: false, failure: null });
    const raised = await replay({ ...all, raise: 1 }, adminToken);
    expect(await done(raised)).toMatchObject({ failed: 1 });
    expect(await house.store.contextSyncs.find(userId)).toMatchObject({ behind: true, failure: { status: 422 } });
  }, 60_000);

  it('leaves alone whom support dismisses meanwhile', async () => {
    const userId = await failedAccount(house.store, 'rejected');
    const id = await replay(all, adminToken);
    await house.store.transaction((session) => house.store.contextSyncList.dismiss(userId, newId(), 'a test', session));
    await startWorker(pusherTo());
    expect(await done(id)).toMatchObject({ total: 1, skipped: 1 });
    expect((await results(id))[0]).toMatchObject({ outcome: 'dismissed' });
    expect(double.calls).toBe(0);
  }, 60_000);

  it('is for admins', async () => {
    for (const json of [all, { ...all, dryRun: true }]) {
      const refused = await ask<{ detail: string }>(url, 'POST', replayPath, { token, json });
      expect([refused.status, refused.body.detail]).toEqual([
        403,
        'Sending every account anew needs an account with the role admin; yours is support.',
      ]);
    }
  });

  it.each([undefined, 10])(
    'has one result for each although a worker dies while it notes and another while it sends; raised by %s',
    async (raise) => {
      const ids: Id[] = [];
      for (let nth = 0; nth < 1_100; nth += 1) ids.push(newId());
      await insertAcknowledged(ids);
      const real = pusherTo();
      const id = newId();
      const wanted: ReplayWanted = { ...anyFailed, scope: 'all', raise: raise ?? null };
      await house.store.transaction((session) => house.store.contextReplays.create(id, wanted, session));
      const run = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });

      // Dies after the second page was raised, and 7 of it were noted.
      let pages = 0;
      const dying: Partial<ReplayStore> = {
        async note(replayId, page) {
          await house.store.contextReplays.note(replayId, pages === 1 ? page.slice(0, 7) : page);
          if ((pages += 1) === 2) throw new Error('The worker died.');
        },
      };
      await expect(run.run(() => activities(dying, real).noteReplayed(id))).rejects.toThrow('died');
      expect(await run.run(() => activities({}, real).noteReplayed(id))).toBe(ids.length);

      // Dies when a batch is acknowledged, before that is written down.
      const forgetful: Partial<ReplayStore> = { decide: () => Promise.reject(new Error('The worker died.')) };
      await expect(run.run(() => activities(forgetful, real).replayBatch(id, 20))).rejects.toThrow('died');
      let batches = 0;
      const batch = () => activities({}, real).replayBatch(id, 20);
      const nextBatch = () => run.run<[], ReplayBatch, typeof batch>(batch);
      while ((await nextBatch()).kind !== 'finished') batches += 1;
      expect(batches).toBe(11);
      expect(await house.store.contextReplays.find(id)).toMatchObject({
        total: ids.length,
        acknowledged: ids.length,
        failed: 0,
        skipped: 0,
      });
      const rows = house.mongo.collection('context_syncs');
      const versions = await rows.distinct('version', { behind: false, lease: null });
      // Those of the page that was raised before the first worker died, and whom it did not note, were raised twice.
      expect(versions).toEqual(raise === undefined ? [1] : [11, 21]);
      expect(await rows.countDocuments({ version: 21 })).toBe(raise === undefined ? 0 : 493);
      expect(double.users.size).toBe(ids.length);
    },
    120_000,
  );
});

/** Accounts in order, as rows: fewer trips than to make each. */
async function insertAcknowledged(ids: readonly Id[]) {
  const made = await newAccount(house.store);
  await acknowledge(house.store, made);
  const accounts = house.mongo.collection<{ _id: string }>('accounts');
  const syncs = house.mongo.collection<{ _id: string }>('context_syncs');
  const [account, sync] = [await accounts.findOne({ _id: made }), await syncs.findOne({ _id: made })];
  await syncs.deleteOne({ _id: made });
  const emailOf = (id: Id) => `${id}@example.com`;
  await accounts.insertMany(ids.map((_id) => ({ ...account!, _id, email: emailOf(_id), emailKey: emailOf(_id) })));
  await syncs.insertMany(ids.map((_id) => ({ ...sync!, _id })));
}

import { NativeConnection } from '@temporalio/worker';
import type { ContextPusher } from '../../../src/activities/context/push';
import type { Id } from '../../../src/model/ids';
import { ensureSearchAttributes } from '../../../src/worker/searchAttributes';
import { ReceiverDouble } from '../../doubles/contextReceiver';
import { faults } from '../../doubles/doubleServer';
import { pusherOver, talk, type PusherOptions } from '../context/house';
import { temporalAddress } from '../engines';
import { ask, eventually, openPalate, type House } from '../palate';
import { runReplayWorker } from './replayWorker';
import { failedAccount, staff } from './rows';

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
  ({ token } = await staff(house, (await house.start({ PALATE_ROLE: 'api' })).url, 'support'));
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

const failedAccounts = async (count: number): Promise<Id[]> => {
  const ids: Id[] = [];
  for (let nth = 0; nth < count; nth += 1) ids.push(await failedAccount(house.store, 'timeout'));
  return ids.sort();
};
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
const notLeased = async () =>
  expect(await house.mongo.collection('context_syncs').countDocuments({ lease: { $ne: null } })).toBe(0);

it('of large contexts goes on at once with those whom a request did not hold', async () => {
  const ids = await failedAccounts(7);
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
    const ids = await failedAccounts(25);
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
  await failedAccounts(6);
  double.next(faults.status(500));
  await startWorker(pusherTo({ circuit: { failures: 1, openMs: 500, openMaxMs: 500, probeMs: 500 } }));
  expect(await done(await replay())).toMatchObject({ total: 6, replayed: 6, failed: 0, skipped: 0 });
}, 60_000);

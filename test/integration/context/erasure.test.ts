import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { tsToMs } from '@temporalio/common/lib/time';
import { MockActivityEnvironment } from '@temporalio/testing';
import { NativeConnection } from '@temporalio/worker';
import { createForgetActivities } from '../../../src/activities/context/forget';
import { createErasureActivities } from '../../../src/activities/erasure';
import { manifests } from '../../../src/palate/features';
import { erasersOf } from '../../../src/palate/ownerData';
import { userSection, type UserContext } from '../../../src/model/context';
import { emptyProfile } from '../../../src/model/profiles';
import { createLaunches } from '../../../src/launches/launch';
import { contextWorkflows } from '../../../src/messages/context';
import { erasureWorkflows } from '../../../src/messages/erasure';
import { createFileStore, type ObjectStore } from '../../../src/services/objects';
import { newId } from '../../../src/store/ids';
import { ReceiverDouble } from '../../doubles/contextReceiver';
import { faults } from '../../doubles/doubleServer';
import { eventually } from '../palate';
import { goodPassword, newcomer, openHouse, type House } from '../accounts/house';
import { fairnessOf } from '../fairness';
import { freshTaskQueue, temporalAddress, workflowBundle } from '../engines';
import { circuitsOver, firstOfThree, never, pusherOver, receiverAt } from './house';
import { createWorkers } from '../workers';
import { resultOf } from '../resultOf';

jest.setTimeout(60_000);

const taskQueue = freshTaskQueue('context-erasure');
const clock = () => new Date();
const soon = { settleMs: 20, lateMs: 500 };
/** Of the erasures that a test asks for. */
const erasureTiming = { ...soon };

let connection: Connection;
let workers: NativeConnection;
let client: Client;
let folder: string;
let objects: ObjectStore;
let house: House;
let double: ReceiverDouble;
let ended: string[];

beforeAll(async () => {
  connection = await Connection.connect({ address: temporalAddress() });
  workers = await NativeConnection.connect({ address: temporalAddress() });
  client = new Client({ connection });
  folder = await mkdtemp(join(tmpdir(), 'palate-context-erasure-'));
  objects = await createFileStore({ directory: folder });
  double = await new ReceiverDouble().start();
  house = await openHouse({
    erasureTiming,
    launches: (store) =>
      createLaunches({
        launches: store.launches,
        fairness: fairnessOf(store),
        client: () => Promise.resolve(client),
        eager: false,
        queues: { main: taskQueue },
        clock,
        onOutcome: () => undefined,
      }),
  });
}, 60_000);
afterAll(async () => {
  await house.close();
  await double.stop();
  await workers.close();
  await connection.close();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  double.reset();
  Object.assign(erasureTiming, soon);
  ended = [];
  await house.connection.collection('circuits').deleteMany({});
});

type Receiver = Parameters<typeof createForgetActivities>[0]['receiver'];
async function withWorker(
  work: () => Promise<void>,
  receiver: Receiver = receiverAt(double, 5_000),
  circuit: Parameters<typeof circuitsOver>[2] = {},
) {
  const { store } = house;
  const circuits = circuitsOver(store, clock, circuit);
  const endRun = (workflowId: string) => Promise.resolve(void ended.push(workflowId));
  const worker = await createWorkers({
    connection: workers,
    namespace: 'default',
    taskQueue,
    workflowBundle,
    activities: {
      ...createErasureActivities({
        erasures: store.erasures,
        erasers: erasersOf(manifests, { store, objects, endRun, removeSchedule: () => Promise.resolve() }),
      }),
      ...createForgetActivities({
        receiver,
        syncs: store.contextSyncs,
        erasures: store.erasures,
        circuits,
        clock,
      }),
    },
    shutdownGraceMs: 300,
    onActivity: () => undefined,
    onWorkflowEnd: () => undefined,
  });
  await worker.runUntil(work);
}
const push = (id: string, timeoutMs = 2_000) =>
  pusherOver(house.store, clock, double, { timeoutMs }).push(id, { ...firstOfThree, force: true }, never);
const erase = async (token: string) => {
  const answer = await house.ask('DELETE', '/api/auth/me', { token, body: { password: goodPassword } });
  expect(answer.status).toBe(202);
  return answer.headers.get('location') ?? '';
};
const stateOf = async (location: string) => (await house.get(location)).body.state;
const finished = async (id: string): Promise<void> => {
  await resultOf(client, erasureWorkflows.erase.id(id));
};
const receiptIn = (location: string) => /\/erasures\/([0-9a-f]{24})/.exec(location)?.[1];
/** As those see it who watch over erasures. */
const watched = async (location: string) => {
  const { erasures } = house.store;
  const all = [...(await erasures.list('running', 100, null)), ...(await erasures.list('done', 100, null))];
  return all.find((one) => one.id === receiptIn(location));
};
const leaveAlone = async () => {
  const { generation } = await house.store.circuits.find('context_receiver');
  const openMs = 50_000;
  const until = new Date(Date.now() + openMs);
  await house.store.circuits.open('context_receiver', generation, { until, openMs, why: 'It failed.', refused: false });
};
const deletions = (id: string) => double.toldOf(id).filter(({ kind }) => kind === 'delete');
/** Whether what was pushed of this version says that nothing is known of the account. */
const emptied = (id: string, version: number | undefined) => {
  const bodies = double.received
    .filter(({ method }) => method === 'POST')
    .map(
      ({ body }) => JSON.parse(body.toString()) as { userId: string; data: UserContext & { contextVersion: number } },
    );
  const { data } = bodies.find((one) => one.userId === id && one.data.contextVersion === version)!;
  const { user, feedback, adherenceHistory } = data;
  const nothing = { user: userSection(id, emptyProfile), feedback: [], adherenceHistory: [] };
  return isDeepStrictEqual({ user, feedback, adherenceHistory }, nothing);
};
const isGoneHere = async (id: string) => (await house.store.accounts.standing(id)) === null;
const change = (id: string) =>
  house.store.transaction((session) => house.store.contextSyncs.touch(id, ['user'], 0, session));

describe('an account that the ML service knows', () => {
  it('is gone here at once, and its receipt is done when the ML service has forgotten it', async () => {
    const { id, email, access } = await newcomer(house);
    expect(await push(id)).toMatchObject({ kind: 'acknowledged' });
    double.always(faults.status(503));
    const location = await erase(access);
    await withWorker(async () => {
      await eventually(() => Promise.resolve(deletions(id).length >= 2));
      expect(await isGoneHere(id)).toBe(true);
      expect(await stateOf(location)).toBe('running');
      expect(ended).toContain(contextWorkflows.sync.id(id));
      // The address is free again, although others are not done.
      expect((await house.post('/auth/signup', { email, password: goodPassword })).status).toBe(201);
      expect(double.users.has(id)).toBe(true);

      const waits = await eventually(async () => {
        const { forgetting } = (await watched(location)) ?? {};
        return (forgetting?.attempts ?? 0) >= 2 && forgetting;
      });
      expect(waits).toMatchObject({ reason: 'server_error', status: 503 });
      expect(waits.waitingSince!.getTime()).toBeLessThan(waits.lastFailedAt!.getTime());
      expect(await watched(location)).toMatchObject({ ownerId: id, state: 'running' });
      expect(await house.store.erasures.waiting()).toEqual({ count: 1, oldestSince: waits.waitingSince });

      double.always(null);
      await eventually(async () => (await stateOf(location)) === 'done');
      expect(await house.store.erasures.waiting()).toEqual({ count: 0, oldestSince: null });
      expect(double.users.has(id)).toBe(false);
      await finished(id);
    });
    expect(await house.store.contextSyncs.find(id)).toBeNull();
    // What is kept for good leads nowhere, and holds nothing that the ML service wrote.
    expect(await watched(location)).toMatchObject({
      ownerId: null,
      state: 'done',
      forgetting: { waitingSince: null, reason: 'server_error', status: 503 },
    });
    const row = await house.connection.collection('erasures').findOne({ state: 'done' });
    expect(Object.keys(row ?? {}).sort()).toEqual(
      ['_id', 'state', 'requestedAt', 'finishedAt', 'removed', 'forgetting'].sort(),
    );
    const { method, path, body, headers } = double.received.at(-1)!;
    expect([method, path, body.toString()]).toEqual(['DELETE', `/internal/delete-user/${id}`, '']);
    expect(headers['x-signature']).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is asked for until it is confirmed, also where no ML service is configured any more', async () => {
    const { id, access } = await newcomer(house);
    await push(id);
    const location = await erase(access);
    await withWorker(async () => {
      await eventually(() => isGoneHere(id));
      expect(await stateOf(location)).toBe('running');
      await eventually(async () => (await watched(location))?.forgetting);
      expect(await watched(location)).toMatchObject({
        ownerId: id,
        forgetting: { attempts: 0, lastFailedAt: null, reason: 'not_configured', status: null },
      });
    }, null);
    // The address is back; whoever is asked next does it. The wait of before is as long as an operator may need.
    expect(await stateOf(location)).toBe('running');
    expect(deletions(id)).toEqual([]);
    await client.workflow.getHandle(erasureWorkflows.erase.id(id)).terminate('The test is over.');
    await house.connection.collection('erasures').deleteMany({});
  });

  it('is emptied before it is to be forgotten, as SmartBite’s receiver confirms and keeps what it was told last', async () => {
    double.keepsForgotten().versionAware();
    const { id, access } = await newcomer(house);
    await house.put('/api/auth/profile', { fitness_goal: 'cut', dietary_preference: 'halal' }, access);
    await push(id);
    expect(double.users.get(id)).toMatchObject({ user: { goal: 'lose_weight', dietaryPreferences: ['halal'] } });
    const known = double.users.get(id)!.contextVersion as number;
    await erase(access);
    await withWorker(() => finished(id));
    expect(double.toldOf(id).map(({ kind }) => kind)).toEqual(['push', 'push', 'delete']);
    expect(double.users.get(id)).toMatchObject({
      user: { ...userSection(id, emptyProfile) },
      feedback: [],
      adherenceHistory: [],
      contextVersion: known + 1,
    });
    expect(double.sentBackwards).toEqual([]);
  });

  it('is forgotten by a receiver that takes no empty context, and emptied again by one that did not answer', async () => {
    const [one, other] = [await newcomer(house), await newcomer(house)];
    for (const { id } of [one, other]) await push(id);
    double.refuses((userId) => (userId === one.id ? 400 : null));
    await erase(one.access);
    await withWorker(() => finished(one.id));
    expect(double.users.has(one.id)).toBe(false);
    expect(deletions(one.id)).toHaveLength(1);

    double.next(faults.status(503));
    await erase(other.access);
    await withWorker(() => finished(other.id));
    expect(double.toldOf(other.id).map(({ kind, answer }) => [kind, answer])).toEqual([
      ['push', 200],
      ['push', 503],
      ['delete', 200],
      ['push', 200],
      ['delete', 200],
      // 5xx may have been taken in, or may be yet: the late look.
      ['push', 200],
      ['delete', 200],
    ]);
  });

  it('is seen to wait with the last answer that there was, also once the ML service is left alone', async () => {
    const { id, access } = await newcomer(house);
    await push(id);
    double.always(faults.status(503));
    const location = await erase(access);
    await withWorker(async () => {
      await eventually(async () => ((await watched(location))?.forgetting?.attempts ?? 0) >= 1);
      await house.store.erasures.notForgotten(id, { reason: 'left_alone', status: null, asked: false });
      expect((await watched(location))?.forgetting).toMatchObject({ reason: 'server_error', status: 503 });
      double.always(null);
      await finished(id);
    });
    expect(await watched(location)).toMatchObject({ state: 'done', forgetting: { waitingSince: null } });
  });

  /** When Temporal schedules the next attempt to have the account forgotten; null where one is under way. Milliseconds since 1970. */
  const nextAttemptOf = async (id: string): Promise<number | null> => {
    const { raw } = await client.workflow.getHandle(erasureWorkflows.erase.id(id)).describe();
    const pending = raw.pendingActivities?.find(({ activityType }) => activityType?.name === 'forgetAtReceiver');
    return pending?.nextAttemptScheduleTime ? tsToMs(pending.nextAttemptScheduleTime) : null;
  };

  it('is seen to wait where the ML service was left alone from the start', async () => {
    const { id, access } = await newcomer(house);
    await push(id);
    await leaveAlone();
    const location = await erase(access);
    await withWorker(async () => {
      await eventually(async () => (await watched(location))?.forgetting);
      expect(await watched(location)).toMatchObject({
        forgetting: { attempts: 0, reason: 'left_alone', status: null },
      });
    });
    expect(double.calls).toBe(1);
    await client.workflow.getHandle(erasureWorkflows.erase.id(id)).terminate('The test is over.');
    await house.connection.collection('erasures').deleteMany({});
  });

  it('is forgotten soon after the circuit closes, however long it was to stay open, and is noted once meanwhile', async () => {
    const { id, access } = await newcomer(house);
    await push(id);
    await leaveAlone();
    const location = await erase(access);
    await withWorker(async () => {
      await eventually(async () => (await watched(location))?.forgetting);
      const noted = { reason: 'left_alone', status: null, asked: false } as const;
      expect(await house.store.erasures.notForgotten(id, noted)).toBe(false);
      // That it is asked about again within 5 s, Temporal has planned already.
      const planned = await eventually(() => nextAttemptOf(id));
      expect(planned - Date.now()).toBeLessThanOrEqual(5_000);
      const { generation } = await house.store.circuits.find('context_receiver');
      await house.store.circuits.takeProbe('context_receiver', generation, 20_000, new Date());
      expect(await house.store.circuits.close('context_receiver', generation + 1)).toMatchObject({ state: 'closed' });
      const closedAt = Date.now();
      await finished(id);
      // The promise is above; the rest is for what comes after it on a busy machine: the hops to a worker, and the end of the run.
      expect(Date.now() - closedAt).toBeLessThan(15_000);
    });
    expect(deletions(id).length).toBeGreaterThanOrEqual(1);
    expect(await watched(location)).toMatchObject({ state: 'done' });
  });

  it('is asked about again within 5 s while the circuit is open, and while the ML service answers that it is down', async () => {
    const { id } = await newcomer(house);
    await push(id);
    const { store } = house;
    const activities = createForgetActivities({
      receiver: receiverAt(double, 500),
      syncs: store.contextSyncs,
      erasures: store.erasures,
      circuits: circuitsOver(store, clock),
      clock,
    });
    const delayOf = async (attempt: number) => {
      const failure: unknown = await new MockActivityEnvironment({ attempt })
        .run((userId: string) => activities.forgetAtReceiver(userId), id)
        .catch((error: unknown) => error);
      return failure instanceof ApplicationFailure ? failure.nextRetryDelay : failure;
    };
    double.always(faults.status(503));
    expect(await delayOf(1)).toBe(200);
    expect(await delayOf(5)).toBe(3_200);
    expect(await delayOf(1_000)).toBe(5_000);
    await leaveAlone();
    expect(await delayOf(1)).toBe(5_000);
    const asked = double.calls;
    await delayOf(2);
    expect(double.calls).toBe(asked);
  });

  it('whose note changes is written again, also without a request', async () => {
    const id = newId();
    await house.store.transaction((session) => house.store.erasures.create(newId(), id, session));
    const note = (reason: 'left_alone' | 'not_configured' | 'server_error', asked: boolean) =>
      house.store.erasures.notForgotten(id, { reason, status: null, asked });
    expect(await note('left_alone', false)).toBe(true);
    expect(await note('left_alone', false)).toBe(false);
    expect(await note('not_configured', false)).toBe(true);
    expect(await note('server_error', true)).toBe(true);
    expect(await note('server_error', true)).toBe(true);
    expect(await note('left_alone', false)).toBe(false);
    await house.store.erasures.forgotten(id);
    expect(await note('left_alone', false)).toBe(true);
    await house.connection.collection('erasures').deleteMany({});
  });

  it('is not done by an answer of something else that stands at the address', async () => {
    const { id, access } = await newcomer(house);
    await push(id);
    // Of the empty context and of the deletion, twice.
    double.next(faults.html(200), faults.html(200), faults.empty(), faults.empty());
    const location = await erase(access);
    await withWorker(async () => {
      await eventually(async () => (await stateOf(location)) === 'done');
      await finished(id);
    });
    expect(double.users.has(id)).toBe(false);
    // And once more by the late look, as what was answered so may have been taken in.
    expect(deletions(id)).toHaveLength(4);
  });

  it('is not done by a web framework that has no such address; the run says which setting is wrong, and pushes go on', async () => {
    const { id, access } = await newcomer(house);
    await push(id);
    double.always(faults.status(404, { body: '{"detail":"Not Found"}' }));
    const location = await erase(access);
    const run = client.workflow.getHandle(erasureWorkflows.erase.id(id));
    const lastFailure = async () => {
      const { pendingActivities } = (await run.describe()).raw;
      return pendingActivities?.find(({ attempt }) => (attempt ?? 0) > 1)?.lastFailure?.message ?? '';
    };
    await withWorker(
      async () => {
        await eventually(async () => (await lastFailure()) !== '');
        expect(await lastFailure()).toBe(
          'The ML service has no such address: check FLASK_AI_BASE_URL and CONTEXT_SYNC_PATH (404).',
        );
        expect(await stateOf(location)).toBe('running');
      },
      undefined,
      { failures: 1 },
    );
    double.always(null);
    expect(await push((await newcomer(house)).id)).toMatchObject({ kind: 'acknowledged' });
    await run.terminate('The test is over.');
  });

  it('is not brought back by a push that is under way, nor by a change that comes late', async () => {
    const { id, access } = await newcomer(house);
    const answer = double.holdNext();
    const pushing = push(id, 20_000);
    await double.called(1);
    await erase(access);
    await withWorker(async () => {
      await eventually(async () => (await house.store.contextSyncs.find(id))?.closed ?? false);
      await change(id);
      expect(await push(id)).toEqual({ kind: 'gone' });
      answer();
      expect(await pushing).toMatchObject({ kind: 'acknowledged' });
      await finished(id);
    });
    expect(double.users.has(id)).toBe(false);
    const kinds = double.toldOf(id).map(({ kind }) => kind);
    expect(kinds[0]).toBe('push');
    // From then on it is only told that nothing is known, and asked to forget.
    for (const { contextVersion, kind } of double.toldOf(id).slice(1))
      if (kind !== 'delete') expect(emptied(id, contextVersion)).toBe(true);
    expect(kinds.at(-1)).toBe('delete');
    expect(await house.store.contextSyncs.find(id)).toBeNull();
    expect((await house.store.contextSyncs.claimDue(100, 1_000)).ids).not.toContain(id);
  });

  it('is forgotten once more when the ML service took a push in very late', async () => {
    const { id, access } = await newcomer(house);
    // It is let in before the late look.
    erasureTiming.lateMs = 3_000;
    let letIn!: () => void;
    double.next(faults.late(new Promise<void>((resolve) => (letIn = resolve))));
    expect(await push(id, 200)).toMatchObject({ kind: 'failed', reason: 'timeout' });
    const location = await erase(access);
    await withWorker(async () => {
      await eventually(async () => (await stateOf(location)) === 'done');
      letIn();
      await eventually(() => Promise.resolve(double.users.has(id)));
      await finished(id);
    });
    expect(double.users.has(id)).toBe(false);
    expect(deletions(id)).toHaveLength(2);
  });
});

it('an account that the ML service never heard of is not mentioned to it', async () => {
  const { id, access } = await newcomer(house);
  const location = await erase(access);
  await withWorker(async () => {
    await finished(id);
  });
  expect(await stateOf(location)).toBe('done');
  expect(await watched(location)).toMatchObject({ ownerId: null, forgetting: null });
  expect(double.calls).toBe(0);
  expect(await house.store.contextSyncs.find(id)).toBeNull();
});

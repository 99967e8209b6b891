import { Client, Connection } from '@temporalio/client';
import mongoose from 'mongoose';
import { createLaunches, type StartFailure } from '../../src/launches/launch';
import { photoWorkflows } from '../../src/messages/photos';
import type { Launch } from '../../src/model/launches';
import { createStore } from '../../src/store/store';
import { startLauncher } from '../../src/worker/launcher';
import { eventually } from '../eventually';
import { fairnessOf } from './fairness';
import { freshDatabaseUri, freshTaskQueue, temporalAddress } from './engines';
import { ask, openPalate, photoForm } from './palate';
import { picture } from './photos/meals';

/** The launcher on real engines: what a request left behind is started once, and what never starts does not keep everybody busy. */
const taskQueue = freshTaskQueue('launcher');
const leaseMs = 9_999; // none of the pauses after a failure
let connection: Connection;
let client: Client;
let mongo: mongoose.Connection;
let now = new Date();
let store: ReturnType<typeof createStore>;

beforeAll(async () => {
  connection = await Connection.connect({ address: temporalAddress() });
  client = new Client({ connection });
  mongo = await mongoose.createConnection(freshDatabaseUri('launcher')).asPromise();
  store = createStore(mongo, () => now);
});
afterEach(() => mongo.collection('launches').deleteMany({}));
afterAll(async () => {
  await mongo.dropDatabase();
  await mongo.close();
  await connection.close();
});

const launch = (workflowId: string): Launch => ({
  workflowId,
  workflow: 'nobodyRunsThis',
  args: [],
  queue: 'main',
  ownerId: null,
  feature: 'photos',
  summary: 'A launch of a test',
  requestId: 'a-request',
});
const record = (...launches: Launch[]) =>
  store.transaction(async (session) => {
    for (const one of launches) await store.launches.record(one, session);
  });
const row = async (workflowId: string) => {
  const found = await mongo
    .collection<{ _id: string; dueAt: Date; attempts: number; state: string }>('launches')
    .findOne({ _id: workflowId });
  if (!found) throw new Error(`${workflowId} has no row`);
  return found;
};
const launcher = (told: { workflowId: string; outcome: string; failure?: StartFailure }[]) =>
  startLauncher({
    launches: store.launches,
    start: createLaunches({
      launches: store.launches,
      fairness: fairnessOf(store),
      client: () => Promise.resolve(client),
      eager: false,
      queues: { main: taskQueue },
      clock: () => now,
      onOutcome: ({ workflowId }, outcome, failure) =>
        told.push({ workflowId, outcome, ...(failure !== undefined && { failure }) }),
    }),
    sweepMs: 10,
    leaseMs,
    width: 4,
    onError: (error) => {
      throw error;
    },
  });

it('starts what is pending, each once, with two launchers at it', async () => {
  const ids = Array.from({ length: 30 }, (_, at) => `${taskQueue}:${at}`);
  await record(...ids.map(launch));
  const told: Parameters<typeof launcher>[0] = [];
  now = new Date(now.getTime() + 60_000);
  const both = [launcher(told), launcher(told)];
  await eventually(async () => (await store.launches.countPending()) === 0);
  await Promise.all(both.map((one) => one.stop()));

  expect(told.map(({ workflowId }) => workflowId).sort()).toEqual([...ids].sort());
  expect(new Set(told.map(({ outcome }) => outcome))).toEqual(new Set(['started']));
  const { memo, taskQueue: queue } = await client.workflow.getHandle(ids[0]!).describe();
  expect({ memo, queue }).toEqual({ memo: { requestId: 'a-request' }, queue: taskQueue });
  await Promise.all(ids.map((id) => client.workflow.getHandle(id).terminate()));
}, 60_000);

it('asks less and less often for one that Temporal refuses, and holds up no other', async () => {
  const refused = 'x'.repeat(1_200); // longer than Temporal takes
  await record(launch(refused));
  const told: Parameters<typeof launcher>[0] = [];
  now = new Date(now.getTime() + 60_000);
  const one = launcher(told);
  const waits: number[] = [];
  for (let attempt = 1; attempt <= 8; attempt += 1) {
    const { dueAt } = await eventually(async () => {
      const found = await row(refused);
      return told.length === attempt && found.dueAt.getTime() !== now.getTime() + leaseMs && found;
    });
    waits.push((dueAt.getTime() - now.getTime()) / 1000);
    now = dueAt;
  }
  const fine = `${taskQueue}:fine`;
  await record(launch(fine));
  now = new Date(now.getTime() + 3_000);
  await eventually(async () => (await row(fine)).state === 'started');
  await one.stop();
  await client.workflow.getHandle(fine).terminate();

  expect(waits).toEqual([5, 10, 20, 40, 80, 160, 300, 300]);
  expect(told[0]!.failure).toMatchObject({ away: false, attempts: 1, nextInMs: 5_000 });
}, 60_000);

it('a look that fails is told, and ends before the next begins and before it has stopped', async () => {
  let looking = 0;
  let most = 0;
  let rounds = 0;
  const faults: unknown[] = [];
  const away = new Error('MongoDB is away');
  const one = startLauncher({
    launches: {
      ...store.launches,
      async claimDue() {
        looking += 1;
        most = Math.max(most, looking);
        const fails = (rounds += 1) % 4 === 1;
        if (!fails) await new Promise((resolve) => setTimeout(resolve, 40));
        looking -= 1;
        if (fails) throw away;
        return null;
      },
    },
    start: { start: () => Promise.resolve('started') },
    sweepMs: 1,
    leaseMs: 1_000,
    width: 4,
    onError: (error) => faults.push(error),
  });
  await eventually(() => Promise.resolve(faults.length >= 2));
  await one.stop();
  expect(looking).toBe(0);
  expect(most).toBeLessThanOrEqual(4);
  expect(new Set(faults)).toEqual(new Set([away]));
});

it('a photo taken in while Temporal is away is in the backlog, then a run that names its request', async () => {
  const house = await openPalate('backlog');
  try {
    const backlog = async (url: string) =>
      /^palate_launch_backlog (\d+)$/m.exec((await ask<{ text: string }>(url, 'GET', '/metrics')).body.text)?.[1];
    const api = await house.start({ PALATE_ROLE: 'api', TEMPORAL_ADDRESS: '127.0.0.1:1', PREDICT_WAIT_MS: '100' });
    expect(await backlog(api.url)).toBe('0');
    const form = photoForm(await picture(1), { caption: 'two boiled eggs' });
    const taken = await ask<{ id: string }>(api.url, 'POST', '/predict', { form });
    expect(taken.status).toBe(202);
    // Numbers are collected once in two seconds.
    await eventually(async () => (await backlog(api.url)) === '1');

    await house.start({ PALATE_ROLE: 'worker' });
    await eventually(async () => (await backlog(api.url)) === '0');
    const { memo } = await house.temporal.workflow.getHandle(photoWorkflows.analyze.id(taken.body.id)).describe();
    expect(memo).toEqual({ requestId: taken.headers.get('x-request-id') });
  } finally {
    await house.close();
  }
}, 60_000);

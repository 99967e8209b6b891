import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { NativeConnection } from '@temporalio/worker';
import { createForgetActivities } from '../../../src/activities/context/forget';
import { createErasureActivities, type Eraser, type OrderedEraser } from '../../../src/activities/erasure';
import { manifests } from '../../../src/palate/features';
import { erasersOf } from '../../../src/palate/ownerData';
import { beginDueErasures } from '../../../src/launches/erasure';
import { createLaunches, type Launches } from '../../../src/launches/launch';
import { erasureWorkflows } from '../../../src/messages/erasure';
import { photoWorkflows } from '../../../src/messages/photos';
import { trainingWorkflows } from '../../../src/messages/training';
import { uploadKey } from '../../../src/model/projectKeys';
import { createFileStore, type ObjectStore } from '../../../src/services/objects';
import type { Store } from '../../../src/store/store';
import { fairnessOf } from '../fairness';
import { freshTaskQueue, temporalAddress, workflowBundle } from '../engines';
import { freshEmail, goodPassword, newcomer, openHouse, tokensOf, type House } from '../accounts/house';
import { processing, serveVersion } from '../recommendations/trained';
import { createWorkers, type Workers } from '../workers';
import { resultOf } from '../resultOf';

interface Row {
  _id: string;
  [field: string]: unknown;
}

const taskQueue = freshTaskQueue('erasure');
const timing = { settleMs: 20, lateMs: 60 };

let connection: Connection;
let workers: NativeConnection;
let client: Client;
let folder: string;
let objects: ObjectStore;
let house: House;

beforeAll(async () => {
  connection = await Connection.connect({ address: temporalAddress() });
  workers = await NativeConnection.connect({ address: temporalAddress() });
  client = new Client({ connection });
  folder = await mkdtemp(join(tmpdir(), 'palate-erasure-'));
  objects = await createFileStore({ directory: folder });
  house = await openHouse({ launches: launchesOf, erasureTiming: timing, exporters: {} });
}, 60_000);
afterAll(async () => {
  await house.close();
  await workers.close();
  await connection.close();
  await rm(folder, { recursive: true });
});

const launchesOf = (store: Store): Launches =>
  createLaunches({
    launches: store.launches,
    fairness: fairnessOf(store),
    client: () => Promise.resolve(client),
    eager: false,
    queues: { main: taskQueue },
    clock: () => new Date(),
    onOutcome: () => undefined,
  });

/** Workflow ids that an eraser ended. */
const ended: string[] = [];
const erasers = (): OrderedEraser[] =>
  erasersOf(manifests, {
    store: house.store,
    objects,
    endRun: (workflowId) => {
      ended.push(workflowId);
      return Promise.resolve();
    },
    removeSchedule: () => Promise.resolve(),
  });

const eraserOf = (name: string): Eraser => erasers().find(({ feature }) => feature === name)!.eraser;

const workerWith = (own: OrderedEraser[], maxCachedWorkflows?: number): Promise<Workers> =>
  createWorkers({
    connection: workers,
    namespace: 'default',
    taskQueue,
    workflowBundle,
    activities: {
      ...createErasureActivities({ erasers: own, erasures: house.store.erasures }),
      // No receiver is configured, and none was ever told.
      ...createForgetActivities({
        receiver: null,
        syncs: house.store.contextSyncs,
        erasures: house.store.erasures,
        circuits: { through: (_name, call) => call(false) },
        clock: () => new Date(),
      }),
    },
    ...(maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows }),
    shutdownGraceMs: 300,
    onActivity: () => undefined,
    onWorkflowEnd: () => undefined,
  });

/** Everything any feature keeps of a person, one row or object each. */
async function live(who: { email: string; id: string; access: string }): Promise<void> {
  await house.put('/api/auth/profile', { fitness_goal: 'cut' }, who.access);
  await house.post('/login', { email: who.email, password: 'Not-the-0ne' });
  await house.post('/tickets', { path: '/photos/events' }, { token: who.access });
  await house.store.tickets.issue({ ownerId: who.id }, '/photos', 600);
  const entry = 'e'.repeat(12) + who.id.slice(12);
  await house.connection
    .collection<Row>('entries')
    .insertOne({ _id: entry, ownerId: who.id, kind: 'photo', deletedAt: null });
  await objects.put(`photos/${entry}/picture.jpg`, Buffer.from('a picture'), { contentType: 'image/jpeg' });
  for (const name of ['constraints', 'feedback', 'meal_plans'])
    await house.connection.collection<Row>(name).insertOne({ _id: `c${who.id}`, ownerId: who.id });
  await house.connection
    .collection<Row>('idempotency')
    .insertOne({ _id: `i${who.id}`, scope: who.id, keyHash: 'k', ownerId: who.id });
  await liveWithProject(who.id);
}

/** A served project with a schedule, a removed person and an event. */
async function liveWithProject(ownerId: string): Promise<void> {
  const { store } = house;
  const { id, runId } = await processing({ store }, ownerId, 'hybrid');
  await objects.put(uploadKey(ownerId, id, 'items'), Buffer.from('id\n1\n'), { contentType: 'text/csv' });
  const wanted = { seed: 1, maxTrials: null, budgetSeconds: 0, minTrainingSamples: 10, requestedBy: 'upload' } as const;
  await store.transaction(async (session) => {
    const run = { id: runId, projectId: id, ownerId, workflowId: trainingWorkflows.train.id(id, runId), ...wanted };
    await store.training.runs.create(run, session);
    await store.training.progress.begin({ projectId: id, ownerId, runId }, session);
    await store.training.schedules.put(
      { projectId: id, ownerId, cron: '0 3 * * *', timezone: 'UTC', maxGapS: 1 },
      session,
    );
    const event = { ownerId, projectId: id, subjectId: `${id}:1:${runId}`, data: {} };
    await store.events.record({ type: 'model_ready', ...event }, session);
  });
  await serveVersion({ store, objects }, { id, ownerId, runId }, Buffer.from('a model'));
  await store.projects.removeUser(id, ownerId, 'u7');
}

/** Every document and object in which the id or the e-mail address stands. */
async function traces(who: { email: string; id: string }): Promise<string[]> {
  const found: string[] = [];
  for (const { name } of (await house.connection.db!.listCollections().toArray()) as { name: string }[]) {
    const rows = await house.connection.collection(name).find().toArray();
    if (rows.some((row) => [who.id, who.email, who.id.slice(12)].some((part) => JSON.stringify(row).includes(part))))
      found.push(name);
  }
  for await (const key of objects.list('projects/')) if (key.includes(who.id)) found.push(key);
  for await (const key of objects.list('photos/')) if (key.includes(who.id.slice(12))) found.push(key);
  return found.sort();
}

/** The run as Temporal keeps it, payloads readable. */
const historyText = async (id: string) =>
  JSON.stringify(
    await client.workflow.getHandle(erasureWorkflows.erase.id(id)).fetchHistory(),
    (_key, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString() : value),
  );

const receipt = async (location: string) => (await house.get(location)).body;
const finished = async (id: string): Promise<void> => {
  await resultOf(client, erasureWorkflows.erase.id(id));
};

/** PALATE_RECORD_HISTORIES names a folder: the run's history is kept there, for test/replay of later versions. */
async function record(id: string, name: string): Promise<void> {
  const into = process.env.PALATE_RECORD_HISTORIES;
  if (into === undefined) return;
  const history = await client.workflow.getHandle(erasureWorkflows.erase.id(id)).fetchHistory();
  await writeFile(join(into, `${name}.json`), `${historyToJSON(history)}\n`);
}

describe('an account that asks to go', () => {
  it.each([
    ['/api/auth/me', 'with cached workflows', undefined],
    ['/api/auth/me', 'replaying every step', 0],
  ])(
    'by DELETE %s, %s, leaves nothing but a receipt',
    async (path, _how, maxCachedWorkflows) => {
      const who = await newcomer(house);
      const other = await newcomer(house);
      await live(who);
      await live(other);
      expect(await traces(who)).toEqual(
        expect.arrayContaining([
          'account_attempts',
          'account_sessions',
          'accounts',
          'constraints',
          'entries',
          'events',
          'feedback',
          'idempotency',
          'meal_plans',
          'model_versions',
          'project_removed_users',
          'project_schedules',
          'project_usage',
          'projects',
          'tickets',
          'training_progress',
          'training_runs',
        ]),
      );
      const kept = await traces(other);

      const answer = await house.ask('DELETE', path, { token: who.access });
      expect(answer.status).toBe(202);
      const location = answer.headers.get('location') ?? '';
      expect(location).toMatch(/^\/erasures\/[0-9a-f]{24}\?key=[\w-]{22}$/);

      // At once, and before any worker runs: nobody is signed in, and the address is still taken.
      expect((await house.get('/api/auth/me', who.access)).status).toBe(401);
      expect((await house.post('/api/auth/refresh', { refresh_token: who.refresh })).status).toBe(401);
      expect((await house.post('/login', { email: who.email, password: goodPassword })).status).toBe(401);
      expect((await house.post('/auth/signup', { email: who.email, password: goodPassword })).status).toBe(409);
      expect(await receipt(location)).toMatchObject({ state: 'running', finished_at: null, removed: {} });

      const worker = await workerWith(erasers(), maxCachedWorkflows);
      await worker.runUntil(() => finished(who.id));

      expect(await traces(who)).toEqual([]);
      expect(await traces(other)).toEqual(kept);
      // Its launch is long gone, as that of a photo that has waited for its classifier for weeks.
      expect(ended).toContain(photoWorkflows.analyze.id('e'.repeat(12) + who.id.slice(12)));
      expect(ended).toContainEqual(expect.stringMatching(/^train:\d+:/));
      const after = await receipt(location);
      expect(after).toMatchObject({
        state: 'done',
        finished_at: expect.any(String) as string,
        removed: { photos: 1, constraints: 1, feedback: 1, plans: 1, accounts: expect.any(Number) as number },
      });
      expect(JSON.stringify(after)).not.toContain(who.id);
      await record(who.id, maxCachedWorkflows === 0 ? 'replayed.0.1.0' : 'complete.0.1.0');
      expect(await historyText(who.id)).not.toMatch(/@example\.com/);
      expect((await house.post('/auth/signup', { email: who.email, password: goodPassword })).status).toBe(201);
    },
    60_000,
  );
});

it('an account that asks to go by DELETE /api/v1/users/me goes a day later, and leaves nothing but a receipt', async () => {
  const who = await newcomer(house);
  const other = await newcomer(house);
  await live(who);
  await live(other);
  const kept = await traces(other);
  const answer = await house.ask('DELETE', '/api/v1/users/me', { token: who.access });
  expect(answer.status).toBe(202);
  const location = answer.headers.get('location') ?? '';
  expect(await receipt(location)).toMatchObject({ state: 'scheduled', due_at: expect.any(String) as string });

  const begin = () => beginDueErasures({ store: house.store, launches: launchesOf(house.store) }, timing);
  house.pass(24 * 3_600_000 - 60_000);
  expect(await begin()).toBe(0);
  house.pass(60_000);
  expect(await begin()).toBe(1);
  expect(await begin()).toBe(0);
  expect(await receipt(location)).toMatchObject({ state: 'running', due_at: null });

  const worker = await workerWith(erasers());
  await worker.runUntil(() => finished(who.id));
  expect(await traces(who)).toEqual([]);
  expect(await traces(other)).toEqual(kept);
  expect(await receipt(location)).toMatchObject({ state: 'done' });
}, 60_000);

describe('an erasure', () => {
  it('that fails in the middle, and whose worker dies, is resumed by another and finishes', async () => {
    const who = await newcomer(house);
    await live(who);
    const answer = await house.ask('DELETE', '/api/auth/me', { token: who.access });
    const location = answer.headers.get('location') ?? '';

    let attempts = 0;
    let hangs: () => void = () => undefined;
    const hanging = new Promise<void>((resolve) => (hangs = resolve));
    const broken: Eraser = {
      ...eraserOf('requests'),
      async erase(userId) {
        attempts += 1;
        await house.store.tickets.removeOf(userId);
        if (attempts === 1) throw new Error('MongoDB is away');
        hangs();
        return Context.current().cancelled; // rejects when the worker goes down
      },
    };
    const first = await workerWith(
      erasers().map((one) => (one.feature === 'requests' ? { ...one, eraser: broken } : one)),
    );
    await first.runUntil(hanging);
    expect(await receipt(location)).toMatchObject({ state: 'running', removed: { photos: 1 } });
    expect(await traces(who)).toEqual(expect.arrayContaining(['accounts', 'idempotency', 'launches']));

    const second = await workerWith(erasers());
    await second.runUntil(() => finished(who.id));
    expect(attempts).toBe(2);
    await record(who.id, 'resumed.0.1.0');
    expect(await traces(who)).toEqual([]);
    expect(await receipt(location)).toMatchObject({ state: 'done', removed: { photos: 1, requests: 1 } });
  }, 60_000);

  it('removes what a request under way writes after the first pass, and after the receipt', async () => {
    const who = await newcomer(house);
    await live(who);
    let passes = 0;
    const late = (n: number) =>
      house.connection
        .collection<Row>('entries')
        .insertOne({ _id: `${String(n)}${who.id.slice(1)}`, ownerId: who.id, kind: 'manual', deletedAt: null });
    const after: Record<string, (removed: number) => Promise<unknown>> = {
      async photos() {
        passes += 1;
        if (passes === 1) await late(1);
      },
      async accounts(removed) {
        if (removed > 0) await late(2);
      },
    };
    const followed = (feature: string, eraser: Eraser): Eraser => ({
      ...eraser,
      async erase(userId) {
        const result = await eraser.erase(userId);
        await after[feature]?.(result.removed);
        return result;
      },
    });
    const worker = await workerWith(
      erasers().map(({ eraser, ...one }) => ({ ...one, eraser: followed(one.feature, eraser) })),
    );
    await house.ask('DELETE', '/api/auth/me', { token: who.access });
    await worker.runUntil(() => finished(who.id));
    expect(await traces(who)).toEqual([]);
  }, 60_000);

  it('forgets the stored answer of the sign-up that made the account', async () => {
    const body = { email: freshEmail(), password: goodPassword };
    const headers = { 'idempotency-key': `signup-${body.email}` };
    const { id, access } = tokensOf(await house.post('/auth/signup', body, { headers }));
    const kept = () => house.connection.collection('idempotency').countDocuments({ resourceId: id });
    expect(await kept()).toBe(1);
    await house.ask('DELETE', '/api/auth/me', { token: access });
    await eraserOf('requests').erase(id);
    expect(await kept()).toBe(0);
  });

  it('asked for twice at once begins once', async () => {
    const who = await newcomer(house);
    const answers = await Promise.all([1, 2, 3].map(() => house.ask('DELETE', '/api/auth/me', { token: who.access })));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 401, 401]);
    expect(
      await house.connection.collection<Row>('launches').countDocuments({ _id: erasureWorkflows.erase.id(who.id) }),
    ).toBe(1);
  });

  it('ends a sign-in that began before it', async () => {
    const email = freshEmail();
    const who = await newcomer(house, email);
    const [erased, login] = await Promise.all([
      house.ask('DELETE', '/api/auth/me', { token: who.access }),
      house.post('/login', { email, password: goodPassword }),
    ]);
    expect(erased.status).toBe(202);
    expect([200, 401]).toContain(login.status);
    if (login.status === 200) {
      const { access, refresh } = tokensOf(login);
      expect((await house.get('/api/auth/me', access)).status).toBe(401);
      expect((await house.post('/api/auth/refresh', { refresh_token: refresh })).status).toBe(401);
    }
  });
});

describe('a receipt', () => {
  it('opens to its key alone', async () => {
    const who = await newcomer(house);
    const location = (await house.ask('DELETE', '/api/auth/me', { token: who.access })).headers.get('location') ?? '';
    const [path = '', key = ''] = location.split('?key=');
    expect((await house.get(location)).status).toBe(200);
    expect((await house.get(`${path}?key=${key.startsWith('A') ? 'B' : 'A'}${key.slice(1)}`)).status).toBe(404);
    expect((await house.get(`/erasures/${'0'.repeat(24)}?key=${key}`)).status).toBe(404);
    expect((await house.get(path)).status).toBe(400);
  });
});

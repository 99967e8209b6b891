import { createHmac } from 'node:crypto';
import { temporalDeadlineMs } from '../../../src/launches/temporal';
import { contextWorkflows } from '../../../src/messages/context';
import { ReceiverDouble } from '../../doubles/contextReceiver';
import { faults } from '../../doubles/doubleServer';
import { pausableProxy } from '../../e2e/pausableProxy';
import { temporalAddress } from '../engines';
import { ask, eventually, openPalate, signUp, type House } from '../palate';
import { lullsOf } from './lulls';

jest.setTimeout(90_000);

/** From a request to the receiver, through everything that is between. */
let double: ReceiverDouble;
let house: House;
beforeAll(async () => {
  double = await new ReceiverDouble().start();
});
afterAll(() => double.stop());
beforeEach(async () => {
  double.reset();
  house = await openPalate('changes', {
    FLASK_AI_BASE_URL: double.baseUrl,
    INTERNAL_HMAC_SECRET: ReceiverDouble.secret,
    CONTEXT_SYNC_DEBOUNCE_MS: '50',
    CONTEXT_SYNC_MAX_WAIT_MS: '200',
    CONTEXT_SYNC_TIMEOUT_MS: '10000',
    CONTEXT_SYNC_RETRY_MS: '50',
    CONTEXT_SYNC_SWEEP_MS: '200',
    CONTEXT_SYNC_IDLE_MS: '1000',
    CIRCUIT_FAILURES: '1000',
  });
});
afterEach(async () => {
  await house.close();
  expect(double.sentBackwards).toEqual([]);
});

/** The settings of somebody who sets none. */
const byDefault = {
  CONTEXT_SYNC_DEBOUNCE_MS: '1000',
  CONTEXT_SYNC_MAX_WAIT_MS: '5000',
  CONTEXT_SYNC_TIMEOUT_MS: '5000',
  CONTEXT_SYNC_RETRY_MS: '1000',
  CONTEXT_SYNC_SWEEP_MS: '30000',
  CONTEXT_SYNC_IDLE_MS: '600000',
  CIRCUIT_FAILURES: '5',
};

const rowOf = async (id: string) => (await house.store.contextSyncs.find(id))!;
const inStep = (id: string) =>
  eventually(async () => {
    const row = await rowOf(id);
    return !row.behind && row.acknowledged === row.version ? row : null;
  }, 60_000);
const setAge = async (url: string, token: string, age: number) => {
  const { status } = await ask(url, 'PUT', '/api/v1/users/update', { token, json: { profile: { age } } });
  expect(status).toBe(200);
};

test('a changed profile is with the ML service a moment later, signed and under its version', async () => {
  const { url } = await house.start();
  const { id, token, email } = await signUp(url);
  await inStep(id);
  expect(double.users.get(id)).toMatchObject({ contextVersion: 1, user: { id } });

  await setAge(url, token, 37);
  const { version } = await inStep(id);
  expect(version).toBe(2);
  expect(double.users.get(id)).toMatchObject({ contextVersion: 2, user: { id, age: 37 } });

  const { headers, body, path, method } = double.received.at(-1)!;
  const timestamp = String(headers['x-timestamp']);
  const expected = createHmac('sha256', ReceiverDouble.secret).update(timestamp).update(body).digest('hex');
  expect(headers['x-signature']).toBe(expected);
  expect([method, path]).toEqual(['POST', '/internal/sync-user']);
  expect(JSON.parse(body.toString())).toMatchObject({ userId: id, timestamp, data: { dataVersion: '1.0' } });
  expect(body.toString()).not.toContain(email);
  expect(body.toString()).not.toMatch(/\$2[aby]\$|password|token/i);
});

/** One push for each lull, of which that between a sign-up and the first change is one; and one to three for the changes. */
const expectFewPushes = async (id: string, timing: Record<string, string>) => {
  const [debounceMs, maxWaitMs] = [timing.CONTEXT_SYNC_DEBOUNCE_MS, timing.CONTEXT_SYNC_MAX_WAIT_MS].map(Number);
  const lulls = await lullsOf(house.temporal, id, { debounceMs: debounceMs!, maxWaitMs: maxWaitMs! });
  expect(lulls).toBeGreaterThanOrEqual(1);
  const pushes = double.toldOf(id).length;
  expect(pushes).toBeGreaterThanOrEqual(2);
  expect(pushes).toBeLessThanOrEqual(lulls + 3);
};

test('fifty changes in a row become one to three pushes, the last of which is the latest state', async () => {
  const timing = {
    CONTEXT_SYNC_DEBOUNCE_MS: '600',
    CONTEXT_SYNC_MAX_WAIT_MS: '10000',
    CONTEXT_SYNC_IDLE_MS: '600000',
  };
  const { url } = await house.start(timing);
  const { id, token } = await signUp(url);
  await inStep(id);
  for (let age = 20; age < 70; age += 1) await setAge(url, token, age);
  await inStep(id);
  expect(double.users.get(id)).toMatchObject({ contextVersion: 51, user: { age: 69 } });
  await expectFewPushes(id, timing);
});

test('fifty changes at once are all taken in, each on what the one before left, and become one to three pushes', async () => {
  const { url } = await house.start(byDefault);
  const { id, token } = await signUp(url);
  await inStep(id);
  const values = Array.from({ length: 10 }, (_, nth) => 100 + nth);
  const updates = values.flatMap((value) => [
    { profile: { age: value } },
    { profile: { heightCm: value } },
    { profile: { weightKg: value } },
    { profile: { allergies: [`allergy ${value}`] } },
    { preferences: { preferredCuisines: [`cuisine ${value}`] } },
  ]);
  const answers = await Promise.all(updates.map((json) => ask(url, 'PUT', '/api/v1/users/update', { token, json })));
  expect(answers.map(({ status }) => status)).toEqual(updates.map(() => 200));

  const { version } = await inStep(id);
  expect(version).toBe(1 + updates.length);
  const { profile } = (await house.store.accounts.find(id))!;
  for (const [told, one] of [
    [profile.age, values],
    [profile.heightCm, values],
    [profile.weightKg, values],
    [profile.allergies[0], values.map((value) => `allergy ${value}`)],
    [profile.preferredCuisines[0], values.map((value) => `cuisine ${value}`)],
  ] as const)
    expect(one).toContain(told);
  const { age, heightCm, weightKg, allergies, preferredCuisines } = profile;
  expect(double.users.get(id)).toMatchObject({
    contextVersion: version,
    user: { age, heightCm, weightKg, allergies, preferredCuisines },
  });
  await expectFewPushes(id, byDefault);
});

test('what the ML service refuses to take is given up, and the next change clears it', async () => {
  const { url } = await house.start({ CONTEXT_SYNC_MAX_ATTEMPTS: '2' });
  const { id, token } = await signUp(url);
  await inStep(id);
  double.always(faults.status(500));
  const before = double.calls;
  await setAge(url, token, 41);
  const given = await eventually(async () => {
    const row = await rowOf(id);
    return row.failure && row;
  });
  expect(given).toMatchObject({
    failure: { version: 2, reason: 'server_error', status: 500 },
    attempts: 2,
    behind: true,
  });
  expect(double.calls - before).toBe(2);

  double.always(null);
  await setAge(url, token, 42);
  expect(await inStep(id)).toMatchObject({ failure: null, attempts: 0, acknowledged: 3 });
  expect(double.users.get(id)).toMatchObject({ contextVersion: 3, user: { age: 42 } });
});

test('changes are taken in while Temporal is away, and are with the ML service when it is back', async () => {
  const proxy = await pausableProxy(temporalAddress());
  const palate = await house.start({ TEMPORAL_ADDRESS: proxy.address });
  const { url } = palate;
  try {
    const people = [await signUp(url), await signUp(url)];
    for (const { id } of people) await inStep(id);
    proxy.pause();
    const before = double.calls;
    for (const { token } of people) await setAge(url, token, 55);
    for (const { id } of people) expect(await rowOf(id)).toMatchObject({ behind: true, version: 2 });
    expect(double.calls).toBe(before);
    proxy.resume();
    for (const { id } of people) {
      expect(await inStep(id)).toMatchObject({ acknowledged: 2, attempts: 0 });
      expect(double.users.get(id)).toMatchObject({ contextVersion: 2, user: { age: 55 } });
    }
  } finally {
    proxy.resume();
    await palate.stop();
    await proxy.close();
  }
});

test('changes are answered in time while no worker is there, and are with the ML service once one is', async () => {
  const { url } = await house.start({ PALATE_ROLE: 'api' });
  const people = [await signUp(url), await signUp(url)];
  const tookMs: number[] = [];
  for (const age of [51, 52, 53])
    for (const { token } of people) {
      const startedMs = performance.now();
      await setAge(url, token, age);
      tookMs.push(performance.now() - startedMs);
    }
  // None waits for a worker: that would take as long as Temporal may let a request hang.
  expect(Math.max(...tookMs)).toBeLessThan(temporalDeadlineMs);
  for (const { id } of people) expect(await rowOf(id)).toMatchObject({ behind: true, version: 4, acknowledged: 0 });
  expect(double.calls).toBe(0);

  await house.start({ PALATE_ROLE: 'worker' });
  for (const { id } of people) {
    expect(await inStep(id)).toMatchObject({ acknowledged: 4, attempts: 0, failure: null });
    expect(double.users.get(id)).toMatchObject({ contextVersion: 4, user: { id, age: 53 } });
    expect(double.toldOf(id).length).toBeLessThanOrEqual(2);
  }
});

test('an account that is erased has no run any more, and the ML service is made to forget it', async () => {
  const { url } = await house.start({ CONTEXT_SYNC_IDLE_MS: '600000' });
  const { id, token } = await signUp(url);
  await inStep(id);
  const run = house.temporal.workflow.getHandle(contextWorkflows.sync.id(id));
  expect((await run.describe()).status.name).toBe('RUNNING');
  expect((await ask(url, 'DELETE', '/api/auth/me', { token })).status).toBe(202);
  await eventually(() => Promise.resolve(double.toldOf(id).at(-1)?.kind === 'delete'), 40_000);
  await eventually(() => Promise.resolve(!double.users.has(id)));
  expect((await run.describe()).status.name).toBe('TERMINATED');
  expect(await rowOf(id)).toMatchObject({ closed: true, dueAt: null });
});

test('accounts of before a receiver was configured are told when it is', async () => {
  const first = await house.start({ FLASK_AI_BASE_URL: '' });
  const { id, token } = await signUp(first.url);
  await setAge(first.url, token, 48);
  await first.stop();
  expect(double.calls).toBe(0);
  // As the database was before there were contexts.
  await house.mongo.collection('context_syncs').deleteMany({});
  await house.mongo.collection('migrations').deleteMany({});
  await house.start();
  await inStep(id);
  expect(double.users.get(id)).toMatchObject({ contextVersion: 1, user: { age: 48 } });
});

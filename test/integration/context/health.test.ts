import { SyncFailureReason } from '../../../src/model/context';
import { newId } from '../../../src/store/ids';
import { ReceiverDouble } from '../../doubles/contextReceiver';
import { faults } from '../../doubles/doubleServer';
import { ask, eventually, openPalate, signUp, type House } from '../palate';

/** What `GET /api/ml/sync/health` and `/health` say. No worker runs, so rows and circuit stay as a test has put them. */
const address = '/api/ml/sync/health';
const secret = 'b2f0c1d4e5a6978877665544332211ff';
const receiver = {
  FLASK_AI_BASE_URL: 'http://127.0.0.1:9',
  INTERNAL_HMAC_SECRET: secret,
  CONTEXT_SYNC_MODE: 'delta',
  CONTEXT_SYNC_BATCH_URL: 'http://127.0.0.1:9/internal/sync-users',
  CONTEXT_SYNC_SWEEP_MS: '7000',
};

interface Health {
  status: string;
  sentence: string;
  lag_seconds: number;
  [more: string]: unknown;
}
let house: House;
let url: string;
let offUrl: string;
let staff: { support: string; admin: string; user: string };

beforeAll(async () => {
  house = await openPalate('sync-health', { PALATE_ROLE: 'api' });
  ({ url } = await house.start(receiver));
  ({ url: offUrl } = await house.start());
  const tokenOf = async (role: 'support' | 'admin' | 'user') => {
    const { email, password } = await signUp(url);
    await house.store.accounts.setRole(email, role);
    const { body } = await ask<{ access_token: string }>(url, 'POST', '/api/auth/login', { json: { email, password } });
    return body.access_token;
  };
  staff = { support: await tokenOf('support'), admin: await tokenOf('admin'), user: await tokenOf('user') };
}, 60_000);
afterAll(() => house.close());
beforeEach(async () => {
  for (const name of ['context_syncs', 'erasures', 'ml_models']) await house.mongo.collection(name).deleteMany({});
  await house.closeCircuits();
});

const rows = () => house.mongo.collection<{ _id: string; [field: string]: unknown }>('context_syncs');
const nowMs = () => Date.now() + house.time.passedMs;
const look = async (to = url) => {
  const { status, body } = await ask<Health>(to, 'GET', address, { token: staff.support });
  expect(status).toBe(200);
  return body;
};
/** Accounts whose oldest change is so old. */
const behind = (ages: number[], more: Record<string, unknown> = {}) =>
  rows().insertMany(
    ages.map((s, nth) => ({
      _id: `account-${s}-${nth}-${JSON.stringify(more).length}`,
      behind: true,
      behindSince: new Date(nowMs() - s * 1000),
      failure: null,
      dismissed: null,
      ...more,
    })),
  );
/** An erasure that the ML service has not confirmed for so long. */
const unconfirmed = async (s: number) => {
  const { store } = house;
  const userId = newId();
  await store.transaction((session) => store.erasures.create(newId(), userId, session));
  await store.erasures.notForgotten(userId, { reason: 'timeout', status: null, asked: true });
  const waitingSince = new Date(nowMs() - s * 1000);
  await house.mongo
    .collection('erasures')
    .updateOne({ ownerId: userId }, { $set: { 'forgetting.waitingSince': waitingSince } });
};
const openCircuit = async () => {
  const { generation } = await house.store.circuits.find('context_receiver');
  const until = new Date(nowMs() + 60_000);
  const why = 'The ML service is out of order (503).';
  await house.store.circuits.open('context_receiver', generation, { until, openMs: 60_000, refused: false, why });
  return until.toISOString();
};

test('ok: nothing is behind, and the whole says how it is set up', async () => {
  const acknowledgedAt = new Date('2026-03-01T12:00:00Z');
  await rows().insertMany([
    { _id: 'current', behind: false, behindSince: null, failure: null, dismissed: null, acknowledgedAt },
  ]);
  const updatedAt = new Date('2026-02-01T00:00:00Z');
  await house.store.transaction((session) =>
    house.store.mlModels.keep({ model: 'ranker', version: '7', updatedAt }, session),
  );
  expect(await look()).toEqual({
    status: 'ok',
    sentence: 'The ML service acknowledged every change.',
    lag_seconds: 0,
    oldest_change_at: null,
    backlog: 0,
    failed: {
      total: 0,
      by_reason: Object.fromEntries(SyncFailureReason.options.map((reason) => [reason, 0])),
      lag_seconds: 0,
      oldest_change_at: null,
    },
    erasures: { waiting: 0, oldest_waiting_seconds: 0, oldest_waiting_since: null },
    circuit: { state: 'closed', until: null, why: null },
    last_acknowledged_at: acknowledgedAt.toISOString(),
    receiver: {
      configured: true,
      mode: 'delta',
      batch: true,
      models: [{ model: 'ranker', version: '7', updated_at: updatedAt.toISOString() }],
    },
    sweep_ms: 7_000,
  });
});

test('ok: changes are under way, and dismissed accounts count nowhere', async () => {
  await behind([30, 10]);
  await behind([90_000], {
    failure: { reason: 'rejected' },
    dismissed: { at: new Date(), by: 'x', reason: 'It has left.' },
  });
  const health = await look();
  expect(health).toMatchObject({ status: 'ok', backlog: 2, failed: { total: 0 } });
  expect(health.sentence).toMatch(/^2 accounts with changes under way, the oldest 3\d s old\.$/);
  expect(health.lag_seconds).toBeGreaterThanOrEqual(30);
  expect(health.lag_seconds).toBeLessThan(40);
});

test('degraded: a change waits for more than five minutes although nothing is held back', async () => {
  await behind([290]);
  expect(await look()).toMatchObject({ status: 'ok' });
  house.time.passedMs += 11_000;
  const health = await look();
  expect(health.status).toBe('degraded');
  expect(health.sentence).toMatch(/waited for 5 minutes although the ML service is called: look at \/health/);
});

test('degraded: accounts are on the failed list, whatever their age', async () => {
  await behind([9_000, 8_000], { failure: { reason: 'rejected' } });
  await behind([9_120], { failure: { reason: 'unauthorized' } });
  const health = await look();
  expect(health).toMatchObject({
    status: 'degraded',
    sentence:
      '3 accounts on the failed list, the oldest change 152 minutes old: mend what they failed of, then replay or dismiss them.',
    lag_seconds: 0,
    backlog: 0,
    failed: { total: 3, by_reason: { rejected: 2, unauthorized: 1, timeout: 0 } },
  });
  const { failed } = health as unknown as { failed: { lag_seconds: number; oldest_change_at: string } };
  expect(failed.lag_seconds).toBeGreaterThanOrEqual(9_120);
  expect(failed.lag_seconds).toBeLessThan(9_130);
  expect(nowMs() - Date.parse(failed.oldest_change_at)).toBeGreaterThanOrEqual(9_120_000);
});

test('what is behind is told beside the failed list: under way, late, and while the ML service is left alone', async () => {
  const listed = '1 account on the failed list, the oldest change 155 minutes old: mend what they failed of, then';
  await behind([9_000], { failure: { reason: 'rejected' } });
  await behind([20, 10]);
  const underWay = await look();
  expect(underWay.status).toBe('degraded');
  expect(underWay.sentence).toMatch(
    /^2 accounts with changes under way, the oldest 2\d s old\. 1 account on the failed/,
  );
  house.time.passedMs += 300_000;
  const late = await look();
  expect(late.sentence).toMatch(/^The oldest change has waited for 5 minutes although/);
  expect(late.sentence).toContain(` ${listed}`);
  await openCircuit();
  const down = await look();
  expect(down.status).toBe('down');
  expect(down.sentence).toMatch(
    /^The ML service is left alone until .* The oldest has waited for 5 minutes\. 1 account on/,
  );
  expect((await look(offUrl)).sentence).toMatch(
    /changes of 2 accounts are kept, and sent once one is\. 1 account on the/,
  );
});

test('degraded: the ML service is left alone for now', async () => {
  await behind([10]);
  const until = await openCircuit();
  expect(await look()).toMatchObject({
    status: 'degraded',
    sentence: `The ML service is left alone until ${until}, as it failed: The ML service is out of order (503). Changes are kept meanwhile.`,
    circuit: { state: 'open', until, why: 'The ML service is out of order (503).' },
  });
});

test('degraded: one call finds out whether it is well again', async () => {
  await openCircuit();
  house.time.passedMs += 61_000;
  const { generation } = await house.store.circuits.find('context_receiver');
  await house.store.circuits.takeProbe('context_receiver', generation, 30_000, new Date(nowMs() + 3_600_000));
  const health = await look();
  expect(health).toMatchObject({ status: 'degraded', circuit: { state: 'probing' } });
  expect(health.sentence).toMatch(/^The ML service is being tried again, as it failed: The ML service is out of order/);
});

test('down: it is left alone, and the oldest change waits for more than five minutes', async () => {
  await behind([600]);
  await openCircuit();
  const health = await look();
  expect(health.status).toBe('down');
  expect(health.sentence).toMatch(/The oldest has waited for 10 minutes\.$/);
});

test('erasures that the ML service does not confirm are told of, and after an hour it is degraded', async () => {
  await unconfirmed(10);
  await unconfirmed(3_580);
  const soon = await look();
  expect(soon.status).toBe('ok');
  expect(soon.sentence).toMatch(
    /^The ML service acknowledged every change\. 2 erasures wait for the ML service to confirm .*, for up to 59 minutes: GET \/api\/support\/erasures says why\.$/,
  );
  house.time.passedMs += 21_000;
  const late = await look();
  expect(late).toMatchObject({ status: 'degraded', erasures: { waiting: 2 } });
  expect(late.sentence).toMatch(/^2 erasures wait/);
  expect((late.erasures as { oldest_waiting_seconds: number }).oldest_waiting_seconds).toBeGreaterThan(3_600);
  await behind([20]);
  expect((await look()).sentence).toMatch(/^1 account with changes under way, .* 2 erasures wait/);
  expect(await look(offUrl)).toMatchObject({
    status: 'off',
    sentence: expect.stringMatching(/ 2 erasures wait/) as string,
  });
});

test('off: no receiver is configured, however old a change is', async () => {
  await behind([90_000]);
  expect(await look(offUrl)).toMatchObject({
    status: 'off',
    sentence: 'No ML service is configured (FLASK_AI_BASE_URL): changes of 1 account are kept, and sent once one is.',
    backlog: 1,
    receiver: { configured: false, mode: 'full', batch: false, models: [] },
  });
});

test('holds no address and no secret', async () => {
  await openCircuit();
  const text = JSON.stringify(await look());
  expect(text).not.toContain('127.0.0.1');
  expect(text).not.toContain(secret);
});

test('is for support and admin', async () => {
  const status = async (token?: string) => (await ask(url, 'GET', address, { token })).status;
  expect(await status()).toBe(401);
  expect(await status('x.y.z')).toBe(401);
  expect(await status(staff.user)).toBe(403);
  expect([await status(staff.support), await status(staff.admin)]).toEqual([200, 200]);
});

test('/health names context sync where there is a receiver, and says what works while it is left alone', async () => {
  interface Whole {
    status: string;
    parts: Record<string, { status: string }>;
    degraded: string[];
  }
  const whole = async (to: string) => (await ask<Whole>(to, 'GET', '/health')).body;
  expect((await whole(offUrl)).parts).not.toHaveProperty('context_sync');
  expect((await whole(url)).parts.context_sync).toEqual({ status: 'up' });
  await openCircuit();
  const { url: another } = await house.start(receiver);
  const { status, parts, degraded } = await whole(another);
  const sentence =
    'The ML service is not told of changes; they are kept and follow once it is well again. All else works.';
  expect([status, parts.context_sync?.status]).toEqual(['degraded', 'down']);
  expect(degraded).toContain(sentence);
});

test('/metrics tells of context sync where there is a receiver, also in a process that pushes nothing; of erasures in each', async () => {
  await behind([20]);
  await unconfirmed(60);
  const shown = async (to: string) =>
    (await (await fetch(`${to}/metrics`)).text()).match(/^palate_context_\w+/gm) ?? [];
  const ofErasures = ['palate_context_erasure_wait_seconds', 'palate_context_erasures_waiting'];
  expect([...new Set(await shown(offUrl))].sort()).toEqual(ofErasures);
  const numbers = await (await fetch(`${offUrl}/metrics`)).text();
  expect(numbers).toMatch(/^palate_context_erasures_waiting 1$/m);
  expect(numbers).toMatch(/^palate_context_erasure_wait_seconds 6\d(\.\d+)?$/m);
  expect([...new Set(await shown(url))].sort()).toEqual([
    'palate_context_backlog',
    ...ofErasures,
    'palate_context_failed',
    'palate_context_failed_lag_seconds',
    'palate_context_lag_seconds',
  ]);
});

test('/metrics of a worker counts what its pushes came to', async () => {
  const double = new ReceiverDouble();
  await double.start();
  try {
    double.next(faults.status(503));
    const worker = await house.start({
      PALATE_ROLE: 'all',
      FLASK_AI_BASE_URL: double.baseUrl,
      INTERNAL_HMAC_SECRET: ReceiverDouble.secret,
      CONTEXT_SYNC_DEBOUNCE_MS: '10',
      CONTEXT_SYNC_RETRY_MS: '20',
    });
    const line = async (name: string, labels: string) =>
      Number(
        new RegExp(`^palate_context_${name}\\{${labels}\\} (\\S+)$`, 'm').exec(
          await (await fetch(`${worker.url}/metrics`)).text(),
        )?.[1],
      );
    const acknowledged = 'outcome="acknowledged",reason="none",by="entity"';
    const refused = 'outcome="failed",reason="server_error",by="entity"';
    expect([await line('pushes_total', acknowledged), await line('pushes_total', refused)]).toEqual([0, 0]);
    await signUp(worker.url);
    await eventually(async () => (await line('pushes_total', acknowledged)) >= 1);
    expect(await line('pushes_total', refused)).toBe(1);
    expect(await line('push_seconds_count', 'outcome="failed"')).toBe(1);
    await worker.stop();
  } finally {
    await double.stop();
  }
});

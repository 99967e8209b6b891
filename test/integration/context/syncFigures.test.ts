import { newId } from '../../../src/store/ids';
import { keptFor } from '../../../src/palate/reading';
import { createMetrics } from '../../../src/telemetry/metrics';
import mongoose, { type Connection } from 'mongoose';
import { createStore, type Store } from '../../../src/store/store';
import { freshDatabaseUri } from '../engines';
import { readsOf } from '../reads';

const start = Date.parse('2026-03-01T12:00:00Z');
let nowMs = start;
const clock = () => new Date(nowMs);
const ago = (s: number) => new Date(start - s * 1000);

let mongo: Connection;
let store: Store;

beforeAll(async () => {
  mongo = await mongoose.createConnection(freshDatabaseUri('sync-figures')).asPromise();
  store = createStore(mongo, clock);
  await mongo.models.ContextSync?.createIndexes();
});
afterAll(async () => {
  await mongo.dropDatabase();
  await mongo.close();
});
beforeEach(async () => {
  nowMs = start;
  await mongo.collection('context_syncs').deleteMany({});
});

/** One account, through the store: a change `s` seconds ago, and what became of it. */
async function account(s: number, fate: 'waits' | 'fails' | 'is dismissed' | 'is acknowledged' | 'is erased') {
  const id = newId();
  nowMs = start - s * 1000;
  await store.transaction((session) => store.contextSyncs.touch(id, ['user'], 0, session));
  const attempt = { at: clock(), version: 1, status: 500, ms: 5, error: 'It is out of order.', by: 'entity' } as const;
  const lease = await store.contextSyncs.lease(id, 1_000);
  if (lease.kind !== 'leased') throw new Error(lease.kind);
  const settle = (end: Parameters<typeof store.contextSyncs.settle>[2]) =>
    store.contextSyncs.settle(id, lease.leaseId, end);
  if (fate === 'is acknowledged')
    await settle({
      kind: 'acknowledged',
      version: 1,
      attempt: { ...attempt, status: 200, reason: null, error: null },
      readAt: clock(),
      confirmMs: 1_000,
    });
  if (fate === 'waits') await settle({ kind: 'unsent', dueAt: clock() });
  if (fate === 'fails' || fate === 'is dismissed')
    await settle({ kind: 'failed', attempt: { ...attempt, reason: 'server_error' }, uncertain: false, nextAt: null });
  if (fate === 'is dismissed')
    await mongo
      .collection<{ _id: string }>('context_syncs')
      .updateOne({ _id: id }, { $set: { dismissed: { at: clock(), by: newId(), reason: 'It has left.' } } });
  if (fate === 'is erased') await store.contextSyncs.close(id);
  nowMs = start;
  return id;
}

test('each account that is behind is counted once, and the lag is that of those who are waited for', async () => {
  expect(await store.contextSyncFigures.read()).toEqual({
    backlog: 0,
    oldestChangeAt: null,
    failed: {},
    oldestFailedChangeAt: null,
  });
  for (const s of [20, 40]) await account(s, 'waits');
  for (const s of [500, 600, 700]) await account(s, 'fails');
  await account(9_000, 'is dismissed');
  await account(800, 'is acknowledged');
  await account(900, 'is erased');
  expect(await store.contextSyncFigures.read()).toEqual({
    backlog: 2,
    oldestChangeAt: ago(40),
    failed: { server_error: 3 },
    oldestFailedChangeAt: ago(700),
  });
});

test('who was given up and changed again is on the failed list until it is acknowledged; who was dismissed is waited for', async () => {
  const failed = await account(500, 'fails');
  const dismissed = await account(400, 'is dismissed');
  nowMs = start;
  for (const id of [failed, dismissed])
    await store.transaction((session) => store.contextSyncs.touch(id, ['user'], 0, session));
  expect(await store.contextSyncFigures.read()).toEqual({
    backlog: 1,
    oldestChangeAt: ago(400),
    failed: { server_error: 1 },
    oldestFailedChangeAt: ago(500),
  });
});

test('the last acknowledgement is that of any account', async () => {
  expect(await store.contextSyncFigures.lastAcknowledgedAt()).toBeNull();
  for (const s of [70, 30, 50]) await account(s, 'is acknowledged');
  expect(await store.contextSyncFigures.lastAcknowledgedAt()).toEqual(ago(30));
});

test('of a thousand accounts no row is read, for neither', async () => {
  const rows = Array.from({ length: 1_000 }, (_, nth) => ({
    _id: `account-${nth}`,
    behind: nth % 2 === 0,
    behindSince: nth % 2 === 0 ? ago(nth) : null,
    failure: nth % 10 === 0 ? { reason: 'timeout' } : null,
    dismissed: nth % 20 === 0 ? { at: ago(1) } : null,
    acknowledgedAt: nth % 3 === 0 ? ago(nth) : null,
  }));
  await mongo.collection<{ _id: string }>('context_syncs').insertMany(rows);
  const figures = store.contextSyncFigures;
  const [grouped] = await readsOf(mongo, 'context_syncs', () => figures.read());
  expect(grouped).toMatchObject({ planSummary: expect.stringContaining('IXSCAN') as string, docsExamined: 0 });
  expect(grouped!.keysExamined).toBeLessThanOrEqual(501);
  const [latest] = await readsOf(mongo, 'context_syncs', () => figures.lastAcknowledgedAt());
  expect(latest).toMatchObject({ planSummary: expect.stringContaining('IXSCAN') as string, docsExamined: 0, keysExamined: 1 }); // prettier-ignore
  expect(await store.contextSyncFigures.read()).toEqual({
    backlog: 400,
    oldestChangeAt: ago(998),
    failed: { timeout: 50 },
    oldestFailedChangeAt: ago(990),
  });
});

describe('the metrics', () => {
  const shown = async (metrics: ReturnType<typeof createMetrics>) =>
    (await metrics.registry.metrics())
      .split('\n')
      .filter((line) =>
        /^palate_context_(lag_seconds|failed_lag_seconds|backlog|failed\{reason="(server_error|timeout)"\}) /.test(
          line,
        ),
      );

  test('show lag, backlog and failed accounts; what is kept of a reading grows older all the same', async () => {
    await account(40, 'waits');
    await account(500, 'fails');
    let readings = 0;
    const metrics = createMetrics({ processMetrics: false });
    const read = keptFor(5_000, clock, () => {
      readings += 1;
      return store.contextSyncFigures.read();
    });
    metrics.context.watch(read, clock);
    const failed = ['palate_context_failed{reason="timeout"} 0', 'palate_context_failed{reason="server_error"} 1'];
    expect(await shown(metrics)).toEqual([
      'palate_context_lag_seconds 40',
      'palate_context_failed_lag_seconds 500',
      'palate_context_backlog 1',
      ...failed,
    ]);
    nowMs += 4_000;
    await Promise.all([shown(metrics), shown(metrics)]);
    expect(await shown(metrics)).toEqual([
      'palate_context_lag_seconds 44',
      'palate_context_failed_lag_seconds 504',
      'palate_context_backlog 1',
      ...failed,
    ]);
    expect(readings).toBe(1);
    nowMs += 1_000;
    await shown(metrics);
    expect(readings).toBe(2);
  });

  test('say that nothing is late, where nothing is', async () => {
    const metrics = createMetrics({ processMetrics: false });
    metrics.context.watch(() => store.contextSyncFigures.read(), clock);
    expect((await shown(metrics)).slice(0, 3)).toEqual([
      'palate_context_lag_seconds 0',
      'palate_context_failed_lag_seconds 0',
      'palate_context_backlog 0',
    ]);
  });

  test('say so where MongoDB gives no answer or takes its time, and leave the other numbers', async () => {
    const readings = [() => Promise.reject(new Error('away')), () => new Promise<never>(() => undefined)];
    for (const read of readings) {
      const metrics = createMetrics({ processMetrics: false });
      metrics.context.watch(read, clock);
      metrics.workflows.inc({ workflow: 'contextSync', outcome: 'completed' });
      expect(await shown(metrics)).toEqual([
        'palate_context_lag_seconds Nan',
        'palate_context_failed_lag_seconds Nan',
        'palate_context_backlog Nan',
        'palate_context_failed{reason="timeout"} Nan',
        'palate_context_failed{reason="server_error"} Nan',
      ]);
      expect(await metrics.registry.metrics()).toContain('palate_workflow_outcomes_total{');
    }
  });

  test('are silent where there is no receiver', async () => {
    expect(await shown(createMetrics({ processMetrics: false }))).toEqual([]);
  });

  test('count every push, and begin with 0', async () => {
    const metrics = createMetrics({ processMetrics: false });
    metrics.context.beginPushes();
    const count = async (labels: string) =>
      Number(
        new RegExp(`^palate_context_pushes_total\\{${labels}\\} (\\S+)$`, 'm').exec(
          await metrics.registry.metrics(),
        )?.[1],
      );
    const timedOut = 'outcome="failed",reason="timeout",by="sweep"';
    const acknowledged = 'outcome="acknowledged",reason="none",by="entity"';
    expect([await count(timedOut), await count(acknowledged)]).toEqual([0, 0]);
    metrics.context.pushed({ by: 'sweep', reason: 'timeout', ms: 5_000 });
    for (const ms of [20, 30]) metrics.context.pushed({ by: 'entity', reason: null, ms });
    expect([await count(timedOut), await count(acknowledged)]).toEqual([1, 2]);
    const text = await metrics.registry.metrics();
    expect(text).toContain('palate_context_push_seconds_sum{outcome="acknowledged"} 0.05');
    expect(text).toContain('palate_context_push_seconds_bucket{le="5",outcome="failed"} 1');
  });
});

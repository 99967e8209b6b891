import { setTimeout as delay } from 'node:timers/promises';
import { NativeConnection } from '@temporalio/worker';
import type { ContextPusher } from '../../../src/activities/context/push';
import { contextWorkflows } from '../../../src/messages/context';
import { replayWorkflows, resumeReplay, pauseReplay, type ReplaySyncs } from '../../../src/messages/contextReplay';
import type { Id } from '../../../src/model/ids';
import { newId } from '../../../src/store/ids';
import { ensureSearchAttributes } from '../../../src/worker/searchAttributes';
import { temporalAddress } from '../engines';
import { ask, eventually, openPalate, type House } from '../palate';
import { fakePusher, runReplayWorker } from './replayWorker';
import { acknowledge, anyFailed, failedAccount, failedAccounts, staff } from './rows';
import { resultOf } from '../resultOf';

/**
 * Replays on the real Temporal, with a pusher of the test in the activities: once cached, and once where every task replays the history.
 */
const timing = { batch: 5, batchesOfARun: 500, waitMaxMs: 60_000 };
type View = { id: Id; state: string; total: number | null; replayed: number; failed: number; skipped: number };
interface Result {
  user_id: Id;
  outcome: string;
  reason: string | null;
  at: string | null;
}

describe.each([
  ['cached', undefined],
  ['replayed at every task', 0],
])('replays, %s', (name, maxCachedWorkflows) => {
  let house: House;
  let url: string;
  let token: string;
  let connection: NativeConnection;
  let fake: ReturnType<typeof fakePusher>;
  let working: Awaited<ReturnType<typeof runReplayWorker>> | null = null;

  /** That of the test under way: the worker is one for all. */
  const pusher: ContextPusher = {
    get takesMany() {
      return fake.pusher.takesMany;
    },
    push: (...push) => fake.pusher.push(...push),
    pushMany: (...pushes) => fake.pusher.pushMany(...pushes),
  };
  const startWorker = async () => {
    working = await runReplayWorker(house, connection, pusher, maxCachedWorkflows);
  };
  const stopWorker = async () => {
    await working?.stop();
    working = null;
  };

  beforeAll(async () => {
    house = await openPalate(`replays-${name}`);
    // Without a receiver, so that nobody's own run is woken.
    ({ token } = await staff(house, (await house.start({ PALATE_ROLE: 'api' })).url, 'support'));
    ({ url } = await house.start({
      PALATE_ROLE: 'api',
      FLASK_AI_BASE_URL: 'http://127.0.0.1:9',
      INTERNAL_HMAC_SECRET: 'a secret of a test',
    }));
    connection = await NativeConnection.connect({ address: temporalAddress() });
    await ensureSearchAttributes(connection, 'default');
  }, 60_000);
  beforeEach(async () => {
    await house.mongo.collection('context_syncs').deleteMany({});
    fake = fakePusher(house);
    if (working === null) await startWorker();
  });
  afterAll(async () => {
    await stopWorker();
    await connection.close();
    await house.close();
  });

  const view = async (id: Id) => (await ask<View>(url, 'GET', `/api/support/replays/${id}`, { token })).body;
  const state = (id: Id, wanted: string) =>
    eventually(async () => (await view(id)).state === wanted && (await view(id)));
  const tell = (id: Id, what: string) =>
    ask<View & { detail: string }>(url, 'POST', `/api/support/replays/${id}/${what}`, { token });
  const results = async (id: Id, limit = 100): Promise<Result[]> => {
    const all: Result[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: { body: { results: Result[]; nextCursor: string | null } } = await ask(
        url,
        'GET',
        `/api/support/replays/${id}?results=true&limit=${limit}${cursor && `&cursor=${cursor}`}`,
        { token },
      );
      all.push(...page.body.results);
      cursor = page.body.nextCursor;
    }
    return all;
  };
  const outcomes = async (id: Id) => Object.fromEntries((await results(id)).map((one) => [one.user_id, one.outcome]));
  const all = (ids: readonly Id[], outcome: string) => Object.fromEntries(ids.map((id) => [id, outcome]));
  /** Over HTTP, as support does it. */
  const replay = async (filter: object = {}, headers: Record<string, string> = {}) => {
    const json = { filter: { state: 'failed', ...filter } };
    const answer = await ask<View>(url, 'POST', '/api/support/syncs/replay', { token, json, headers });
    expect(answer.status).toBe(202);
    expect(answer.headers.get('location')).toBe(`/api/support/replays/${answer.body.id}`);
    return answer.body.id;
  };
  /** The same with a timing of the test's own. */
  const startReplay = async (own: Partial<ReplaySyncs['timing']> = {}, id = newId()) => {
    if (!(await house.store.contextReplays.find(id)))
      await house.store.transaction((session) => house.store.contextReplays.create(id, anyFailed, session));
    await house.temporal.workflow.start('replaySyncs', {
      workflowId: replayWorkflows.replay.id(id),
      taskQueue: house.taskQueue,
      args: [{ replayId: id, timing: { ...timing, ...own } } satisfies ReplaySyncs],
    });
    return id;
  };

  it('counts first, then tries each account of the filter once, and tells a run that waits', async () => {
    const ids = await failedAccounts(house.store, 23);
    const other = await failedAccount(house.store, 'conflict');
    const json = { filter: { state: 'failed', reason: 'timeout' }, dryRun: true };
    const dry = await ask(url, 'POST', '/api/support/syncs/replay', { token, json });
    expect([dry.status, dry.body]).toEqual([200, { matched: 23 }]);
    fake.told.next.set(ids[3]!, [
      { kind: 'failed', reason: 'rejected', status: 400, gaveUp: true, retryAfterMs: null },
    ]);
    await house.temporal.workflow.start('contextSync', {
      workflowId: contextWorkflows.sync.id(ids[0]!),
      taskQueue: 'nobody polls',
      args: [],
    });

    const id = await replay({ reason: 'timeout' });
    expect(await state(id, 'done')).toMatchObject({ total: 23, replayed: 22, failed: 1, skipped: 0 });
    expect(await outcomes(id)).toEqual({ ...all(ids, 'acknowledged'), [ids[3]!]: 'failed' });
    expect(await results(id, 4)).toEqual(await results(id));
    expect((await results(id)).find((one) => one.outcome === 'failed')).toMatchObject({ reason: 'rejected' });
    expect(fake.told.pushes.map(({ userId }) => userId).sort()).toEqual(ids);
    const left = await ask<{ items: { user_id: Id }[] }>(url, 'GET', '/api/support/syncs', { token });
    expect(left.body.items.map((item) => item.user_id).sort()).toEqual([ids[3]!, other].sort());

    const waiting = house.temporal.workflow.getHandle(contextWorkflows.sync.id(ids[0]!));
    const { events } = await waiting.fetchHistory();
    expect(events?.flatMap((event) => event.workflowExecutionSignaledEventAttributes?.signalName ?? [])).toEqual([
      'syncSettled',
    ]);
    await waiting.terminate();
    // No account is in the history.
    const history = JSON.stringify(
      await house.temporal.workflow.getHandle(replayWorkflows.replay.id(id)).fetchHistory(),
    );
    for (const userId of ids) expect(history).not.toContain(Buffer.from(userId).toString('base64'));
    expect(history).not.toContain(ids[0]!);
    const audit = await ask<{ items: unknown[] }>(url, 'GET', `/api/support/audit?target=${id}`, { token });
    expect(audit.body.items).toMatchObject([{ action: 'syncs.replay', reason: 'failed, reason timeout' }]);
    const recent = await ask<{ items: View[] }>(url, 'GET', '/api/support/replays?limit=1', { token });
    expect(recent.body.items).toMatchObject([{ id, state: 'done' }]);
  }, 60_000);

  it('knows what needs no sending, and waits for whom another sender holds or whose turn is later', async () => {
    const ids = await failedAccounts(house.store, 8);
    const [first, , busy, paced, gone, current, late, dismissed] = ids;
    fake.told.next.set(busy!, [{ kind: 'busy', waitMs: 50 }]);
    fake.told.next.set(paced!, [{ kind: 'paced', waitMs: 30 }]);
    fake.told.next.set(gone!, [{ kind: 'gone' }]);
    fake.told.before = async (userId) => {
      fake.told.before = () => Promise.resolve();
      expect(userId).toBe(first);
      await acknowledge(house.store, current!);
      // As a replay that died before it could write it down.
      await acknowledge(house.store, late!, 'replay');
      await house.store.transaction((session) =>
        house.store.contextSyncList.dismiss(dismissed!, first!, 'a test', session),
      );
    };
    const id = await startReplay();
    expect(await state(id, 'done')).toMatchObject({ total: 8, replayed: 5, failed: 0, skipped: 3 });
    expect(await outcomes(id)).toEqual({
      ...all(ids, 'acknowledged'),
      [gone!]: 'gone',
      [current!]: 'current',
      [dismissed!]: 'dismissed',
    });
    const pushesOf = (userId: Id) => fake.told.pushes.filter((push) => push.userId === userId);
    expect(pushesOf(busy!)).toHaveLength(2);
    // Its second push has its slot already.
    expect(pushesOf(paced!)).toEqual([
      { userId: paced, paced: false },
      { userId: paced, paced: true },
    ]);
    expect(pushesOf(dismissed!)).toEqual([]);
  }, 60_000);

  it('keeps the slot of a turn that is far off', async () => {
    const [far, near] = await failedAccounts(house.store, 2);
    fake.told.next.set(far!, [{ kind: 'paced', waitMs: 25_000 }]);
    const id = await startReplay({ waitMaxMs: 200 });
    await eventually(async () => (await view(id)).replayed === 1);
    house.time.passedMs += 25_000;
    expect(await state(id, 'done')).toMatchObject({ total: 2, replayed: 2 });
    house.time.passedMs -= 25_000;
    expect(fake.told.pushes.filter(({ userId }) => userId !== near)).toEqual([
      { userId: far, paced: false },
      { userId: far, paced: true },
    ]);
  }, 60_000);

  it('sends many in one request where the receiver takes many', async () => {
    const ids = await failedAccounts(house.store, 7);
    fake.told.takesMany = true;
    fake.told.next.set(ids[2]!, [{ kind: 'paced', waitMs: 30 }]);
    const id = await replay();
    expect(await state(id, 'done')).toMatchObject({ total: 7, replayed: 7 });
    expect(await outcomes(id)).toEqual(all(ids, 'acknowledged'));
  }, 60_000);

  it('waits while the receiver is left alone, and goes on; nobody failed', async () => {
    const ids = await failedAccounts(house.store, 6);
    fake.told.heldUntilMs = Date.now() + 3_600_000;
    const id = await startReplay({ waitMaxMs: 200 });
    const run = house.temporal.workflow.getHandle(replayWorkflows.replay.id(id));
    await eventually(async () =>
      (await run.describe()).typedSearchAttributes.getAll().some(({ value }) => value === 'held'),
    );
    // Several looks, none longer than it may wait.
    await eventually(() => Promise.resolve(fake.told.pushes.length > 10));
    expect(await view(id)).toMatchObject({ state: 'running', replayed: 0, failed: 0 });
    fake.told.heldUntilMs = 0;
    expect(await state(id, 'done')).toMatchObject({ total: 6, replayed: 6, failed: 0 });
    expect(await outcomes(id)).toEqual(all(ids, 'acknowledged'));
  }, 60_000);

  it('is paused, goes on and is cancelled, by support or in Temporal', async () => {
    const ids = await failedAccounts(house.store, 9);
    let release = () => undefined as unknown;
    const gate = new Promise<void>((resolve) => (release = resolve));
    fake.told.before = () => gate;
    const id = await startReplay({ batch: 1 });
    await eventually(() => Promise.resolve(fake.told.pushes.length === 1));
    expect((await tell(id, 'pause')).status).toBe(202);
    release();
    const paused = await state(id, 'paused');
    // What was under way has ended, and nothing more begins.
    expect(paused).toMatchObject({ replayed: 1 });
    await house.temporal.workflow.getHandle(replayWorkflows.replay.id(id)).signal(pauseReplay);
    expect(await view(id)).toMatchObject({ state: 'paused', replayed: 1 });

    let goOn = () => undefined as unknown;
    const untilCancelled = new Promise<void>((resolve) => (goOn = resolve));
    // One more, and the next is under way until it is cancelled.
    fake.told.before = () => {
      fake.told.before = () => untilCancelled;
      return Promise.resolve();
    };
    await house.temporal.workflow.getHandle(replayWorkflows.replay.id(id)).signal(resumeReplay);
    await eventually(async () => (await view(id)).replayed >= 2);
    const cancelled = await tell(id, 'cancel');
    expect(cancelled.status).toBe(202);
    goOn();
    const ended = await state(id, 'cancelled');
    expect(ended.replayed).toBeLessThan(ids.length);
    expect(Object.values(await outcomes(id)).filter((outcome) => outcome === 'waiting')).toHaveLength(
      ids.length - ended.replayed,
    );
    expect(await resultOf(house.temporal, replayWorkflows.replay.id(id))).toBe('cancelled');
    for (const what of ['pause', 'resume', 'cancel']) {
      const late = await tell(id, what);
      expect([late.status, late.body.detail]).toEqual([409, expect.stringContaining('cancelled')]);
    }
  }, 60_000);

  it('ends as cancelled where its run is cancelled or terminated in Temporal', async () => {
    await failedAccounts(house.store, 3);
    fake.told.heldUntilMs = Date.now() + 60_000;
    const [one, other] = [await startReplay(), await startReplay()];
    await eventually(async () => (await view(one)).total !== null && (await view(other)).total !== null);
    await house.temporal.workflow.getHandle(replayWorkflows.replay.id(one)).cancel();
    await state(one, 'cancelled');
    await house.temporal.workflow.getHandle(replayWorkflows.replay.id(other)).terminate();
    expect((await tell(other, 'pause')).status).toBe(409);
    expect(await view(other)).toMatchObject({ state: 'cancelled' });
  }, 60_000);

  it('whose run was terminated in Temporal is found out by whoever looks, at it or at the list', async () => {
    await failedAccounts(house.store, 3);
    fake.told.heldUntilMs = Date.now() + 60_000;
    const [seen, listed, open] = [await startReplay(), await startReplay(), await startReplay()];
    const stateIn = async (id: Id) => (await house.store.contextReplays.find(id))?.state;
    for (const id of [seen, listed, open]) await eventually(async () => (await view(id)).total !== null);
    for (const id of [seen, listed]) await house.temporal.workflow.getHandle(replayWorkflows.replay.id(id)).terminate();
    expect(await view(seen)).toMatchObject({ state: 'cancelled', finished_at: expect.any(String) as string });
    expect(await stateIn(listed)).toBe('running');
    const { items } = (await ask<{ items: View[] }>(url, 'GET', '/api/support/replays?limit=3', { token })).body;
    expect(Object.fromEntries(items.map(({ id, state: now }) => [id, now]))).toEqual({
      [seen]: 'cancelled',
      [listed]: 'cancelled',
      [open]: 'running',
    });
    expect(await stateIn(listed)).toBe('cancelled');
    expect((await tell(open, 'cancel')).status).toBe(202);
    await state(open, 'cancelled');
  }, 60_000);

  it('that is recorded and not started, or whose run cannot be asked for, is shown as it is known', async () => {
    const launch = {
      workflow: 'replaySyncs',
      args: [],
      queue: 'main' as const,
      ownerId: null,
      feature: 'context',
      summary: 'A test',
      requestId: null,
    };
    const pending = newId();
    await house.store.transaction(async (session) => {
      await house.store.contextReplays.create(pending, anyFailed, session);
      await house.store.launches.record({ ...launch, workflowId: replayWorkflows.replay.id(pending) }, session);
    });
    expect(await view(pending)).toMatchObject({ state: 'running' });
    expect((await tell(pending, 'pause')).status).toBe(503);
    expect(await view(pending)).toMatchObject({ state: 'running' });

    const unknown = newId();
    await house.store.transaction((session) => house.store.contextReplays.create(unknown, anyFailed, session));
    const away = await house.start({ PALATE_ROLE: 'api', TEMPORAL_ADDRESS: '127.0.0.1:9' });
    const path = `/api/support/replays/${unknown}`;
    expect((await ask<View>(away.url, 'GET', path, { token })).body).toMatchObject({ state: 'running' });
    expect(await view(unknown)).toMatchObject({ state: 'cancelled' });
  }, 60_000);

  it('goes on as a new run after so many batches', async () => {
    const ids = await failedAccounts(house.store, 10);
    const id = await startReplay({ batch: 2, batchesOfARun: 2 });
    expect(await state(id, 'done')).toMatchObject({ total: 10, replayed: 10 });
    expect(await outcomes(id)).toEqual(all(ids, 'acknowledged'));
    const runs: string[] = [];
    await eventually(async () => {
      runs.length = 0;
      for await (const run of house.temporal.workflow.list({
        query: `WorkflowId = '${replayWorkflows.replay.id(id)}'`,
      }))
        runs.push(run.status.name);
      return runs.filter((status) => status === 'CONTINUED_AS_NEW').length >= 2;
    });
  }, 60_000);

  it('started twice it is one: the same key, the same id, the same accounts', async () => {
    const ids = await failedAccounts(house.store, 5);
    const key = { 'idempotency-key': `key-${newId()}` };
    const id = await replay({}, key);
    expect(await replay({}, key)).toBe(id);
    await state(id, 'done');
    const before = await results(id);
    await failedAccounts(house.store, 2);
    await resultOf(house.temporal, replayWorkflows.replay.id(id));
    await startReplay({}, id);
    await resultOf(house.temporal, replayWorkflows.replay.id(id));
    expect(await results(id)).toEqual(before);
    expect(before.map((one) => one.user_id)).toEqual(ids);
    expect(await view(id)).toMatchObject({ state: 'done', total: 5, replayed: 5 });
  }, 60_000);

  it('two at once over the same accounts each have one result for each', async () => {
    const ids = await failedAccounts(house.store, 12);
    const names = [newId(), newId()];
    // Whom the first pushes before the second has noted them is not the second's: nobody is pushed until both have.
    const noted = async () => {
      const found = await Promise.all(names.map((id) => house.store.contextReplays.find(id)));
      return found.every((one) => typeof one?.total === 'number');
    };
    fake.told.before = () => eventually(noted);
    const both = await Promise.all([startReplay({ batch: 3 }, names[0]), startReplay({ batch: 4 }, names[1])]);
    for (const id of both) {
      const { replayed, failed, skipped } = await state(id, 'done');
      expect([replayed + skipped, failed]).toEqual([12, 0]);
      expect(Object.keys(await outcomes(id)).sort()).toEqual(ids);
    }
    expect(await house.store.contextSyncList.countFailed(null, 100)).toMatchObject({ timeout: 0 });
  }, 60_000);

  it('a worker that ends in the middle leaves nobody without a result, and nobody with two', async () => {
    const ids = await failedAccounts(house.store, 20);
    fake.told.next.set(ids[1]!, [
      { kind: 'failed', reason: 'rejected', status: 400, gaveUp: true, retryAfterMs: null },
    ]);
    // Hangs until the worker is told to end, in the middle of the second batch.
    fake.told.before = (userId, signal) =>
      userId === ids[7] ? delay(60_000, undefined, { signal }) : Promise.resolve();
    const id = await startReplay();
    await eventually(() => Promise.resolve(fake.told.pushes.some(({ userId }) => userId === ids[7])));
    await stopWorker();
    const halfway = await view(id);
    expect(halfway.state).toBe('running');
    expect(halfway.replayed).toBeGreaterThan(0);

    fake.told.before = () => Promise.resolve();
    await startWorker();
    expect(await state(id, 'done')).toMatchObject({ total: 20, replayed: 19, failed: 1, skipped: 0 });
    const ended = await results(id);
    expect(ended.map((one) => one.user_id)).toEqual(ids);
    expect(ended.filter(({ at }) => at === null)).toEqual([]);
    // Those of the first batch were not tried a second time.
    for (const userId of ids.slice(0, 5))
      expect(fake.told.pushes.filter((push) => push.userId === userId)).toHaveLength(1);
  }, 60_000);

  it('refuses what is no filter, and knows no other replay', async () => {
    const post = async (json: unknown) => (await ask(url, 'POST', '/api/support/syncs/replay', { token, json })).status;
    expect(await post({ filter: { state: 'pending' } })).toBe(400);
    // A filter that is not understood must not become one that finds everybody.
    expect(await post({ filter: { state: 'failed', user: newId() } })).toBe(400);
    expect(await post({ filter: { state: 'failed', reason: 'tired' } })).toBe(400);
    expect(await post({})).toBe(400);
    expect(await post({ filter: { state: 'failed' }, raise: 5 })).toBe(400);
    for (const filter of [{ reason: 'timeout' }, { since: '2026-03-01' }])
      expect(await post({ filter: { state: 'all', ...filter } })).toBe(400);
    for (const raise of [0, 1.5, 1_000_000_001, '7']) expect(await post({ filter: { state: 'all' }, raise })).toBe(400);
    for (const what of ['pause', 'resume', 'cancel']) expect((await tell(newId(), what)).status).toBe(404);
    expect((await ask(url, 'GET', `/api/support/replays/${newId()}`, { token })).status).toBe(404);
    expect((await ask(url, 'GET', '/api/support/replays/x', { token })).status).toBe(400);
  });
});

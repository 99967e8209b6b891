import { contextWorkflows } from '../../../src/messages/context';
import { SyncFailureReason } from '../../../src/model/context';
import type { Id } from '../../../src/model/ids';
import type { SyncRow } from '../../../src/store/context/syncs';
import { newId } from '../../../src/store/ids';
import { readsOf } from '../reads';
import { ask, eventually, openPalate, signUp, type House } from '../palate';
import { acknowledge, change, fail, failedAccount, leaveReceiverAlone, newAccount, staff } from './rows';

/** What support sees of context syncs, and does about one of them; over HTTP, on rows that the store's own moves made. */
type Body = Record<string, never> & {
  items: { user_id: Id; state: string; reason: string | null }[];
  counts: Record<string, number>;
  nextCursor: string | null;
  detail: string;
};
let house: House;
let url: string;
let helper: Awaited<ReturnType<typeof staff>>;
let person: Awaited<ReturnType<typeof signUp>>;

const receiver = {
  FLASK_AI_BASE_URL: 'http://127.0.0.1:9',
  INTERNAL_HMAC_SECRET: 'a secret of a test',
  TEMPORAL_UI_URL: 'http://127.0.0.1:8233',
};
beforeAll(async () => {
  house = await openPalate('support-syncs');
  ({ url } = await house.start({ PALATE_ROLE: 'api', ...receiver }));
  helper = await staff(house, url, 'support');
  person = await signUp(url);
}, 60_000);
beforeEach(async () => {
  await house.closeCircuits();
  await house.mongo.collection('context_syncs').deleteMany({});
});
afterAll(() => house.close());

const get = (target: string, token = helper.token) => ask<Body>(url, 'GET', target, { token });
const post = (target: string, json?: unknown, token = helper.token) =>
  ask<Body>(url, 'POST', target, { token, ...(json !== undefined && { json }) });
const listed = async (query: string) =>
  (await get(`/api/support/syncs${query}`)).body.items.map((item) => item.user_id);
const audited = async (target: Id) =>
  (await get(`/api/support/audit?target=${target}`)).body.items as unknown as { action: string; reason: string }[];
const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000);

describe('who may', () => {
  const some = '0123456789abcdef01234567';
  it.each([
    ['GET', '/api/support/syncs'],
    ['GET', `/api/support/syncs/${some}`],
    ['POST', `/api/support/syncs/${some}/replay`],
    ['POST', `/api/support/syncs/${some}/dismiss`],
    ['POST', '/api/support/syncs/replay'],
    ['GET', '/api/support/replays'],
    ['GET', `/api/support/replays/${some}`],
    ['POST', `/api/support/replays/${some}/pause`],
    ['POST', `/api/support/replays/${some}/resume`],
    ['POST', `/api/support/replays/${some}/cancel`],
    ['GET', `/api/support/users/${some}`],
    ['GET', '/api/support/audit'],
  ])('%s %s: nobody without a login, no user', async (method, target) => {
    const json = method === 'POST' ? { reason: 'x', filter: { state: 'failed' } } : undefined;
    const what = { ...(json && { json }) };
    expect((await ask(url, method, target, what)).status).toBe(401);
    expect((await ask(url, method, target, { ...what, token: person.token })).status).toBe(403);
  });

  it('an administrator may, too', async () => {
    const admin = await staff(house, url, 'admin');
    expect((await get('/api/support/syncs', admin.token)).status).toBe(200);
  });
});

describe('the failed list', () => {
  it('has who was given up, the latest first, by the page, and counts by reason', async () => {
    const ids: Id[] = [];
    for (let minutes = 5; minutes >= 1; minutes -= 1)
      ids.unshift(await failedAccount(house.store, minutes % 2 === 0 ? 'timeout' : 'server_error', ago(minutes)));
    const retrying = await newAccount(house.store);
    await fail(house.store, retrying, 'network', { nextAt: new Date(Date.now() + 60_000) });
    await acknowledge(house.store, await failedAccount(house.store, 'network'));

    const first = await get('/api/support/syncs?limit=2');
    expect(first.status).toBe(200);
    expect(first.body.counts).toEqual({
      ...Object.fromEntries(SyncFailureReason.options.map((reason) => [reason, 0])),
      timeout: 2,
      server_error: 3,
    });
    expect(first.body.items[0]).toEqual({
      user_id: ids[0],
      state: 'failed',
      reason: 'server_error',
      version: 1,
      acknowledged_version: 0,
      attempts: 1,
      first_failed_at: expect.any(String) as string,
      last_failed_at: expect.any(String) as string,
    });
    // Of those written meanwhile none repeats or hides another.
    await failedAccount(house.store, 'rejected');
    const seen = first.body.items.map((item) => item.user_id);
    for (let cursor = first.body.nextCursor; cursor !== null;) {
      const page = await get(`/api/support/syncs?state=failed&limit=2&cursor=${cursor}`);
      seen.push(...page.body.items.map((item) => item.user_id));
      cursor = page.body.nextCursor;
    }
    expect(seen).toEqual(ids);
  });

  it('is narrowed by reason, time and account; counts know no reason', async () => {
    const old = await failedAccount(house.store, 'timeout', ago(120));
    const late = await failedAccount(house.store, 'timeout', ago(1));
    const other = await failedAccount(house.store, 'conflict', ago(1));
    expect(await listed('?reason=timeout')).toEqual([late, old]);
    expect(await listed(`?reason=timeout&since=${ago(60).toISOString()}`)).toEqual([late]);
    expect(await listed(`?user=${other}`)).toEqual([other]);
    expect(await listed(`?user=${other}&reason=timeout`)).toEqual([]);
    expect(await listed(`?user=${old}&since=${ago(60).toISOString()}`)).toEqual([]);
    const { body } = await get(`/api/support/syncs?reason=timeout&since=${ago(60).toISOString()}`);
    expect([body.counts.timeout, body.counts.conflict]).toEqual([1, 1]);
  });

  it.each(['?user=ada', '?state=lost', '?reason=tired', '?since=yesterday', '?limit=0', '?cursor=x.y'])(
    '%s is no such list',
    async (query) => {
      expect((await get(`/api/support/syncs${query}`)).status).toBe(400);
    },
  );

  it('a cursor of one list is none of another', async () => {
    await failedAccount(house.store, 'timeout');
    await failedAccount(house.store, 'timeout');
    const { body } = await get('/api/support/syncs?limit=1');
    expect((await get(`/api/support/syncs?state=pending&cursor=${body.nextCursor ?? ''}`)).status).toBe(400);
  });
});

describe('pending and held', () => {
  it('are everyone behind, each with a state; held only while the receiver is left alone', async () => {
    const [waiting, failed, dismissed, told] = await Promise.all([
      newAccount(house.store),
      failedAccount(house.store, 'network'),
      failedAccount(house.store, 'network'),
      newAccount(house.store),
    ]);
    await acknowledge(house.store, told);
    expect((await post(`/api/support/syncs/${dismissed}/dismiss`, { reason: 'a test account' })).status).toBe(200);

    const states = async (query: string) =>
      Object.fromEntries(
        (await get(`/api/support/syncs${query}`)).body.items.map((item) => [item.user_id, item.state]),
      );
    expect(await states('?state=pending')).toEqual({
      [waiting]: 'pending',
      [failed]: 'failed',
      [dismissed]: 'dismissed',
    });
    expect(await states('?state=held')).toEqual({});
    await leaveReceiverAlone(house, 60_000);
    expect(await states('?state=held')).toEqual({ [waiting]: 'held' });
    expect(await states('?state=pending&limit=1')).toHaveProperty([[waiting, failed, dismissed].sort()[0]!]);
    expect(await states(`?state=held&user=${waiting}`)).toEqual({ [waiting]: 'held' });
    expect(await states(`?state=held&user=${failed}`)).toEqual({});
    expect((await get(`/api/support/syncs/${told}`)).body).toMatchObject({ state: 'acknowledged' });
  });
});

describe('of 230 accounts that are behind', () => {
  const lists = () => house.store.contextSyncList;
  const all = { reason: null, since: null };
  let at: { lastFailedAt: Date; id: Id };
  let held: Id[];
  const cost = async (work: () => Promise<unknown>) => {
    const reads = await readsOf(house.mongo, 'context_syncs', work);
    expect(reads).not.toEqual([]);
    // Each walks an index, in its order.
    for (const read of reads) expect(read).toEqual(expect.objectContaining({ planSummary: expect.stringContaining('IXSCAN') as string })); // prettier-ignore
    expect(reads.filter(({ hasSortStage }) => hasSortStage)).toEqual([]);
    return Math.max(...reads.map(({ docsExamined }) => docsExamined));
  };
  beforeEach(async () => {
    const made = (count: number) => Array.from({ length: count }, () => newId()).sort();
    const failed = made(200);
    held = made(30);
    const row = (_id: Id) => ({ _id, version: 1, acknowledged: 0, behind: true, failure: null, dismissed: null, lastFailedAt: null }); // prettier-ignore
    await house.mongo.collection<{ _id: string }>('context_syncs').insertMany([
      ...held.map(row),
      ...failed.map((_id, nth) => {
        const lastFailedAt = ago(nth % 30);
        const reason = nth % 2 === 0 ? 'timeout' : 'network';
        return { ...row(_id), lastFailedAt, failure: { version: 1, reason, status: null, at: lastFailedAt } };
      }),
    ]);
    at = { lastFailedAt: ago(3), id: failed[10]! };
  });

  it.each<[string, number, () => Promise<SyncRow[]>]>([
    ['failed', 5, () => lists().findFailed(all, 5, null)],
    ['failed of a reason', 5, () => lists().findFailed({ reason: 'timeout', since: null }, 5, at)],
    ['failed since', 5, () => lists().findFailed({ reason: null, since: ago(10), until: ago(2) }, 5, at)],
    ['behind', 5, () => lists().findBehind(all, { held: false, limit: 5, after: at.id })],
    ['behind since', 5, () => lists().findBehind({ reason: null, since: ago(2) }, { held: false, limit: 5, after: null })], // prettier-ignore
    ['behind of a reason', 5, () => lists().findBehind({ reason: 'network', since: ago(5) }, { held: false, limit: 5, after: null })], // prettier-ignore
    ['held', 5, () => lists().findBehind(all, { held: true, limit: 5, after: null })],
    ['held and given up', 0, () => lists().findBehind({ reason: 'network', since: null }, { held: true, limit: 5, after: null })], // prettier-ignore
  ])('a page of %s reads its own rows', async (_, count, page) => {
    let found: SyncRow[] = [];
    if (count === 0) {
      expect(await page()).toEqual([]);
      return;
    }
    const read = await cost(async () => {
      found = await page();
    });
    expect(found).toHaveLength(count);
    // Those that MongoDB merges are looked at once each before the first is known.
    expect(read).toBeLessThanOrEqual(count + SyncFailureReason.options.length);
  });

  it('the held are those that were not given up, in the order of their accounts', async () => {
    const page = await lists().findBehind(all, { held: true, limit: 20, after: null });
    const rest = await lists().findBehind(all, { held: true, limit: 20, after: page.at(-1)!._id });
    expect([...page, ...rest].map(({ _id }) => _id)).toEqual(held);
  });

  it('a count reads no row', async () => {
    expect(await cost(() => lists().countFailed(ago(10), 5))).toBe(0);
  });
});

describe('one sync', () => {
  it('is told with its attempts, the latest first, and its run', async () => {
    const id = await newAccount(house.store);
    await fail(house.store, id, 'network', { at: ago(2), nextAt: ago(1) });
    await fail(house.store, id, 'server_error');
    const { status, body } = await get(`/api/support/syncs/${id}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      user_id: id,
      state: 'failed',
      reason: 'server_error',
      failed_attempts: 2,
      attempts: [
        { status: 500, ms: 12, error: 'It was server_error.', reason: 'server_error', by: 'entity' },
        { status: null, reason: 'network' },
      ],
      next_attempt_at: null,
      run_url: `http://127.0.0.1:8233/namespaces/default/workflows/context-sync%3A${id}`,
    });
  });

  it('of an account without a version says so; of none, or no id, there is nothing', async () => {
    const id = await newAccount(house.store);
    await house.mongo.collection<{ _id: string }>('context_syncs').deleteOne({ _id: id });
    expect((await get(`/api/support/syncs/${id}`)).body).toMatchObject({
      state: 'unversioned',
      version: 0,
      run_url: null,
    });
    expect((await get('/api/support/syncs/0123456789abcdef01234567')).status).toBe(404);
    expect((await get('/api/support/syncs/ada')).status).toBe(400);
  });
});

describe('without a receiver', () => {
  it('sync is off: there is no next attempt and no run, whatever was to come', async () => {
    const behind = await newAccount(house.store);
    await change(house.store, behind);
    const retried = await newAccount(house.store);
    await fail(house.store, retried, 'network', { at: ago(2), nextAt: ago(1) });
    const failed = await failedAccount(house.store, 'network');
    const acknowledged = await newAccount(house.store);
    await acknowledge(house.store, acknowledged);
    await leaveReceiverAlone(house, 60_000); // by an earlier start, which had one
    const off = await house.start({ PALATE_ROLE: 'api', TEMPORAL_UI_URL: receiver.TEMPORAL_UI_URL });
    const look = <T = Body>(target: string) => ask<T>(off.url, 'GET', target, { token: helper.token });
    const states = { [behind]: 'off', [retried]: 'off', [failed]: 'failed', [acknowledged]: 'acknowledged' };
    for (const [id, state] of Object.entries(states)) {
      const expected = { state, next_attempt_at: null, run_url: null };
      expect((await look(`/api/support/syncs/${id}`)).body).toMatchObject(expected);
      expect((await look<{ sync: unknown }>(`/api/support/users/${id}`)).body.sync).toMatchObject(expected);
    }
    const items = (await look('/api/support/syncs?state=pending')).body.items;
    const shown = Object.fromEntries(items.map(({ user_id, state }) => [user_id, state]));
    expect(shown).toEqual({ [behind]: 'off', [retried]: 'off', [failed]: 'failed' });
    expect((await look('/api/support/syncs?state=held')).body.items).toEqual([]);
    await off.stop();
  }, 60_000);
});

describe('replaying one', () => {
  it('tells its run at once, and is audited', async () => {
    const id = await failedAccount(house.store, 'network');
    const { status, headers, body } = await post(`/api/support/syncs/${id}/replay`);
    expect(status).toBe(202);
    expect(headers.get('location')).toBe(`/api/support/syncs/${id}`);
    expect(body).toMatchObject({ user_id: id, state: 'failed' });
    const run = house.temporal.workflow.getHandle(contextWorkflows.sync.id(id));
    const { events } = await run.fetchHistory();
    const signals = events?.flatMap((event) => event.workflowExecutionSignaledEventAttributes?.signalName ?? []);
    expect(signals).toEqual(['replaySync']);
    await run.terminate();
    expect(await audited(id)).toMatchObject([{ actor: { id: helper.id, email: helper.email }, action: 'sync.replay' }]);
  });

  it('of nobody is 404 and leaves nothing in the audit', async () => {
    const id = '0123456789abcdef01234567';
    expect((await post(`/api/support/syncs/${id}/replay`)).status).toBe(404);
    expect((await post('/api/support/syncs/ada/replay')).status).toBe(400);
    expect(await audited(id)).toEqual([]);
  });

  it('is 409 where no receiver is configured, and 503 where Temporal is away: nothing is lost', async () => {
    const id = await failedAccount(house.store, 'network');
    const off = await house.start({ PALATE_ROLE: 'api' });
    const refused = await ask<Body>(off.url, 'POST', `/api/support/syncs/${id}/replay`, { token: helper.token });
    expect([refused.status, refused.body.detail]).toEqual([409, expect.stringContaining('FLASK_AI_BASE_URL')]);
    const many = { token: helper.token, json: { filter: { state: 'failed' } } };
    expect((await ask(off.url, 'POST', '/api/support/syncs/replay', many)).status).toBe(409);
    await off.stop();

    const alone = await house.start({ PALATE_ROLE: 'api', ...receiver, TEMPORAL_ADDRESS: '127.0.0.1:1' });
    const away = await ask(alone.url, 'POST', `/api/support/syncs/${id}/replay`, { token: helper.token });
    expect([away.status, Number(away.headers.get('retry-after'))]).toEqual([503, expect.any(Number)]);
    expect(await listed('')).toEqual([id]);
    await alone.stop();
  }, 60_000);
});

describe('dismissing', () => {
  it('takes it off the list until the next change, tells the run, and is audited', async () => {
    const id = await failedAccount(house.store, 'rejected');
    const { client, run } = {
      client: house.temporal,
      run: house.temporal.workflow.getHandle(contextWorkflows.sync.id(id)),
    };
    await client.workflow.start('contextSync', {
      workflowId: contextWorkflows.sync.id(id),
      taskQueue: 'nobody polls',
      args: [],
    });
    const done = await post(`/api/support/syncs/${id}/dismiss`, { reason: 'known, the receiver drops it' });
    expect(done.status).toBe(200);
    expect(done.body).toMatchObject({
      state: 'dismissed',
      next_attempt_at: null,
      dismissed: { by: helper.id, reason: 'known, the receiver drops it' },
    });
    expect(await listed('')).toEqual([]);
    await eventually(async () =>
      (await run.fetchHistory()).events?.some(
        (event) => event.workflowExecutionSignaledEventAttributes?.signalName === 'syncSettled',
      ),
    );
    await run.terminate();
    expect(await audited(id)).toMatchObject([{ action: 'sync.dismiss', reason: 'known, the receiver drops it' }]);

    // What is not on the list cannot leave it.
    expect((await post(`/api/support/syncs/${id}/dismiss`, { reason: 'again' })).status).toBe(409);
    await change(house.store, id);
    expect((await get(`/api/support/syncs/${id}`)).body).toMatchObject({ state: 'pending', dismissed: null });
    expect((await get(`/api/support/syncs/${id}`)).body.next_attempt_at).not.toBeNull();
    await fail(house.store, id, 'rejected');
    expect(await listed('')).toEqual([id]);
  });

  it('once, of two at once', async () => {
    const id = await failedAccount(house.store, 'rejected');
    const both = await Promise.all([1, 2].map(() => post(`/api/support/syncs/${id}/dismiss`, { reason: 'two of us' })));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(await audited(id)).toHaveLength(1);
  });

  it('needs a reason, an account, and a sync that failed', async () => {
    const id = await newAccount(house.store);
    expect((await post(`/api/support/syncs/${id}/dismiss`, { reason: 'x' })).status).toBe(409);
    expect((await post(`/api/support/syncs/${id}/dismiss`, { reason: ' ' })).status).toBe(400);
    expect((await post(`/api/support/syncs/${id}/dismiss`, {})).status).toBe(400);
    expect((await post('/api/support/syncs/0123456789abcdef01234567/dismiss', { reason: 'x' })).status).toBe(404);
  });
});

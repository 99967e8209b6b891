import { erasureWorkflows } from '../../../src/messages/erasure';
import type { Id } from '../../../src/model/ids';
import { newId } from '../../../src/store/ids';
import { readsOf } from '../reads';
import { ask, openPalate, signUp, type House } from '../palate';
import { staff } from './rows';

/** What support sees of erasures: which are not done, and for whom they wait. On rows that the store's own moves made. */
interface Item {
  id: Id;
  user_id: Id | null;
  state: string;
  waiting_for: string | null;
  requested_at: string;
  [more: string]: unknown;
}
interface Body {
  items: Item[];
  nextCursor: string | null;
}
let house: House;
let url: string;
let helper: Awaited<ReturnType<typeof staff>>;

beforeAll(async () => {
  house = await openPalate('support-erasures');
  ({ url } = await house.start({ PALATE_ROLE: 'api', TEMPORAL_UI_URL: 'http://127.0.0.1:8233' }));
  helper = await staff(house, url, 'support');
}, 60_000);
beforeEach(() => house.mongo.collection('erasures').deleteMany({}));
afterAll(() => house.close());

const get = (query = '', token?: string) =>
  ask<Body>(url, 'GET', `/api/support/erasures${query}`, { token: token ?? helper.token });
const begun = async () => {
  const [id, userId] = [newId(), newId()];
  await house.store.transaction((session) => house.store.erasures.create(id, userId, session));
  return { id, userId };
};
const refused = (userId: Id) =>
  house.store.erasures.notForgotten(userId, { reason: 'server_error', status: 503, asked: true });

it('says of each that is not done for whom it waits, and why; the latest first', async () => {
  const here = await begun();
  house.time.passedMs += 1_000;
  const there = await begun();
  await refused(there.userId);
  house.time.passedMs += 60_000;
  await refused(there.userId);
  const { status, body } = await get();
  expect(status).toBe(200);
  expect(body.nextCursor).toBeNull();
  const time = expect.stringMatching(/^\d{4}-.*Z$/) as string;
  expect(body.items).toEqual([
    {
      id: there.id,
      user_id: there.userId,
      state: 'running',
      waiting_for: 'ml_service',
      requested_at: time,
      due_at: null,
      finished_at: null,
      waiting_since: time,
      attempts: 2,
      last_failed_at: time,
      reason: 'server_error',
      status: 503,
      run_url: `http://127.0.0.1:8233/namespaces/default/workflows/${encodeURIComponent(erasureWorkflows.erase.id(there.userId))}`,
    },
    {
      id: here.id,
      user_id: here.userId,
      state: 'running',
      waiting_for: 'palate',
      requested_at: time,
      due_at: null,
      finished_at: null,
      waiting_since: null,
      attempts: 0,
      last_failed_at: null,
      reason: null,
      status: null,
      run_url: expect.stringContaining(encodeURIComponent(erasureWorkflows.erase.id(here.userId))) as string,
    },
  ]);
  expect((await get('?state=done')).body.items).toEqual([]);
});

it('says of one that is done what it waited for, and not whose it was', async () => {
  const { id, userId } = await begun();
  await refused(userId);
  await house.store.erasures.forgotten(userId);
  await house.store.erasures.finish(id);
  // It is asked once more, of a push that came late.
  await refused(userId);
  expect((await get('?state=done')).body.items).toMatchObject([
    { id, user_id: userId, state: 'done', waiting_for: 'ml_service', attempts: 2 },
  ]);
  await house.store.erasures.forgotten(userId);
  await house.store.erasures.release(userId);
  const { body } = await get('?state=done');
  expect(body.items).toMatchObject([
    { id, user_id: null, waiting_for: null, waiting_since: null, attempts: 2, reason: 'server_error', run_url: null },
  ]);
  expect(JSON.stringify(body)).not.toContain(userId);
  expect((await get()).body.items).toEqual([]);
});

it('shows one that began before the account was kept on it', async () => {
  await house.mongo.collection<{ _id: Id; [field: string]: unknown }>('erasures').insertOne({
    _id: newId(),
    state: 'running',
    requestedAt: new Date(),
    finishedAt: null,
    removed: {},
  });
  expect((await get()).body.items).toMatchObject([{ user_id: null, waiting_for: 'palate', run_url: null }]);
});

test('one that is scheduled has a time, no run and nobody that it waits for', async () => {
  const [id, userId] = [newId(), newId()];
  const dueAt = new Date(Date.now() + 86_400_000);
  await house.store.transaction((session) => house.store.erasures.create(id, userId, session, dueAt));
  expect((await get('?state=scheduled')).body.items).toMatchObject([
    { id, user_id: userId, state: 'scheduled', waiting_for: null, due_at: dueAt.toISOString(), run_url: null },
  ]);
  expect((await get()).body.items).toEqual([]);
});

it('is read by the page, from an index', async () => {
  const ids: Id[] = [];
  for (let nth = 0; nth < 5; nth += 1) {
    ids.unshift((await begun()).id);
    // Two of the same millisecond, too.
    house.time.passedMs += (nth % 2) * 1_000;
  }
  ids.sort().reverse();
  const seen: Id[] = [];
  const reads = await readsOf(house.mongo, 'erasures', async () => {
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body } = await get(`?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...body.items.map(({ id }) => id));
      cursor = body.nextCursor;
    }
  });
  expect([...seen].sort().reverse()).toEqual(ids);
  expect(reads).toHaveLength(3);
  for (const { planSummary, docsExamined, hasSortStage } of reads) {
    expect(planSummary).toMatch(/^IXSCAN/);
    expect(hasSortStage).toBeUndefined();
    expect(docsExamined).toBeLessThanOrEqual(4);
  }
  const { body } = await get('?limit=1');
  expect((await get(`?state=done&cursor=${body.nextCursor ?? ''}`)).status).toBe(400);
});

it('those that wait are counted from an index alone, and each move finds its row by one', async () => {
  const { id, userId } = await begun();
  await begun();
  await refused(userId);
  const [counted] = await readsOf(house.mongo, 'erasures', () => house.store.erasures.waiting());
  expect(counted).toMatchObject({ docsExamined: 0, keysExamined: 1 });
  const { erasures } = house.store;
  const moves = await readsOf(house.mongo, 'erasures', async () => {
    await refused(userId);
    await erasures.forgotten(userId);
    await erasures.finish(id);
    await erasures.release(userId);
  });
  for (const { planSummary, docsExamined } of moves) {
    expect(planSummary).toMatch(/^(IXSCAN|IDHACK|EXPRESS)/);
    expect(docsExamined).toBeLessThanOrEqual(1);
  }
});

it('is for support and admin, and each look is in the audit', async () => {
  const person = await signUp(url);
  const admin = await staff(house, url, 'admin');
  expect((await ask(url, 'GET', '/api/support/erasures')).status).toBe(401);
  expect((await get('', person.token)).status).toBe(403);
  expect((await get('', admin.token)).status).toBe(200);
  for (const query of ['?state=lost', '?limit=0', '?cursor=x.y']) expect((await get(query)).status).toBe(400);
  const { body } = await ask<{ items: unknown[] }>(url, 'GET', `/api/support/audit?actor=${admin.id}`, {
    token: helper.token,
  });
  expect(body.items).toMatchObject([{ action: 'erasures.view', target: null, reason: null }]);
});

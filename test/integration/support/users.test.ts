import { supportEraser } from '../../../src/activities/support';
import { photoWorkflows } from '../../../src/messages/photos';
import type { Id } from '../../../src/model/ids';
import { newId } from '../../../src/store/ids';
import { readsOf } from '../reads';
import { ask, eventually, openPalate, photoForm, signUp, type House } from '../palate';
import { picture } from '../photos/meals';
import { anyFailed, fail, staff } from './rows';

/** What support sees of one account, and that every look is in the audit. */
interface Entry {
  at: string;
  actor: { id: Id; email: string | null };
  action: string;
  target: Id | null;
  reason: string | null;
}
interface Page {
  account: { id: Id; email: string; profile: { goal: string | null } };
  photos: { counts: Record<string, number>; latest: { id: Id; state: string }[] };
  runs: { workflow_id: string; status: string; run_url: string | null }[] | null;
  runs_note: string | null;
  launches_pending: { workflow_id: string }[];
  launches_in_line: { count: number; since: string | null };
}
let house: House;
let url: string;
let helper: Awaited<ReturnType<typeof staff>>;
let person: Awaited<ReturnType<typeof signUp>>;

beforeAll(async () => {
  house = await openPalate('support-users');
  ({ url } = await house.start());
  helper = await staff(house, url, 'support');
  person = await signUp(url);
}, 60_000);
afterAll(() => house.close());

const get = <T>(target: string, token = helper.token) => ask<T>(url, 'GET', target, { token });
const audit = async (query: string) => (await get<{ items: Entry[] }>(`/api/support/audit${query}`)).body.items;
const look = (id: Id, at = url) => ask<Page>(at, 'GET', `/api/support/users/${id}`, { token: helper.token });

it('shows an account on one page: itself, its sync, photos, launches and runs', async () => {
  await ask(url, 'PUT', '/api/auth/profile', { token: person.token, json: { fitness_goal: 'cut' } });
  const send = (form: FormData) => ask<{ id: Id }>(url, 'POST', '/predict', { token: person.token, form });
  const named = await send(photoForm(await picture(1), { caption: 'two boiled eggs' }));
  const unnamed = await send(photoForm(await picture(2)));
  await ask(url, 'POST', '/save_meal', { token: person.token, json: { name: 'plum cake', calories: 300 } });
  await ask(url, 'POST', '/foods', {
    token: person.token,
    json: { name: 'quince jelly', per_100g: { calories: 250 } },
  });
  await fail(house.store, person.id, 'timeout');

  const run = await eventually(async () => {
    const { status, body } = await look(person.id);
    expect(status).toBe(200);
    return (
      body.runs?.some(
        (one) => one.workflow_id === photoWorkflows.analyze.id(named.body.id) && one.status === 'completed',
      ) && body
    );
  });
  expect(run).toMatchObject({
    account: {
      id: person.id,
      email: person.email,
      role: 'user',
      state: 'active',
      erasure_due_at: null,
      profile: { goal: 'lose', time_zone: 'UTC' },
    },
    sync: { state: 'failed', reason: 'timeout', attempts: [{ error: 'It was timeout.' }], run_url: null },
    photos: {
      counts: { analyzed: 1, needs_label: 1 },
      latest: [
        { id: unnamed.body.id, state: 'needs_label' },
        { id: named.body.id, state: 'analyzed' },
      ],
    },
    meal_plans: [],
    kept: {
      manual_meals: 1,
      constraints: 0,
      feedback: 0,
      meal_plans: 0,
      own_foods: 1,
      own_meals: 0,
      liked_meals: 0,
    },
    launches_pending: [],
    launches_in_line: { count: 0, since: null },
    runs_note: null,
    deliveries: [],
  });
  expect(JSON.stringify(run)).not.toMatch(/boiled|plum|quince/);
  expect(JSON.stringify(run)).not.toMatch(/hash|token/i);
}, 60_000);

it('says that an account is to be erased, and when', async () => {
  const { id, token: own } = await signUp(url);
  const left = await ask<{ data: { erasesAt: string } }>(url, 'DELETE', '/api/v1/users/me', { token: own });
  expect(left.status).toBe(202);
  expect((await look(id)).body).toMatchObject({
    account: { id, state: 'active', erasure_due_at: left.body.data.erasesAt },
  });
});

it('tells the rest while Temporal is away, and what could not be started', async () => {
  const alone = await house.start({ PALATE_ROLE: 'api', TEMPORAL_ADDRESS: '127.0.0.1:1', PREDICT_WAIT_MS: '50' });
  const other = await signUp(alone.url);
  const [stuck, ...waiting] = [other.id, newId(), newId()].map(photoWorkflows.analyze.id);
  for (const workflowId of [...waiting, stuck!])
    await house.store.transaction((session) =>
      house.store.launches.record(
        {
          workflowId,
          workflow: 'nobodyRunsThis',
          args: [],
          queue: 'main',
          ownerId: other.id,
          feature: 'photos',
          summary: 'A launch of a test',
          requestId: null,
        },
        session,
      ),
    );
  for (const workflowId of waiting) await house.store.launches.putInLine({ workflowId, attempts: 0 });
  const { status, body } = await look(other.id, alone.url);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    runs: null,
    runs_note: expect.stringContaining('Temporal') as string,
    launches_pending: [{ workflow_id: stuck, workflow: 'nobodyRunsThis' }],
    launches_in_line: { count: 2, since: expect.any(String) as string },
  });
  const numbers = (await ask<{ text: string }>(alone.url, 'GET', '/metrics')).body.text;
  expect(numbers).toContain('palate_launches_in_line 2');
  await alone.stop();
  await house.mongo.collection('launches').deleteMany({ ownerId: other.id });
}, 60_000);

describe('the account of an e-mail address', () => {
  const find = (json: unknown, token = helper.token) =>
    ask<{ user_id: Id; detail: string }>(url, 'POST', '/api/support/users/find', { token, json });

  it('is found however the address is written, and the search is in the audit under the id', async () => {
    const { id, email } = await signUp(url);
    for (const written of [email, `  ${email.toUpperCase()} `]) {
      const { status, body } = await find({ email: written });
      expect([status, body]).toEqual([200, { user_id: id }]);
    }
    const found = await audit(`?target=${id}`);
    expect(found).toMatchObject([
      { action: 'user.find', actor: { id: helper.id }, reason: null },
      { action: 'user.find' },
    ]);
    expect(JSON.stringify(found)).not.toContain(email);
    const [read] = await readsOf(house.mongo, 'accounts', () => house.store.accounts.idOfEmail(email));
    expect(read).toMatchObject({ docsExamined: 1, planSummary: expect.stringMatching(/IXSCAN|EXPRESS/) as string });
  });

  it('that nobody has, or nobody any more, is 404; the search is in the audit without it', async () => {
    const seeker = await staff(house, url, 'admin');
    const leaving = await signUp(url);
    await house.store.transaction((session) => house.store.accounts.markErasing(leaving.id, session));
    for (const email of ['nobody-at-all@example.com', leaving.email, 'no address', '']) {
      const { status, body } = await find({ email }, seeker.token);
      expect([status, body.detail]).toEqual([404, expect.stringContaining('no such account')]);
      if (email !== '') expect(JSON.stringify(body)).not.toContain(email);
    }
    const rows = await house.mongo.collection('audits').find({ 'actor.id': seeker.id }).toArray();
    expect(rows).toHaveLength(4);
    for (const row of rows) expect(row).toMatchObject({ action: 'user.find', target: null, reason: null });
    expect(JSON.stringify(rows)).not.toMatch(/nobody-at-all|no address/);
    expect(JSON.stringify(rows)).not.toContain(leaving.email);
  });

  it('is for support and admin, well formed, and at most 30 times a minute', async () => {
    const json = { email: person.email };
    expect((await ask(url, 'POST', '/api/support/users/find', { json })).status).toBe(401);
    expect((await find(json, person.token)).status).toBe(403);
    for (const wrong of [{}, { email: 7 }, { email: 'x'.repeat(255) }, { ...json, role: 'user' }])
      expect((await find(wrong)).status).toBe(400);
    const eager = await staff(house, url, 'support');
    house.toNextWindow(60_000);
    const statuses = [];
    for (let nth = 0; nth < 31; nth += 1) statuses.push((await find(json, eager.token)).status);
    expect(statuses.slice(0, 30).every((status) => status === 200)).toBe(true);
    expect(statuses.at(-1)).toBe(429);
  });
});

describe('the audit', () => {
  it('holds each look, before its answer: no record, no look', async () => {
    const { id } = await signUp(url);
    await look(id);
    await look(id);
    expect(await audit(`?target=${id}`)).toMatchObject([
      { actor: { id: helper.id, email: helper.email }, action: 'user.view', target: id, reason: null },
      { action: 'user.view' },
    ]);
    const db = house.mongo.db!;
    await db.command({ collMod: 'audits', validator: { at: { $type: 'string' } } });
    const refused = await look(id);
    expect(refused.status).toBe(500);
    expect(JSON.stringify(refused.body)).not.toContain('@');
    await db.command({ collMod: 'audits', validator: {} });
    expect(await audit(`?target=${id}`)).toHaveLength(2);
  });

  it('of nobody there is no page and no record', async () => {
    const id = newId();
    expect((await look(id)).status).toBe(404);
    expect((await get('/api/support/users/ada')).status).toBe(400);
    expect(await audit(`?target=${id}`)).toEqual([]);
  });

  it('is read by actor, target and action, by the page, the latest first', async () => {
    const second = await staff(house, url, 'support');
    const targets = [newId(), newId(), newId()];
    for (const target of targets)
      await house.store.audit.record({ actor: second, action: 'replay.pause', target, reason: `about ${target}` });
    const first = await get<{ items: Entry[]; nextCursor: string }>(`/api/support/audit?actor=${second.id}&limit=2`);
    expect(first.body.items.map(({ target }) => target)).toEqual([targets[2], targets[1]]);
    const rest = await audit(`?actor=${second.id}&limit=2&cursor=${first.body.nextCursor}`);
    expect(rest.map(({ target }) => target)).toEqual([targets[0]]);
    expect(await audit(`?actor=${second.id}&action=user.view`)).toEqual([]);
    expect(await audit(`?action=replay.pause&target=${targets[1]!}`)).toHaveLength(1);
    for (const query of ['?actor=ada', '?action=dance', '?target=x'])
      expect((await get(`/api/support/audit${query}`)).status).toBe(400);
    const plans = await house.mongo
      .collection('audits')
      .find({ 'actor.id': second.id })
      .sort({ at: -1, _id: -1 })
      .explain();
    expect(JSON.stringify(plans)).not.toMatch(/COLLSCAN|"stage":"SORT"/);
  });

  it('of an erased account keeps the ids alone', async () => {
    const leaving = await staff(house, url, 'support');
    const target = await signUp(url);
    await house.store.audit.record({ actor: leaving, action: 'user.view', target: person.id, reason: null });
    await house.store.audit.record({ actor: helper, action: 'sync.dismiss', target: target.id, reason: 'words' });
    await house.store.transaction((session) => house.store.contextReplays.create(target.id, anyFailed, session));
    await house.store.contextReplays.note(target.id, [target.id]);
    for (const one of [leaving, target]) {
      const support = supportEraser(house.store);
      expect((await support.erase(one.id)).removed).toBeGreaterThan(0);
      // Erasure goes on until nothing is found.
      expect((await support.erase(one.id)).removed).toBe(0);
    }
    expect(await audit(`?actor=${leaving.id}`)).toMatchObject([{ actor: { id: leaving.id, email: null } }]);
    expect(await audit(`?target=${target.id}`)).toMatchObject([
      { actor: { email: helper.email }, target: target.id, reason: null },
    ]);
    expect(await house.store.contextReplays.listResults(target.id, 10, null)).toEqual([]);
  });
});

import { spawn } from 'node:child_process';
import path from 'node:path';
import { NativeConnection } from '@temporalio/worker';
import { contextWorkflows } from '../../../src/messages/context';
import type { Id } from '../../../src/model/ids';
import { newId } from '../../../src/store/ids';
import { ensureSearchAttributes } from '../../../src/worker/searchAttributes';
import { temporalAddress } from '../engines';
import { ask, eventually, openPalate, signUp, type House } from '../palate';
import { fakePusher, runReplayWorker } from './replayWorker';
import { acknowledge, fail, failedAccount, newAccount, staff } from './rows';

/** `npm run support` as a program, against a server on a socket. */
const script = path.resolve(__dirname, '../../../scripts/support.mjs');
let house: House;
let url: string;
/** A replica without a receiver: whoever signs up there wakes nobody. */
let plainUrl: string;
let helper: Awaited<ReturnType<typeof staff>>;

beforeAll(async () => {
  house = await openPalate('support-cli');
  plainUrl = (await house.start({ PALATE_ROLE: 'api' })).url;
  helper = await staff(house, plainUrl, 'support');
  ({ url } = await house.start({
    PALATE_ROLE: 'api',
    FLASK_AI_BASE_URL: 'http://127.0.0.1:9',
    INTERNAL_HMAC_SECRET: 'a secret of a test',
  }));
}, 60_000);
beforeEach(() => house.mongo.collection('context_syncs').deleteMany({}));
afterAll(() => house.close());

function start(args: string[], more: NodeJS.ProcessEnv = {}, typed = '') {
  const env = { ...process.env, PALATE_URL: url, PALATE_SUPPORT_TOKEN: helper.token, ...more };
  const child = spawn(process.execPath, [script, ...args], { env });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
  const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...said }));
  });
  child.stdin.end(typed);
  return { child, said, ended };
}
const support = (args: string[], more?: NodeJS.ProcessEnv, typed?: string) => start(args, more, typed).ended;

describe('who asks', () => {
  it('is known by a token, or by e-mail address and password', async () => {
    const none = { PALATE_SUPPORT_TOKEN: '' };
    const list = ['syncs', 'list', '--url', url];
    expect(await support(list)).toMatchObject({ code: 0, out: 'None.\n', err: '' });
    const named = [...list, '--email', helper.email];
    expect(await support(named, { ...none, PALATE_SUPPORT_PASSWORD: helper.password })).toMatchObject({ code: 0 });
    expect(await support(named, none, `${helper.password}\n`)).toMatchObject({ code: 0 });
    expect(await support(named, none, 'wrong\n')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/password/) as string,
    });
  }, 60_000);

  it('is refused without the role, in a sentence', async () => {
    const { token } = await signUp(plainUrl);
    const { code, out, err } = await support(['syncs', 'list'], { PALATE_SUPPORT_TOKEN: token });
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('role support');
  }, 60_000);
});

it.each<[string[], string, NodeJS.ProcessEnv]>([
  [[], 'npm run support -- syncs list', {}],
  [['syncs', 'destroy'], 'npm run support -- syncs list', {}],
  [['syncs', 'show'], 'npm run support -- syncs list', {}],
  [['syncs', 'dismiss', '--all', '--reason', 'x'], 'npm run support -- syncs list', {}],
  [['syncs', 'list', '--colour'], '--colour', {}],
  [['syncs', 'resend'], 'npm run support -- syncs list', {}],
  [['syncs', 'resend', '--all', '--reason', 'timeout', '--yes'], '--reason', {}],
  [['syncs', 'resend', '--all', '--raise', '0', '--yes'], '--raise', {}],
  [['syncs', 'resend', '--all', '--yes'], 'needs an account with the role admin; yours is support', {}],
  [['syncs', 'list', '--state', 'lost'], 'query.state', {}],
  [['syncs', 'list', '--limit', '-1'], '--limit', {}],
  [['users', 'find'], 'npm run support -- users find', {}],
  [['users', 'find', 'nobody-at-all@example.com'], 'no such account', {}],
  [['erasures', 'show', '0123456789abcdef01234567'], 'npm run support -- erasures list', {}],
  [['erasures', 'list', '--state', 'failed'], 'query.state', {}],
  [['syncs', 'show', 'ada'], 'is not an id', {}],
  [['syncs', 'show', '0123456789abcdef01234567'], 'no such account', {}],
  [['syncs', 'dismiss', '0123456789abcdef01234567'], '--reason', {}],
  [['replays', 'show', '0123456789abcdef01234567'], 'no such replay', {}],
  [['syncs', 'list'], 'Say who you are', { PALATE_SUPPORT_TOKEN: '' }],
  [['syncs', 'list'], 'is not valid', { PALATE_SUPPORT_TOKEN: 'x.y.z' }],
  [['syncs', 'list', '--url', 'http://127.0.0.1:1'], 'Nothing answers at http://127.0.0.1:1', {}],
])(
  '%j is refused in a sentence',
  async (args, said, more) => {
    const { code, out, err } = await support(args, more);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain(said);
    expect(err).not.toMatch(/\n\s+at /);
  },
  60_000,
);

describe('syncs', () => {
  it('are listed in columns, or as JSON', async () => {
    const one = await failedAccount(house.store, 'timeout');
    const two = await failedAccount(house.store, 'not_acknowledged');
    const { code, out } = await support(['syncs', 'list']);
    expect(code).toBe(0);
    const [head, first, second] = out.split('\n');
    expect(head).toMatch(/^account +state +reason +version +acknowledged +attempts +last failed$/);
    expect(first).toMatch(new RegExp(`^${two}  failed  not_acknowledged  1 +0 +1 +\\d{4}-\\d\\d-\\d\\dT`));
    expect(second).toMatch(new RegExp(`^${one}  failed  timeout  `));
    expect(first!.indexOf('not_ack')).toBe(second!.indexOf('timeout'));
    expect(out).toContain('Failed, by reason: timeout 1, not_acknowledged 1');

    const json = await support(['syncs', 'list', '--reason', 'timeout', '--json']);
    expect(JSON.parse(json.out)).toMatchObject({ items: [{ user_id: one }], counts: { timeout: 1 }, nextCursor: null });
    const cut = await support(['syncs', 'list', '--limit', '1', '--since', '2020-01-01']);
    expect(cut.out).toContain('and more');
  }, 60_000);

  it('are shown with their attempts, and dismissed', async () => {
    const id = await failedAccount(house.store, 'server_error');
    const shown = await support(['syncs', 'show', id]);
    expect(shown).toMatchObject({ code: 0, err: '' });
    expect(shown.out).toMatch(/500 +12 ms +entity +It was server_error\./);
    const done = await support(['syncs', 'dismiss', id, '--reason', 'a test account']);
    expect(done).toMatchObject({ code: 0, out: expect.stringContaining('dismissed') as string });
    expect((await support(['syncs', 'show', id])).out).toContain('a test account');
    const again = await support(['syncs', 'dismiss', id, '--reason', 'a test account']);
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining('not on the failed list') as string });
  }, 60_000);

  it.each([
    ['acknowledged', 0, 'acknowledged, version 1', (id: Id) => acknowledge(house.store, id)],
    ['failed again', 2, 'failed again (rejected)', (id: Id) => fail(house.store, id, 'rejected')],
  ])(
    'one is replayed and waited for: %s',
    async (_outcome, expected, said, attempt) => {
      const id = await failedAccount(house.store, 'timeout', new Date(Date.now() - 60_000));
      const running = start(['syncs', 'replay', id]);
      const run = house.temporal.workflow.getHandle(contextWorkflows.sync.id(id));
      await eventually(() => run.describe().catch(() => null));
      await attempt(id);
      const { code, out } = await running.ended;
      await run.terminate();
      expect([code, out]).toEqual([expected, expect.stringContaining(said)]);
    },
    60_000,
  );

  it('one that nobody sends in time is not decided', async () => {
    const id = await failedAccount(house.store, 'timeout');
    const { code, out, err } = await support(['syncs', 'replay', id, '--wait', '1']);
    expect([code, out]).toEqual([3, '']);
    expect(err).toContain(`npm run support -- syncs show ${id}`);
    await house.temporal.workflow.getHandle(contextWorkflows.sync.id(id)).terminate();
  }, 60_000);
});

describe('all of them', () => {
  let connection: NativeConnection;
  beforeAll(async () => {
    connection = await NativeConnection.connect({ address: temporalAddress() });
    await ensureSearchAttributes(connection, 'default');
  });
  afterAll(() => connection.close());

  it('are counted, then replayed with a line of progress until done', async () => {
    const ids = [await failedAccount(house.store, 'timeout'), await failedAccount(house.store, 'timeout')];
    await failedAccount(house.store, 'conflict');
    await newAccount(house.store);
    const all = ['syncs', 'replay', '--all', '--reason', 'timeout'];
    expect(await support([...all, '--dry-run'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('2 failed') as string,
    });
    expect((await ask<{ items: unknown[] }>(url, 'GET', '/api/support/replays', helper)).body.items).toEqual([]);

    const fake = fakePusher(house);
    fake.told.next.set(ids[1]!, [
      { kind: 'failed', reason: 'rejected', status: 400, gaveUp: true, retryAfterMs: null },
    ]);
    const worker = await runReplayWorker(house, connection, fake.pusher);
    const { code, out, err } = await support(all);
    await worker.stop();
    expect(code).toBe(2);
    expect(out).toMatch(/^Replay [0-9a-f]{24} is done: 2 of 2; 1 acknowledged, 1 failed, 0 with nothing to send\.\n$/);
    expect(err).toMatch(/done: 2 of 2/);
    const listed = await support(['replays', 'list']);
    expect(listed.out).toMatch(/[0-9a-f]{24}  done +\S+ +2 +1 +1 +0 +failed +timeout +–/);
  }, 60_000);

  it('also those that are acknowledged, where an admin says yes', async () => {
    const admin = await staff(house, plainUrl, 'admin');
    await house.mongo.collection('context_syncs').deleteMany({});
    const [inOrder, behind] = [await newAccount(house.store), await newAccount(house.store)];
    await acknowledge(house.store, inOrder);
    const as = { PALATE_SUPPORT_TOKEN: admin.token };
    const resend = ['syncs', 'resend', '--all', '--raise', '1000'];
    expect(await support([...resend, '--dry-run', '--yes'], as)).toMatchObject({
      code: 0,
      out: '2 accounts would be sent anew; nothing was sent.\n',
    });
    expect(await support(resend, as)).toMatchObject({
      code: 1,
      err: expect.stringContaining('2 accounts would be sent anew; add --yes.') as string,
    });
    const worker = await runReplayWorker(house, connection, fakePusher(house).pusher);
    const { code, out } = await support([...resend, '--yes'], as);
    await worker.stop();
    expect([code, out]).toEqual([0, expect.stringContaining('done: 2 of 2; 2 acknowledged')]);
    for (const id of [inOrder, behind])
      expect(await house.store.contextSyncs.find(id)).toMatchObject({ version: 1001, acknowledged: 1001 });
    expect((await support(['replays', 'list'])).out).toMatch(/ all +– +–/);
  }, 60_000);

  it('go on when nobody watches any more, and can be looked at again', async () => {
    await failedAccount(house.store, 'timeout');
    const running = start(['syncs', 'replay', '--all']);
    const id = await eventually(() => Promise.resolve(/watch \S+|Replay ([0-9a-f]{24})/.exec(running.said.err)?.[1]));
    await eventually(() => Promise.resolve(running.said.err.includes('running: 0 of')));
    running.child.kill('SIGINT');
    const { code, err } = await running.ended;
    expect(code).toBe(130);
    expect(err).toContain(`The replay ${id} goes on. Look again: npm run support -- replays watch ${id}`);

    expect((await support(['replays', 'pause', id])).code).toBe(0);
    expect((await support(['replays', 'resume', id])).code).toBe(0);
    const worker = await runReplayWorker(house, connection, fakePusher(house).pusher);
    const watched = await support(['replays', 'watch', id, '--json']);
    await worker.stop();
    expect([watched.code, JSON.parse(watched.out)]).toMatchObject([0, { id, state: 'done', replayed: 1 }]);
    expect((await support(['replays', 'show', id])).out).toContain('done: 1 of 1');
    const late = await support(['replays', 'cancel', id]);
    expect([late.code, late.err]).toEqual([1, expect.stringContaining('has ended')]);
    expect((await support(['replays', 'cancel', newId()])).code).toBe(1);
  }, 60_000);
});

it('the account of an e-mail address is found', async () => {
  expect(await support(['users', 'find', helper.email.toUpperCase()])).toEqual({
    code: 0,
    out: `${helper.id}\n`,
    err: '',
  });
  const { out } = await support(['users', 'find', helper.email, '--json']);
  expect(JSON.parse(out)).toEqual({ user_id: helper.id });
}, 60_000);

it('erasures that wait are listed in columns, or as JSON', async () => {
  await house.mongo.collection('erasures').deleteMany({});
  expect(await support(['erasures', 'list'])).toMatchObject({ code: 0, out: 'None.\n', err: '' });
  const { erasures, transaction } = house.store;
  const made = [newId(), newId()].map((id) => ({ id, userId: newId() }));
  for (const { id, userId } of made) await transaction((session) => erasures.create(id, userId, session));
  const [waits] = made;
  await erasures.notForgotten(waits!.userId, { reason: 'unauthorized', status: 401, asked: true });
  const { code, out } = await support(['erasures', 'list']);
  expect(code).toBe(0);
  expect(out).toMatch(/^erasure +account +state +requested +waits for +reason +status +attempts +last failed\n/);
  expect(out).toMatch(
    new RegExp(`^${waits!.id}  ${waits!.userId}  running  \\S+  ML service  unauthorized  401     1 `, 'm'),
  );
  expect(out).toMatch(new RegExp(`^${made[1]!.id}  .*  Palate      –             –       0         –$`, 'm'));
  const json = await support(['erasures', 'list', '--state', 'running', '--limit', '1', '--json']);
  expect((JSON.parse(json.out) as { items: unknown[] }).items).toHaveLength(1);
  expect((await support(['erasures', 'list', '--limit', '1'])).out).toContain('and more');
}, 60_000);

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { z } from 'zod';
import { conflict, problem } from '../../../src/api/errors';
import { leaseMs } from '../../../src/api/middleware/idempotency';
import { json, reply, stream, type Route } from '../../../src/api/route';
import { problemOf, startShell, type Shell } from '../../api/shell';
import { openShellStore, type ShellDatabase } from './database';

/** Every run of a handler, with the id it was to create. */
interface Run {
  readonly route: string;
  readonly resourceId: string;
}
let now = new Date('2030-01-01T12:00:00Z');
const clock = () => now;
const runs: Run[] = [];
/** What the next runs do; empty: answer. */
const plan: (() => Promise<void>)[] = [];
const act = () => (plan.shift() ?? (() => Promise.resolve()))();

const Body = z.object({ name: z.string(), age: z.int().optional() });
const Made = z.object({ id: z.string(), run: z.int(), token: z.string().optional() });

const routes = (): Route[] => [
  json(
    {
      method: 'post',
      path: ['/things', '/v1/things'],
      access: 'optional',
      summary: 'Thing',
      body: Body,
      idempotent: true,
      responses: { 201: Made, 202: Made },
    },
    async ({ resourceId, body }) => {
      runs.push({ route: 'things', resourceId });
      const run = runs.length;
      await act();
      const made = { id: resourceId, run };
      return body.name === 'slow'
        ? reply(202, made, {}, { settled: false })
        : reply(201, made, { location: `/things/${resourceId}`, 'x-own': 'not kept' });
    },
  ),
  json(
    {
      method: 'post',
      path: '/keys',
      access: 'user',
      summary: 'Key',
      body: Body,
      idempotent: 'secret',
      responses: { 201: Made },
    },
    ({ resourceId }) => {
      runs.push({ route: 'keys', resourceId });
      return reply(201, { id: resourceId, run: runs.length, token: 'very-secret-token' });
    },
  ),
  stream(
    {
      method: 'post',
      path: '/uploads',
      access: 'user',
      summary: 'Upload',
      idempotent: true,
      consumes: { contentType: 'application/octet-stream', schema: z.string() },
      responses: { 201: Made },
    },
    async ({ request, idempotent }) => {
      const hash = createHash('sha256');
      for await (const chunk of request as AsyncIterable<Buffer>) hash.update(chunk);
      return idempotent(hash.digest('hex'), (resourceId) => {
        runs.push({ route: 'uploads', resourceId });
        return Promise.resolve(reply(201, { id: resourceId, run: runs.length }));
      });
    },
  ),
];

let database: ShellDatabase;
let shell: Shell;
let other: Shell;
beforeAll(async () => {
  database = await openShellStore('idempotency', clock);
  shell = await startShell(routes(), { deps: { clock, store: database.store }, settings: { trustProxy: 1 } });
  other = await startShell(routes(), { deps: { ...shell.deps } });
});
afterAll(async () => {
  await shell.close();
  await other.close();
  await database.drop();
});
beforeEach(() => {
  runs.length = 0;
  plan.length = 0;
});

let keys = 0;
const freshKey = () => `key-${(keys += 1)}`;
interface Post {
  path?: string;
  as?: string;
  body?: unknown;
  to?: Shell;
  headers?: Record<string, string>;
}
const post = (
  key: string | null,
  { path = '/things', as = 'ann', body = { name: 'soup' }, to = shell, headers = {} }: Post = {},
) =>
  to.call('post', path, {
    json: body,
    headers: { ...headers, ...(key === null ? {} : { 'idempotency-key': key }) },
    ...(as === '' ? {} : { as }),
  });

describe('a repeat', () => {
  test('gets the first answer, its status and its chosen headers, from any replica, and nothing runs again', async () => {
    const key = freshKey();
    const first = await post(key);
    const made: unknown = await first.json();
    expect(first.status).toBe(201);
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    for (const to of [shell, other]) {
      const again = await post(key, { to });
      expect(again.status).toBe(201);
      expect(again.headers.get('location')).toBe(first.headers.get('location'));
      expect(again.headers.get('x-own')).toBeNull();
      expect(again.headers.get('idempotent-replayed')).toBe('true');
      expect(await again.json()).toEqual(made);
    }
    expect(runs).toHaveLength(1);
  });

  test('without a key is another request', async () => {
    await post(null);
    await post(null);
    expect(new Set(runs.map(({ resourceId }) => resourceId)).size).toBe(2);
  });

  test('with another body is 422, and with another query or address another request', async () => {
    const key = freshKey();
    await post(key);
    const response = await post(key, { body: { name: 'bread' } });
    expect(response.status).toBe(422);
    expect((await problemOf(response)).type).toBe('/problems/key-reused');
    expect((await post(key, { path: '/things?_=1' })).status).toBe(422);
    expect((await post(key, { path: '/v1/things' })).status).toBe(201);
    expect(runs).toHaveLength(2);
  });

  test('of another caller is another request', async () => {
    const key = freshKey();
    const ids = [];
    for (const init of [
      { as: 'ann' },
      { as: 'sue' },
      { as: '', headers: { 'x-forwarded-for': '192.0.2.1' } },
      { as: '', headers: { 'x-forwarded-for': '192.0.2.2' } },
    ]) {
      ids.push(((await (await post(key, init)).json()) as { id: string }).id);
    }
    expect(new Set(ids).size).toBe(4);
    const again = await post(key, { as: '', headers: { 'x-forwarded-for': '192.0.2.2' } });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
  });

  test('after a day is another request, whether or not the row is gone already', async () => {
    const key = freshKey();
    const first = (await (await post(key)).json()) as { id: string };
    now = new Date(now.getTime() + 23.9 * 3_600_000);
    expect((await post(key)).headers.get('idempotent-replayed')).toBe('true');
    now = new Date(now.getTime() + 0.2 * 3_600_000);
    const later = await post(key, { body: { name: 'bread' } });
    expect(later.status).toBe(201);
    expect(((await later.json()) as { id: string }).id).not.toBe(first.id);
  });

  test.each(['', ' ', 'x'.repeat(256), 'tab\tin it'])('under %j, which is no key, is 400', async (key) => {
    const response = await post(key);
    expect(response.status).toBe(400);
    await problemOf(response);
    expect(runs).toHaveLength(0);
  });

  test('does not validate what the first did not either: a bad body is no use of the key', async () => {
    const key = freshKey();
    expect((await post(key, { body: { name: 1 } })).status).toBe(400);
    expect((await post(key)).status).toBe(201);
  });
});

describe('what is kept', () => {
  test('a refusal is, and comes back as it was', async () => {
    const key = freshKey();
    plan.push(() => Promise.resolve(conflict('There is one already.')));
    const first = await post(key);
    const again = await post(key);
    expect([first.status, again.status]).toEqual([409, 409]);
    expect((await problemOf(again)).detail).toBe('There is one already.');
    expect(runs).toHaveLength(1);
  });

  test.each<[string, () => Promise<void>, number]>([
    ['a fault', () => Promise.reject(new Error('bug')), 500],
    ['an outage', () => Promise.reject(problem('unavailable', { retryAfterS: 1 })), 503],
    ['too many requests', () => Promise.reject(problem('too-many-requests')), 429],
    ['a refusal that a repeat may not get', () => Promise.reject(problem('conflict', { settled: false })), 409],
  ])('%s is not: the next one runs at once, for the same id', async (_name, fail, status) => {
    const key = freshKey();
    plan.push(fail);
    expect((await post(key)).status).toBe(status);
    const again = await post(key);
    expect(again.status).toBe(201);
    expect(runs).toHaveLength(2);
    expect(runs[0]!.resourceId).toBe(runs[1]!.resourceId);
  });

  test('an answer that is not settled is not, either', async () => {
    const key = freshKey();
    const body = { name: 'slow' };
    expect((await post(key, { body })).status).toBe(202);
    expect((await post(key, { body })).status).toBe(202);
    expect(runs).toHaveLength(2);
    expect(runs[0]!.resourceId).toBe(runs[1]!.resourceId);
  });

  test('a secret is kept sealed, and replayed open', async () => {
    const key = freshKey();
    const first: unknown = await (await post(key, { path: '/keys' })).json();
    expect(first).toMatchObject({ token: 'very-secret-token' });
    expect(await (await post(key, { path: '/keys' })).json()).toEqual(first);
    const rows = await database.connection.collection('idempotency').find().toArray();
    expect(JSON.stringify(rows)).not.toContain('very-secret-token');
    expect(JSON.stringify(rows)).not.toContain(key);
    expect(rows.filter(({ answer }) => (answer as { sealed?: boolean } | null)?.sealed)).toHaveLength(1);
  });
});

describe('at the same time', () => {
  test('forty requests under one key on two replicas run once; the rest are told to wait, or get the answer', async () => {
    const key = freshKey();
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_unused, index) => post(key, { to: index % 2 ? shell : other })),
    );
    expect(runs).toHaveLength(1);
    const made = answers.filter(({ status }) => status === 201);
    const waiting = answers.filter(({ status }) => status === 409);
    expect(made.length).toBeGreaterThanOrEqual(1);
    expect(made.length + waiting.length).toBe(40);
    const ids = await Promise.all(made.map(async (response) => ((await response.json()) as { id: string }).id));
    expect(new Set(ids)).toEqual(new Set([runs[0]!.resourceId]));
    for (const response of waiting) {
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await problemOf(response)).type).toBe('/problems/in-flight');
    }
    expect((await post(key)).headers.get('idempotent-replayed')).toBe('true');
  });

  test('a holder that died holds its key until the lease ends; then one other runs, for the same id', async () => {
    const key = freshKey();
    const held = new AbortController();
    plan.push(async () => {
      await once(held.signal, 'abort');
    });
    const dying = post(key);
    while (runs.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const early = await post(key);
    expect(early.status).toBe(409);
    expect(early.headers.get('retry-after')).toBe(String(leaseMs / 1000));

    now = new Date(now.getTime() + leaseMs);
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(key, { to: other })));
    expect(runs).toHaveLength(2);
    expect(runs[0]!.resourceId).toBe(runs[1]!.resourceId);
    expect(answers.some(({ status }) => status === 201)).toBe(true);

    // The first was only slow: its own late answer does not replace what others have seen.
    held.abort();
    expect(await (await dying).json()).toMatchObject({ run: 1 });
    expect(await (await post(key)).json()).toMatchObject({ run: 2 });
  });
});

describe('a raw body', () => {
  const upload = (key: string, body: string) =>
    shell.call('post', '/uploads', { as: 'ann', body, headers: { 'idempotency-key': key } });

  test('counts by the digest that its handler takes', async () => {
    const key = freshKey();
    const first: unknown = await (await upload(key, 'bytes')).json();
    expect(await (await upload(key, 'bytes')).json()).toEqual(first);
    expect((await upload(key, 'other bytes')).status).toBe(422);
    expect(runs).toHaveLength(1);
  });
});

test('an account’s keys can be erased', async () => {
  const ownerId = 'e'.repeat(24);
  const claim = { scope: 's', key: 'k', digest: 'd', ownerId, leaseMs };
  expect((await database.store.idempotency.claim(claim)).kind).toBe('claimed');
  expect(await database.store.idempotency.removeOf(ownerId)).toBe(1);
  expect((await database.store.idempotency.claim(claim)).kind).toBe('claimed');
});

test('rows go by themselves', async () => {
  for (const name of ['idempotency', 'rate_limits', 'tickets']) {
    const indexes = await database.connection.collection(name).indexes();
    expect(indexes).toContainEqual(expect.objectContaining({ key: { expiresAt: 1 }, expireAfterSeconds: 0 }));
  }
});

test('every query has an index', async () => {
  const queries: Record<string, object[]> = {
    idempotency: [{ scope: 's', keyHash: 'k' }, { ownerId: 'o' }],
    tickets: [{ hash: 'h', path: '/', expiresAt: { $gt: now } }, { ownerId: 'o' }],
  };
  for (const [name, filters] of Object.entries(queries)) {
    for (const filter of filters) {
      const plan = JSON.stringify(await database.connection.collection(name).find(filter).explain('queryPlanner'));
      expect(plan).toContain('IXSCAN');
      expect(plan).not.toContain('COLLSCAN');
    }
  }
});

import { z } from 'zod';
import { createLimiter, blockOf } from '../../src/api/middleware/limiter';
import { json, type Limit, type Route } from '../../src/api/route';
import type { RateLimitStore } from '../../src/store/rateLimits';
import { createLog } from '../../src/telemetry/log';
import { memoryStore, problemOf, startShell, type Shell } from './shell';

const answer = { responses: { 200: z.null() } };
const narrow: Limit = { name: 'narrow', max: 2, windowMs: 60_000, by: 'account' };
const perAddress: Limit = { name: 'per-address', max: 3, windowMs: 60_000, by: 'address' };
const perMail: Limit = { name: 'per-mail', max: 1, windowMs: 60_000, by: 'account' };

const routes = (): Route[] => [
  json({ method: 'get', path: '/general', access: 'optional', summary: 'General', ...answer }, () => null),
  json(
    { method: 'post', path: '/body', access: 'optional', summary: 'Body', body: z.object({}), ...answer },
    () => null,
  ),
  json({ method: 'get', path: '/narrow', access: 'user', summary: 'Narrow', limit: narrow, ...answer }, () => null),
  json(
    { method: 'get', path: '/address', access: 'user', summary: 'Address', limit: perAddress, ...answer },
    () => null,
  ),
  json({ method: 'get', path: '/internal', access: 'internal', summary: 'Internal', ...answer }, () => null),
  json(
    {
      method: 'get',
      path: '/mail/:name',
      access: 'public',
      summary: 'Mail',
      params: z.object({ name: z.string() }),
      ...answer,
    },
    async ({ params, spend }) => {
      await spend(perMail, params.name);
      return null;
    },
  ),
];

// Ten seconds into a window of a minute.
let now = new Date('2030-01-01T12:00:10Z');
let shell: Shell;
beforeEach(async () => {
  now = new Date('2030-01-01T12:00:10Z');
  shell = await startShell(routes(), {
    settings: { rateLimitMax: 5, nodeInternalKey: ['inner-key'], trustProxy: 1 },
    deps: { clock: () => now },
  });
});
afterEach(() => shell.close());

const statuses = async (count: number, ask: () => Promise<Response>) => {
  const found = [];
  for (let i = 0; i < count; i += 1) found.push((await ask()).status);
  return found;
};
const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });

test('the headers say what is left, and 429 when it is nothing', async () => {
  const first = await shell.call('get', '/general', { as: 'ann' });
  const header = (response: Response, name: string) => response.headers.get(name);
  expect(header(first, 'ratelimit-policy')).toBe('"general";q=5;w=60');
  expect(header(first, 'ratelimit')).toBe('"general";r=4;t=50');
  expect(header(first, 'x-ratelimit-limit')).toBe('5');
  expect(header(first, 'x-ratelimit-remaining')).toBe('4');
  expect(header(first, 'x-ratelimit-reset')).toBe(String(Date.parse('2030-01-01T12:01:00Z') / 1000));
  await statuses(4, () => shell.call('get', '/general', { as: 'ann' }));
  const refused = await shell.call('get', '/general', { as: 'ann' });
  expect(refused.status).toBe(429);
  expect(header(refused, 'retry-after')).toBe('50');
  expect(header(refused, 'x-ratelimit-remaining')).toBe('0');
  expect((await problemOf(refused)).detail).toMatch(/50 s/);
  expect(await (await shell.call('get', '/metrics')).text()).toContain('palate_rate_limited_total{limit="general"} 1');
  now = new Date('2030-01-01T12:01:00Z');
  expect((await shell.call('get', '/general', { as: 'ann' })).status).toBe(200);
});

test('accounts count by themselves wherever they are; the anonymous count by address', async () => {
  expect(await statuses(6, () => shell.call('get', '/general', { as: 'ann', ...from('192.0.2.1') }))).toEqual([
    200, 200, 200, 200, 200, 429,
  ]);
  expect((await shell.call('get', '/general', { as: 'ann', ...from('192.0.2.2') })).status).toBe(429);
  expect((await shell.call('get', '/general', { as: 'sue', ...from('192.0.2.1') })).status).toBe(200);
  expect(await statuses(6, () => shell.call('get', '/general', from('192.0.2.1')))).toEqual([
    200, 200, 200, 200, 200, 429,
  ]);
  expect((await shell.call('get', '/general', from('192.0.2.2'))).status).toBe(200);
});

test('an address without an account may ask so many times more, as many people share one; an account may not', async () => {
  const office = await startShell(routes(), {
    settings: { rateLimitMax: 5, rateLimitAddressFactor: 3, trustProxy: 1 },
    deps: { clock: () => now },
  });
  const codes = (as?: string) => statuses(17, () => office.call('get', '/general', { ...(as && { as }) }));
  const count = (found: number[], status: number) => found.filter((one) => one === status).length;
  const first = await office.call('get', '/general');
  expect(first.headers.get('ratelimit-policy')).toBe('"general";q=15;w=60');
  expect(count(await codes(), 200)).toBe(14);
  expect(count(await codes('ann'), 200)).toBe(5);
  // What is refused, or is not there, counts at the address, which has nothing left.
  expect(count(await codes('forged'), 429)).toBe(17);
  expect((await office.call('get', '/nowhere')).status).toBe(429);
  await office.close();
});

test('an address of IPv6 counts with its neighbours', async () => {
  let host = 1;
  expect(await statuses(6, () => shell.call('get', '/general', from(`2001:db8::${(host += 1)}`)))).toEqual([
    200, 200, 200, 200, 200, 429,
  ]);
});

test('bad tokens count against the address, and do not touch the account', async () => {
  expect(await statuses(6, () => shell.call('get', '/general', { as: 'forged' }))).toEqual([
    401, 401, 401, 401, 401, 429,
  ]);
  expect((await shell.call('get', '/general', { as: 'ann' })).status).toBe(200);
});

test('what does not validate counts too, and addresses that do not exist', async () => {
  const bad = () => shell.call('post', '/body', { body: '{', headers: { 'content-type': 'application/json' } });
  expect(await statuses(6, bad)).toEqual([400, 400, 400, 400, 400, 429]);
  expect((await shell.call('get', '/nowhere')).status).toBe(429);
});

test('a limit of its own takes the place of the general one', async () => {
  expect(await statuses(3, () => shell.call('get', '/narrow', { as: 'ann' }))).toEqual([200, 200, 429]);
  expect((await shell.call('get', '/narrow', { as: 'sue' })).headers.get('ratelimit')).toBe('"narrow";r=1;t=50');
  expect((await shell.call('get', '/general', { as: 'ann' })).headers.get('x-ratelimit-remaining')).toBe('4');
});

test('an address limit comes before who asks', async () => {
  expect(await statuses(4, () => shell.call('get', '/address'))).toEqual([401, 401, 401, 429]);
  expect((await shell.call('get', '/address', { as: 'ann' })).status).toBe(429);
});

test('a handler can count by a key of its own', async () => {
  expect(await statuses(2, () => shell.call('get', '/mail/a'))).toEqual([200, 429]);
  expect((await shell.call('get', '/mail/b')).status).toBe(200);
});

test('health and internal callers are exempt; a wrong internal key is not', async () => {
  const internal = (key: string) => shell.call('get', '/internal', { headers: { 'x-internal-key': key } });
  expect(new Set(await statuses(20, () => internal('inner-key')))).toEqual(new Set([200]));
  expect(new Set(await statuses(20, () => shell.call('get', '/health/live')))).toEqual(new Set([200]));
  expect(await statuses(6, () => internal('wrong'))).toEqual([401, 401, 401, 401, 401, 429]);
});

test.each(['/', '/docs', '/docs/style.css', '/openapi.json', '/problems/not-found', '/metrics'])(
  '%s counts like any other address',
  async (path) => {
    expect(await statuses(6, () => shell.call('get', path))).toEqual([200, 200, 200, 200, 200, 429]);
  },
);

describe('without MongoDB', () => {
  const lines: string[] = [];
  const log = createLog({ level: 'warn' }, { write: (line) => lines.push(line) });
  const limit: Limit = { name: 'x', max: 30, windowMs: 60_000, by: 'account' };

  test.each<[string, RateLimitStore['add']]>([
    ['away', () => Promise.reject(new Error('away'))],
    ['hanging', () => new Promise<never>(() => undefined)],
  ])('%s: each replica counts alone, and says so once', async (_name, add) => {
    lines.length = 0;
    const limiter = createLimiter({ store: { add }, clock: () => now, log });
    const allowed = [];
    for (let i = 0; i < 35; i += 1) allowed.push((await limiter.take(limit, 'ann')).allowed);
    expect(allowed.filter(Boolean)).toHaveLength(30);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/this replica alone/);
  });
});

test('few round trips, nobody refused early, and replicas overshoot by at most a block each', async () => {
  const log = createLog({ level: 'silent' });
  const { rateLimits } = memoryStore(() => now);
  let trips = 0;
  const store: RateLimitStore = {
    add: (...arguments_) => {
      trips += 1;
      return rateLimits.add(...arguments_);
    },
  };
  const limit: Limit = { name: 'x', max: 1000, windowMs: 60_000, by: 'account' };
  const replicas = [1, 2, 3].map(() => createLimiter({ store, clock: () => now, log }));
  const found = await Promise.all(
    Array.from({ length: 3000 }, (_unused, index) => replicas[index % 3]!.take(limit, 'ann')),
  );
  const allowed = found.filter((standing) => standing.allowed).length;
  expect(allowed).toBeGreaterThanOrEqual(1000);
  expect(allowed).toBeLessThanOrEqual(1000 + 3 * blockOf(1000));
  expect(trips).toBeLessThanOrEqual(3000 / blockOf(1000));
});

import { z } from 'zod';
import type { Access } from '../../src/api/route';
import { json } from '../../src/api/route';
import { people, problemOf, startShell, type Shell } from './shell';

const Who = z.object({ caller: z.unknown() });
let shell: Shell;
beforeAll(async () => {
  const who = (access: Access) =>
    json(
      {
        method: 'post',
        path: `/${access}`,
        access,
        summary: access,
        body: z.object({ n: z.int() }),
        responses: { 200: Who },
      },
      ({ caller }) => ({ caller }),
    );
  shell = await startShell(
    [who('public'), who('optional'), who('user'), who('support'), who('admin'), who('internal'), who('app')],
    {
      settings: { nodeInternalKey: ['first-key', 'second-key'] },
      deps: {
        authenticateApp: (key) =>
          Promise.resolve(key === 'app-key' ? { id: 'd'.repeat(24), name: 'Cafe', ownerId: people.ann.id } : null),
      },
    },
  );
});
afterAll(() => shell.close());

const ask = (access: string, init: { as?: string; headers?: Record<string, string> } = {}) =>
  shell.call('post', `/${access}`, { ...init, json: { n: 1 } });
const callerAt = async (access: string, init: Parameters<typeof ask>[1] = {}) => {
  const response = await ask(access, init);
  return response.status === 200 ? ((await response.json()) as { caller: unknown }).caller : response.status;
};

test('public routes do not look at tokens', async () => {
  expect(await callerAt('public', { as: 'nonsense' })).toBeNull();
});

test('optional: anonymous, or a valid token', async () => {
  expect(await callerAt('optional')).toBeNull();
  expect(await callerAt('optional', { as: 'ann' })).toMatchObject(people.ann);
});

test.each([
  ['user', 'ann', 200],
  ['user', 'sue', 200],
  ['user', 'root', 200],
  ['support', 'ann', 403],
  ['support', 'sue', 200],
  ['support', 'root', 200],
  ['admin', 'ann', 403],
  ['admin', 'sue', 403],
  ['admin', 'root', 200],
])('%s for %s is %i', async (access, as, status) => {
  const response = await ask(access, { as });
  expect(response.status).toBe(status);
  if (status === 403) await problemOf(response);
});

describe.each(['optional', 'user', 'support', 'admin'])('%s', (access) => {
  test.each([
    ['a forged token', 'Bearer nonsense', 'token-invalid'],
    ['an expired token', 'Bearer old', 'token-expired'],
    ['no token behind Bearer', 'Bearer', 'token-invalid'],
    ['two tokens', 'Bearer ann sue', 'token-invalid'],
    ['another scheme', 'Basic YW5uOnB3', 'token-invalid'],
    ['a token beyond all measure', `Bearer ${'x'.repeat(9000)}`, 'token-invalid'],
  ])('%s is 401 with a challenge', async (_name, authorization, kind) => {
    const response = await ask(access, { headers: { authorization } });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer .*error="invalid_token"/);
    expect((await problemOf(response)).type).toBe(`/problems/${kind}`);
  });
});

test('an empty Authorization is no token: anonymous where one is optional', async () => {
  expect(await callerAt('optional', { headers: { authorization: '' } })).toBeNull();
});

test.each(
  ['user', 'support', 'admin'].flatMap((access) => [
    [access, 'without a token', {}] as const,
    [access, 'with an empty Authorization', { authorization: '' }] as const,
  ]),
)('%s %s is 401', async (access, _name, headers) => {
  const response = await ask(access, { headers });
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toBe('Bearer realm="palate"');
  await problemOf(response);
});

test('who asks is settled before what is asked is looked at', async () => {
  const bad = { body: '{', headers: { 'content-type': 'text/plain' } };
  expect((await shell.call('post', '/user', bad)).status).toBe(401);
  expect((await shell.call('post', '/admin', { ...bad, as: 'ann' })).status).toBe(403);
  expect((await shell.call('post', '/user', { ...bad, as: 'ann' })).status).toBe(415);
});

test('internal: any of the keys, nothing else', async () => {
  const status = async (key?: string) =>
    (await ask('internal', key === undefined ? {} : { headers: { 'x-internal-key': key } })).status;
  expect(await status('first-key')).toBe(200);
  expect(await status('second-key')).toBe(200);
  expect(await status('first-key,second-key')).toBe(401);
  expect(await status('')).toBe(401);
  expect(await status()).toBe(401);
  expect((await ask('internal', { as: 'root' })).status).toBe(401);
});

test('internal routes are closed where no key is set', async () => {
  const closed = await startShell([
    json({ method: 'get', path: '/x', access: 'internal', summary: 'x', responses: { 200: z.null() } }, () => null),
  ]);
  expect((await closed.call('get', '/x', { headers: { 'x-internal-key': '' } })).status).toBe(401);
  await closed.close();
});

test('app: no key 401, a wrong key 403, the app otherwise', async () => {
  expect((await ask('app')).status).toBe(401);
  expect((await ask('app', { headers: { 'x-api-key': 'wrong' } })).status).toBe(403);
  expect(await callerAt('app', { headers: { 'x-api-key': 'app-key' } })).toMatchObject({ name: 'Cafe' });
});

test('no token, key or password reaches the log', async () => {
  await ask('user', {
    as: 'sue',
    headers: { 'x-api-key': 'app-key', 'x-internal-key': 'first-key', cookie: 'session=cookie-value' },
  });
  await shell.call('get', '/nothing?ticket=ticket-value&key=key-value&sig=sig-value&page=2');
  shell.deps.log.info(
    {
      headers: { authorization: 'Bearer header-value' },
      body: { user: { password: 'pw-value' } },
      token: 'token-value',
    },
    'x',
  );
  const text = JSON.stringify(shell.lines);
  expect(text).not.toMatch(
    /app-key|first-key|cookie-value|ticket-value|key-value|sig-value|header-value|pw-value|token-value|Bearer sue/,
  );
  expect(text).toMatch(/page=2/);
});

import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BlockedByBrowser, openPage, TimedOut } from './client';

/** The page that the suites of this folder speak through is as strict as a browser, or they would show nothing. */
let server: Server;
let base: string;
let received: IncomingMessage[] = [];
let answer: { status?: number; headers?: Record<string, string | string[]>; preflight?: Record<string, string> } = {};
let hangs = false;

beforeAll(async () => {
  server = createServer((request, response) => {
    received.push(request);
    request.resume();
    if (hangs) return;
    const headers = request.method === 'OPTIONS' ? (answer.preflight ?? {}) : (answer.headers ?? {});
    response.writeHead(request.method === 'OPTIONS' ? 204 : (answer.status ?? 200), headers);
    response.end(request.method === 'OPTIONS' ? undefined : '{"seen":true}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://localhost:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  received = [];
  answer = {};
  hangs = false;
});

const origin = 'http://localhost:5173';
const leave = { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' };
const allow = {
  ...leave,
  'access-control-allow-methods': 'PUT',
  'access-control-allow-headers': 'authorization,content-type',
};
const page = (more: object = {}) => openPage({ origin, base, credentials: 'include', ...more });
const jsonPut = {
  method: 'PUT',
  headers: { authorization: 'Bearer x', 'content-type': 'application/json' },
  body: '{}',
};

it('asks by a preflight for what a form could not send, without what the page knows', async () => {
  answer = { preflight: allow, headers: leave };
  expect((await page().fetch('/a', jsonPut)).json()).toEqual({ seen: true });
  expect(received.map(({ method }) => method)).toEqual(['OPTIONS', 'PUT']);
  expect(received[0]!.headers).toMatchObject({
    origin,
    'access-control-request-method': 'PUT',
    'access-control-request-headers': 'authorization,content-type',
  });
  expect(received[0]!.headers).not.toHaveProperty('authorization');
  expect(received[1]!.headers).toMatchObject({ origin, authorization: 'Bearer x', 'sec-fetch-site': 'same-site' });
});

it('asks for nothing that a form could send', async () => {
  answer = { headers: leave };
  const form = new FormData();
  form.append('a', '1');
  await page().fetch('/a', { method: 'POST', body: form });
  await page().fetch('/a', { method: 'POST', body: 'text' });
  expect(received.map(({ method }) => method)).toEqual(['POST', 'POST']);
});

it.each([
  ['no leave at all', {}, leave],
  ['another origin', { ...allow, 'access-control-allow-origin': 'http://localhost:3000' }, leave],
  ['any origin, with credentials', { ...allow, 'access-control-allow-origin': '*' }, leave],
  ['no credentials', { ...allow, 'access-control-allow-credentials': '' }, leave],
  ['other methods', { ...allow, 'access-control-allow-methods': 'GET, POST' }, leave],
  ['other headers', { ...allow, 'access-control-allow-headers': 'content-type' }, leave],
  ['any header, with credentials', { ...allow, 'access-control-allow-headers': '*' }, leave],
  ['a preflight that allows, and an answer that does not', allow, {}],
])('is blocked by %s', async (_case, preflight, headers) => {
  answer = { preflight, headers };
  await expect(page().fetch('/a', jsonPut)).rejects.toThrow(BlockedByBrowser);
});

it('without credentials any origin will do, and no cookie is kept', async () => {
  answer = { headers: { 'access-control-allow-origin': '*', 'set-cookie': 'a=1; Path=/' } };
  const file = page({ origin: 'null', credentials: 'same-origin' });
  await file.fetch('/a');
  await file.fetch('/a', { credentials: 'omit' });
  expect(received.map(({ headers }) => [headers.origin, headers.cookie])).toEqual([
    ['null', undefined],
    ['null', undefined],
  ]);
});

it('reads the headers that are exposed, and no cookie', async () => {
  const headers = { ...leave, location: '/b', 'retry-after': '3', 'set-cookie': 'a=1' };
  answer = { headers: { ...headers, 'access-control-expose-headers': 'Location' } };
  const seen = await page().fetch('/a');
  expect([...seen.headers.keys()]).toEqual(['location']);
});

it('sends cookies where their path, site and age say so', async () => {
  const cookies = ['s=1; Path=/api; Max-Age=60; HttpOnly; SameSite=Strict', 'n=2; Path=/; SameSite=None'];
  answer = { headers: { ...leave, 'set-cookie': cookies } };
  const known = page();
  await known.fetch('/api/login');
  await known.fetch('/api/me');
  await known.fetch('/apis');
  await openPage({ origin: 'null', base, credentials: 'include', cookies: known.cookies })
    .fetch('/api/me')
    .catch(String);
  answer = { headers: { ...leave, 'set-cookie': 's=; Path=/api; Max-Age=0' } };
  await known.fetch('/api/logout');
  await known.fetch('/api/me');
  expect(received.map(({ headers }) => headers.cookie)).toEqual([
    undefined,
    's=1',
    undefined,
    undefined,
    's=1',
    undefined,
  ]);
});

it('gives up after its time-out', async () => {
  hangs = true;
  await expect(page({ timeoutMs: 50 }).fetch('/a')).rejects.toThrow(TimedOut);
});

it.each([
  ['same-origin', 'image/png', 200, false],
  ['same-site', 'image/png', 200, true],
  ['cross-origin', 'image/png', 200, true],
  ['cross-origin', 'text/html', 200, false],
  ['cross-origin', 'image/png', 404, false],
])('a picture of policy %s, %s, %s: shown %s', async (policy, type, status, shown) => {
  answer = { status, headers: { 'cross-origin-resource-policy': policy, 'content-type': type } };
  const outcome = await page()
    .showImage('/p')
    .then(
      () => true,
      () => false,
    );
  expect(outcome).toBe(shown);
  expect(received[0]!.headers).not.toHaveProperty('authorization');
});

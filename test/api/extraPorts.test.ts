import { once } from 'node:events';
import { createServer } from 'node:net';
import { z } from 'zod';
import { json } from '../../src/api/route';
import { CannotListen } from '../../src/api/server';
import { openRawClient, rawRequest } from './rawClient';
import { problemOf, startShell, type ShellOptions } from './shell';

const gate: { entered: number; open: () => void } = { entered: 0, open: () => undefined };
const routes = [
  json(
    { method: 'get', path: '/here', access: 'public', summary: 'Here', responses: { 200: z.string() } },
    (context) => context.origin,
  ),
  json({ method: 'get', path: '/held', access: 'public', summary: 'Held', responses: { 200: z.null() } }, async () => {
    gate.entered += 1;
    await new Promise<void>((resolve) => (gate.open = resolve));
    return null;
  }),
];
const here = { host: '127.0.0.1', port: 0 };
const start = ({ server, ...options }: ShellOptions = {}) =>
  startShell(routes, { ...options, server: { others: [here, here], ...server } });

test('the same app answers at each, and names itself as it was called', async () => {
  const shell = await start();
  const urls = [shell.url, ...shell.server.otherUrls];
  expect(new Set(urls).size).toBe(3);
  for (const url of urls) {
    expect(await (await fetch(`${url}/here`)).json()).toBe(url);
    await problemOf(await fetch(`${url}/nowhere`));
  }
  await shell.close();
});

test('a client has one limit at all of them, and one metric counts it', async () => {
  const shell = await start({ settings: { rateLimitMax: 4 }, deps: { clock: () => new Date('2030-01-01T12:00:10Z') } });
  const [one = '', other = ''] = shell.server.otherUrls;
  const statuses = [];
  for (const url of [shell.url, one, other, one, other, shell.url]) statuses.push((await fetch(`${url}/here`)).status);
  expect(statuses).toEqual([200, 200, 200, 200, 429, 429]);
  const { body } = await shell.deps.metrics.scrape();
  expect(body.toString()).toContain('palate_rate_limited_total{limit="general"} 2');
  expect(body.toString()).toContain('palate_http_request_seconds_count{method="GET",route="/here",status="200"} 4');
  await shell.close();
});

test('the bounds of a connection hold at each: bad syntax is a problem, requests are served in turn', async () => {
  const shell = await start();
  const client = await openRawClient(Number(new URL(shell.server.otherUrls[0] ?? '').port));
  client.socket.write(rawRequest('GET', '/here') + rawRequest('GET', '/nowhere') + 'NO HTTP\r\n\r\n');
  await client.ended;
  expect(client.statuses()).toEqual([200, 404, 400]);
  client.socket.destroy();
  await shell.close();
});

test('all of them stop together: not ready, no new connections, answers under way go out', async () => {
  gate.entered = 0;
  const shell = await start({ server: { drainMs: 500 } });
  const [one = '', other = ''] = shell.server.otherUrls;
  const held = fetch(`${one}/held`);
  while (gate.entered === 0) await new Promise(setImmediate);
  const closing = shell.close();
  for (const url of [shell.url, one, other]) expect((await fetch(`${url}/health/ready`)).status).toBe(503);
  let closed = false;
  void closing.then(() => (closed = true));
  const refused = async (url: string) => {
    while (
      await fetch(`${url}/here`).then(
        () => true,
        () => false,
      )
    )
      await new Promise(setImmediate);
  };
  await Promise.all([shell.url, one, other].map(refused));
  expect(closed).toBe(false);
  gate.open();
  expect((await held).status).toBe(200);
  await closing;
});

test('where one is taken, none is kept', async () => {
  const taken = createServer();
  await once(taken.listen(0, '127.0.0.1'), 'listening');
  const { port } = taken.address() as { port: number };
  const free = createServer();
  await once(free.listen(0, '127.0.0.1'), 'listening');
  const first = (free.address() as { port: number }).port;
  await new Promise((resolve) => free.close(resolve));
  const refusal = await start({ server: { port: first, others: [{ host: '127.0.0.1', port }] } }).catch(
    (error: unknown) => error,
  );
  expect(refusal).toBeInstanceOf(CannotListen);
  expect(refusal).toMatchObject({ code: 'EADDRINUSE', address: { host: '127.0.0.1', port } });
  await once(free.listen(first, '127.0.0.1'), 'listening');
  await Promise.all([free, taken].map((server) => new Promise((resolve) => server.close(resolve))));
});

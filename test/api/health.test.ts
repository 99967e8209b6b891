import { networkInterfaces } from 'node:os';
import { z } from 'zod';
import type { HealthCheck } from '../../src/api/deps';
import { json } from '../../src/api/route';
import { parseSettings } from '../../src/config/settings';
import { watchLaunches } from '../../src/telemetry/launchMetrics';
import { serveMetrics } from '../../src/telemetry/server';
import { createMetrics } from '../../src/telemetry/metrics';
import { leastEnvironment, productionEnvironment } from '../config/environment';
import { problemOf, startShell, type Shell, type ShellOptions } from './shell';

const check = (name: string, required: boolean, probe: () => Promise<unknown>): HealthCheck => ({
  name,
  required,
  without: `Without ${name} some things wait.`,
  probe,
});
const up = () => Promise.resolve();
const down = () => Promise.reject(new Error('away'));
const hangs = () => new Promise<never>(() => undefined);

const shells: Shell[] = [];
const withChecks = async (
  checks: HealthCheck[],
  model: ReturnType<NonNullable<NonNullable<ShellOptions['deps']>['health']>['model']> = null,
) => {
  const shell = await startShell([], {
    deps: { health: { checks, version: '1.2.3', persistence: { records: 'mongodb' }, model: () => model } },
  });
  shells.push(shell);
  return shell;
};
afterAll(() => Promise.all(shells.map((shell) => shell.close())));

test('healthy: with the keys that clients of several contracts read', async () => {
  const shell = await withChecks([check('mongodb', true, up)], { version: 'nateraw/food', loaded: true });
  for (const path of ['/health', '/v1/ml/health']) {
    const response = await shell.call('get', path);
    expect(response.status).toBe(200);
    const body = (await response.json()) as { timestamp: string };
    expect(body).toEqual({
      status: 'healthy',
      service: 'palate',
      version: '1.2.3',
      model_version: 'nateraw/food',
      model_loaded: true,
      timestamp: body.timestamp,
      persistence: { records: 'mongodb' },
      parts: { mongodb: { status: 'up' } },
      degraded: [],
    });
    expect(Math.abs(Date.parse(body.timestamp) - Date.now())).toBeLessThan(5_000);
    expect(response.headers.get('ratelimit')).toBeNull();
  }
});

test('degraded: still ready, and says what works all the same', async () => {
  const shell = await withChecks([check('mongodb', true, up), check('temporal', false, down)]);
  const response = await shell.call('get', '/health');
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({
    status: 'degraded',
    parts: { temporal: { status: 'down', without: 'Without temporal some things wait.' } },
    degraded: ['Without temporal some things wait.'],
  });
  expect((await shell.call('get', '/health/ready')).status).toBe(200);
});

test('a part of which only some answers is degraded, and says which', async () => {
  const some = 'webhook: calls to 1 of 100 receivers are suspended.';
  const shell = await withChecks([check('mongodb', true, up), check('receivers', false, () => Promise.resolve(some))]);
  const response = await shell.call('get', '/health');
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({
    status: 'degraded',
    parts: { mongodb: { status: 'up' }, receivers: { status: 'degraded', without: some } },
    degraded: [some],
  });
  expect((await shell.call('get', '/health/ready')).status).toBe(200);
});

test('without what is required it is alive and not ready', async () => {
  const shell = await withChecks([check('mongodb', true, down)]);
  expect(await (await shell.call('get', '/health')).json()).toMatchObject({ status: 'unhealthy' });
  expect((await shell.call('get', '/health')).status).toBe(503);
  const ready = await shell.call('get', '/health/ready');
  expect([ready.status, await ready.json()]).toEqual([
    503,
    { status: 'not_ready', reason: 'mongodb does not answer.' },
  ]);
  expect((await shell.call('get', '/health/live')).status).toBe(200);
});

test('a part that hangs counts as down and does not hang the answer', async () => {
  const shell = await withChecks([check('objects', false, hangs)]);
  const startedAt = Date.now();
  expect(await (await shell.call('get', '/health')).json()).toMatchObject({ status: 'degraded' });
  expect(Date.now() - startedAt).toBeLessThan(4_000);
});

test('metrics count by template, and addresses that do not exist as one', async () => {
  const shell = await startShell([
    json(
      { method: 'get', path: '/photos/:id', access: 'public', summary: 'x', responses: { 200: z.null() } },
      () => null,
    ),
  ]);
  shells.push(shell);
  for (const path of ['/photos/1', '/photos/2', '/nowhere/1', '/nowhere/2'])
    await (await shell.call('get', path)).text();
  const text = await (await shell.call('get', '/metrics')).text();
  expect(text).toContain('palate_http_request_seconds_count{method="GET",route="/photos/:id",status="200"} 2');
  expect(text).toContain('palate_http_request_seconds_count{method="GET",route="none",status="404"} 2');
  expect(text).not.toContain('nowhere');
});

describe('/metrics at the API', () => {
  const start = async (env: Record<string, string>) => {
    const { metricsOnApi, nodeInternalKey } = parseSettings(env);
    const shell = await startShell([], { settings: { metricsOnApi, nodeInternalKey } });
    shells.push(shell);
    return shell;
  };
  const keys = ['first-key-of-ours-9f3b', 'second-key-of-ours-71c2'];
  const metrics = (shell: Shell, key?: string) =>
    shell.call('get', '/metrics', key === undefined ? {} : { headers: { 'x-internal-key': key } });

  test('is for everyone outside production, and named at /', async () => {
    const shell = await start({ ...leastEnvironment, NODE_ENV: 'development' });
    expect((await metrics(shell)).status).toBe(200);
    expect(await (await shell.call('get', '/')).json()).toMatchObject({ links: { metrics: '/metrics' } });
    const page = await shell.call('get', '/', { headers: { accept: 'text/html' } });
    expect(await page.text()).toContain('href="/metrics"');
  });

  test('is nothing in production but for those who have an internal key', async () => {
    const shell = await start({ ...productionEnvironment, NODE_INTERNAL_KEY: keys.join(',') });
    for (const key of [undefined, '', 'wrong', keys[0]!.slice(0, -1), `${keys[0]}x`, keys.join(',')]) {
      const answer = await metrics(shell, key);
      expect(answer.status).toBe(404);
      const { detail, type } = await problemOf(answer);
      const { detail: elsewhere, type: same } = await problemOf(await shell.call('get', '/nowhere'));
      expect([type, detail]).toEqual([same, String(elsewhere).replace('/nowhere', '/metrics')]);
    }
    for (const key of keys) {
      const answer = await metrics(shell, key);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/plain')]);
      expect(await answer.text()).toContain('palate_http_request_seconds');
    }
    expect((await (await shell.call('get', '/')).json()) as object).not.toHaveProperty('links.metrics');
    const page = await shell.call('get', '/', { headers: { accept: 'text/html' } });
    expect(await page.text()).not.toContain('/metrics');
  });

  test('is nothing in production where there is no key at all', async () => {
    const shell = await start(productionEnvironment);
    for (const key of [undefined, '', 'undefined', 'null']) expect((await metrics(shell, key)).status).toBe(404);
  });

  test('is for everyone where METRICS_ON_API says so, and for nobody without a key where it says no', async () => {
    const open = await start({ ...productionEnvironment, METRICS_ON_API: 'true' });
    expect((await metrics(open)).status).toBe(200);
    const closed = await start({ ...leastEnvironment, METRICS_ON_API: 'false', NODE_INTERNAL_KEY: keys[0]! });
    expect([(await metrics(closed)).status, (await metrics(closed, keys[0])).status]).toEqual([404, 200]);
  });

  test('is described with both answers', async () => {
    const { paths } = (await start(leastEnvironment)).document;
    expect(paths['/metrics']?.get).toMatchObject({ responses: { 200: {}, 404: {} } });
  });
});

test('METRICS_HOST says where a process shows its numbers', async () => {
  const { scrape } = createMetrics({ processMetrics: false });
  const server = await serveMetrics(scrape, { port: 0, host: '0.0.0.0' });
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.family === 'IPv4' && !one.internal)?.address;
  if (outside === undefined) console.warn('This machine has no address but its own: only that one is tried.');
  for (const host of ['127.0.0.1', ...(outside === undefined ? [] : [outside])])
    expect((await fetch(`http://${host}:${server.port}/metrics`)).status).toBe(200);
  await server.close();
});

test('a process without an API serves its numbers and says that it lives', async () => {
  const metrics = createMetrics({ processMetrics: false });
  watchLaunches(metrics.registry, { pending: () => Promise.resolve(7), inLine: () => Promise.resolve(300) });
  metrics.workflows.inc({ workflow: 'analyzePhoto', outcome: 'completed' });
  const server = await serveMetrics(metrics.scrape, { port: 0 });
  const at = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${server.port}${path}`, init);
  const text = await (await at('/metrics')).text();
  expect(text).toContain('palate_workflow_outcomes_total{workflow="analyzePhoto",outcome="completed"} 1');
  expect(text).toContain('palate_launch_backlog 7');
  expect(text).toContain('palate_launches_in_line 300');
  expect(await (await at('/health/live')).json()).toEqual({ status: 'live' });
  expect((await at('/else')).status).toBe(404);
  expect((await at('/metrics', { method: 'POST' })).status).toBe(405);
  await server.close();
});

test('numbers are collected once, however many ask within two seconds, at both doors', async () => {
  let now = new Date('2030-01-01T12:00:00Z');
  const metrics = createMetrics({ processMetrics: false, clock: () => now });
  let counted = 0;
  watchLaunches(metrics.registry, {
    pending: () => Promise.resolve((counted += 1)),
    inLine: () => Promise.resolve(0),
  });
  const shell = await startShell([], { deps: { metrics } });
  shells.push(shell);
  const server = await serveMetrics(metrics.scrape, { port: 0 });
  const backlog = async (url: string) =>
    /^palate_launch_backlog (\d+)$/m.exec(await (await fetch(`${url}/metrics`)).text())?.[1];
  const urls = [shell.url, `http://127.0.0.1:${server.port}`];
  const asked = () => Promise.all([...urls, ...urls, ...urls].map(backlog));
  expect(new Set(await asked())).toEqual(new Set(['1']));
  now = new Date(now.getTime() + 1_999);
  expect(new Set(await asked())).toEqual(new Set(['1']));
  now = new Date(now.getTime() + 1);
  expect(new Set(await asked())).toEqual(new Set(['2']));
  expect(counted).toBe(2);
  await server.close();
});

test('numbers that could not be collected are collected again at once', async () => {
  const metrics = createMetrics({ processMetrics: false });
  const collecting = jest.spyOn(metrics.registry, 'metrics').mockRejectedValueOnce(new Error('a collector broke'));
  await expect(metrics.scrape()).rejects.toThrow('a collector broke');
  expect((await metrics.scrape()).body.toString()).toContain('palate_workflow_outcomes_total');
  expect(collecting).toHaveBeenCalledTimes(2);
});

test('a backlog that cannot be counted leaves the rest of the numbers', async () => {
  const metrics = createMetrics({ processMetrics: false });
  watchLaunches(metrics.registry, {
    pending: () => Promise.reject(new Error('away')),
    inLine: () => Promise.resolve(0),
  });
  expect(await metrics.registry.metrics()).toContain('palate_workflow_outcomes_total');
});

import { z } from 'zod';
import type { HealthCheck } from '../../src/api/deps';
import { json } from '../../src/api/route';
import { serveMetrics } from '../../src/telemetry/server';
import { createMetrics } from '../../src/telemetry/metrics';
import { startShell, type Shell, type ShellOptions } from './shell';

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

test('a process without an API serves its numbers and says that it lives', async () => {
  const metrics = createMetrics({ processMetrics: false });
  metrics.watchBacklog(() => Promise.resolve(7));
  metrics.workflows.inc({ workflow: 'analyzePhoto', outcome: 'completed' });
  const server = await serveMetrics(metrics.registry, 0);
  const at = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${server.port}${path}`, init);
  const text = await (await at('/metrics')).text();
  expect(text).toContain('palate_workflow_outcomes_total{workflow="analyzePhoto",outcome="completed"} 1');
  expect(text).toContain('palate_launch_backlog 7');
  expect(await (await at('/health/live')).json()).toEqual({ status: 'live' });
  expect((await at('/else')).status).toBe(404);
  expect((await at('/metrics', { method: 'POST' })).status).toBe(405);
  await server.close();
});

test('a backlog that cannot be counted leaves the rest of the numbers', async () => {
  const metrics = createMetrics({ processMetrics: false });
  metrics.watchBacklog(() => Promise.reject(new Error('away')));
  expect(await metrics.registry.metrics()).toContain('palate_workflow_outcomes_total');
});

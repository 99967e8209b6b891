import { z } from 'zod';
import type { ShellDeps } from '../deps';
import { nothingAt, Problem } from '../errors';
import { hasInternalKey } from '../middleware/access';
import { file, json, reply, type Route } from '../route';
import { createHealthReport } from './report';

/**
 * live      the process answers; restart it where not
 * ready     MongoDB answers and the server is not shutting down; send it requests
 * health    for people and for the clients that ask it: what is missing, and what works all the same
 */
const Part = z.object({
  status: z
    .enum(['up', 'degraded', 'down'])
    .meta({ description: '`degraded`: some of the systems that the part stands for do not answer' }),
  without: z.string().optional(),
});
const Health = z
  .object({
    status: z.enum(['healthy', 'degraded', 'unhealthy']),
    service: z.literal('palate'),
    version: z.string(),
    model_version: z.string().nullable(),
    model_loaded: z.boolean(),
    timestamp: z.iso.datetime(),
    persistence: z.record(z.string(), z.string()).meta({ description: 'Where state is kept' }),
    parts: z.record(z.string(), Part),
    degraded: z
      .array(z.string())
      .meta({ description: 'What does not work at the moment, in sentences; empty when all does' }),
  })
  .meta({ id: 'Health' });
const Readiness = z
  .object({ status: z.enum(['ready', 'not_ready']), reason: z.string().nullable() })
  .meta({ id: 'Readiness' });
const Liveness = z.object({ status: z.literal('live') }).meta({ id: 'Liveness' });

export const healthRoutes = ({ health, clock, metrics, settings }: ShellDeps, draining: () => boolean): Route[] => {
  const report = createHealthReport(health.checks);
  const shared = { access: 'public', limit: 'none', tag: 'health' } as const;

  return [
    json(
      {
        ...shared,
        method: 'get',
        path: ['/health', '/v1/ml/health'],
        summary: 'What works and what does not',
        responses: {
          200: { description: 'All parts, or all but some that most requests do without', schema: Health },
          503: { description: 'Not ready', schema: Health },
        },
      },
      async () => {
        const { status, parts, degraded } = await report();
        const model = health.model();
        return reply(status === 'unhealthy' ? 503 : 200, {
          status,
          service: 'palate',
          version: health.version,
          model_version: model?.version ?? null,
          model_loaded: model?.loaded ?? false,
          timestamp: clock().toISOString(),
          persistence: { ...health.persistence },
          parts: { ...parts },
          degraded: [...degraded],
        });
      },
    ),
    json(
      {
        ...shared,
        method: 'get',
        path: '/health/live',
        summary: 'Whether the process answers',
        responses: { 200: Liveness },
      },
      () => ({ status: 'live' }),
    ),
    json(
      {
        ...shared,
        method: 'get',
        path: '/health/ready',
        summary: 'Whether the server takes requests',
        responses: { 200: Readiness, 503: { description: 'Not ready', schema: Readiness } },
      },
      async () => {
        if (draining()) return reply(503, { status: 'not_ready', reason: 'The server is shutting down.' });
        const missing = (await report()).found.find(({ required, state }) => required && state === 'down');
        return missing
          ? reply(503, { status: 'not_ready', reason: `${missing.name} does not answer.` })
          : reply(200, { status: 'ready', reason: null });
      },
    ),
    file(
      {
        access: 'public',
        tag: 'health',
        path: '/metrics',
        summary: 'Metrics for Prometheus',
        description:
          'Collected at most once in two seconds, however many ask. In production only for callers with `x-internal-key`, unless the server is set to show them to everyone (`METRICS_ON_API`); others find nothing here.',
        responses: { 200: { description: 'Prometheus text format', contentType: 'text/plain' }, 404: Problem },
      },
      ({ path, headers }) => {
        if (!settings.metricsOnApi && !hasInternalKey(settings, headers)) throw nothingAt(path);
        return metrics.scrape();
      },
    ),
  ];
};

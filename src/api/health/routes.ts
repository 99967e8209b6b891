import { Readable } from 'node:stream';
import { z } from 'zod';
import type { HealthCheck, ShellDeps } from '../deps';
import { file, json, reply, type Route } from '../route';

/**
 * live      the process answers; restart it where not
 * ready     MongoDB answers and the server is not shutting down; send it requests
 * health    for people and for the clients that ask it: what is missing, and what works all the same
 */
const Part = z.object({ status: z.enum(['up', 'down']), without: z.string().optional() });
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

/** A part that has not answered by then counts as down: `/health` must not hang with what it reports on. */
const probeWithinMs = 1_500;
/** Answers are kept this long, so that many who ask are not many who probe. */
const keptMs = 1_000;

const answers = async (check: HealthCheck): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), probeWithinMs);
  });
  const asked = Promise.resolve()
    .then(() => check.probe())
    .then(
      () => true,
      () => false,
    );
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
};

const createProbe = (checks: readonly HealthCheck[]) => {
  let last: { at: number; found: Promise<readonly (HealthCheck & { up: boolean })[]> } | undefined;
  return () => {
    const now = performance.now();
    if (!last || now - last.at > keptMs) {
      last = { at: now, found: Promise.all(checks.map(async (check) => ({ ...check, up: await answers(check) }))) };
    }
    return last.found;
  };
};

export const healthRoutes = ({ health, clock, metrics }: ShellDeps, draining: () => boolean): Route[] => {
  const probe = createProbe(health.checks);
  const shared = { access: 'public', limit: 'none', tag: 'Health' } as const;

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
        const parts = await probe();
        const down = parts.filter(({ up }) => !up);
        const status = down.length === 0 ? 'healthy' : down.some(({ required }) => required) ? 'unhealthy' : 'degraded';
        const model = health.model();
        return reply(status === 'unhealthy' ? 503 : 200, {
          status,
          service: 'palate',
          version: health.version,
          model_version: model?.version ?? null,
          model_loaded: model?.loaded ?? false,
          timestamp: clock().toISOString(),
          persistence: { ...health.persistence },
          parts: Object.fromEntries(
            parts.map(({ name, up, without }) => [name, up ? { status: 'up' } : { status: 'down', without }]),
          ),
          degraded: down.map(({ without }) => without),
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
        const missing = (await probe()).find(({ required, up }) => required && !up);
        return missing
          ? reply(503, { status: 'not_ready', reason: `${missing.name} does not answer.` })
          : reply(200, { status: 'ready', reason: null });
      },
    ),
    file(
      {
        ...shared,
        path: '/metrics',
        summary: 'Metrics for Prometheus',
        responses: { 200: { description: 'Prometheus text format', contentType: 'text/plain' } },
      },
      async () => {
        const text = Buffer.from(await metrics.registry.metrics());
        return { stream: Readable.from([text]), contentType: metrics.registry.contentType, bytes: text.length };
      },
    ),
  ];
};

import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Settings } from '../config/settings';
import { serveMetrics } from '../telemetry/server';
import { startApiRole, type ApiOptions, type ApiRole } from './apiRole';
import { CannotStart, openBase } from './base';
import { startWorkerRole, type WorkerOptions, type WorkerRole } from './workerRole';

export { CannotStart } from './base';

/** How long a start waits for Temporal, and then for its own worker. */
const patienceMs = 4_000;

export interface Palate {
  /** Where the API listens; null in roles without one. */
  readonly url: string | null;
  /** In order: HTTP first (not ready, drain), then workers, then connections. Bounded in time. */
  stop(): Promise<void>;
}

/** Puts a process together from its role. `worker` and `api` are for tests: a bundle of their own, less patience with clients. */
export async function startPalate(
  given: { settings: Settings; log: Logger; clock: () => Date; version: string },
  worker: WorkerOptions = {},
  api: ApiOptions = {},
): Promise<Palate> {
  const { settings, log, version } = given;
  const role = settings.palateRole;
  const serves = role === 'all' || role === 'api';
  const works = role === 'all' || role === 'worker';
  const base = await openBase(given, { eagerStart: serves && works });
  const stops: (() => Promise<void>)[] = [() => base.close()];
  const stop = async () => {
    for (const one of stops.splice(0).reverse())
      await one().catch((error: unknown) => log.error({ err: error }, 'a part did not stop cleanly'));
  };

  try {
    const metrics = await serveMetrics(base.metrics.registry, settings.metricsPort).catch((error: unknown) => {
      throw listenFault(error, settings.metricsPort, 'METRICS_PORT');
    });
    stops.push(() => metrics.close());
    // A first request right after the start should be worked on at once; without Temporal the process starts all the same.
    await Promise.race([base.temporal.connected(), delay(patienceMs, undefined, { ref: false })]);
    let working: WorkerRole | null = null;
    if (works) {
      working = await startWorkerRole(base, worker);
      await Promise.race([working.firstPoll, delay(patienceMs, undefined, { ref: false })]);
      stops.push(() => working?.stop() ?? Promise.resolve());
    }
    // Training registers its worker here; until a feature trains, the role serves its health and metrics only.
    if (role === 'trainer') log.info('nothing in this version trains; the trainer waits');
    let serving: ApiRole | null = null;
    if (serves) {
      const polling = working && (() => working.polling());
      serving = await startApiRole(base, version, polling, api).catch((error: unknown) => {
        throw listenFault(error, settings.port, 'PORT');
      });
      stops.push(() => serving?.stop() ?? Promise.resolve());
    }
    return { url: serving?.url ?? null, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function listenFault(error: unknown, port: number, variable: string): unknown {
  if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) return error;
  return new CannotStart(
    `Port ${port} is taken by another program: stop that one, or set ${variable} to another port.`,
    { cause: error },
  );
}

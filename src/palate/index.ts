import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { answerInTurn } from '../api/connection/answerInTurn';
import { createHealthReport } from '../api/health/report';
import { CannotListen } from '../api/server';
import type { ListenAddress } from '../config/addresses';
import type { Settings } from '../config/settings';
import { serveMetrics } from '../telemetry/server';
import { startApiRole, type ApiOptions, type ApiRole } from './apiRole';
import { CannotStart, openBase, type PreparingParts } from './base';
import { circuitsOf } from './circuits';
import { manifests } from './features';
import { engineChecks } from './health';
import { startTrainerRole, startWorkerRole, type WorkerOptions, type WorkerRole } from './workerRole';

export { CannotStart } from './base';

/** How long a start waits for Temporal, and then for its own worker. */
const patienceMs = 4_000;

export interface Palate {
  /** Where the API listens; null in roles without one. */
  readonly url: string | null;
  /** Where else it listens (`EXTRA_PORTS`). */
  readonly otherUrls: readonly string[];
  /** In order: HTTP first (not ready, drain), then workers, then connections. Bounded in time. */
  stop(): Promise<void>;
}

const isPreparing = async (parts: PreparingParts, workflowId: string): Promise<boolean> => {
  for (const feature of manifests) if (await feature.isPreparing?.(parts, workflowId)) return true;
  return false;
};

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
  const base = await openBase(given, { eagerStart: serves && works, isPreparing });
  const stops: (() => Promise<void>)[] = [() => base.close()];
  const stop = async () => {
    for (const one of stops.splice(0).reverse())
      await one().catch((error: unknown) => log.error({ err: error }, 'a part did not stop cleanly'));
  };

  try {
    base.metrics.watchCircuits({
      kinds: circuitsOf(manifests, settings).map(({ name }) => name),
      countStates: () => base.store.circuits.countStates(),
    });
    for (const { metrics } of manifests) metrics?.(base);
    const shown = { host: settings.metricsHost, port: settings.metricsPort };
    let health = createHealthReport(engineChecks(base, null));
    const metrics = await serveMetrics(base.metrics.scrape, {
      ...shown,
      health: async () => {
        const { status, parts, degraded } = await health();
        return { ready: status !== 'unhealthy', body: { status, service: 'palate', role, version, parts, degraded } };
      },
      guard: answerInTurn,
    }).catch((error: unknown) => {
      throw listenFault(error, shown, { host: 'METRICS_HOST', port: 'METRICS_PORT' });
    });
    stops.push(() => metrics.close());
    // A first request right after the start should be worked on at once; without Temporal the process starts all the same.
    await Promise.race([base.temporal.connected(), delay(patienceMs, undefined, { ref: false })]);
    let working: WorkerRole | null = null;
    if (works || role === 'trainer') {
      working = await (works ? startWorkerRole : startTrainerRole)(base, worker);
      health = createHealthReport(engineChecks(base, working));
      await Promise.race([working.firstPoll, delay(patienceMs, undefined, { ref: false })]);
      stops.push(() => working?.stop() ?? Promise.resolve());
    }
    let serving: ApiRole | null = null;
    if (serves) {
      serving = await startApiRole(base, version, working, api).catch((error: unknown) => {
        if (!(error instanceof CannotListen)) throw error;
        const { address } = error;
        const isFirst = address.host === settings.host && address.port === settings.port;
        throw listenFault(
          error,
          address,
          isFirst ? { host: 'HOST', port: 'PORT' } : { host: 'EXTRA_PORTS', port: 'EXTRA_PORTS' },
        );
      });
      stops.push(() => serving?.stop() ?? Promise.resolve());
    }
    return { url: serving?.url ?? null, otherUrls: serving?.otherUrls ?? [], stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What a person reads where an address cannot be listened on; any other error as it is. */
function listenFault(
  error: unknown,
  { host, port }: ListenAddress,
  variables: { host: string; port: string },
): unknown {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  const sentence =
    code === 'EADDRINUSE'
      ? `Port ${port} is taken by another program: stop that one, or set ${variables.port} to another port.`
      : code === 'EACCES'
        ? `Port ${port} needs rights that this process does not have: set ${variables.port} to one above 1023.`
        : code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND'
          ? `${host} is no address of this machine: set ${variables.host} to one that is.`
          : undefined;
  return sentence === undefined ? error : new CannotStart(sentence, { cause: error });
}

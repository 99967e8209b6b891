import { launchesEraser } from '../../activities/launches';
import { launchPanel } from '../../api/launches/panel';
import { watchLaunches } from '../../telemetry/launchMetrics';
import { startLauncher } from '../../worker/launcher';
import { nothing, type FeatureManifest } from '../feature';

const width = 4;

/** Workflow starts that are recorded in transactions. */
export const launches = {
  name: 'launches',
  eraser: { order: 90, create: ({ store }) => launchesEraser(store.launches) },
  exporters: nothing('names and ids of runs; what they work on is exported by its feature'),
  metrics: ({ metrics, store: { launches } }) =>
    watchLaunches(metrics.registry, {
      pending: () => launches.countPending(),
      inLine: () => launches.countInLine(),
    }),
  supportPanel: ({ store }) => launchPanel(store.launches),
  worker: ({ store, launches: start, settings, log, options: { launchLeaseMs = 10_000 } }) => ({
    pollers: [
      () =>
        startLauncher({
          launches: store.launches,
          start,
          sweepMs: settings.launchSweepMs,
          leaseMs: launchLeaseMs,
          width,
          onError: (error) => log.warn({ err: error }, 'the launcher could not poll for launches; polling continues'),
        }),
    ],
  }),
} as const satisfies FeatureManifest;

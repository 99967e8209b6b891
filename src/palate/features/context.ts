import { createContextActivities } from '../../activities/context';
import { contextEraser, createForgetActivities } from '../../activities/context/forget';
import { createReplayActivities } from '../../activities/context/replay';
import { syncHealthRoutes } from '../../api/context/health';
import { internalContextRoutes } from '../../api/context/internal';
import { mlEventRoutes } from '../../api/context/mlEvents';
import { contextPanel } from '../../api/context/panel';
import { contextRoutes } from '../../api/context/routes';
import { tellRun } from '../../launches/tell';
import { contextWorkflows, syncSettled } from '../../messages/context';
import { replayWorkflows } from '../../messages/contextReplay';
import type { ContextSweep } from '../../worker/contextSweep';
import { pick } from '../activities';
import { openPusher, openReceiver, openSweep } from '../context';
import { watchContextSync } from '../contextFigures';
import { nothing, type FeatureManifest, type WorkerParts } from '../feature';
import { circuitChecks } from '../health';

/** A push may be two requests: a part, then the whole. */
const requestsOfAPush = 2;

export const context = {
  name: 'context',
  workflows: { ...contextWorkflows, ...replayWorkflows },
  // First, so that nothing is sent of what is being erased.
  eraser: { order: 0, create: ({ store, endRun }) => contextEraser({ syncs: store.contextSyncs, endRun }) },
  exporters: nothing('versions and times of syncs; what is sent is exported by the features that it is of'),
  circuits: (settings) => ({
    context_receiver: {
      scope: [settings.flaskAiBaseUrl, settings.contextSyncPath, ...(settings.internalHmacSecret ?? [])],
      callMs: requestsOfAPush * settings.contextSyncTimeoutMs,
    },
  }),
  metrics: watchContextSync,
  supportPanel: contextPanel,
  api: (parts) => ({
    routes: [
      ...internalContextRoutes(parts),
      ...syncHealthRoutes(parts),
      ...mlEventRoutes(parts),
      ...contextRoutes(parts),
    ],
    healthChecks: circuitChecks(
      parts.store,
      {
        name: 'context_sync',
        without:
          'The ML service is not told of changes; they are kept and follow once it is well again. All else works.',
      },
      parts.settings.flaskAiBaseUrl === null ? [] : ['context_receiver'],
    ),
  }),
  worker: openWorker,
} as const satisfies FeatureManifest;

function openWorker(parts: WorkerParts) {
  const { settings, store, circuits, clock, log, temporal, contextRuns } = parts;
  const receiver = openReceiver(parts);
  const pusher = openPusher(parts, receiver, circuits);
  let sweep: ContextSweep | undefined;
  if (contextRuns === null) log.info('FLASK_AI_BASE_URL is not set: context sync is off; changes are kept until it is');
  const pushing = createContextActivities({ pusher });
  const replaying = createReplayActivities({
    replays: store.contextReplays,
    syncs: store.contextSyncList,
    contexts: store.contextSyncs,
    transaction: store.transaction,
    pusher,
    clock,
    settled: async (userId) => {
      // Without Temporal the run finds out by itself, at the next change.
      await tellRun(temporal, contextWorkflows.sync.id(userId), syncSettled).catch(() => undefined);
    },
  });
  const forgetting = createForgetActivities({
    receiver,
    syncs: store.contextSyncs,
    erasures: store.erasures,
    circuits,
    clock,
    timeoutMs: settings.contextSyncTimeoutMs,
  });
  return {
    activities: {
      main: [pushing, replaying, forgetting] as const,
      receiver: [pushing, pick(replaying, 'replayBatch'), pick(forgetting, 'forgetAtReceiver')] as const,
    },
    pollers: contextRuns === null ? [] : [() => (sweep = openSweep(parts, contextRuns, pusher))],
    onCircuitClosed(circuit: string) {
      if (circuit !== 'context_receiver') return;
      store.paces
        .restart(circuit)
        .catch((error: unknown) => log.warn({ err: error }, 'the slow start could not be noted'))
        .finally(() => sweep?.receiverIsBack());
    },
  };
}

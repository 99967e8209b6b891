import { createErasureActivities } from '../../activities/erasure';
import { erasureRoutes } from '../../api/erasure/routes';
import { beginDueErasures } from '../../launches/erasure';
import { erasureWorkflows } from '../../messages/erasure';
import { startPoller } from '../../worker/poller';
import { nothing, type FeatureManifest } from '../feature';

export const erasure = {
  name: 'erasure',
  workflows: erasureWorkflows,
  eraser: nothing('a receipt holds times and counts; the id of the account leaves it with the row of its context'),
  exporters: nothing('a receipt is opened by the key that was handed out with it'),
  api: (parts) => ({ routes: erasureRoutes(parts) }),
  worker: ({ erasers, store, launches, settings, log }) => ({
    activities: { main: [createErasureActivities({ erasers, erasures: store.erasures })] as const },
    pollers: [
      () =>
        startPoller({
          poll: async () => ((await beginDueErasures({ store, launches })) > 0 ? 0 : settings.launchSweepMs),
          onError: (error) => log.warn({ err: error }, 'erasures that are due could not be begun; polling continues'),
          retryMs: settings.launchSweepMs,
        }),
    ],
  }),
} as const satisfies FeatureManifest;

import path from 'node:path';
import { recommendationRoutes } from '../api/recommendations/routes';
import { createServedModels } from '../api/recommendations/served';
import { createServingStates } from '../api/recommendations/states';
import { createModelCache, createModelCopies, createModelLoader } from '../services/models';
import { startPoller } from '../worker/poller';
import type { ApiPart, ApiParts } from './feature';

const tidyMs = 600_000;

/** What answers requests for recommendations: models in memory, and what is served of each project. */
export function openRecommendations(parts: ApiParts): ApiPart {
  const { settings, store, objects, log, metrics, paging, options } = parts;
  const { models: gauges } = metrics;
  const copies = createModelCopies({
    folder: path.join(settings.palateHome, 'cache', 'models'),
    maxBytes: settings.modelDiskMb * 1_000_000,
    objects,
  });
  const cache = createModelCache({
    copies,
    loadFile: createModelLoader(
      options.modelThread ?? path.join(__dirname, '..', 'services', 'models', 'modelThread.js'),
    ),
    maxBytes: settings.modelMemoryMb * 1_000_000,
    onLoad({ outcome, ms }) {
      gauges.loadSeconds.observe({ outcome }, ms / 1000);
      if (outcome === 'damaged') gauges.corrupt.inc();
    },
    onHeld({ models, bytes }) {
      gauges.loaded.set(models);
      gauges.memoryBytes.set(bytes);
    },
  });
  const routes = recommendationRoutes({
    states: createServingStates((id, knownRemovals) => store.projects.serving(id, knownRemovals)),
    models: createServedModels({
      cache,
      onFault: ({ projectId, version, error }) =>
        log.error({ projectId, modelVersion: version, err: error }, 'a model cannot be served; the version before it is served in its place where there is one'), // prettier-ignore
    }),
    paging,
  });
  return {
    routes,
    pollers: [
      () =>
        startPoller({
          poll: async () => {
            cache.evictUnused();
            await copies.tidy();
            return tidyMs;
          },
          onError: (error) => log.warn({ err: error }, 'copies of models could not be tidied; retried'),
          retryMs: tidyMs,
        }),
    ],
    stop: () => {
      cache.close();
      return Promise.resolve();
    },
  };
}

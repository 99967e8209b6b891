import { createPhotoActivities } from '../../activities/photos';
import { createAdvising } from '../../activities/photos/advising';
import { photosEraser } from '../../activities/photos/eraser';
import { openingAttempts } from '../../activities/photos/openings';
import { exportPages } from '../../api/accounts/export';
import { cleanTempDir } from '../../api/forms/formFile';
import { photoPanel } from '../../api/photos/panel';
import { photoRoutes } from '../../api/photos/routes';
import { isRunOpen } from '../../launches/tell';
import { photoWorkflows } from '../../messages/photos';
import { cached } from '../../services/fooddata';
import { watchCorrectedShares } from '../../telemetry/photoMetrics';
import { startPoller } from '../../worker/poller';
import { pick } from '../activities';
import { correctedShares } from '../correctedShares';
import type { ApiParts, FeatureManifest, WorkerParts } from '../feature';
import { circuitChecks } from '../health';
import { photoDepsOf } from '../photoDeps';
import { classifierModel, classifierNames, openAdviser, openClassifiers } from '../upstream';

const reapBatches = 50;
const sweepMs = 5 * 60_000;

/** Of the run that prepares its picture; null of any other run. */
const entryOf = (workflowId: string): string | null => {
  const prefix = photoWorkflows.analyze.id('');
  return workflowId.startsWith(prefix) ? workflowId.slice(prefix.length) : null;
};

export const photos = {
  name: 'photos',
  workflows: photoWorkflows,
  eraser: { order: 10, create: ({ store, ...parts }) => photosEraser({ ...parts, ...store }) },
  exporters: (store) => ({ log: exportPages(store.photos) }),
  // `openai` is shared by the embedding of meals.
  circuits: (settings) => ({
    huggingface_space: { scope: [settings.hfSpaceUrl, settings.hfApiToken], callMs: settings.hfSpaceTimeoutMs },
    ml_service: { scope: [settings.mlServiceUrl, settings.mlServiceApiKey], callMs: settings.hfSpaceTimeoutMs },
    openai: {
      scope: [settings.openaiBaseUrl, settings.openaiApiKey, settings.openaiModel],
      callMs: settings.hfSpaceTimeoutMs,
    },
    // Of its own, as it is given less time than the classifier: what is too slow for a caption may do for a picture.
    caption_model: {
      scope: [settings.openaiBaseUrl, settings.openaiApiKey, settings.openaiModel],
      callMs: settings.captionModelTimeoutMs,
    },
  }),
  // Marks of openings and words of classifiers are several a photo, and nobody who waits is shown them by themselves.
  watched: ({ photos }) => [{ name: photos.collection, unseen: ['opening', 'passedOver'] }],
  metrics: ({ metrics, store, clock }) =>
    watchCorrectedShares(metrics.registry, correctedShares(store.photoFacts, clock)),
  async isPreparing({ store, temporal }, workflowId) {
    const entryId = entryOf(workflowId);
    return entryId !== null && (await store.photos.isUnprepared(entryId)) && isRunOpen(temporal, workflowId);
  },
  supportPanel: ({ store }) => photoPanel(store.photos),
  api: openApi,
  worker(parts) {
    const activities = openActivities(parts);
    return {
      activities: {
        main: [activities] as const,
        pictures: [pick(activities, 'preparePhoto')] as const,
        classifier: [pick(activities, 'classifyPhoto')] as const,
        fdc: [pick(activities, 'analyzeEntry', 'refineEntry', 'refineCorrection', 'applyCorrection')] as const,
      },
      schedules: [
        {
          run: photoWorkflows.reap.start([], { batches: reapBatches, removed: 0 }),
          everyMs: parts.settings.photoReapMs,
        },
      ],
    };
  },
} as const satisfies FeatureManifest;

async function openApi(parts: ApiParts) {
  const { settings, store, log } = parts;
  const deps = photoDepsOf(parts);
  const { tempDir } = deps.settings;
  // The folder must be there before the first upload.
  await cleanTempDir(tempDir);
  return {
    routes: photoRoutes(deps),
    healthChecks: [
      ...circuitChecks(
        store,
        {
          name: 'classifiers',
          without: 'Photos without a caption wait for a label; those with one are named by it.',
        },
        classifierNames(settings),
      ),
      ...circuitChecks(
        store,
        { name: 'caption_model', without: 'What people write about a meal is read by our rules alone.' },
        settings.captionModel ? ['caption_model'] : [],
      ),
    ],
    model: () => classifierModel(settings),
    pollers: [
      // What a killed process left of uploads goes in minutes, not at some later start.
      () =>
        startPoller({
          poll: async () => {
            await cleanTempDir(tempDir);
            await parts.objects.removeStrays();
            return sweepMs;
          },
          onError: (error) => log.warn({ err: error }, 'uploads left behind could not be removed'),
          retryMs: sweepMs,
        }),
    ],
  };
}

const openActivities = (parts: WorkerParts) => {
  const { settings, store, metrics, log, fdc, fairness, mealReader } = parts;
  return createPhotoActivities({
    ...parts,
    photos: store.photos,
    accounts: store.accounts,
    classifiers: openClassifiers(parts),
    facts: store.photoFacts,
    reader: mealReader,
    advising: createAdvising({ ...parts, adviser: openAdviser(parts) }),
    fooddata: fdc && cached(fdc, store.fooddata),
    confidenceThreshold: settings.hfConfidenceThreshold,
    predictWaitMs: settings.predictWaitMs,
    reopenMs: settings.photoReopenMs,
    onOpeningFault({ what, ...fault }) {
      metrics.openingFaults.inc({ what: what.replace(' ', '_') });
      log.warn({ what, ...fault }, `a picture was not opened, attempt ${fault.count} of ${openingAttempts}`);
    },
    releasePictureLease: (workflowId) => fairness.release(workflowId),
    ingredientWeights: settings.hfIngredientWeightOverrides,
  });
};

import path from 'node:path';
import type { Circuits } from '../activities/circuits';
import { createErasureActivities } from '../activities/erasure';
import { createErasers } from '../activities/everyEraser';
import { createContextActivities } from '../activities/context';
import { createForgetActivities } from '../activities/context/forget';
import { createReplayActivities } from '../activities/context/replay';
import { contextSyncId, syncSettled } from '../messages/context';
import type { ContextPusher } from '../activities/context/push';
import { createFoodActivities } from '../activities/foods';
import { createMealActivities, wantedMethod } from '../activities/meals';
import { createPhotoActivities } from '../activities/photos';
import type { ContextReceiver } from '../services/contextReceiver';
import type { Embedder } from '../services/llm';
import { embedMealsRun } from '../launches/embedMeals';
import { tellRun } from '../launches/tell';
import { startLauncher } from '../worker/launcher';
import { startMealEmbedding } from '../worker/mealEmbedding';
import { keepRunning } from '../worker/run';
import { ensureSchedules } from '../worker/schedules';
import { ensureSearchAttributes } from '../worker/searchAttributes';
import { createWorker } from '../worker/worker';
import type { Base } from './base';
import { openPusher, openReceiver, openSweep } from './context';
import { loadFoodTable } from './foods';
import { adoptCircuits, openCircuits, openClassifiers, openEmbedder, openFdc, openFooddata } from './upstream';

export interface WorkerRole {
  /** Resolves when the worker polls for the first time. */
  readonly firstPoll: Promise<void>;
  polling(): boolean;
  stop(): Promise<void>;
}

export interface WorkerOptions {
  workflowBundle?: { codePath: string } | { code: string };
  maxCachedWorkflows?: number;
  /** False in tests, which share a namespace: schedules have fixed ids. */
  schedules?: boolean;
}

const shutdownGraceMs = 8_000;
const launchLeaseMs = 10_000;
const launchWidth = 4;
const embedding = { batchMeals: 100, batches: 200, pauseMs: 5_000, mostPauseMs: 15 * 60_000 };

/** Activities, the worker that runs them, the launcher and the schedules. */
export async function startWorkerRole(base: Base, options: WorkerOptions = {}): Promise<WorkerRole> {
  const { settings, log, store, metrics, temporal } = base;
  const taskQueue = settings.temporalTaskQueue;
  await adoptCircuits(base);
  const circuits = openCircuits(base, (circuit) => {
    if (circuit !== 'context_receiver') return;
    store.paces
      .restart(circuit)
      .catch((error: unknown) => log.warn({ err: error }, 'the slow start could not be noted'))
      .finally(() => sweep?.receiverIsBack());
  });
  const receiver = openReceiver(base);
  const pusher = openPusher(base, receiver, circuits);
  const embedder = openEmbedder(base);
  const activities = await createActivities(base, { circuits, receiver, pusher, embedder });
  const workflowBundle = options.workflowBundle ?? { codePath: path.join(__dirname, '..', 'workflow-bundle.js') };

  const make = async () => {
    const connection = await temporal.connected();
    const command = await ensureSearchAttributes(connection, settings.temporalNamespace);
    if (command !== null)
      log.warn({ command }, 'search attributes could not be made; have an administrator run this once');
    if (options.schedules !== false)
      await ensureSchedules(await temporal.client(), { taskQueue, reapEveryMs: settings.photoReapMs });
    return createWorker({
      connection,
      namespace: settings.temporalNamespace,
      taskQueue,
      workflowBundle,
      activities,
      ...(options.maxCachedWorkflows !== undefined && { maxCachedWorkflows: options.maxCachedWorkflows }),
      shutdownGraceMs,
      onActivity: ({ activity, outcome, failure, ms, ...run }) => {
        metrics.activitySeconds.observe({ activity, outcome: failure ?? outcome }, ms / 1000);
        if (outcome === 'failed') log.info({ activity, failure, ...run }, 'an attempt failed');
      },
      onWorkflowEnd: (workflow, outcome) => metrics.workflows.inc({ workflow, outcome }),
    });
  };
  const worker = keepRunning(make, (error, pauseMs) =>
    log.error({ err: error, pauseMs }, 'the worker ended and is made anew'),
  );
  const launcher = startLauncher({
    launches: store.launches,
    start: base.launches,
    sweepMs: settings.launchSweepMs,
    leaseMs: launchLeaseMs,
    width: launchWidth,
    onError: (error) => log.warn({ err: error }, 'the launcher could not look for launches'),
  });
  const sweep = base.contextRuns && openSweep(base, base.contextRuns, pusher);
  if (!sweep) log.info('FLASK_AI_BASE_URL is not set: context sync is off; changes are kept until it is');
  const mealEmbedding = startMealEmbedding({
    embeddings: store.meals.embeddings,
    method: wantedMethod(embedder),
    start: () => base.joint.start(embedMealsRun(embedding)),
    sweepMs: settings.mealEmbedSweepMs,
    onError: (error) =>
      log.warn({ err: error }, 'the embedding of meals could not be looked after; it is looked again'),
  });
  log.info({ taskQueue }, 'worker starting');

  return {
    firstPoll: worker.firstPoll,
    polling: () => worker.polling(),
    async stop() {
      await sweep?.stop();
      await mealEmbedding.stop();
      await launcher.stop();
      await worker.stop();
    },
  };
}

/** Every activity of every feature, under the names the workflows call. */
async function createActivities(
  base: Base,
  {
    circuits,
    receiver,
    pusher,
    embedder,
  }: { circuits: Circuits; receiver: ContextReceiver | null; pusher: ContextPusher; embedder: Embedder | null },
): Promise<object> {
  const { store, objects, clock, settings, temporal } = base;
  const foods = await loadFoodTable();
  const fdc = openFdc(base, circuits);
  const endRun = async (workflowId: string) => {
    const client = await temporal.client();
    await client.workflow
      .getHandle(workflowId)
      .terminate('The account is erased.')
      .catch((error: unknown) => {
        if (!(error instanceof Error && error.name === 'WorkflowNotFoundError')) throw error;
      });
  };
  return {
    ...createPhotoActivities({
      photos: store.photos,
      accounts: store.accounts,
      objects,
      clock,
      foods,
      classifiers: openClassifiers(base),
      circuits,
      facts: store.photoFacts,
      ...openFooddata(base, fdc, foods),
      ownFoods: store.foods.own,
      confidenceThreshold: settings.hfConfidenceThreshold,
      ingredientWeights: settings.hfIngredientWeightOverrides,
    }),
    ...createFoodActivities({ barcodes: store.foods.barcodes, fdc, clock }),
    ...createContextActivities({ pusher }),
    ...createReplayActivities({
      replays: store.contextReplays,
      syncs: store.contextSyncList,
      contexts: store.contextSyncs,
      transaction: store.transaction,
      pusher,
      clock,
      settled: async (userId) => {
        // Without Temporal the run finds out by itself, at the next change.
        await tellRun(temporal, contextSyncId(userId), syncSettled).catch(() => undefined);
      },
    }),
    ...createForgetActivities({
      receiver,
      syncs: store.contextSyncs,
      erasures: store.erasures,
      circuits,
      clock,
    }),
    ...createMealActivities({
      embeddings: store.meals.embeddings,
      embedder,
      circuits,
      clock,
    }),
    ...createErasureActivities({
      erasures: store.erasures,
      erasers: createErasers({ store, objects, endRun }),
    }),
  };
}

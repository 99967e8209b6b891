import path from 'node:path';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { Worker } from '@temporalio/worker';
import { removeSchedule } from '../activities/training/schedules';
import type { ActivityQueue } from '../messages/queues';
import type { CircuitName } from '../store/circuits';
import type { ActivityOutcome } from '../worker/interceptors';
import { asOne, keepRunning } from '../worker/run';
import { openSetup, type SetupName } from './setup';
import { createActivityWorker, createWorker, type ActivityWorkerSetup } from '../worker/worker';
import { activitiesOf, activitiesOn } from './activities';
import type { Base } from './base';
import { adoptCircuits, circuitsOf, openCircuits } from './circuits';
import type { WorkerPart, WorkerPartOptions, WorkerParts } from './feature';
import { manifests } from './features';
import { erasersOf } from './ownerData';
import { schedulesOf } from './schedules';
import { openFdc } from './upstream';

export interface WorkerRole {
  /** Resolves when the worker polls for the first time. */
  readonly firstPoll: Promise<void>;
  polling(): boolean;
  /** What could not be set up in Temporal so far; the worker runs without it. */
  missing(): readonly SetupName[];
  stop(): Promise<void>;
}

export interface WorkerOptions extends WorkerPartOptions {
  workflowBundle?: { codePath: string } | { code: string };
  maxCachedWorkflows?: number;
  /** False in tests, which share a namespace: schedules have fixed ids. */
  schedules?: boolean;
  /** For activities under way when it stops. */
  shutdownGraceMs?: number;
}

/** Activities, the worker that runs them, pollers and schedules. */
export async function startWorkerRole(base: Base, options: WorkerOptions = {}): Promise<WorkerRole> {
  const { log, metrics } = base;
  const taskQueue = base.queues.main;
  const features: { feature: string; part: WorkerPart }[] = [];
  const parts = await partsOf(base, options, (circuit) => {
    for (const { part } of features) part.onCircuitClosed?.(circuit);
  });
  for (const { name, worker } of manifests) if (worker) features.push({ feature: name, part: await worker(parts) });
  const { main, others } = activitiesOf(features);
  const schedules = schedulesOf(features);
  const workflowBundle = options.workflowBundle ?? { codePath: path.join(__dirname, '..', 'workflow-bundle.js') };

  const setup = openSetup(base, options.schedules === false ? [] : schedules);
  const makeMain = async () => {
    const given = await setupOf(base, options, main);
    await setup.tried;
    return createWorker({
      ...given,
      workflowBundle,
      ...(options.maxCachedWorkflows !== undefined && { maxCachedWorkflows: options.maxCachedWorkflows }),
      onWorkflowEnd: (workflow, outcome) => metrics.workflows.inc({ workflow, outcome }),
    });
  };
  const worker = asOne([
    keepPolling(base, 'main', makeMain),
    // What trains is a trainer's; here it would take the machine from requests.
    ...[...others]
      .filter(([queue]) => queue !== 'training')
      .map(([queue, activities]) =>
        keepPolling(base, queue, async () => createActivityWorker(queue, await setupOf(base, options, activities))),
      ),
  ]);
  const pollers = features.flatMap(({ part }) => part.pollers ?? []).map((start) => start());
  log.info({ taskQueue }, 'worker starting');

  return {
    firstPoll: worker.firstPoll,
    polling: () => worker.polling(),
    missing: setup.missing,
    async stop() {
      for (const poller of pollers) await poller.stop();
      await setup.stop();
      await worker.stop();
      for (const { part } of features) await part.stop?.();
    },
  };
}

/** Activities of `training` alone, and what else features bring to a trainer. */
export async function startTrainerRole(base: Base, options: WorkerOptions = {}): Promise<WorkerRole> {
  const { log } = base;
  const parts = await partsOf(base, options, () => undefined);
  const features: { feature: string; part: WorkerPart }[] = [];
  for (const { name, trainer } of manifests) if (trainer) features.push({ feature: name, part: await trainer(parts) });
  const activities = activitiesOn('training', features);
  const worker = keepPolling(base, 'training', async () => createActivityWorker('training', await setupOf(base, options, activities))); // prettier-ignore
  const pollers = features.flatMap(({ part }) => part.pollers ?? []).map((start) => start());
  log.info({ taskQueue: base.queues.main }, 'trainer starting');
  return {
    firstPoll: worker.firstPoll,
    polling: () => worker.polling(),
    missing: () => [],
    async stop() {
      for (const poller of pollers) await poller.stop();
      await worker.stop();
      for (const { part } of features) await part.stop?.();
    },
  };
}

async function setupOf(
  { settings, log, metrics, temporal, queues }: Base,
  { shutdownGraceMs = 8_000 }: WorkerOptions,
  activities: object,
): Promise<ActivityWorkerSetup> {
  return {
    connection: await temporal.connected(),
    namespace: settings.temporalNamespace,
    taskQueue: queues.main,
    activities,
    shutdownGraceMs,
    onActivity: ({ activity, outcome, failure, ms, ...run }: ActivityOutcome) => {
      metrics.activitySeconds.observe({ activity, outcome: failure ?? outcome }, ms / 1000);
      if (outcome === 'failed') log.info({ activity, failure, ...run }, 'an attempt failed');
    },
  };
}

const keepPolling = ({ log }: Base, queue: ActivityQueue, make: () => Promise<Worker>) =>
  keepRunning(make, (error, pauseMs) =>
    log.error({ err: error, pauseMs, queue }, 'the worker of a task queue ended and is made anew'),
  );

async function partsOf(
  base: Base,
  options: WorkerPartOptions,
  onCircuitClosed: (circuit: CircuitName) => void,
): Promise<WorkerParts> {
  const { settings, store, objects, temporal } = base;
  const systems = circuitsOf(manifests, settings);
  await adoptCircuits(base, systems);
  const circuits = openCircuits(base, systems, onCircuitClosed);
  return {
    ...base,
    options,
    circuits,
    fdc: openFdc(base, circuits),
    erasers: erasersOf(manifests, {
      store,
      objects,
      endRun: async (id) => endRun(await temporal.client(), id),
      removeSchedule: async (project) => removeSchedule(await temporal.client(), project),
    }),
  };
}

async function endRun(client: Client, workflowId: string): Promise<void> {
  try {
    await client.workflow.getHandle(workflowId).terminate('The account is erased.');
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

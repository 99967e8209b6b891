import { randomUUID } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import { createTrainingActivities } from '../activities/training';
import { createTrainingFiles } from '../activities/training/files';
import { beginTraining, wakeRuns, type TrainingDefaults } from '../launches/training';
import type { Settings } from '../config/settings';
import { countTrainings } from '../telemetry/trainingMetrics';
import { createTrainingEngine } from '../worker/threads/trainingEngine';
import type { WorkerParts } from './feature';

/** A turn that comes free is told; this is for one that was not. */
const turnPollMs = 30_000;

export const trainingDefaults = ({
  trainBudgetS,
  minTrainingSamples,
  trainHeartbeatMs,
}: Settings): TrainingDefaults => ({
  budgetSeconds: trainBudgetS,
  minTrainingSamples,
  timing: { heartbeatMs: trainHeartbeatMs, turnPollMs },
});

/** Activities of trainings, with an engine of their own: its threads begin with the first phase. */
export function openTraining(parts: WorkerParts) {
  const { settings, store, objects, temporal, queues, launches, clock, version, metrics, options, log } = parts;
  const engine = createTrainingEngine({
    entry: options.trainingThread ?? path.join(__dirname, '..', 'worker', 'threads', 'trainingThread.js'),
    kernelThreads: os.availableParallelism(),
  });
  const trainerId = randomUUID();
  const parent = path.join(settings.palateHome, 'training');
  const files = createTrainingFiles(objects, path.join(parent, trainerId));
  const ended = countTrainings(metrics.registry);
  const activities = createTrainingActivities({
    engine,
    files,
    store,
    transaction: store.transaction,
    projects: store.projects,
    training: store.training,
    objects,
    clock,
    trainerId,
    log,
    codeVersion: version,
    client: () => temporal.client(),
    mainQueue: queues.main,
    wakeRuns: (workflowIds) => wakeRuns(() => temporal.client(), workflowIds),
    begin: (project, runId) =>
      beginTraining({ store, launches, clock, defaults: trainingDefaults(settings) }, project, {
        requestedBy: 'schedule',
        requestId: null,
        runId,
      }),
    onSettled: (outcome) => ended.inc({ outcome }),
  });
  return {
    activities,
    folders: { files, parent },
    async stop() {
      await engine.end();
      await files.clear();
    },
  };
}

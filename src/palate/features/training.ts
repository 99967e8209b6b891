import type { HealthCheck } from '../../api/deps';
import { modelRoutes } from '../../api/projects/routes';
import { countTrainings, watchTrainings } from '../../telemetry/trainingMetrics';
import type { Store } from '../../store/store';
import { trainingWorkflows } from '../../messages/training';
import { startTrainerPresence } from '../../worker/trainerPresence';
import { startTrainingFolders } from '../../worker/trainingFolders';
import { startTrainingSweep } from '../../worker/trainingSweep';
import { nothing, type FeatureManifest } from '../feature';
import { projectDepsOf } from '../projectDeps';
import { openTraining } from '../training';

/** Trainings of projects; their rows are the projects' own. */
export const training = {
  name: 'training',
  workflows: trainingWorkflows,
  eraser: nothing('runs, versions and schedules go with their projects'),
  exporters: nothing('what was learnt is of the project, which the export lists with its versions'),
  watched: ({ training }) => [{ name: training.progress.collection }],
  api: (parts) => ({ routes: modelRoutes(projectDepsOf(parts)), healthChecks: [trainerCheck(parts.store.training)] }),
  metrics: ({ metrics, store: { training } }) => {
    countTrainings(metrics.registry);
    watchTrainings(metrics.registry, {
      byState: () => training.runs.countByState(),
      overdue: () => training.schedules.countOverdue(),
    });
  },
  worker(parts) {
    const opened = openTraining(parts);
    const { activities } = opened;
    const { store, temporal, log, options } = parts;
    return {
      activities: { main: [activities] as const, training: [activities] as const },
      pollers: [
        () =>
          startTrainingSweep({
            runs: store.training.runs,
            launches: store.launches,
            client: () => temporal.client(),
            settle: (runId, outcome) => activities.settleTraining(runId, outcome),
            log,
            ...(options.trainingSweepMs !== undefined && { sweepMs: options.trainingSweepMs }),
          }),
        // Of a trainer that was killed and has no successor.
        () => startTrainingFolders({ ...opened.folders, log }),
      ],
      stop: () => opened.stop(),
    };
  },
  trainer(parts) {
    const opened = openTraining(parts);
    return {
      activities: { training: [opened.activities] as const },
      pollers: [() => startTrainerPresence(parts), () => startTrainingFolders({ ...opened.folders, log: parts.log })],
      stop: () => opened.stop(),
    };
  },
} as const satisfies FeatureManifest;

/** Without trainings there is nothing that a trainer is missed for. */
const trainerCheck = ({ runs, trainers }: Store['training']): HealthCheck => ({
  name: 'trainer',
  required: false,
  without: 'Trainings wait until a trainer runs; what is served goes on being served.',
  async probe() {
    const { queued, running } = await runs.countByState();
    if (queued + running > 0 && (await trainers.count()) === 0)
      throw new Error(`no trainer runs, and ${queued + running} trainings wait for one`);
  },
});

import { modelRoutes } from '../../api/projects/routes';
import { watchTrainings } from '../../telemetry/trainingMetrics';
import { trainingWorkflows } from '../../messages/training';
import { startTrainerPresence } from '../../worker/trainerPresence';
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
  api: (parts) => ({ routes: modelRoutes(projectDepsOf(parts)) }),
  metrics: ({ metrics, store: { training } }) =>
    watchTrainings(metrics.registry, {
      byState: () => training.runs.countByState(),
      overdue: () => training.schedules.countOverdue(),
    }),
  worker(parts) {
    const { activities, stop } = openTraining(parts);
    return { activities: { main: [activities] as const, training: [activities] as const }, stop };
  },
  trainer(parts) {
    const { activities, stop } = openTraining(parts);
    return {
      activities: { training: [activities] as const },
      pollers: [() => startTrainerPresence(parts)],
      stop,
    };
  },
} as const satisfies FeatureManifest;

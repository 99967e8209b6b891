import type { Logger } from 'pino';
import type { JointRuns } from '../launches/joint';
import { projectWorkflows } from '../messages/projects';
import type { ProjectId } from '../model/projects';
import type { ProjectStore } from '../store/projects';
import { startPoller, type Poller } from './poller';

/** Between two looks whether the training of a deleted project has ended. */
const pauseMs = 1_000;
const atOnce = 20;

/** The run that takes a hidden project away. */
export const removalOf = (projectId: ProjectId) => projectWorkflows.remove.start([projectId], { projectId, pauseMs });

/** Finds hidden projects that are to be removed, and starts their runs; one that is under way is left to it. */
export const startProjectSweep = (deps: {
  projects: Pick<ProjectStore, 'dueForRemoval'>;
  joint: Pick<JointRuns, 'start'>;
  log: Pick<Logger, 'warn'>;
  sweepMs: number;
}): Pick<Poller, 'stop'> =>
  startPoller({
    async poll() {
      for (const { id } of await deps.projects.dueForRemoval(atOnce)) await deps.joint.start(removalOf(id));
      return deps.sweepMs;
    },
    onError: (error) => deps.log.warn({ err: error }, 'the poll for deleted projects failed; polling continues'),
    retryMs: deps.sweepMs,
  });

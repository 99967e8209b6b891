import type { Logger } from 'pino';
import type { JointRuns } from '../launches/joint';
import { removalOf } from '../launches/projects';
import type { ProjectStore } from '../store/projects';
import { startPoller, type Poller } from './poller';

const atOnce = 20;

/** Finds hidden projects that are to be removed, and starts their runs; one that is under way is left to it. */
export const startProjectSweep = (deps: {
  projects: Pick<ProjectStore, 'dueForRemoval'>;
  joint: Pick<JointRuns, 'start'>;
  log: Pick<Logger, 'warn'>;
  sweepMs: number;
}): Pick<Poller, 'stop'> =>
  startPoller({
    async poll() {
      for (const project of await deps.projects.dueForRemoval(atOnce))
        await deps.joint
          .start(removalOf(project))
          .catch((error: unknown) => deps.log.warn({ err: error, projectId: project.id }, 'a removal could not be started; the next poll tries again')); // prettier-ignore
      return deps.sweepMs;
    },
    onError: (error) => deps.log.warn({ err: error }, 'the poll for deleted projects failed; polling continues'),
    retryMs: deps.sweepMs,
  });

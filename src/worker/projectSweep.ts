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
      for (const { id } of await deps.projects.dueForRemoval(atOnce)) await deps.joint.start(removalOf(id));
      return deps.sweepMs;
    },
    onError: (error) => deps.log.warn({ err: error }, 'the poll for deleted projects failed; polling continues'),
    retryMs: deps.sweepMs,
  });

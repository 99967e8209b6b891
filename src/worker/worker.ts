import { Worker, type InjectedSinks, type NativeConnection, type WorkerOptions } from '@temporalio/worker';
import { taskQueueOf, type ActivityQueue } from '../messages/queues';
import type { OutcomeSinks } from '../workflows/outcomes';
import { activityOutcomes, aliveWhileWorking, type ActivityOutcome } from './interceptors';
import { pollsOfAnActivityQueue, slots } from './slots';

export interface ActivityWorkerSetup {
  connection: NativeConnection;
  namespace: string;
  /** The name of `main`, whichever queue this is. */
  taskQueue: string;
  activities: object;
  shutdownGraceMs: number;
  onActivity: (outcome: ActivityOutcome) => void;
}

export interface WorkerSetup extends ActivityWorkerSetup {
  /** `npm run build` makes the file; tests bundle the code themselves. */
  workflowBundle: { codePath: string } | { code: string };
  /** 0 replays every workflow from its history at each task; tests run so to show determinism. */
  maxCachedWorkflows?: number;
  onWorkflowEnd: (workflow: string, outcome: string) => void;
}

/** What workers of every queue have in common; the caller runs them and shuts them down. */
const optionsOn = (queue: ActivityQueue, setup: ActivityWorkerSetup): WorkerOptions => ({
  connection: setup.connection,
  namespace: setup.namespace,
  taskQueue: taskQueueOf(setup.taskQueue, queue),
  activities: setup.activities,
  maxConcurrentActivityTaskExecutions: slots[queue],
  shutdownGraceTime: setup.shutdownGraceMs,
  // The default of a minute would let a heartbeat come later than the timeout it is for.
  maxHeartbeatThrottleInterval: '3s',
  shutdownForceTime: setup.shutdownGraceMs + 2_000,
  interceptors: { activity: [activityOutcomes(setup.onActivity), aliveWhileWorking] },
});

/** The worker of `main`: workflows and activities. */
export function createWorker(setup: WorkerSetup): Promise<Worker> {
  const sinks: InjectedSinks<OutcomeSinks> = {
    palate: {
      ended: { fn: (_info, workflow, outcome) => setup.onWorkflowEnd(workflow, outcome), callDuringReplay: false },
    },
  };
  return Worker.create({
    ...optionsOn('main', setup),
    workflowBundle: setup.workflowBundle,
    sinks,
    ...(setup.maxCachedWorkflows !== undefined && { maxCachedWorkflows: setup.maxCachedWorkflows }),
  });
}

/** A worker of another queue, with activities alone. */
export const createActivityWorker = (queue: ActivityQueue, setup: ActivityWorkerSetup): Promise<Worker> =>
  Worker.create({ ...optionsOn(queue, setup), maxConcurrentActivityTaskPolls: pollsOfAnActivityQueue });

import { Worker, type InjectedSinks, type NativeConnection, type WorkerOptions } from '@temporalio/worker';
import type { OutcomeSinks } from '../workflows/outcomes';
import { activityOutcomes, aliveWhileWorking, type ActivityOutcome } from './interceptors';

export interface WorkerSetup {
  connection: NativeConnection;
  namespace: string;
  taskQueue: string;
  /** `npm run build` makes the file; tests bundle the code themselves. */
  workflowBundle: { codePath: string } | { code: string };
  activities: object;
  /** 0 replays every workflow from its history at each task; tests run so to show determinism. */
  maxCachedWorkflows?: number;
  shutdownGraceMs: number;
  onActivity: (outcome: ActivityOutcome) => void;
  onWorkflowEnd: (workflow: string, outcome: string) => void;
}

/**
 * Activities at work at once. Each may hold a whole upload while it waits for its turn to be decoded, so the SDK's default of 100 could
 * fill the memory. Not fewer, as a classifier that hangs holds its slots until it is given up, and others must get through.
 */
const activitiesAtOnce = 16;

/** The worker of the main queue; the caller runs it and shuts it down. */
export function createWorker(setup: WorkerSetup): Promise<Worker> {
  const sinks: InjectedSinks<OutcomeSinks> = {
    palate: {
      ended: { fn: (_info, workflow, outcome) => setup.onWorkflowEnd(workflow, outcome), callDuringReplay: false },
    },
  };
  const options: WorkerOptions = {
    connection: setup.connection,
    namespace: setup.namespace,
    taskQueue: setup.taskQueue,
    activities: setup.activities,
    workflowBundle: setup.workflowBundle,
    sinks,
    maxConcurrentActivityTaskExecutions: activitiesAtOnce,
    ...(setup.maxCachedWorkflows !== undefined && { maxCachedWorkflows: setup.maxCachedWorkflows }),
    shutdownGraceTime: setup.shutdownGraceMs,
    // The default of a minute would let a heartbeat come later than the timeout it is for.
    maxHeartbeatThrottleInterval: '3s',
    shutdownForceTime: setup.shutdownGraceMs + 2_000,
    interceptors: { activity: [activityOutcomes(setup.onActivity), aliveWhileWorking] },
  };
  return Worker.create(options);
}

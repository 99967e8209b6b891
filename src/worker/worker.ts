import { Worker, type NativeConnection, type WorkerOptions } from '@temporalio/worker';
import type { ActivityOutcome } from './interceptors';
import { activityOutcomes } from './interceptors';

export interface WorkerSetup {
  connection: NativeConnection;
  namespace: string;
  taskQueue: string;
  /** A bundle built beforehand, or the folder to bundle at start (tests). */
  workflows: { bundlePath: string } | { sourcePath: string };
  activities: object;
  /** 0 replays every workflow from its history at each task; tests run so to show determinism. */
  maxCachedWorkflows?: number;
  shutdownGraceMs: number;
  onActivity: (outcome: ActivityOutcome) => void;
}

/** The worker of the main queue; the caller runs it and shuts it down. */
export function createWorker(setup: WorkerSetup): Promise<Worker> {
  const options: WorkerOptions = {
    connection: setup.connection,
    namespace: setup.namespace,
    taskQueue: setup.taskQueue,
    activities: setup.activities,
    ...('bundlePath' in setup.workflows
      ? { workflowBundle: { codePath: setup.workflows.bundlePath } }
      : { workflowsPath: setup.workflows.sourcePath }),
    ...(setup.maxCachedWorkflows !== undefined && { maxCachedWorkflows: setup.maxCachedWorkflows }),
    shutdownGraceTime: setup.shutdownGraceMs,
    shutdownForceTime: setup.shutdownGraceMs + 2_000,
    interceptors: { activity: [activityOutcomes(setup.onActivity)] },
  };
  return Worker.create(options);
}

import { Worker, type InjectedSinks, type NativeConnection, type WorkerOptions } from '@temporalio/worker';
import type { OutcomeSinks } from '../workflows/outcomes';
import { activityOutcomes, type ActivityOutcome } from './interceptors';

export interface WorkerSetup {
  connection: NativeConnection;
  namespace: string;
  taskQueue: string;
  /** The bundle (see `bundle.ts`): a file, or its code. */
  workflowBundle: { codePath: string } | { code: string };
  activities: object;
  /** 0 replays every workflow from its history at each task; tests run so to show determinism. */
  maxCachedWorkflows?: number;
  shutdownGraceMs: number;
  onActivity: (outcome: ActivityOutcome) => void;
  onWorkflowEnd: (workflow: string, outcome: string) => void;
}

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
    ...(setup.maxCachedWorkflows !== undefined && { maxCachedWorkflows: setup.maxCachedWorkflows }),
    shutdownGraceTime: setup.shutdownGraceMs,
    shutdownForceTime: setup.shutdownGraceMs + 2_000,
    interceptors: { activity: [activityOutcomes(setup.onActivity)] },
  };
  return Worker.create(options);
}

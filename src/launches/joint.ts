import type { Client } from '@temporalio/client';
import type { QueueName, WorkflowStart } from '../model/launches';
import { isOverdue } from './faults';
import { startTagged } from './tagged';
import { temporalDeadlineMs } from './temporal';

/** Runs of which one is open at a time, whoever starts it; such a run keeps what it finds, and nothing strands if nobody waits. */
export interface JointRuns {
  /** Starts the run; one of the same id that is under way is left to it. Rejects as the client does where Temporal is away. */
  start(run: WorkflowStart): Promise<void>;
  /**
   * Starts the run, or joins the one under way, and waits for what it returns; null where that takes longer than `withinMs`.
   * Rejects as the client does where Temporal is away, and with the run's own failure.
   */
  ask<Result>(run: WorkflowStart, withinMs: number): Promise<Result | null>;
}

/** `client` may throw while Temporal is away. */
export function createJointRuns(deps: {
  client: () => Promise<Client>;
  eager: boolean;
  queues: Readonly<Record<QueueName, string>>;
}): JointRuns {
  const begin = async (client: Client, run: WorkflowStart) =>
    client.withDeadline(Date.now() + temporalDeadlineMs, () =>
      startTagged({ feature: run.feature }, (tags) =>
        client.workflow.start(run.workflow, {
          workflowId: run.workflowId,
          taskQueue: deps.queues[run.queue],
          args: run.args,
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          requestEagerStart: deps.eager,
          staticSummary: run.summary,
          ...tags,
        }),
      ),
    );
  return {
    async start(run) {
      await begin(await deps.client(), run);
    },
    async ask<Result>(run: WorkflowStart, withinMs: number): Promise<Result | null> {
      const client = await deps.client();
      const handle = await begin(client, run);
      try {
        return await client.withDeadline(Date.now() + withinMs, () => handle.result() as Promise<Result>);
      } catch (error) {
        if (isOverdue(error)) return null;
        throw error;
      }
    },
  };
}

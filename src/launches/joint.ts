import type { Client } from '@temporalio/client';
import { searchAttributes } from '../messages/searchAttributes';
import type { QueueName } from '../store/launches';
import { isOverdue } from './faults';
import { takenInWithinMs } from './temporal';

/** A run of which one is under way at a time, whoever starts it; it keeps what it finds, and nothing strands if nobody waits. */
export interface JointRun {
  workflowId: string;
  workflow: string;
  args: unknown[];
  queue: QueueName;
  feature: string;
  /** One line for the Temporal UI: what the run does, nothing about whom. */
  summary: string;
}

export interface JointRuns {
  /** Starts the run; one of the same id that is under way is left to it. Rejects as the client does where Temporal is away. */
  start(run: JointRun): Promise<void>;
  /**
   * Starts the run, or joins the one under way, and waits for what it returns; null where that takes longer than `withinMs`.
   * Rejects as the client does where Temporal is away, and with the run's own failure.
   */
  ask<Result>(run: JointRun, withinMs: number): Promise<Result | null>;
}

/** `client` may throw while Temporal is away. */
export function createJointRuns(deps: {
  client: () => Promise<Client>;
  eager: boolean;
  queues: Readonly<Record<QueueName, string>>;
}): JointRuns {
  const begin = async (client: Client, run: JointRun) =>
    client.withDeadline(Date.now() + takenInWithinMs, () =>
      client.workflow.start(run.workflow, {
        workflowId: run.workflowId,
        taskQueue: deps.queues[run.queue],
        args: run.args,
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        requestEagerStart: deps.eager,
        staticSummary: run.summary,
        typedSearchAttributes: [{ key: searchAttributes.feature, value: run.feature }],
      }),
    );
  return {
    async start(run) {
      await begin(await deps.client(), run);
    },
    async ask<Result>(run: JointRun, withinMs: number): Promise<Result | null> {
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

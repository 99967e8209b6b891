import type { Client } from '@temporalio/client';
import { searchAttributes } from '../messages/searchAttributes';
import type { QueueName } from '../store/launches';
import { isOverdue } from './faults';

/** A run that keeps what it finds and that a request waits for; nothing strands if nobody does. */
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
  /**
   * Starts the run, or joins the one under way of the same id, and waits for what it returns; null where that takes longer than `withinMs`.
   * Rejects as the client does where Temporal is away, and with the run's own failure.
   */
  ask<Result>(run: JointRun, withinMs: number): Promise<Result | null>;
}

const startWithinMs = 3_000;

/** `client` may throw while Temporal is away. */
export const createJointRuns = (deps: {
  client: () => Promise<Client>;
  eager: boolean;
  queues: Readonly<Record<QueueName, string>>;
}): JointRuns => ({
  async ask<Result>(run: JointRun, withinMs: number): Promise<Result | null> {
    const client = await deps.client();
    const handle = await client.withDeadline(Date.now() + startWithinMs, () =>
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
    try {
      return await client.withDeadline(Date.now() + withinMs, () => handle.result() as Promise<Result>);
    } catch (error) {
      if (isOverdue(error)) return null;
      throw error;
    }
  },
});

import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';
import type { Launch, LaunchStore, QueueName } from '../store/launches';

/** The search attributes every run carries; opaque ids and enumerations only. */
export const searchAttributes = {
  feature: defineSearchAttributeKey('PalateFeature', 'KEYWORD'),
  owner: defineSearchAttributeKey('PalateOwner', 'KEYWORD'),
} as const;

export type StartOutcome = 'started' | 'already' | 'failed';

export interface Launches {
  /** Starts the run and marks the launch. Idempotent; never throws: what fails stays pending for the launcher. */
  start(launch: Launch): Promise<StartOutcome>;
}

const retryAfterMs = 5_000;

/** `client` may throw while Temporal is away. `eager` asks for the first task in the same round trip (client and worker on one connection). */
export function createLaunches(deps: {
  launches: LaunchStore;
  client: () => Promise<Client>;
  eager: boolean;
  /** Task queue for each kind of work. */
  queues: Readonly<Record<QueueName, string>>;
  clock: () => Date;
  onOutcome: (launch: Launch, outcome: StartOutcome, error?: unknown) => void;
}): Launches {
  const startRun = async (launch: Launch): Promise<'started' | 'already'> => {
    const client = await deps.client();
    try {
      await client.workflow.start(launch.workflow, {
        workflowId: launch.workflowId,
        taskQueue: deps.queues[launch.queue],
        args: launch.args,
        // The id is the name: a run that is under way or was ever completed is not started again.
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        requestEagerStart: deps.eager,
        staticSummary: launch.summary,
        memo: launch.requestId === null ? {} : { requestId: launch.requestId },
        typedSearchAttributes: [
          { key: searchAttributes.feature, value: launch.feature },
          ...(launch.ownerId === null ? [] : [{ key: searchAttributes.owner, value: launch.ownerId }]),
        ] satisfies SearchAttributePair[],
      });
      return 'started';
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return 'already';
      throw error;
    }
  };

  return {
    async start(launch) {
      try {
        const outcome = await startRun(launch);
        await deps.launches.markStarted(launch.workflowId);
        deps.onOutcome(launch, outcome);
        return outcome;
      } catch (error) {
        deps.onOutcome(launch, 'failed', error);
        const dueAt = new Date(deps.clock().getTime() + retryAfterMs);
        // If MongoDB is away too, the launch is due by itself once its grace is over.
        await deps.launches
          .putOff(launch.workflowId, dueAt, error instanceof Error ? error.message : String(error))
          .catch(() => undefined);
        return 'failed';
      }
    },
  };
}

import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import type { Launch, QueueName } from '../model/launches';
import type { LaunchStore } from '../store/launches';
import type { Fairness } from './fairness';
import { isAway } from './faults';
import { startTagged } from './tagged';
import { temporalDeadlineMs } from './temporal';

/** `in line`: its owner's other pictures go first; the launcher starts it later. */
export type StartOutcome = 'started' | 'already' | 'in line' | 'failed';

/** Why a start failed, and when it is tried again. */
export interface StartFailure {
  error: unknown;
  /** Temporal did not answer: nothing is wrong with this launch. */
  away: boolean;
  /** Launcher's attempts so far, this one included; 0 for the request's own. */
  attempts: number;
  nextInMs: number;
}

export interface Launches {
  /** Starts the run and marks the launch. Idempotent; never throws: what fails stays pending for the launcher. */
  start(launch: Launch & { attempts?: number }): Promise<StartOutcome>;
}

const firstRetryMs = 5_000;
const longestRetryMs = 5 * 60_000;

/**
 * A launch that Temporal refuses most likely never starts: 5 s, doubled at each attempt, at most 5 minutes. An outage is no fault of
 * the launch, so what it held up starts within seconds of its end.
 */
const retryAfterMs = (away: boolean, attempts: number): number =>
  away ? firstRetryMs : Math.min(firstRetryMs * 2 ** Math.max(0, attempts - 1), longestRetryMs);

/** A lease that cannot be released now runs out by itself. */
const lettingGo = (release: Promise<void>): Promise<void> => release.catch(() => undefined);

/** `client` may throw while Temporal is away. `eager` asks for the first task in the same round trip (client and worker on one connection). */
export function createLaunches(deps: {
  launches: LaunchStore;
  client: () => Promise<Client>;
  eager: boolean;
  /** Task queue for each kind of work. */
  queues: Readonly<Record<QueueName, string>>;
  fairness: Fairness;
  clock: () => Date;
  onOutcome: (launch: Launch, outcome: StartOutcome, failure?: StartFailure) => void;
}): Launches {
  const startRun = async (launch: Launch): Promise<'started' | 'already'> => {
    const client = await deps.client();
    try {
      await client.withDeadline(Date.now() + temporalDeadlineMs, () =>
        startTagged({ feature: launch.feature, owner: launch.ownerId }, ({ memo, ...tags }) =>
          client.workflow.start(launch.workflow, {
            workflowId: launch.workflowId,
            taskQueue: deps.queues[launch.queue],
            args: launch.args,
            // The id is the name: a run that is under way or was ever completed is not started again.
            workflowIdReusePolicy: 'REJECT_DUPLICATE',
            requestEagerStart: deps.eager,
            staticSummary: launch.summary,
            memo: { ...memo, ...(launch.requestId !== null && { requestId: launch.requestId }) },
            ...tags,
          }),
        ),
      );
      return 'started';
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return 'already';
      throw error;
    }
  };

  return {
    async start(launch) {
      try {
        if (!(await deps.fairness.admit(launch))) {
          deps.onOutcome(launch, 'in line');
          return 'in line';
        }
        const outcome = await startRun(launch).catch(async (error: unknown) => {
          // Where Temporal did not answer it may have taken the start in; else the lease is another's.
          if (!isAway(error)) await lettingGo(deps.fairness.release(launch.workflowId));
          throw error;
        });
        await deps.launches.markStarted(launch.workflowId);
        if (outcome === 'already') await lettingGo(deps.fairness.releaseUnlessPreparing(launch.workflowId));
        deps.onOutcome(launch, outcome);
        return outcome;
      } catch (error) {
        const attempts = launch.attempts ?? 0;
        const away = isAway(error);
        const nextInMs = retryAfterMs(away, attempts);
        deps.onOutcome(launch, 'failed', { error, away, attempts, nextInMs });
        const dueAt = new Date(deps.clock().getTime() + nextInMs);
        // If MongoDB is away too, the launch is due by itself once its grace is over.
        await deps.launches
          .putOff(launch.workflowId, dueAt, error instanceof Error ? error.message : String(error))
          .catch(() => undefined);
        return 'failed';
      }
    },
  };
}

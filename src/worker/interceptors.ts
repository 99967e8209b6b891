import type { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';

export interface ActivityOutcome {
  activity: string;
  workflowId: string;
  attempt: number;
  ms: number;
  outcome: 'completed' | 'failed' | 'cancelled';
  /** Type of the failure, from `messages` where it is one of ours. */
  failure?: string;
}

/** Tells of every attempt, for metrics and the log. Arguments and results are not told. */
export const activityOutcomes =
  (onOutcome: (outcome: ActivityOutcome) => void): ActivityInterceptorsFactory =>
  (context: Context) => ({
    inbound: {
      async execute(input, next) {
        const { activityType: activity, attempt, workflowExecution } = context.info;
        const started = performance.now();
        const tell = (rest: Pick<ActivityOutcome, 'outcome' | 'failure'>) =>
          onOutcome({
            activity,
            workflowId: workflowExecution?.workflowId ?? '',
            attempt,
            ms: performance.now() - started,
            ...rest,
          });
        try {
          const result: unknown = await next(input);
          tell({ outcome: 'completed' });
          return result;
        } catch (error) {
          const failure =
            error instanceof ApplicationFailure && error.type
              ? error.type
              : error instanceof Error
                ? error.name
                : 'Unknown';
          tell({ outcome: context.cancellationSignal.aborted ? 'cancelled' : 'failed', failure });
          throw error;
        }
      },
    },
  });

/**
 * An activity that is under way tells so three times in its heartbeat timeout. So one whose worker was killed is given to another worker
 * after that time, and not only when the longest that it may take is over. The activity's own work must leave the event loop free.
 */
export const aliveWhileWorking: ActivityInterceptorsFactory = (context: Context) => ({
  inbound: {
    async execute(input, next) {
      const { heartbeatTimeoutMs } = context.info;
      if (heartbeatTimeoutMs === undefined) return next(input);
      const beats = setInterval(() => context.heartbeat(), heartbeatTimeoutMs / 3);
      try {
        return await next(input);
      } finally {
        clearInterval(beats);
      }
    },
  },
});

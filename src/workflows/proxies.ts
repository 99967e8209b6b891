import { proxyActivities, type ActivityOptions } from '@temporalio/workflow';

/**
 * One proxy for each class of risk.
 *
 * quick     Idempotent I/O on our own stores. Repeated until it works: giving up would lose the user's meal.
 * long      Work in many steps, told alive by heartbeats, and never given up.
 * sending   Another's service, behind an activity that writes down how the attempt went: the workflow decides on the next one. What is repeated
 *           here are faults of our own, until they are over.
 * upstream  Another's service, slow or down at times. Few attempts, as someone waits; the workflow decides what a failure means.
 */

/** A worker that was killed is missed after this; each worker tells that an activity is under way (`worker/interceptors.ts`). */
const heartbeatTimeout = '10s';

const quickOptions: ActivityOptions = {
  startToCloseTimeout: '30s',
  heartbeatTimeout,
  scheduleToCloseTimeout: '24h',
  retry: { initialInterval: '100ms', backoffCoefficient: 2, maximumInterval: '30s' },
};

const upstreamOptions: ActivityOptions = {
  startToCloseTimeout: '60s',
  heartbeatTimeout,
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '30s', maximumAttempts: 3 },
};

/** Failure types no attempt can change; listed, not guessed. */
export const quick = <A>(finalFailures: readonly string[]) =>
  proxyActivities<A>({ ...quickOptions, retry: { ...quickOptions.retry, nonRetryableErrorTypes: [...finalFailures] } });

export const upstream = <A>(
  finalFailures: readonly string[],
  attempts: { count: number; initialMs: number } = { count: 3, initialMs: 500 },
) =>
  proxyActivities<A>({
    ...upstreamOptions,
    retry: {
      ...upstreamOptions.retry,
      maximumAttempts: attempts.count,
      initialInterval: attempts.initialMs,
      nonRetryableErrorTypes: [...finalFailures],
    },
  });

export const sending = <A>() =>
  proxyActivities<A>({
    startToCloseTimeout: '60s',
    heartbeatTimeout,
    retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '10s' },
  });

export const long = <A>() =>
  proxyActivities<A>({
    startToCloseTimeout: '1h',
    heartbeatTimeout,
    retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '1m' },
  });

import { proxyActivities, workflowInfo, type ActivityOptions } from '@temporalio/workflow';
import { taskQueueOf, type ActivityQueue } from '../messages/queues';
import type { ActivitiesOn } from '../palate/activities';

/**
 * One proxy for each class of risk, each on the task queue of the system that it waits for. All are typed by what the features provide
 * there: an activity that no worker of the queue has does not compile.
 *
 * quick     Idempotent I/O on our own stores. Repeated until it works: giving up would lose the user's meal.
 * opening   The bytes of an upload, which may be made to harm: waits for its turn, may cost a worker, and the activity counts its attempts.
 * long      Work in many steps, told alive by heartbeats, and never given up.
 * sending   The ML service, behind an activity that writes down how the attempt went: the workflow decides on the next one. What is repeated
 *           here are faults of our own, until they are over.
 * training  A phase of a training in a trainer's threads: minutes, cut off by whatever ends a trainer, and gone on with by the next. Outages are waited
 *           for; data that ends each trainer must not do so for ever, so the activity counts the trainers that a phase has cost.
 * upstream  Another's service, slow or down at times. Few attempts, as someone waits; the workflow decides what a failure means.
 */

/** A worker that was killed is missed after this; each worker tells that an activity is under way (`worker/interceptors.ts`). */
const heartbeatTimeout = '10s';

/** Which queue is `main` only a run knows: options are read at each call. */
const proxyOn = <Queue extends ActivityQueue>(queue: Queue, options: ActivityOptions) =>
  proxyActivities<ActivitiesOn<Queue>>({
    ...options,
    get taskQueue() {
      return taskQueueOf(workflowInfo().taskQueue, queue);
    },
  });

/** Failure types no attempt can change; listed, not guessed. */
type FinalFailures = readonly string[];

const quickOptions: ActivityOptions = {
  startToCloseTimeout: '30s',
  heartbeatTimeout,
  scheduleToCloseTimeout: '24h',
  retry: { initialInterval: '100ms', backoffCoefficient: 2, maximumInterval: '30s' },
};

export const quick = (finalFailures: FinalFailures = []) =>
  proxyOn('main', {
    ...quickOptions,
    retry: { ...quickOptions.retry, nonRetryableErrorTypes: [...finalFailures] },
  });

/** Another may be open, or one that has to be alone, half a minute each; a lost worker is detected by its missing heartbeats. */
const openingTimeout = '15m';

export const opening = (finalFailures: FinalFailures) =>
  proxyOn('pictures', {
    ...quickOptions,
    startToCloseTimeout: openingTimeout,
    retry: { ...quickOptions.retry, nonRetryableErrorTypes: [...finalFailures] },
  });

/** Milliseconds; besides those of each attempt. */
export interface Patience {
  scheduleToStartMs: number;
  scheduleToCloseMs: number;
}

/** Between attempts, where the first pause is no longer. */
const longestPauseMs = 30_000;

export const upstream = <Queue extends ActivityQueue>(
  queue: Queue,
  finalFailures: FinalFailures,
  { count, initialMs }: { count: number; initialMs: number } = { count: 3, initialMs: 500 },
  patience?: Patience,
) =>
  proxyOn(queue, {
    startToCloseTimeout: '60s',
    heartbeatTimeout,
    ...(patience && {
      scheduleToStartTimeout: patience.scheduleToStartMs,
      scheduleToCloseTimeout: patience.scheduleToCloseMs,
    }),
    retry: {
      initialInterval: initialMs,
      backoffCoefficient: 2,
      // One that is below the first pause is refused by the SDK, in every task of the run anew.
      maximumInterval: Math.max(initialMs, longestPauseMs),
      maximumAttempts: count,
      nonRetryableErrorTypes: [...finalFailures],
    },
  });

export const sending = () =>
  proxyOn('receiver', {
    startToCloseTimeout: '60s',
    heartbeatTimeout,
    retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '10s' },
  });

export const long = <Queue extends ActivityQueue>(queue: Queue) =>
  proxyOn(queue, {
    startToCloseTimeout: '1h',
    heartbeatTimeout,
    retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '1m' },
  });

export const training = (heartbeatMs: number, finalFailures: FinalFailures) =>
  proxyOn('training', {
    startToCloseTimeout: '24h',
    heartbeatTimeout: heartbeatMs,
    retry: {
      initialInterval: '500ms',
      backoffCoefficient: 2,
      maximumInterval: '1m',
      nonRetryableErrorTypes: [...finalFailures],
    },
  });

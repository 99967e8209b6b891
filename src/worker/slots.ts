import type { ActivityQueue } from '../messages/queues';

/**
 * Activities at work at a time in one process, by task queue. The SDK's default is 100; what each of ours holds meanwhile is the reason for
 * fewer.
 */
export const slots: Readonly<Record<ActivityQueue, number>> = {
  /** Short I/O on our own stores, and what an earlier version scheduled here: then one may hold a call to a system that hangs. */
  main: 16,
  /** As many as are open at a time (R4 of `activities/photos/picture.ts`): another would wait in here, out of reach of other workers. */
  pictures: 2,
  /** Each holds a picture of 640 pixels and waits for another's machine. More would be queued there. */
  classifier: 16,
  /** Small answers, seconds at the most. */
  fdc: 16,
  /** There is one run that embeds meals, and each of its calls holds a hundred texts. */
  llm: 2,
  /** Eight requests (`maxAtOnce` of `activities/context/push.ts`), and as many that find them under way and say so at once. */
  receiver: 16,
  /** A training takes all that a machine has; the queue is the trainer's. */
  training: 1,
};

/**
 * Polls of a queue that are open at a time, each a request that Temporal holds for a minute. The default of ten is for queues with hundreds
 * of tasks a second; a second one is there while the first brings its task.
 */
export const pollsOfAnActivityQueue = 2;

/**
 * Task queues. `main` runs all workflows and every activity; the others, named after it, run activities alone, so that what waits for one
 * system holds no place that something else needs.
 *
 * Q1  A worker of `main` has every activity: what was scheduled there by an earlier version, and its retries, is never stranded.
 * Q2  Which queue an activity is scheduled on is not part of a replay (its id and type are): a run may go on under a version that decides
 *     otherwise.
 */
export const activityQueues = ['pictures', 'classifier', 'fdc', 'llm', 'receiver', 'training'] as const;
export type ActivityQueue = 'main' | (typeof activityQueues)[number];

/** The name that workers poll; `main` is that of `TEMPORAL_TASK_QUEUE`. */
export const taskQueueOf = (main: string, queue: ActivityQueue): string =>
  queue === 'main' ? main : `${main}-${queue}`;

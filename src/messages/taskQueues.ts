/** Task queues: everything but training runs on `palate`; training has one slot on a queue of its own. */
export const taskQueues = { main: 'palate', training: 'palate-training' } as const;

/** Task queues; training will have one of its own, with one slot. */
export const taskQueues = { main: 'palate' } as const;

/**
 * A queue that lets works run at a time whose weights together are at most `capacity`.
 *
 * L1  In the order they came, so that a heavy one is not overtaken for good by light ones.
 * L2  Who still waits leaves by its signal; who was admitted stays until its work has ended, as its memory does.
 */
/** `weight` is at most the capacity. Rejects with the signal's reason where that comes before its turn. */
export type Lane = <T>(weight: number, work: () => Promise<T>, signal?: AbortSignal) => Promise<T>;

interface Waiting {
  weight: number;
  start: () => void;
}

export const createLane = (capacity: number): Lane => {
  const waiting: Waiting[] = [];
  let taken = 0;
  const admit = () => {
    for (let next = waiting[0]; next !== undefined && taken + next.weight <= capacity; next = waiting[0]) {
      waiting.shift();
      taken += next.weight;
      next.start();
    }
  };
  const turn = (weight: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const leave = () => {
        waiting.splice(waiting.indexOf(own), 1);
        reject(signal?.reason as Error);
        // It may have been the one that did not fit.
        admit();
      };
      const own: Waiting = {
        weight,
        start: () => {
          signal?.removeEventListener('abort', leave);
          resolve();
        },
      };
      signal?.addEventListener('abort', leave, { once: true });
      waiting.push(own);
      admit();
    });
  return async (weight, work, signal) => {
    signal?.throwIfAborted();
    await turn(weight, signal);
    try {
      return await work();
    } finally {
      taken -= weight;
      admit();
    }
  };
};

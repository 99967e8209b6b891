import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Worker } from '@temporalio/worker';

export interface RunningWorker {
  /** Resolves when a worker has been made and begins to poll for the first time. */
  readonly firstPoll: Promise<void>;
  /** Whether it polls for tasks at the moment. */
  polling(): boolean;
  stop(): Promise<void>;
}

/** Several as one: polling where all are; started and stopped side by side. */
export const asOne = (workers: readonly RunningWorker[]): RunningWorker => ({
  firstPoll: Promise.all(workers.map((worker) => worker.firstPoll)).then(() => undefined),
  polling: () => workers.every((worker) => worker.polling()),
  async stop() {
    await Promise.all(workers.map((worker) => worker.stop()));
  },
});

const firstPauseMs = 500;
const longestPauseMs = 15_000;

/**
 * Keeps a worker running: one that ends with an error (Temporal was away for long, a namespace was not there yet)
 * is made anew after a pause that doubles.
 */
export function keepRunning(
  make: () => Promise<Worker>,
  onFault: (error: unknown, pauseMs: number) => void,
): RunningWorker {
  let worker: Worker | undefined;
  const stopping = new AbortController();
  const { signal } = stopping;
  const asked = once(signal, 'abort');
  const goingOn = () => !signal.aborted;

  let begin: () => void = () => undefined;
  const firstPoll = new Promise<void>((resolve) => {
    begin = resolve;
  });

  const loop = async () => {
    let pauseMs = firstPauseMs;
    while (goingOn()) {
      try {
        // Making one waits for Temporal; stopping does not wait for that.
        const made = make();
        await Promise.race([made, asked]);
        if (!goingOn()) {
          made.then(
            (late) => late.shutdown(),
            () => undefined,
          );
          return;
        }
        worker = await made;
        pauseMs = firstPauseMs;
        begin();
        await worker.run();
      } catch (error) {
        if (!goingOn()) return;
        onFault(error, pauseMs);
        await delay(pauseMs, undefined, { signal }).catch(() => undefined);
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      }
      worker = undefined;
    }
  };
  const ended = loop();

  return {
    firstPoll,
    polling: () => worker?.getState() === 'RUNNING',
    async stop() {
      stopping.abort();
      if (worker?.getState() === 'RUNNING') worker.shutdown();
      await ended;
    },
  };
}

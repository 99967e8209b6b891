import type { Worker } from '@temporalio/worker';

export interface RunningWorker {
  /** Whether it polls for tasks at the moment. */
  polling(): boolean;
  stop(): Promise<void>;
}

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
  let stopped = false;
  let wake: (() => void) | undefined;
  const goingOn = () => !stopped;

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const loop = async () => {
    let pauseMs = firstPauseMs;
    while (goingOn()) {
      try {
        const made = await make();
        worker = made;
        if (!goingOn()) return made.shutdown();
        pauseMs = firstPauseMs;
        await made.run();
      } catch (error) {
        if (!goingOn()) return;
        onFault(error, pauseMs);
        await pause(pauseMs);
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      }
      worker = undefined;
    }
  };
  const ended = loop();

  return {
    polling: () => worker?.getState() === 'RUNNING',
    async stop() {
      stopped = true;
      wake?.();
      if (worker?.getState() === 'RUNNING') worker.shutdown();
      await ended;
    },
  };
}

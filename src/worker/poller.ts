export interface Poller {
  /** Polls at once; where a poll is under way, again after it. */
  pollNow(): void;
  /** Waits for the poll that is under way. */
  stop(): Promise<void>;
}

/**
 * Polls until it is stopped, one poll after the other: for cheap reads that find what is due. When to take a schedule, a timer or a TTL
 * instead: docs/architecture.md. A failed poll is reported; polling continues.
 */
export function startPoller(deps: {
  /** Gives the milliseconds until the next poll. `signal`: the poller is being stopped. */
  poll: (signal: AbortSignal) => Promise<number>;
  /** Not called for a poll that was stopped: it may have failed of that. */
  onError: (error: unknown) => void;
  /** Milliseconds after a poll that failed. */
  retryMs: number;
}): Poller {
  const stopping = new AbortController();
  const { signal } = stopping;
  const isRunning = () => !signal.aborted;
  let again = false;
  let wake: (() => void) | undefined;

  const pause = (waitMs: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (again) wake();
    });

  const loop = async () => {
    while (isRunning()) {
      again = false;
      const waitMs = await deps.poll(signal).catch((error: unknown) => {
        if (isRunning()) deps.onError(error);
        return deps.retryMs;
      });
      if (isRunning()) await pause(waitMs);
    }
  };
  const ended = loop();

  return {
    pollNow() {
      again = true;
      wake?.();
    },
    async stop() {
      stopping.abort();
      wake?.();
      await ended;
    },
  };
}

/** Runs `work` `width` times concurrently and waits for all of them, also where one fails; then rejects with the first failure. */
export async function runConcurrently(width: number, work: () => Promise<void>): Promise<void> {
  const ended = await Promise.allSettled(Array.from({ length: width }, work));
  const failed = ended.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
}

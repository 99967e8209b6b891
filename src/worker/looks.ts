export interface Looks {
  /** Looks at once: where a look is under way, again after it. */
  now(): void;
  /** Waits for the look that is under way. */
  stop(): Promise<void>;
}

/** Looks again and again, one look after the other, until it is stopped. A look that fails is told, and the next one comes. */
export function startLooks(deps: {
  /** Gives the milliseconds until the next. `signal`: it is being stopped. */
  look: (signal: AbortSignal) => Promise<number>;
  /** Not told of a look that was stopped: it may have failed of that. */
  onError: (error: unknown) => void;
  /** Milliseconds after a look that failed. */
  retryMs: number;
}): Looks {
  const stopping = new AbortController();
  const { signal } = stopping;
  const goingOn = () => !signal.aborted;
  let atOnce = false;
  let wake: (() => void) | undefined;

  const pause = (waitMs: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (atOnce) wake();
    });

  const loop = async () => {
    while (goingOn()) {
      atOnce = false;
      const waitMs = await deps.look(signal).catch((error: unknown) => {
        if (goingOn()) deps.onError(error);
        return deps.retryMs;
      });
      if (goingOn()) await pause(waitMs);
    }
  };
  const ended = loop();

  return {
    now() {
      atOnce = true;
      wake?.();
    },
    async stop() {
      stopping.abort();
      wake?.();
      await ended;
    },
  };
}

/** `width` at the same work: all of them end, also where one fails; then it rejects with the first fault. */
export async function abreast(width: number, work: () => Promise<void>): Promise<void> {
  const ended = await Promise.allSettled(Array.from({ length: width }, work));
  const fault = ended.find((one) => one.status === 'rejected');
  if (fault) throw fault.reason;
}

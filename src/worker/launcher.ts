import type { Launches } from '../launches/launch';
import type { LaunchStore } from '../store/launches';

export interface Launcher {
  stop(): Promise<void>;
}

/**
 * Starts what a crash, or Temporal's absence, left behind. Any number of replicas may run one: a launch is leased while
 * it is worked on, and the workflow id keeps it to one run.
 */
export function startLauncher(deps: {
  launches: LaunchStore;
  start: Launches;
  /** Milliseconds between two looks. */
  sweepMs: number;
  leaseMs: number;
  /** Starts under way at once. */
  width: number;
  /** A look failed; told once a look, as the reason is the same for all. */
  onError: (error: unknown) => void;
}): Launcher {
  let stopped = false;
  const running = () => !stopped;
  let wake: (() => void) | undefined;

  const drain = async () => {
    while (running()) {
      const launch = await deps.launches.claimDue(deps.leaseMs);
      if (!launch) return;
      // Where one cannot be started now, most likely none can: wait for the next look.
      if ((await deps.start.start(launch)) === 'failed') return;
    }
  };

  const loop = async () => {
    while (running()) {
      // All of them, before the next look or the end: one that fails leaves the others at work.
      const drained = await Promise.allSettled(Array.from({ length: deps.width }, drain));
      const fault = drained.find(({ status }) => status === 'rejected');
      if (fault?.status === 'rejected') deps.onError(fault.reason);
      if (!running()) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, deps.sweepMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  const ended = loop();

  return {
    async stop() {
      stopped = true;
      wake?.();
      await ended;
    },
  };
}

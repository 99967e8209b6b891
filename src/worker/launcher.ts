import type { Launches } from '../launches/launch';
import type { LaunchStore } from '../store/launches';
import { abreast, startLooks, type Looks } from './looks';

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
}): Looks {
  const { launches, start, sweepMs, leaseMs, width, onError } = deps;
  const drain = async (signal: AbortSignal) => {
    while (!signal.aborted) {
      const launch = await launches.claimDue(leaseMs);
      if (!launch) return;
      // Where one cannot be started now, most likely none can: wait for the next look.
      if ((await start.start(launch)) === 'failed') return;
    }
  };
  return startLooks({
    look: async (signal) => {
      await abreast(width, () => drain(signal));
      return sweepMs;
    },
    onError,
    retryMs: sweepMs,
  });
}

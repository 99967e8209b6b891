import type { Launches } from '../launches/launch';
import type { LaunchStore } from '../store/launches';
import { runConcurrently, startPoller, type Poller } from './poller';

/**
 * Starts what a crash, or Temporal's absence, left behind. Any number of replicas may run one: a launch is leased while
 * it is worked on, and the workflow id keeps it to one run.
 */
export function startLauncher(deps: {
  launches: LaunchStore;
  start: Launches;
  /** Milliseconds between two polls. */
  sweepMs: number;
  leaseMs: number;
  /** Concurrent starts. */
  width: number;
  /** A poll failed; called once a poll, as the reason is the same for all. */
  onError: (error: unknown) => void;
}): Poller {
  const { launches, start, sweepMs, leaseMs, width, onError } = deps;
  const drain = async (signal: AbortSignal) => {
    while (!signal.aborted) {
      const launch = await launches.claimDue(leaseMs);
      if (!launch) return;
      // Where one cannot be started now, most likely none can: wait for the next poll.
      if ((await start.start(launch)) === 'failed') return;
    }
  };
  return startPoller({
    poll: async (signal) => {
      await runConcurrently(width, () => drain(signal));
      return sweepMs;
    },
    onError,
    retryMs: sweepMs,
  });
}

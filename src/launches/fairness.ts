import type { Launch } from '../model/launches';
import type { LaunchStore, StoredLaunch } from '../store/launches';
import type { PictureLeaseStore } from '../store/pictureLeases';

/**
 * Pictures fair by owner: of one fairness key a few runs are scheduled at a time (`leasesOfAKey`), and the rest of its launches wait in
 * MongoDB, so that the pictures of one who sends many do not stand before everybody else's in the task queue.
 *
 * F1  A run is started only while it holds a lease; its activity `preparePhoto` releases it when the picture is done with for good, or
 *     has to be opened again later: two that cannot be opened now must not hold up all others of their key.
 * F2  A lease that is released goes to the longest wait of its key, whose launch is claimed and started at once, in the same process. Where
 *     that process dies in between, the launch is due by itself, as every launch in line is from time to time.
 * F3  A lease that was never released (a run that was terminated, a worker of an earlier version) runs out. It is released once its run is
 *     found not to be preparing a picture any more, and renewed where it still is, however long that takes.
 */
export interface Fairness {
  /** False: its owner's other pictures go first; the launch waits in line. Throws as its stores and `isPreparing` do. */
  admit(launch: Launch & { attempts?: number }): Promise<boolean>;
  /** The run is through with its picture, or was never started: the next launch in line is started. Safe to repeat. */
  release(workflowId: string): Promise<void>;
  /** `start` is called with the launch whose turn it is: polling for it would take time and reads. It must not throw. */
  whenNext(start: (launch: StoredLaunch) => void): void;
  /** The run was started before, and may be through with its picture: then releases what `admit` took. */
  releaseUnlessPreparing(workflowId: string): Promise<void>;
}

/** A launch whose turn it is and that was not started by then, as its process died, is due for any launcher. */
const startLeaseMs = 10_000;

export function createFairness(deps: {
  leases: Pick<PictureLeaseStore, 'ask' | 'renew' | 'release'>;
  launches: Pick<LaunchStore, 'putInLine' | 'claim'>;
  /** Whether the run is open and its picture not prepared. */
  isPreparing: (workflowId: string) => Promise<boolean>;
}): Fairness {
  const { leases, launches } = deps;
  let start: (launch: StoredLaunch) => void = () => undefined;

  const release = async (workflowId: string): Promise<void> => {
    for (let next = await leases.release(workflowId); next !== null; next = await leases.release(next)) {
      const launch = await launches.claim(next, startLeaseMs);
      if (launch) {
        start(launch);
        return;
      }
      // Erased, or started before it was its turn: the lease is for the one behind it, unless that run needs it.
      if (await deps.isPreparing(next)) return;
    }
  };

  return {
    async admit(launch) {
      const { fairnessKey: key, ownerId, workflowId, attempts = 0 } = launch;
      if (key === undefined) return true;
      let outcome = await leases.ask(key, ownerId, workflowId);
      if (outcome.kind === 'in line' && outcome.overdue.length > 0) {
        for (const overdue of outcome.overdue)
          await ((await deps.isPreparing(overdue)) ? leases.renew(overdue) : release(overdue));
        outcome = await leases.ask(key, ownerId, workflowId);
      }
      if (outcome.kind === 'held') return true;
      await launches.putInLine({ workflowId, attempts: Math.max(0, attempts - 1) });
      return false;
    },
    release,
    whenNext(given) {
      start = given;
    },
    async releaseUnlessPreparing(workflowId) {
      if (!(await deps.isPreparing(workflowId))) await release(workflowId);
    },
  };
}

import { setTimeout as delay } from 'node:timers/promises';
import {
  mayGoBetterAlone,
  mostUsersOfARequest,
  untilTurn,
  type ContextPusher,
  type ManyResult,
} from '../activities/context/push';
import type { Id } from '../model/ids';
import type { CircuitStore } from '../store/circuits';
import type { ContextSyncStore } from '../store/context/syncs';
import { runConcurrently, startPoller } from './poller';

export interface ContextSweep {
  /** The receiver is well again: polls at once, for all accounts that are behind. */
  receiverIsBack(): void;
  stop(): Promise<void>;
}

/**
 * Finds the accounts that are behind and that nobody is sending: a wake-up was lost, a worker died, or the receiver was away.
 *
 * W1  Any number of replicas may run one: who is found is put off in the same moment, and the lease keeps senders apart.
 * W2  While the circuit of the receiver is open nobody is woken. When its time is over one account is: its push is the probe.
 * W3  Where the receiver takes many, the sweep sends itself, up to 100 users a request; an account's own run is woken only where it does not, and
 *     for whom it did not go well: that may go better alone. Whom a request did not hold are in the next one, before anybody else.
 */
export interface ContextSweepDeps {
  syncs: Pick<ContextSyncStore, 'claimDue' | 'makeAllDue'>;
  circuits: Pick<CircuitStore, 'find'>;
  pusher: Pick<ContextPusher, 'takesMany' | 'pushMany'>;
  /** Wakes the run of an account, and starts it where there is none. */
  wake: (userId: Id) => Promise<void>;
  /** Milliseconds between two polls, and until an account that was found may be found again. */
  sweepMs: number;
  /** Concurrent wake-ups. */
  width: number;
  clock: () => Date;
  onError: (error: unknown) => void;
}

/** The circuit of the receiver is open, or other senders hold all of them. */
const nothingWasDecided = (results: Iterable<ManyResult>): boolean =>
  [...results].every(({ kind }) => kind === 'held' || kind === 'busy');

export function startContextSweep(deps: ContextSweepDeps): ContextSweep {
  const { syncs, circuits, pusher, wake, sweepMs, width, clock, onError } = deps;
  let everybody = false;

  const wakeAll = async (ids: readonly Id[], signal: AbortSignal): Promise<void> => {
    const left = ids.values();
    await runConcurrently(width, async () => {
      for (const id of left) {
        if (signal.aborted) return;
        await wake(id);
      }
    });
  };

  /** Whether there may be more to do at once. */
  const page = async (signal: AbortSignal): Promise<boolean> => {
    const { ids, more } = await syncs.claimDue(mostUsersOfARequest, sweepMs);
    if (ids.length === 0) return more;
    if (!pusher.takesMany) {
      await wakeAll(ids, signal);
      return more;
    }
    for (let left = ids; left.length > 0 && !signal.aborted;) {
      const results = await pusher.pushMany(left, { by: 'sweep' }, signal);
      const turnInMs = untilTurn(results.values());
      if (turnInMs !== null) {
        await delay(Math.min(turnInMs, sweepMs), undefined, { signal });
        continue;
      }
      await wakeAll(
        left.filter((id) => mayGoBetterAlone(results.get(id))),
        signal,
      );
      if (nothingWasDecided(results.values())) return more && left.length < ids.length;
      left = left.filter((id) => results.get(id)?.kind === 'left');
    }
    return more;
  };

  const poll = async (signal: AbortSignal): Promise<number> => {
    const circuit = await circuits.find('context_receiver');
    const untilMs = circuit.until === null ? 0 : circuit.until.getTime() - clock().getTime();
    if (circuit.until !== null && untilMs > 0) return Math.min(untilMs, sweepMs);
    if (circuit.state !== 'closed') await wakeAll((await syncs.claimDue(1, sweepMs)).ids, signal);
    else {
      if (everybody) {
        // Before the call: who asks meanwhile asks for the poll after this one.
        everybody = false;
        await syncs.makeAllDue().catch((error: unknown) => {
          everybody = true;
          throw error;
        });
      }
      while (!signal.aborted && (await page(signal))) continue;
    }
    return sweepMs;
  };
  const poller = startPoller({ poll, onError, retryMs: sweepMs });

  return {
    receiverIsBack() {
      everybody = true;
      poller.pollNow();
    },
    stop: () => poller.stop(),
  };
}

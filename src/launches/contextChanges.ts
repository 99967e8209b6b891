import type { Client } from '@temporalio/client';
import type { SignalDefinition } from '@temporalio/common';
import type { ClientSession } from 'mongoose';
import { contextChanged, contextWorkflows, type ContextTiming } from '../messages/context';
import type { ContextSection } from '../model/context';
import type { Id } from '../model/ids';
import type { ContextSyncStore } from '../store/context/syncs';
import { startTagged, type Tags } from './tagged';
import { temporalDeadlineMs } from './temporal';

/**
 * Changes of a user's context: recorded in the transaction that makes them, and told to the user's run after the answer.
 *
 * W1  `wake` costs the request nothing: it puts an id into a set and returns.
 * W2  Wake-ups are coalesced: an account that waits for its turn is in the set once, and one that was just woken waits `gapMs` for its next
 *     turn.
 * W3  The set is bounded, and given up as a whole while Temporal is away: what is not told, the sweep finds.
 */
export interface ContextChanges {
  /** The last write of the transaction that changes `sections` of the context. */
  record(ownerId: Id, sections: readonly ContextSection[], session: ClientSession): Promise<void>;
  /** After the answer; returns at once and never throws. */
  wake(ownerId: Id): void;
  /** Waits until nothing is under way any more; what still waits for its turn is left to the sweep. */
  close(): Promise<void>;
}

/** How a user's run is started: the same for whoever wakes it. */
export interface ContextRuns {
  client: () => Promise<Client>;
  taskQueue: string;
  timing: ContextTiming;
}

/** What Temporal's client is given to start the run of a user. */
export interface ContextStart extends Tags {
  workflowId: string;
  taskQueue: string;
  args: unknown[];
  staticSummary: string;
}

/** Starts the run of a user where there is none. `start` is called again, with other options, where search attributes are not known. */
export const startContext = <T>(
  { taskQueue, timing }: Pick<ContextRuns, 'taskQueue' | 'timing'>,
  userId: Id,
  start: (run: ContextStart) => Promise<T>,
): Promise<T> => {
  const { workflowId, args, summary, feature } = contextWorkflows.sync.start([userId], { userId, timing });
  return startTagged({ feature, owner: userId, state: 'idle' }, (tags) =>
    start({ workflowId, taskQueue, args, staticSummary: summary, ...tags }),
  );
};

/** Signals the run of a user, and starts it where there is none. Throws as the client does. */
export async function wakeContext(
  runs: ContextRuns,
  userId: Id,
  signal: SignalDefinition = contextChanged,
): Promise<void> {
  const client = await runs.client();
  await client.withDeadline(Date.now() + temporalDeadlineMs, () =>
    startContext(runs, userId, (run) =>
      client.workflow.signalWithStart(contextWorkflows.sync.name, { ...run, signal, signalArgs: [] }),
    ),
  );
}

export interface ContextChangesOptions {
  syncs: Pick<ContextSyncStore, 'touch'>;
  /** Null: no receiver is configured, and nobody is woken. */
  runs: ContextRuns | null;
  /** For so long a wake-up has the time to do its work before the sweep looks. */
  graceMs: number;
  /** Least time between two wake-ups of one account. */
  gapMs: number;
  /** Wake-ups under way at once, and accounts that wait at most. */
  width: number;
  most: number;
  onLost: (accounts: number, error: unknown) => void;
}

export function createContextChanges({
  syncs,
  runs,
  graceMs,
  gapMs,
  width,
  most,
  onLost,
}: ContextChangesOptions): ContextChanges {
  /** Accounts that wait for their turn, in order. */
  const waiting = new Set<Id>();
  /** Woken a moment ago, or being woken: whether they changed again since. */
  const resting = new Map<Id, boolean>();
  const pumps = new Set<Promise<void>>();
  /** Those that still look into the set; one that found it empty does no more, although its promise is not done yet. */
  let looking = 0;
  const timers = new Set<NodeJS.Timeout>();
  let closed = false;

  const rest = (ownerId: Id) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      const changed = resting.get(ownerId) ?? false;
      resting.delete(ownerId);
      if (changed) wake(ownerId);
    }, gapMs);
    timers.add(timer);
  };

  const pump = async (via: ContextRuns) => {
    looking += 1;
    for (const ownerId of waiting) {
      if (closed) break;
      waiting.delete(ownerId);
      resting.set(ownerId, false);
      try {
        await wakeContext(via, ownerId);
        rest(ownerId);
      } catch (error) {
        resting.delete(ownerId);
        // Where one cannot be told now, most likely none can.
        onLost(waiting.size + 1, error);
        waiting.clear();
      }
    }
    looking -= 1;
  };

  const wake = (ownerId: Id) => {
    if (runs === null || closed) return;
    if (resting.has(ownerId)) {
      resting.set(ownerId, true);
      return;
    }
    if (!waiting.has(ownerId) && waiting.size >= most) {
      onLost(1, new Error(`${most} accounts wait to be woken`));
      return;
    }
    waiting.add(ownerId);
    if (looking >= width) return;
    const pumping: Promise<void> = pump(runs).finally(() => pumps.delete(pumping));
    pumps.add(pumping);
  };

  return {
    async record(ownerId, sections, session) {
      await syncs.touch(ownerId, sections, graceMs, session);
    },
    wake,
    async close() {
      closed = true;
      for (const timer of timers) clearTimeout(timer);
      await Promise.allSettled(pumps);
    },
  };
}

import { setTimeout as delay } from 'node:timers/promises';
import type { SyncFailureReason, SyncSender } from '../../model/context';
import type { Id } from '../../model/ids';
import { ReceiverFault } from '../../services/contextReceiver';
import type { ContextSyncStore } from '../../store/context/syncs';
import type { Pace, PaceStore } from '../../store/paces';
import { CircuitOpen, unavailable, type Circuits, type Verdict } from '../circuits';
import {
  createSender,
  momentMs,
  NotSent,
  sweepGraceMs,
  type Ended,
  type SenderDeps,
  type SenderSettings,
} from './send';

/**
 * Sends the context of users to the receiver: the one way out, whoever sends.
 *
 * G1  The circuit is asked before anything else, so that an outage costs no lease and no attempt; nor does the push that finds out whether
 *     it is over, whosever it is.
 * G2  Requests are paced, of all replicas together. Where the next slot is far off the caller is told when to come back, and keeps it.
 * G3  At most `mostAtOnce` requests of a process are under way: a receiver that is slow must not take the worker from the photos.
 */
export interface ContextPusher {
  push(userId: Id, options: PushOptions, signal: AbortSignal): Promise<PushResult>;
  /** Up to 100 users in one request; only where `takesMany`. One result for each. */
  pushMany(userIds: readonly Id[], options: ManyOptions, signal: AbortSignal): Promise<ReadonlyMap<Id, ManyResult>>;
  readonly takesMany: boolean;
}

export interface ManyOptions {
  by: SyncSender;
  /** Also what is acknowledged. */
  force?: boolean;
}

export interface PushOptions extends ManyOptions {
  /** The time of a slot that was handed out before has come. */
  paced?: boolean;
  attempt: { number: number; of: number; nextInMs: number };
}

export type PushResult =
  /** `behind`: it changed again meanwhile. */
  | { kind: 'acknowledged'; version: number; behind: boolean }
  | { kind: 'failed'; reason: SyncFailureReason; status: number | null; gaveUp: boolean; retryAfterMs: number | null }
  /** The circuit is open; epoch milliseconds. */
  | { kind: 'held'; untilMs: number }
  /** Another sender has the lease, or too many requests are under way. */
  | { kind: 'busy'; waitMs: number }
  /** A slot was handed out: come back then, with `paced`. */
  | { kind: 'paced'; waitMs: number }
  /** There is nothing to send. */
  | { kind: 'current'; version: number }
  | { kind: 'gone' }
  | { kind: 'off' };

/** Of one of many. `left`: the request was full before; nothing was done about this one, who belongs in the next request, at once. */
export type ManyResult = PushResult | { kind: 'left' };

/** A request about many fails as a whole, too, where one of them makes it too slow or too large. */
export const mayGoBetterAlone = (result: ManyResult | undefined): boolean =>
  result?.kind === 'failed' && !result.gaveUp;

/** Milliseconds until the turn of a request about many that came before it: nothing was done about any of them. Null: it had its turn. */
export const untilTurn = (results: Iterable<ManyResult>): number | null => {
  for (const result of results) if (result.kind === 'paced') return result.waitMs;
  return null;
};

export interface PushTold {
  by: SyncSender;
  reason: SyncFailureReason | null;
  ms: number;
}

export interface ContextPusherDeps extends Omit<SenderDeps, 'receiver' | 'syncs' | 'settings'> {
  /** Null: none is configured. */
  receiver: SenderDeps['receiver'] | null;
  syncs: Pick<ContextSyncStore, 'lease' | 'settle' | 'putOff'>;
  paces: Pick<PaceStore, 'reserve'>;
  circuits: Circuits;
  settings: SenderSettings & { pace: Pace };
}

export const mostUsersOfARequest = 100;
const mostAtOnce = 8;
/** Up to this, a slot is waited for where one is. */
const shortWaitMs = 500;

const aboutTheAddress: readonly (number | null)[] = [404, 405];

/** What a fault says of the receiver as a whole. */
export const judgeReceiver = (error: unknown): Verdict => {
  if (!(error instanceof ReceiverFault)) return { kind: 'neither' };
  const { reason, status } = error;
  const verdict = unavailable(error);
  if (verdict.kind === 'busy') return verdict;
  // One account may be refused for what it holds. Other refusals are no matter of one account, when many are refused in a row.
  if (reason === 'conflict' || (reason === 'rejected' && !aboutTheAddress.includes(status))) return { kind: 'neither' };
  return verdict;
};

const off: ContextPusher = {
  takesMany: false,
  push: () => Promise.resolve({ kind: 'off' }),
  pushMany: (userIds) => Promise.resolve(new Map(userIds.map((userId) => [userId, { kind: 'off' }]))),
};

export function createContextPusher({ receiver, paces, circuits, ...deps }: ContextPusherDeps): ContextPusher {
  if (receiver === null) return off;
  const { syncs, clock, settings } = deps;
  const sender = createSender({ ...deps, receiver });
  let underWay = 0;

  /** Of a request about many that came before its time, for the next: at a slow pace each would lose its own. */
  let slotOfMany: Date | null = null;

  const msUntil = (slot: Date): number => Math.max(0, slot.getTime() - clock().getTime());

  /** `instead`: the result where nothing was sent. */
  const guarded = async <Result>(
    call: (probing: boolean) => Promise<Ended<Result>>,
    instead: (result: PushResult) => Result,
    subject?: string,
  ): Promise<Result> => {
    if (underWay >= mostAtOnce) return instead({ kind: 'busy', waitMs: momentMs });
    underWay += 1;
    let ended: Ended<Result> | undefined;
    const told = async (probing: boolean) => {
      ended = await call(probing);
      if (ended.fault !== null) throw ended.fault;
      return ended.result;
    };
    try {
      return await circuits.through('context_receiver', told, judgeReceiver, subject);
    } catch (error) {
      if (ended !== undefined) return ended.result;
      if (error instanceof CircuitOpen) return instead({ kind: 'held', untilMs: error.until.getTime() });
      if (error instanceof NotSent) return instead(error.result);
      throw error;
    } finally {
      underWay -= 1;
    }
  };

  return {
    takesMany: receiver.takesMany,

    push: (userId, options, signal) =>
      guarded<PushResult>(
        async (probing) => {
          const waitMs = options.paced === true ? 0 : msUntil(await paces.reserve('context_receiver', settings.pace));
          if (waitMs > shortWaitMs) {
            await syncs.putOff(userId, new Date(clock().getTime() + waitMs + sweepGraceMs));
            throw new NotSent({ kind: 'paced', waitMs });
          }
          if (waitMs > 0) await delay(waitMs, undefined, { signal });
          return sender.send(userId, options, probing, signal);
        },
        (result) => result,
        userId,
      ),

    pushMany: (userIds, options, signal) =>
      guarded<ReadonlyMap<Id, ManyResult>>(
        async () => {
          const slot = slotOfMany ?? (await paces.reserve('context_receiver', settings.pace));
          slotOfMany = null;
          const waitMs = msUntil(slot);
          if (waitMs > shortWaitMs) {
            slotOfMany = slot;
            throw new NotSent({ kind: 'paced', waitMs });
          }
          await delay(waitMs, undefined, { signal });
          return sender.sendMany(userIds, options, signal);
        },
        (result) => new Map(userIds.map((userId) => [userId, result])),
      ),
  };
}

import type { SyncFailureReason, SyncSender } from '../../model/context';
import type { Id } from '../../model/ids';
import { ReceiverFault } from '../../services/contextReceiver';
import type { ContextSyncStore } from '../../store/context/syncs';
import type { Pace, PaceStore } from '../../store/paces';
import { unavailable, type Circuits, type Verdict } from '../outbound/circuits';
import { createSending, type Ended, type Withheld } from '../outbound/sending';
import { createSender, NotSent, sweepGraceMs, type SenderDeps, type SenderSettings } from './send';

/**
 * Sends the context of users to the receiver: the one way out, whoever sends.
 *
 * G1  The push that finds out whether an outage is over costs no attempt, whosever it is; what holds requests back is `outbound/sending.ts`.
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
  /** `busy`: also where another sender has the lease. */
  | Withheld
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
const maxAtOnce = 8;

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
  const sending = createSending({ circuits, paces, clock, judge: judgeReceiver, pace: settings.pace, maxAtOnce });

  /** Of a request about many that came before its time, for the next: at a slow pace each would lose its own. */
  let slotOfMany: Date | null = null;

  /** `instead`: the result where nothing was sent. */
  const guarded = async <Result>(
    request: (probing: boolean) => Promise<Ended<Result>>,
    instead: (result: PushResult) => Result,
    subject?: string,
  ): Promise<Result> => {
    try {
      return await sending.through('context_receiver', request, instead, subject);
    } catch (error) {
      if (error instanceof NotSent) return instead(error.result);
      throw error;
    }
  };

  return {
    takesMany: receiver.takesMany,

    push: (userId, options, signal) =>
      guarded<PushResult>(
        async (probing) => {
          const waitMs =
            options.paced === true ? 0 : await sending.reach(await sending.reserve('context_receiver'), signal);
          if (waitMs > 0) {
            await syncs.putOff(userId, new Date(clock().getTime() + waitMs + sweepGraceMs));
            throw new NotSent({ kind: 'paced', waitMs });
          }
          return sender.send(userId, options, probing, signal);
        },
        (result) => result,
        userId,
      ),

    pushMany: (userIds, options, signal) =>
      guarded<ReadonlyMap<Id, ManyResult>>(
        async () => {
          const slot = slotOfMany ?? (await sending.reserve('context_receiver'));
          slotOfMany = null;
          const waitMs = await sending.reach(slot, signal);
          if (waitMs > 0) {
            slotOfMany = slot;
            throw new NotSent({ kind: 'paced', waitMs });
          }
          return sender.sendMany(userIds, options, signal);
        },
        (result) => new Map(userIds.map((userId) => [userId, result])),
      ),
  };
}

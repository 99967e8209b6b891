import type { ContextSnapshot, SyncAttempt, SyncSender } from '../../model/context';
import type { Id } from '../../model/ids';
import { ReceiverFault, type ContextMessage, type ContextReceiver } from '../../services/contextReceiver';
import type { ContextSnapshots } from '../../store/context/snapshot';
import type { ContextSyncStore } from '../../store/context/syncs';
import { sendingLease } from '../outbound/lease';
import { momentMs, type Ended } from '../outbound/sending';
import { bytesAroundUsers, bytesOf, changed, mostBytesOfARequest, whole } from './message';
import type { ManyOptions, ManyResult, PushOptions, PushResult, PushTold } from './push';

/**
 * One request about one account or many, under their leases.
 *
 * S1  Whoever sends holds the account's lease from before the context is read until the answer is written down. So nothing older than what
 *     was acknowledged is ever sent, and no two requests about one account are under way.
 * S2  A sender that was held up begins no request that could outlast its lease (`outbound/lease.ts`).
 * S3  The context is read at the moment of sending and goes nowhere else: no history, no log.
 * S4  A request about many that is refused as a whole (it was too large, the address is wrong) says nothing of any of them: nobody is given
 *     up for it before the attempts are used up, and each can be sent alone meanwhile. Of a replay it is no attempt at all.
 * S5  A request about many has a bound in bytes, too. Whom it does not hold is left for the next one, without a lease and without an attempt;
 *     one that is larger than the bound by itself goes alone.
 */
export interface SenderDeps {
  receiver: ContextReceiver;
  syncs: Pick<ContextSyncStore, 'lease' | 'settle'>;
  snapshots: ContextSnapshots;
  clock: () => Date;
  settings: SenderSettings;
  /** Every attempt that reached out to the receiver. */
  onPush?: (told: PushTold) => void;
}

export interface SenderSettings {
  mode: 'full' | 'delta';
  /** Of one request. */
  timeoutMs: number;
  /** Attempts of an account in a row that the sweep makes before it gives up. */
  attempts: number;
  /** After this, what an older attempt may have undone is sent once more. */
  confirmMs: number;
  /** For reading the context and writing down the answer, beside the requests. */
  leaseMarginMs?: number;
}

export class NobodyToSend extends Error {
  override readonly name = 'NobodyToSend';
}

/** Nothing was sent, which says nothing of the receiver. */
export class NotSent extends Error {
  override readonly name = 'NotSent';
  constructor(readonly result: PushResult) {
    super(result.kind);
  }
}

/** The whole may follow where a part was refused. */
const requestsOfALease = 2;
/** Past the next attempt, so that the sweep does not come before the run. */
export const sweepGraceMs = 10_000;
/** What was given up, and may go better by itself. */
const slowMs = 10 * 60_000;

export function createSender({ receiver, syncs, snapshots, clock, settings, onPush }: SenderDeps) {
  const { timeoutMs, leaseMarginMs: marginMs = 5_000 } = settings;
  const { leaseMs, isTooLateFor } = sendingLease({ requests: requestsOfALease, timeoutMs, marginMs });
  const later = (ms: number) => new Date(clock().getTime() + ms);

  interface Leased {
    userId: Id;
    leaseId: Id;
    leasedAtMs: number;
    acknowledged: number;
    /** That failed since the last acknowledgement. */
    attempts: number;
    snapshot: ContextSnapshot;
    readAt: Date;
  }
  interface GivenBack {
    /** What may have been sent. */
    uncertain?: number;
    /** For so long whoever gives it back has the time to take it again. */
    dueInMs?: number;
  }
  /** Lease and context of an account. Throws `NotSent`. */
  const take = async (userId: Id, force: boolean): Promise<Leased> => {
    const leasedAtMs = performance.now();
    const lease = await syncs.lease(userId, leaseMs, { force });
    if (lease.kind === 'gone') throw new NotSent({ kind: 'gone' });
    if (lease.kind === 'current') throw new NotSent({ kind: 'current', version: lease.acknowledged });
    if (lease.kind === 'busy')
      throw new NotSent({ kind: 'busy', waitMs: Math.max(momentMs, lease.until.getTime() - clock().getTime()) });
    const { leaseId, acknowledged, attempts } = lease;
    try {
      const readAt = clock();
      const snapshot = await snapshots.read(userId);
      if (!snapshot) throw new NotSent({ kind: 'gone' });
      return { userId, leaseId, leasedAtMs, acknowledged, attempts, snapshot, readAt };
    } catch (error) {
      await syncs.settle(userId, leaseId, { kind: 'unsent', dueAt: later(sweepGraceMs) });
      throw error;
    }
  };
  const giveBack = ({ userId, leaseId }: Leased, { uncertain, dueInMs = 0 }: GivenBack = {}) =>
    syncs.settle(userId, leaseId, {
      kind: 'unsent',
      dueAt: later(dueInMs),
      ...(uncertain !== undefined && { uncertain }),
    });
  const attemptOf = (
    by: SyncSender,
    version: number,
    startedMs: number,
    fault: ReceiverFault | null,
    status: number | null,
  ): SyncAttempt => {
    const ms = Math.round(performance.now() - startedMs);
    onPush?.({ by, reason: fault?.reason ?? null, ms });
    return { at: clock(), version, status, ms, reason: fault?.reason ?? null, error: fault?.message ?? null, by };
  };

  const refusal = ({ reason, status, retryAfterMs }: ReceiverFault, gaveUp: boolean): PushResult => ({
    kind: 'failed',
    reason,
    status,
    gaveUp,
    retryAfterMs: retryAfterMs ?? null,
  });
  const acknowledge = async (leased: Leased, attempt: SyncAttempt): Promise<PushResult> => {
    const { userId, leaseId, snapshot, readAt } = leased;
    const { version } = snapshot;
    const { confirmMs } = settings;
    const behind = await syncs.settle(userId, leaseId, { kind: 'acknowledged', version, attempt, readAt, confirmMs });
    return { kind: 'acknowledged', version, behind };
  };
  const fail = async (
    { userId, leaseId }: Leased,
    attempt: SyncAttempt,
    fault: ReceiverFault,
    nextInMs: number | null,
    isFinal = !fault.retryable,
  ): Promise<PushResult> => {
    const gaveUp = isFinal || nextInMs === null;
    const nextAt = gaveUp ? null : later(Math.max(nextInMs, fault.retryAfterMs ?? 0) + sweepGraceMs);
    const slowlyAt = fault.retryable ? later(slowMs) : null;
    await syncs.settle(userId, leaseId, { kind: 'failed', attempt, uncertain: fault.uncertain, nextAt, slowlyAt });
    return refusal(fault, gaveUp);
  };

  /** Writes down an attempt that says nothing of the account. */
  const uncounted = (
    { userId, leaseId }: Leased,
    attempt: SyncAttempt,
    { uncertain }: ReceiverFault,
    nextInMs: number,
  ) => syncs.settle(userId, leaseId, { kind: 'failed', attempt, uncertain, nextAt: later(nextInMs), counts: false });
  /** It only found out that the receiver is not well yet, which is nothing against the account. */
  const hold = async (leased: Leased, attempt: SyncAttempt, fault: ReceiverFault): Promise<PushResult> => {
    await uncounted(leased, attempt, fault, 0);
    return { kind: 'held', untilMs: later(fault.retryAfterMs ?? 0).getTime() };
  };
  /** The request failed, not the account, which whoever replays it sends alone now; the sweep, should they not come to it. */
  const leaveToReplay = async (leased: Leased, attempt: SyncAttempt, fault: ReceiverFault): Promise<PushResult> => {
    await uncounted(leased, attempt, fault, slowMs);
    return refusal(fault, false);
  };

  /** The changed part, and the whole where the receiver does not know what it is a part of. Gives the HTTP status. */
  const request = async (leased: Leased, signal: AbortSignal): Promise<number> => {
    const message = settings.mode === 'full' ? whole(leased) : changed(leased);
    try {
      return await receiver.push(message, signal);
    } catch (error) {
      const unknownBase =
        error instanceof ReceiverFault && error.reason === 'conflict' && 'baseVersion' in message.data;
      if (!unknownBase) throw error;
      if (isTooLateFor(1, leased.leasedAtMs))
        throw new ReceiverFault(
          'There was no time left to send the whole context.',
          'conflict',
          error.status,
          true,
          false,
        );
      return receiver.push(whole(leased), signal);
    }
  };

  /** What `sent` gives, or the fault of the receiver. Whatever else is thrown gives the leases back: nobody knows what came of it. */
  const orFault = async <T>(leased: readonly Leased[], sent: Promise<T>): Promise<T | ReceiverFault> => {
    try {
      return await sent;
    } catch (error) {
      if (error instanceof ReceiverFault) return error;
      for (const one of leased) await giveBack(one, { uncertain: one.snapshot.version });
      throw error;
    }
  };

  const send = async (
    userId: Id,
    { by, force = false, attempt: { number, of, nextInMs } }: PushOptions,
    probing: boolean,
    signal: AbortSignal,
  ): Promise<Ended<PushResult>> => {
    const leased = await take(userId, force);
    if (isTooLateFor(requestsOfALease, leased.leasedAtMs)) {
      await giveBack(leased);
      throw new NotSent({ kind: 'busy', waitMs: momentMs });
    }
    const startedMs = performance.now();
    const sent = await orFault([leased], request(leased, signal));
    const { version } = leased.snapshot;
    if (!(sent instanceof ReceiverFault))
      return {
        result: await acknowledge(leased, attemptOf(by, version, startedMs, null, sent)),
        fault: null,
      };
    const attempt = attemptOf(by, version, startedMs, sent, sent.status);
    if (probing && sent.retryable) return { result: await hold(leased, attempt, sent), fault: sent };
    return { result: await fail(leased, attempt, sent, number < of ? nextInMs : null), fault: sent };
  };

  /** Leases and contexts of as many as one request holds; the result of everybody else is in `results`. */
  const takeMany = async (
    userIds: readonly Id[],
    force: boolean,
    results: Map<Id, ManyResult>,
  ): Promise<{ leased: Leased; message: ContextMessage }[]> => {
    const taken: { leased: Leased; message: ContextMessage }[] = [];
    let bytes = bytesAroundUsers;
    for (const userId of new Set(userIds)) {
      if (bytes > mostBytesOfARequest) {
        results.set(userId, { kind: 'left' });
        continue;
      }
      try {
        const leased = await take(userId, force);
        const message = whole(leased);
        bytes += bytesOf(message);
        // The first is sent whatever its size: it would not fit into the next one either.
        if (bytes <= mostBytesOfARequest || taken.length === 0) taken.push({ leased, message });
        else {
          await giveBack(leased, { dueInMs: sweepGraceMs });
          results.set(userId, { kind: 'left' });
        }
      } catch (error) {
        if (!(error instanceof NotSent)) {
          for (const { leased } of taken) await giveBack(leased);
          throw error;
        }
        results.set(userId, error.result);
      }
    }
    const late = taken.filter(({ leased }) => isTooLateFor(1, leased.leasedAtMs));
    for (const { leased } of late) {
      await giveBack(leased);
      results.set(leased.userId, { kind: 'busy', waitMs: momentMs });
    }
    return taken.filter((one) => !late.includes(one));
  };

  const failOfMany = (leased: Leased, by: SyncSender, attempt: SyncAttempt, fault: ReceiverFault, isOfAll: boolean) => {
    // A replay is asked for by a person, who sees the result; the sweep comes again.
    if (by !== 'sweep') return isOfAll ? leaveToReplay(leased, attempt, fault) : fail(leased, attempt, fault, null);
    const again = isOfAll || leased.attempts + 1 < settings.attempts;
    return fail(leased, attempt, fault, again ? 0 : null, !isOfAll && !fault.retryable);
  };

  const sendMany = async (
    userIds: readonly Id[],
    { by, force = false }: ManyOptions,
    signal: AbortSignal,
  ): Promise<Ended<ReadonlyMap<Id, ManyResult>>> => {
    const results = new Map<Id, ManyResult>();
    const inRequest = await takeMany(userIds, force, results);
    const taken = inRequest.map(({ leased }) => leased);
    if (taken.length === 0) return { result: results, fault: new NobodyToSend() };
    const startedMs = performance.now();
    const messages = inRequest.map(({ message }) => message);
    const sent = await orFault(taken, receiver.pushMany(messages, signal));
    const isOfAll = sent instanceof ReceiverFault;
    for (const leased of taken) {
      const fault = sent instanceof ReceiverFault ? sent : (sent.outcomes.get(leased.userId) ?? null);
      const attempt = attemptOf(
        by,
        leased.snapshot.version,
        startedMs,
        fault,
        fault === null && !isOfAll ? sent.status : (fault?.status ?? null),
      );
      results.set(
        leased.userId,
        fault === null ? await acknowledge(leased, attempt) : await failOfMany(leased, by, attempt, fault, isOfAll),
      );
    }
    return { result: results, fault: isOfAll ? sent : null };
  };

  return { send, sendMany };
}

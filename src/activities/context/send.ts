import { contextSections, type ContextSnapshot, type SyncAttempt, type SyncSender } from '../../model/context';
import type { Id } from '../../model/ids';
import { ReceiverFault, type ContextMessage, type ContextReceiver } from '../../services/contextReceiver';
import type { ContextSnapshots } from '../../store/context/snapshot';
import type { ContextSyncStore } from '../../store/context/syncs';
import type { PushOptions, PushResult, PushTold } from './push';

/**
 * One request about one account or many, under their leases.
 *
 * S1  Whoever sends holds the account's lease from before the context is read until the answer is written down. So nothing older than what
 *     was acknowledged is ever sent, and no two requests about one account are under way.
 * S2  A lease lasts longer than its requests can. A sender that was held up (a stopped process, a slow database) does not begin a request
 *     that could outlast it.
 * S3  The context is read at the moment of sending and goes nowhere else: no history, no log.
 * S4  A request about many that is refused as a whole (it was too large, the address is wrong) says nothing of any of them: nobody is given
 *     up for it before the attempts are used up, and each can be sent alone meanwhile.
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

/** How a request ended, written down already; `fault` is what it says of the receiver. */
export interface Ended<Result> {
  result: Result;
  fault: ReceiverFault | null;
}

/** Nothing was sent, which says nothing of the receiver. */
export class NotSent extends Error {
  override readonly name = 'NotSent';
  constructor(readonly result: PushResult) {
    super(result.kind);
  }
}

/** Soon enough for whoever has to wait a moment, and seldom enough for the database. */
export const momentMs = 200;
/** The whole may follow where a part was refused. */
const requestsOfALease = 2;
/** Past the next attempt, so that the sweep does not come before the run. */
export const sweepGraceMs = 10_000;
/** What was given up, and may go better by itself. */
const slowMs = 10 * 60_000;

export function createSender({ receiver, syncs, snapshots, clock, settings, onPush }: SenderDeps) {
  const { leaseMarginMs = 5_000 } = settings;
  const leaseMs = requestsOfALease * settings.timeoutMs + leaseMarginMs;
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
  const giveBack = ({ userId, leaseId }: Leased, uncertain?: number) =>
    syncs.settle(userId, leaseId, {
      kind: 'unsent',
      dueAt: later(0),
      ...(uncertain !== undefined && { uncertain }),
    });
  const heldUp = ({ leasedAtMs }: Leased, requests: number) =>
    performance.now() - leasedAtMs > leaseMs - requests * settings.timeoutMs - leaseMarginMs / 5;

  const whole = ({ userId, snapshot }: Leased): ContextMessage => ({
    userId,
    data: { ...snapshot.context, contextVersion: snapshot.version },
  });
  /** The sections that changed since the acknowledged version; the whole where nothing was acknowledged, or nothing changed. */
  const changed = (leased: Leased): ContextMessage => {
    const { userId, snapshot, acknowledged } = leased;
    const sections = contextSections.filter((section) => snapshot.sectionVersions[section] > acknowledged);
    if (settings.mode === 'full' || acknowledged === 0 || sections.length === 0) return whole(leased);
    const { contextGeneratedAt, dataVersion } = snapshot.context;
    return {
      userId,
      data: {
        ...Object.fromEntries(sections.map((section) => [section, snapshot.context[section]])),
        contextGeneratedAt,
        dataVersion,
        contextVersion: snapshot.version,
        baseVersion: acknowledged,
      },
    };
  };
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
    const { reason, status } = fault;
    return { kind: 'failed', reason, status, gaveUp, retryAfterMs: fault.retryAfterMs ?? null };
  };

  /** It only found out that the receiver is not well yet, which is nothing against the account. */
  const hold = async ({ userId, leaseId }: Leased, attempt: SyncAttempt, fault: ReceiverFault): Promise<PushResult> => {
    const { uncertain } = fault;
    await syncs.settle(userId, leaseId, { kind: 'failed', attempt, uncertain, nextAt: later(0), counts: false });
    return { kind: 'held', untilMs: later(fault.retryAfterMs ?? 0).getTime() };
  };

  /** The changed part, and the whole where the receiver does not know what it is a part of. Gives the HTTP status. */
  const request = async (leased: Leased, signal: AbortSignal): Promise<number> => {
    const message = changed(leased);
    try {
      return await receiver.push(message, signal);
    } catch (error) {
      const unknownBase =
        error instanceof ReceiverFault && error.reason === 'conflict' && 'baseVersion' in message.data;
      if (!unknownBase) throw error;
      if (heldUp(leased, 1))
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
      for (const one of leased) await giveBack(one, one.snapshot.version);
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
    if (heldUp(leased, requestsOfALease)) {
      await giveBack(leased);
      throw new NotSent({ kind: 'busy', waitMs: momentMs });
    }
    const startedMs = performance.now();
    const sent = await orFault([leased], request(leased, signal));
    const { version } = leased.snapshot;
    if (!(sent instanceof ReceiverFault))
      return { result: await acknowledge(leased, attemptOf(by, version, startedMs, null, sent)), fault: null };
    const attempt = attemptOf(by, version, startedMs, sent, sent.status);
    if (probing && sent.retryable) return { result: await hold(leased, attempt, sent), fault: sent };
    return { result: await fail(leased, attempt, sent, number < of ? nextInMs : null), fault: sent };
  };

  /** Leases and contexts of many; the result of whom it cannot be sent for is in `results`. */
  const takeMany = async (userIds: readonly Id[], results: Map<Id, PushResult>): Promise<Leased[]> => {
    const taken: Leased[] = [];
    for (const userId of new Set(userIds)) {
      try {
        taken.push(await take(userId, false));
      } catch (error) {
        if (!(error instanceof NotSent)) {
          for (const leased of taken) await giveBack(leased);
          throw error;
        }
        results.set(userId, error.result);
      }
    }
    const late = taken.filter((leased) => heldUp(leased, 1));
    for (const leased of late) {
      await giveBack(leased);
      results.set(leased.userId, { kind: 'busy', waitMs: momentMs });
    }
    return taken.filter((leased) => !late.includes(leased));
  };

  const sendMany = async (
    userIds: readonly Id[],
    by: SyncSender,
    signal: AbortSignal,
  ): Promise<Ended<ReadonlyMap<Id, PushResult>>> => {
    const results = new Map<Id, PushResult>();
    const taken = await takeMany(userIds, results);
    if (taken.length === 0) return { result: results, fault: null };
    const startedMs = performance.now();
    const sent = await orFault(taken, receiver.pushMany(taken.map(whole), signal));
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
      // A replay is asked for by a person, who sees the result; the sweep comes again.
      const again = by === 'sweep' && (isOfAll || leased.attempts + 1 < settings.attempts);
      results.set(
        leased.userId,
        fault === null
          ? await acknowledge(leased, attempt)
          : await fail(leased, attempt, fault, again ? 0 : null, !isOfAll && !fault.retryable),
      );
    }
    return { result: results, fault: isOfAll ? sent : null };
  };

  return { send, sendMany };
}

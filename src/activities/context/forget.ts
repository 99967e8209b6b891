import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { contextFailures, contextWorkflows } from '../../messages/context';
import type { Id } from '../../model/ids';
import { ReceiverFault, type ContextReceiver } from '../../services/contextReceiver';
import { contextSyncsCollection, type ContextSyncStore } from '../../store/context/syncs';
import { erasuresCollection, type ErasureStore, type NotForgotten } from '../../store/erasures';
import { CircuitOpen, type Circuits, type Verdict } from '../outbound/circuits';
import type { Eraser } from '../erasure';
import { sendingLease } from '../outbound/lease';
import { nothingOf } from './message';
import { judgeReceiver } from './push';

/**
 * Makes the receiver forget an account that is erased.
 *
 * F1  The row is closed first: nothing is sent for the account from then on, and what is under way is waited for.
 * F2  The row stays, closed, until the very end of the erasure: a late change makes no new one that would be sent.
 * F3  It is asked for until the receiver confirms, also where that takes days; an account it was never told of is not mentioned to it.
 * F4  Whatever keeps it from being confirmed is noted on the erasure, where support and alerts see it, before the next attempt. What is
 *     no news is not written again.
 * F5  While the circuit is open it is asked about again every `askAgainMs` at the latest: the circuit may close before its time, or stay
 *     open for an hour, and an erasure does not wait for longer than it does.
 * F6  Right before, an empty context goes out under a version of its own: SmartBite's receiver confirms that it forgot, and keeps what it
 *     was told last. Both are asked for until both are confirmed; a receiver that refuses the empty context for good is only asked to forget.
 */
export interface ForgetDeps {
  receiver: Pick<ContextReceiver, 'forget' | 'push'> | null;
  syncs: Pick<ContextSyncStore, 'close' | 'remove' | 'leaseClosed' | 'settle'>;
  erasures: Pick<ErasureStore, 'notForgotten' | 'forgotten' | 'release'>;
  circuits: Circuits;
  clock: () => Date;
  /** Of one request; that of the settings where missing. */
  timeoutMs?: number;
}

/** A receiver without an address for forgetting takes pushes all the same, and its circuit does not open for that. */
const judgeForgetting = (error: unknown): Verdict =>
  error instanceof ReceiverFault && error.reason === 'rejected' ? { kind: 'neither' } : judgeReceiver(error);

/** Retries double from the first up to the other, also while the circuit is open. */
const askFirstMs = 200;
const askAgainMs = 5_000;
/** What an operator must mend is not asked for every few seconds. */
const seldomMs = 5 * 60_000;
const fromNowMs = (clock: () => Date, until: Date) => Math.max(100, until.getTime() - clock().getTime());

const usualTimeoutMs = 5_000;
/** For writing down what came of the request. */
const leaseMarginMs = 5_000;

class PushUnderWay extends Error {
  override readonly name = 'PushUnderWay';
  constructor() {
    super('A push to the ML service is still under way.');
  }
}

/** The receiver has not confirmed: what is noted, and what the run says. */
interface Unconfirmed {
  noted: NotForgotten;
  message: string;
  againInMs: number;
}

type Forgotten = 'forgotten' | 'may come back' | 'never told';

export function createForgetActivities({
  receiver,
  syncs,
  erasures,
  circuits,
  clock,
  timeoutMs = usualTimeoutMs,
}: ForgetDeps) {
  const { leaseMs } = sendingLease({ requests: 1, timeoutMs, marginMs: leaseMarginMs });

  /** Gives the fault of a receiver that may take the empty context yet; null: it took it, or refuses it for good. */
  const takeBack = async (
    by: Pick<ContextReceiver, 'push'>,
    userId: Id,
    signal: AbortSignal,
  ): Promise<ReceiverFault | null> => {
    const leased = await syncs.leaseClosed(userId, leaseMs);
    if (leased === null) throw new PushUnderWay();
    const { leaseId, version } = leased;
    let uncertain = true;
    try {
      await by.push(nothingOf(userId, version, clock()), signal);
      uncertain = false;
      return null;
    } catch (error) {
      if (!(error instanceof ReceiverFault)) throw error;
      uncertain = error.uncertain;
      return error.retryable ? error : null;
    } finally {
      await syncs.settle(userId, leaseId, { kind: 'unsent', dueAt: clock(), ...(uncertain && { uncertain: version }) });
    }
  };

  /** Throws the fault that keeps it from being confirmed. */
  const takeBackAndForget = async (
    by: Pick<ContextReceiver, 'push' | 'forget'>,
    userId: Id,
    signal: AbortSignal,
  ): Promise<void> => {
    const notTaken = await takeBack(by, userId, signal);
    // Also then: a receiver that forgets is not kept from it by one that stores.
    await by.forget(userId, signal);
    if (notTaken !== null) throw notTaken;
  };

  /** Null: confirmed. */
  const forget = async (userId: Id, leasedUntil: Date | null): Promise<Unconfirmed | null> => {
    const notAsked = (reason: NotForgotten['reason'], message: string, againInMs: number): Unconfirmed => ({
      noted: { reason, status: null, asked: false },
      message,
      againInMs,
    });
    if (leasedUntil !== null && leasedUntil > clock())
      return notAsked('push_under_way', new PushUnderWay().message, fromNowMs(clock, leasedUntil));
    if (receiver === null)
      return notAsked(
        'not_configured',
        'The ML service was told of this account, and FLASK_AI_BASE_URL is not set any more.',
        seldomMs,
      );
    const { cancellationSignal, info } = Context.current();
    try {
      await circuits.through(
        'context_receiver',
        () => takeBackAndForget(receiver, userId, cancellationSignal),
        judgeForgetting,
        userId,
      );
      return null;
    } catch (error) {
      if (error instanceof CircuitOpen)
        return notAsked('left_alone', error.message, Math.min(fromNowMs(clock, error.until), askAgainMs));
      if (error instanceof PushUnderWay) return notAsked('push_under_way', error.message, leaseMs);
      if (!(error instanceof ReceiverFault)) throw error;
      const { reason, status, message, retryable, retryAfterMs } = error;
      const soonMs = Math.min(askFirstMs * 2 ** (info.attempt - 1), askAgainMs);
      return {
        noted: { reason, status, asked: true },
        message,
        againInMs: retryable ? (retryAfterMs ?? soonMs) : seldomMs,
      };
    }
  };

  async function forgetAtReceiver(userId: Id): Promise<Forgotten>;
  async function forgetAtReceiver(userId: Id, what: 'find out only'): Promise<Forgotten | 'told'>;
  async function forgetAtReceiver(userId: Id, what?: 'find out only'): Promise<Forgotten | 'told'> {
    const { told, leasedUntil, mayArrive } = await syncs.close(userId);
    if (!told) return 'never told';
    if (what === 'find out only') return 'told';
    const unconfirmed = await forget(userId, leasedUntil);
    if (unconfirmed !== null) {
      const { noted, message, againInMs } = unconfirmed;
      await erasures.notForgotten(userId, noted);
      throw ApplicationFailure.create({
        type: contextFailures.notForgotten,
        message,
        nextRetryDelay: againInMs,
      });
    }
    await erasures.forgotten(userId);
    return mayArrive ? 'may come back' : 'forgotten';
  }

  return {
    /**
     * `may come back`: a push of before may still be taken in over there, so that it is asked for once more later. `told`: what there was
     * to find out, where nothing else was asked for.
     */
    forgetAtReceiver,

    /** The end of an erasure: no key of the account is left. */
    async dropContext(userId: Id): Promise<void> {
      await syncs.remove(userId);
      await erasures.release(userId);
    },
  };
}

/**
 * Ends the account's run and closes its row; the row goes at the end of the erasure, when the receiver has forgotten, and with it the
 * account's id on the erasure itself.
 */
export const contextEraser = (deps: {
  syncs: Pick<ContextSyncStore, 'close'>;
  endRun: (workflowId: string) => Promise<void>;
}): Eraser => ({
  collections: [contextSyncsCollection, erasuresCollection],
  objectPrefixes: [],
  workflowIds: [contextWorkflows.sync.id('*')],
  async erase(userId) {
    await deps.syncs.close(userId);
    await deps.endRun(contextWorkflows.sync.id(userId));
    return { removed: 0 };
  },
});

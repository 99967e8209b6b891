import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { contextFailures, contextSyncId } from '../../messages/context';
import type { Id } from '../../model/ids';
import { ReceiverFault, type ContextReceiver } from '../../services/contextReceiver';
import { contextSyncsCollection, type ContextSyncStore } from '../../store/context/syncs';
import { erasuresCollection, type ErasureStore, type NotForgotten } from '../../store/erasures';
import { CircuitOpen, type Circuits, type Verdict } from '../circuits';
import type { Eraser } from '../erasure';
import { judgeReceiver } from './push';

/**
 * Makes the receiver forget an account that is erased.
 *
 * F1  The row is closed first: nothing is sent for the account from then on, and what is under way is waited for.
 * F2  The row stays, closed, until the very end of the erasure: a late change makes no new one that would be sent.
 * F3  It is asked for until the receiver confirms, also where that takes days; an account it was never told of is not mentioned to it.
 * F4  Whatever keeps it from being confirmed is noted on the erasure, where support and alerts see it, before the next attempt.
 */
export interface ForgetDeps {
  receiver: Pick<ContextReceiver, 'forget'> | null;
  syncs: Pick<ContextSyncStore, 'close' | 'remove'>;
  erasures: Pick<ErasureStore, 'notForgotten' | 'forgotten' | 'release'>;
  circuits: Circuits;
  clock: () => Date;
}

/** A receiver without an address for forgetting takes pushes all the same, and is not left alone for that. */
const judgeForgetting = (error: unknown): Verdict =>
  error instanceof ReceiverFault && error.reason === 'rejected' ? { kind: 'neither' } : judgeReceiver(error);

/** What an operator must mend is not asked for every few seconds. */
const seldomMs = 5 * 60_000;
const fromNowMs = (clock: () => Date, until: Date) => Math.max(100, until.getTime() - clock().getTime());

/** The receiver has not confirmed: what is noted, and what the run says. */
interface Unconfirmed {
  noted: NotForgotten;
  message: string;
  againInMs: number | undefined;
}

export function createForgetActivities({ receiver, syncs, erasures, circuits, clock }: ForgetDeps) {
  /** Null: confirmed. */
  const forget = async (userId: Id, leasedUntil: Date | null): Promise<Unconfirmed | null> => {
    const notAsked = (reason: NotForgotten['reason'], message: string, againInMs: number): Unconfirmed => ({
      noted: { reason, status: null, asked: false },
      message,
      againInMs,
    });
    if (leasedUntil !== null && leasedUntil > clock())
      return notAsked('push_under_way', 'A push to the ML service is still under way.', fromNowMs(clock, leasedUntil));
    if (receiver === null)
      return notAsked(
        'not_configured',
        'The ML service was told of this account, and FLASK_AI_BASE_URL is not set any more.',
        seldomMs,
      );
    const { cancellationSignal } = Context.current();
    try {
      await circuits.through(
        'context_receiver',
        () => receiver.forget(userId, cancellationSignal),
        judgeForgetting,
        userId,
      );
      return null;
    } catch (error) {
      if (error instanceof CircuitOpen) return notAsked('left_alone', error.message, fromNowMs(clock, error.until));
      if (!(error instanceof ReceiverFault)) throw error;
      const { reason, status, message, retryable, retryAfterMs } = error;
      return { noted: { reason, status, asked: true }, message, againInMs: retryable ? retryAfterMs : seldomMs };
    }
  };

  return {
    /** `may come back`: a push of before may still be taken in over there, so that it is asked for once more later. */
    async forgetAtReceiver(userId: Id): Promise<'forgotten' | 'may come back' | 'never told'> {
      const { told, leasedUntil, mayArrive } = await syncs.close(userId);
      if (!told) return 'never told';
      const unconfirmed = await forget(userId, leasedUntil);
      if (unconfirmed !== null) {
        const { noted, message, againInMs } = unconfirmed;
        await erasures.notForgotten(userId, noted);
        throw ApplicationFailure.create({
          type: contextFailures.notForgotten,
          message,
          ...(againInMs !== undefined && { nextRetryDelay: againInMs }),
        });
      }
      await erasures.forgotten(userId);
      return mayArrive ? 'may come back' : 'forgotten';
    },

    /** The end of an erasure: no key of the account is left. */
    async dropContext(userId: Id): Promise<void> {
      await syncs.remove(userId);
      await erasures.release(userId);
    },
  };
}
export type ForgetActivities = ReturnType<typeof createForgetActivities>;

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
  workflowIds: ['context-sync:*'],
  async erase(userId) {
    await deps.syncs.close(userId);
    await deps.endRun(contextSyncId(userId));
    return { removed: 0 };
  },
});

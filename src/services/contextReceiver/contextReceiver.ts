import type { SyncFailureReason } from '../../model/context';
import type { Id } from '../../model/ids';

/** What is told of one user: the context, or with `baseVersion` the sections of it that changed since then. */
export interface ContextMessage {
  userId: Id;
  /** Goes out as it is, as `data`; holds `contextVersion`, and `baseVersion` where it is a part. */
  data: Readonly<Record<string, unknown>>;
}

/** The outside ML service that is told the context of every user. One attempt a call, signed afresh; no retries. */
export interface ContextReceiver {
  /** Resolves with the HTTP status where the receiver acknowledged. Throws `ReceiverFault`. */
  push(message: ContextMessage, signal: AbortSignal): Promise<number>;
  /**
   * Up to 100 users in one request. Gives what became of each: null is acknowledged. Throws `ReceiverFault` where the request as a whole
   * failed. Only where `takesMany`.
   */
  pushMany(messages: readonly ContextMessage[], signal: AbortSignal): Promise<ManyAnswered>;
  readonly takesMany: boolean;
  /** Resolves where the receiver confirms that it forgot the user, or says that it knows none such. Throws `ReceiverFault`. */
  forget(userId: Id, signal: AbortSignal): Promise<void>;
}

/** Of a request about many that was answered. */
export interface ManyAnswered {
  /** HTTP status of the whole. */
  status: number;
  outcomes: ReadonlyMap<Id, ReceiverFault | null>;
}

/** The receiver did not acknowledge. The message is a sentence without anything that the other side wrote. */
export class ReceiverFault extends Error {
  override readonly name = 'ReceiverFault';
  constructor(
    message: string,
    readonly reason: SyncFailureReason,
    /** HTTP status; null where there was no answer. */
    readonly status: number | null,
    /** Whether another attempt may go better. */
    readonly retryable: boolean,
    /** The whole request may have reached the receiver, which may take it in yet. */
    readonly uncertain: boolean,
    /** The wait that the other side asked for, capped; undefined where it named none. */
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }
}

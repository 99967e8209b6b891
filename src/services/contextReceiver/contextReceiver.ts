import type { Id } from '../../model/ids';
import { OutboundFault } from '../outbound';

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

export class ReceiverFault extends OutboundFault {
  override readonly name = 'ReceiverFault';
}

import type { SendFailureReason } from '../../model/outbound';

/** A receiver did not acknowledge. The message is a sentence without anything that the other side wrote. */
export abstract class OutboundFault extends Error {
  constructor(
    message: string,
    readonly reason: SendFailureReason,
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

/** What the faults of one kind of receiver are, and what it is called in their sentences. */
export interface FaultsOf<Fault extends OutboundFault> {
  /** The subject: "The ML service". */
  receiver: string;
  Fault: new (...facts: ConstructorParameters<typeof OutboundFault>) => Fault;
  /** Completes "The ML service …" for a status that is no 2xx. */
  words: (reason: SendFailureReason, status: number) => string;
}

const means = (reason: SendFailureReason, retryable: boolean, uncertain = false) => ({ reason, retryable, uncertain });

/** A refusal (3xx, 4xx) is clear: nothing was taken in. After anything else it may have been, or may be yet. */
const meaningOf = (status: number) => {
  if (status >= 500) return means('server_error', true, true);
  switch (status) {
    case 408:
    case 425:
      return means('not_ready', true);
    case 429:
      return means('throttled', true);
    case 401:
    case 403:
      return means('unauthorized', false);
    case 409:
      return means('conflict', false);
    default:
  }
  if (status >= 200 && status < 300) return means('not_acknowledged', true, true);
  return means(status >= 300 && status < 400 ? 'redirected' : 'rejected', false);
};

/** The fault that a status stands for. `retryAfterMs`: the wait that came with it, capped. */
export const faultOfStatus = <Fault extends OutboundFault>(
  { receiver, Fault, words }: FaultsOf<Fault>,
  status: number,
  retryAfterMs?: number,
): Fault => {
  const { reason, retryable, uncertain } = meaningOf(status);
  const wait = retryable ? retryAfterMs : undefined;
  return new Fault(`${receiver} ${words(reason, status)} (${status}).`, reason, status, retryable, uncertain, wait);
};

/** A 2xx that acknowledges nothing; `why` completes "The ML service …". */
export const notAcknowledged = <Fault extends OutboundFault>(
  { receiver, Fault }: FaultsOf<Fault>,
  status: number,
  why: string,
  uncertain = true,
): Fault => new Fault(`${receiver} ${why} (${status}).`, 'not_acknowledged', status, true, uncertain);

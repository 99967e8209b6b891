import { isNativeError } from 'node:util/types';
import type { Id } from '../../model/ids';
import { boundedText, networkReason, observed, retryAfterMs } from '../calls';
import type { OnCall } from '../calls';
import { acknowledgement, batchOutcomes, confirmForgotten, faultOfStatus, notAcknowledged } from './answers';
import { ReceiverFault } from './contextReceiver';
import type { ContextMessage, ContextReceiver } from './contextReceiver';
import { sign } from './signature';

/**
 * The receiver over HTTP, as SmartBite's ML service speaks it; docs/ml-service.md is the other side's view.
 *
 * R1  The signature is over the very bytes that are sent, and made for each call: a retry has a time of its own.
 * R2  A user's data goes to the addresses of the settings only: redirects are not followed.
 * R3  Of an answer that refuses nothing is read but its status and `Retry-After`; of one that may acknowledge, a bounded part.
 */
export interface HttpReceiverOptions {
  baseUrl: string;
  /** Takes the context of one user. */
  path: string;
  /** Takes those of many; null: there is no such address. */
  batchUrl: string | null;
  /** At least one; the first signs. */
  secrets: readonly string[];
  /** Of one call, from connecting to the end of the answer. */
  timeoutMs: number;
  /** The longest wait that the other side may ask for. */
  retryAfterCapMs: number;
  clock?: () => Date;
  onCall?: OnCall;
}

const mostBytes = 65_536;
const mostBatchBytes = 1_048_576;

/** Where a request ends before any of it was sent. */
const beforeSending: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);
const failedToConnect = (error: unknown): boolean =>
  isNativeError(error) && isNativeError(error.cause) && 'syscall' in error.cause && error.cause.syscall === 'connect';

interface Call {
  method: 'POST' | 'DELETE';
  url: string;
  timestamp: string;
  rawBody: Uint8Array<ArrayBuffer> | null;
}

/** Makes the client; connects only when asked. Throws a TypeError where an address is none, a RangeError without a secret. */
export const createHttpReceiver = (options: HttpReceiverOptions): ContextReceiver => {
  const { batchUrl, timeoutMs, retryAfterCapMs, clock = () => new Date(), onCall } = options;
  const [secret] = options.secrets;
  if (secret === undefined) throw new RangeError('At least one signing secret is needed');
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  const pushUrl = new URL(baseUrl + options.path).href;
  // Where the receiver's paths stand under a prefix, that of forgetting does too.
  const forgetPath = options.path.endsWith('/sync-user')
    ? options.path.replace(/sync-user$/, 'delete-user')
    : '/internal/delete-user';
  const forgetUrl = new URL(baseUrl + forgetPath).href;

  const timestampNow = () => Math.floor(clock().getTime() / 1000).toString();
  const post = (url: string, content: (timestamp: string) => unknown): Call => {
    const timestamp = timestampNow();
    return { method: 'POST', url, timestamp, rawBody: Buffer.from(JSON.stringify(content(timestamp))) };
  };

  /** One call. What `use` makes of a 2xx; any other status is a fault, unless it is `alsoRead`. */
  const make = <T>(
    { method, url, timestamp, rawBody }: Call,
    signal: AbortSignal,
    use: (response: Response) => Promise<T>,
    alsoRead?: number,
  ): Promise<T> =>
    observed('context_receiver', onCall, async () => {
      signal.throwIfAborted();
      const overdue = AbortSignal.timeout(timeoutMs);
      let status: number | null = null;
      try {
        const response = await fetch(url, {
          method,
          redirect: 'manual',
          headers: {
            'x-timestamp': timestamp,
            'x-signature': sign(secret, timestamp, rawBody ?? ''),
            ...(rawBody !== null && { 'content-type': 'application/json' }),
            accept: 'application/json',
            'accept-encoding': 'identity',
          },
          body: rawBody,
          signal: AbortSignal.any([signal, overdue]),
        });
        ({ status } = response);
        if (response.ok || status === alsoRead) return await use(response);
        await discard(response);
        throw faultOfStatus(status, retryAfterMs(response.headers.get('retry-after'), clock(), retryAfterCapMs));
      } catch (error) {
        if (error instanceof ReceiverFault) throw error;
        signal.throwIfAborted();
        if (overdue.aborted)
          throw new ReceiverFault(
            `The ML service did not answer within ${timeoutMs} ms.`,
            'timeout',
            status,
            true,
            // Whether the connection stood is not told; that it did is the safe guess.
            true,
          );
        if (status !== null) {
          const isTooLarge = error instanceof RangeError;
          throw notAcknowledged(status, isTooLarge ? 'sent an answer that is too large' : 'broke its answer off');
        }
        const code = networkReason(error);
        const isUnsent = beforeSending.has(code) || failedToConnect(error);
        throw new ReceiverFault(`The ML service cannot be reached (${code}).`, 'network', null, true, !isUnsent);
      }
    });

  return {
    takesMany: batchUrl !== null,

    push({ userId, data }: ContextMessage, signal) {
      const call = post(pushUrl, (timestamp) => ({ userId, data, timestamp }));
      return make(call, signal, async (response) => {
        acknowledgement(response.status, await boundedText(response, mostBytes));
        return response.status;
      });
    },

    async pushMany(messages, signal) {
      if (batchUrl === null) throw new TypeError('This receiver takes one user a request');
      if (messages.length === 0) return { status: 204, outcomes: new Map<Id, null>() };
      const users = messages.map(({ userId, data }) => ({ userId, data }));
      const call = post(batchUrl, (timestamp) => ({ users, timestamp }));
      return make(call, signal, async (response) => {
        const answer = acknowledgement(response.status, await boundedText(response, mostBatchBytes));
        const { status } = response;
        const userIds = messages.map(({ userId }) => userId);
        return { status, outcomes: batchOutcomes(status, answer, userIds) };
      });
    },

    forget(userId, signal) {
      const url = `${forgetUrl}/${encodeURIComponent(userId)}`;
      const call: Call = { method: 'DELETE', url, timestamp: timestampNow(), rawBody: null };
      const confirm = async (response: Response) =>
        confirmForgotten(response.status, await boundedText(response, mostBytes));
      return make(call, signal, confirm, 404);
    },
  };
};

/** Lets go of a body that is not read, and of its connection. */
async function discard(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => undefined);
}

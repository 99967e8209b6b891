import { isNativeError } from 'node:util/types';
import { networkReason, observed, retryAfterMs, type OnCall } from '../calls';
import { faultOfStatus, notAcknowledged, OutboundFault, type FaultsOf } from './fault';
import { signedHeaders, timestampOf } from './signing';

/**
 * Signed requests to receivers of what Palate sends.
 *
 * H1  The signature is over the very bytes that are sent, and made for each call: a retry has a time of its own.
 * H2  What is sent goes to the address that was given only: redirects are not followed.
 * H3  Of an answer that refuses nothing is read but its status and `Retry-After`; of one that may acknowledge, what `use` reads.
 * H4  A fault says whether the request may have arrived: where that is not known, it may.
 */
export interface OutboundOptions<Fault extends OutboundFault> {
  /** In metrics. */
  service: string;
  faults: FaultsOf<Fault>;
  /** Of one call, from connecting to the end of the answer. */
  timeoutMs: number;
  /** The longest wait that the other side may ask for. */
  retryAfterCapMs: number;
  clock: () => Date;
  onCall: OnCall | undefined;
}

export interface OutboundRequest {
  method: 'POST' | 'DELETE';
  url: string;
  secret: string;
  /** Goes out as JSON; null: no body. */
  content: ((timestamp: string) => unknown) | null;
}

/**
 * Makes one call, and gives what `use` makes of a 2xx, or of the status `alsoRead`. Rejects with a fault of the receiver, or with the
 * reason of `signal`. `use` throws a RangeError for an answer that is too large.
 */
export type Send = <T>(
  request: OutboundRequest,
  signal: AbortSignal,
  use: (response: Response) => Promise<T>,
  alsoRead?: number,
) => Promise<T>;

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

export const createSend = <Fault extends OutboundFault>(options: OutboundOptions<Fault>): Send => {
  const { service, faults, timeoutMs, retryAfterCapMs, clock, onCall } = options;
  const { receiver, Fault } = faults;
  return ({ method, url, secret, content }, signal, use, alsoRead) => {
    const timestamp = timestampOf(clock());
    const rawBody = content && Buffer.from(JSON.stringify(content(timestamp)));
    return observed(service, onCall, async () => {
      signal.throwIfAborted();
      const overdue = AbortSignal.timeout(timeoutMs);
      let status: number | null = null;
      try {
        const response = await fetch(url, {
          method,
          redirect: 'manual',
          headers: {
            ...signedHeaders(secret, timestamp, rawBody ?? ''),
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
        const waitMs = retryAfterMs(response.headers.get('retry-after'), clock(), retryAfterCapMs);
        throw faultOfStatus(faults, status, waitMs);
      } catch (error) {
        if (error instanceof OutboundFault) throw error;
        signal.throwIfAborted();
        // Whether the connection stood is not told; that it did is the safe guess.
        if (overdue.aborted)
          throw new Fault(`${receiver} did not answer within ${timeoutMs} ms.`, 'timeout', status, true, true);
        if (status !== null) {
          const isTooLarge = error instanceof RangeError;
          throw notAcknowledged(
            faults,
            status,
            isTooLarge ? 'sent an answer that is too large' : 'broke its answer off',
          );
        }
        const code = networkReason(error);
        const isUnsent = beforeSending.has(code) || failedToConnect(error);
        throw new Fault(`${receiver} cannot be reached (${code}).`, 'network', null, true, !isUnsent);
      }
    });
  };
};

/** Lets go of a body that is not read, and of its connection. */
async function discard(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => undefined);
}

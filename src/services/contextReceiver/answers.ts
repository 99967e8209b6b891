import { z } from 'zod';
import type { SyncFailureReason } from '../../model/context';
import type { Id } from '../../model/ids';
import { jsonOf } from '../calls';
import { ReceiverFault } from './contextReceiver';

/**
 * What an answer of the receiver means.
 *
 * A1  Only JSON that says `success: true` acknowledges: a proxy in between answers 200, too.
 * A2  What is to be forgotten counts as such only where the receiver itself says so: 204, an acknowledgement, or a 404 in its own envelope. The
 *     404 of a web framework says that the address is wrong, and nothing of the account.
 * A3  A refusal (3xx, 4xx, `success: false`) is clear: nothing was taken in. After anything else it may have been, or may be yet.
 */

const means = (reason: SyncFailureReason, retryable: boolean, uncertain: boolean, what: string) => ({
  reason,
  retryable,
  uncertain,
  what,
});

const meaningOf = (status: number) => {
  if (status >= 500) return means('server_error', true, true, 'is out of order');
  switch (status) {
    case 408:
    case 425:
      return means('not_ready', true, false, 'was not ready to take it');
    case 429:
      return means('throttled', true, false, 'takes no more requests for now');
    case 401:
    case 403:
      return means(
        'unauthorized',
        false,
        false,
        'refused the signature: compare INTERNAL_HMAC_SECRET and the clocks of both sides',
      );
    case 409:
      return means('conflict', false, false, 'knows another version of this user');
    default:
  }
  if (status >= 200 && status < 300) return means('not_acknowledged', true, true, 'answered without acknowledging it');
  if (status >= 300 && status < 400)
    return means('redirected', false, false, 'redirects, which is not followed: check FLASK_AI_BASE_URL');
  if (status === 404 || status === 405)
    return means('rejected', false, false, 'has no such address: check FLASK_AI_BASE_URL and CONTEXT_SYNC_PATH');
  return means('rejected', false, false, 'does not take what was sent: compare the contract of both sides');
};

/** The fault that a status stands for. `retryAfterMs`: the wait that came with it, capped. */
export const faultOfStatus = (status: number, retryAfterMs?: number): ReceiverFault => {
  const { reason, retryable, uncertain, what } = meaningOf(status);
  const wait = retryable ? retryAfterMs : undefined;
  return new ReceiverFault(`The ML service ${what} (${status}).`, reason, status, retryable, uncertain, wait);
};

/** A 2xx that acknowledges nothing; `why` completes "The ML service …". */
export const notAcknowledged = (status: number, why: string, uncertain = true): ReceiverFault =>
  new ReceiverFault(`The ML service ${why} (${status}).`, 'not_acknowledged', status, true, uncertain);

const Success = z.object({ success: z.boolean() });

/** Throws `ReceiverFault` unless the body of a 2xx acknowledges. Gives what it says as JSON. */
export const acknowledgement = (status: number, body: string): unknown => {
  const answer = jsonOf(body);
  const said = Success.safeParse(answer);
  if (!said.success) throw notAcknowledged(status, 'sent an answer that is no acknowledgement');
  if (!said.data.success) throw notAcknowledged(status, 'says that it did not take it', false);
  return answer;
};

/** Throws `ReceiverFault` unless the answer (2xx or 404; `body` is empty with 204) confirms that a user is forgotten, or not known. */
export const confirmForgotten = (status: number, body: string): void => {
  if (status === 404) {
    if (!Success.safeParse(jsonOf(body)).success) throw faultOfStatus(status);
  } else if (status !== 204) acknowledgement(status, body);
};

const Results = z.object({ results: z.array(z.unknown()).max(1000) });
const Named = z.object({ userId: z.string() });
const Result = z.object({ success: z.boolean(), status: z.int().nullish().catch(null) });

const outcomeOf = (status: number, results: readonly unknown[]): ReceiverFault | null => {
  const [result, ...more] = results.map((one) => Result.safeParse(one));
  if (result === undefined) return notAcknowledged(status, 'left this user out of its answer');
  if (more.length > 0) return notAcknowledged(status, 'names this user more than once in its answer');
  if (!result.success) return notAcknowledged(status, 'does not say what became of this user');
  if (result.data.success) return null;
  return faultOfStatus(result.data.status ?? 400);
};

/**
 * What an acknowledged batch says of each of `userIds`; null is acknowledged. Users that nobody asked about are passed over. Throws
 * `ReceiverFault` where it lists no results.
 */
export const batchOutcomes = (
  status: number,
  answer: unknown,
  userIds: readonly Id[],
): ReadonlyMap<Id, ReceiverFault | null> => {
  const listed = Results.safeParse(answer);
  if (!listed.success) throw notAcknowledged(status, 'sent an answer without results');
  const byUser = new Map<string, unknown[]>(userIds.map((userId) => [userId, []]));
  for (const result of listed.data.results) byUser.get(Named.safeParse(result).data?.userId ?? '')?.push(result);
  return new Map(userIds.map((userId) => [userId, outcomeOf(status, byUser.get(userId) ?? [])]));
};

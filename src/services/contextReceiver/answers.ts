import { z } from 'zod';
import type { Id } from '../../model/ids';
import type { SendFailureReason } from '../../model/outbound';
import { jsonOf } from '../calls';
import { faultOfStatus, notAcknowledged, type FaultsOf } from '../outbound';
import { ReceiverFault } from './contextReceiver';

/**
 * What an answer of the receiver means.
 *
 * A1  Only JSON that says `success: true` acknowledges: a proxy in between answers 200, too.
 * A2  What is to be forgotten counts as such only where the receiver itself says so: 204, an acknowledgement, or a 404 in its own envelope. The
 *     404 of a web framework says that the address is wrong, and nothing of the account.
 * A3  A refusal (3xx, 4xx, `success: false`) is clear: nothing was taken in. After anything else it may have been, or may be yet.
 */

const words = (reason: SendFailureReason, status: number): string => {
  switch (reason) {
    case 'server_error':
      return 'is out of order';
    case 'not_ready':
      return 'was not ready to take it';
    case 'throttled':
      return 'takes no more requests for now';
    case 'unauthorized':
      return 'refused the signature: compare INTERNAL_HMAC_SECRET and the clocks of both sides';
    case 'conflict':
      return 'knows another version of this user';
    case 'redirected':
      return 'redirects, which is not followed: check FLASK_AI_BASE_URL';
    case 'rejected':
      return status === 404 || status === 405
        ? 'has no such address: check FLASK_AI_BASE_URL and CONTEXT_SYNC_PATH'
        : 'does not take what was sent: compare the contract of both sides';
    default:
      return 'answered without acknowledging it';
  }
};

export const receiverFaults: FaultsOf<ReceiverFault> = { receiver: 'The ML service', Fault: ReceiverFault, words };

const unacknowledged = (status: number, why: string, uncertain?: boolean): ReceiverFault =>
  notAcknowledged(receiverFaults, status, why, uncertain);

const Success = z.object({ success: z.boolean() });

/** Throws `ReceiverFault` unless the body of a 2xx acknowledges. Gives what it says as JSON. */
export const acknowledgement = (status: number, body: string): unknown => {
  const answer = jsonOf(body);
  const said = Success.safeParse(answer);
  if (!said.success) throw unacknowledged(status, 'sent an answer that is no acknowledgement');
  if (!said.data.success) throw unacknowledged(status, 'says that it did not take it', false);
  return answer;
};

/** Throws `ReceiverFault` unless the answer (2xx or 404; `body` is empty with 204) confirms that a user is forgotten, or not known. */
export const confirmForgotten = (status: number, body: string): void => {
  if (status === 404) {
    if (!Success.safeParse(jsonOf(body)).success) throw faultOfStatus(receiverFaults, status);
  } else if (status !== 204) acknowledgement(status, body);
};

const Results = z.object({ results: z.array(z.unknown()).max(1000) });
const Named = z.object({ userId: z.string() });
const Result = z.object({ success: z.boolean(), status: z.int().nullish().catch(null) });

const outcomeOf = (status: number, results: readonly unknown[]): ReceiverFault | null => {
  const [result, ...more] = results.map((one) => Result.safeParse(one));
  if (result === undefined) return unacknowledged(status, 'left this user out of its answer');
  if (more.length > 0) return unacknowledged(status, 'names this user more than once in its answer');
  if (!result.success) return unacknowledged(status, 'does not say what became of this user');
  if (result.data.success) return null;
  return faultOfStatus(receiverFaults, result.data.status ?? 400);
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
  if (!listed.success) throw unacknowledged(status, 'sent an answer without results');
  const byUser = new Map<string, unknown[]>(userIds.map((userId) => [userId, []]));
  for (const result of listed.data.results) byUser.get(Named.safeParse(result).data?.userId ?? '')?.push(result);
  return new Map(userIds.map((userId) => [userId, outcomeOf(status, byUser.get(userId) ?? [])]));
};

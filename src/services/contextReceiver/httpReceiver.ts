import type { Id } from '../../model/ids';
import { boundedText, withoutEndSlashes, type OnCall } from '../calls';
import { createSend, type OutboundRequest } from '../outbound';
import { acknowledgement, batchOutcomes, confirmForgotten, receiverFaults } from './answers';
import type { ContextMessage, ContextReceiver } from './contextReceiver';

/** The receiver over HTTP, as SmartBite's ML service speaks it; docs/ml-service.md is the other side's view. */
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

/** Makes the client; connects only when asked. Throws a TypeError where an address is none, a RangeError without a secret. */
export const createHttpReceiver = (options: HttpReceiverOptions): ContextReceiver => {
  const { batchUrl } = options;
  const [secret] = options.secrets;
  if (secret === undefined) throw new RangeError('At least one signing secret is needed');
  const baseUrl = withoutEndSlashes(options.baseUrl);
  const pushUrl = new URL(baseUrl + options.path).href;
  // Where the receiver's paths stand under a prefix, that of forgetting does too.
  const forgetPath = options.path.endsWith('/sync-user')
    ? options.path.replace(/sync-user$/, 'delete-user')
    : '/internal/delete-user';
  const forgetUrl = new URL(baseUrl + forgetPath).href;

  const send = createSend({
    service: 'context_receiver',
    faults: receiverFaults,
    timeoutMs: options.timeoutMs,
    retryAfterCapMs: options.retryAfterCapMs,
    clock: options.clock ?? (() => new Date()),
    onCall: options.onCall,
  });
  const post = (url: string, content: OutboundRequest['content']): OutboundRequest => ({
    method: 'POST',
    url,
    secret,
    content,
  });

  return {
    takesMany: batchUrl !== null,

    push({ userId, data }: ContextMessage, signal) {
      const call = post(pushUrl, (timestamp) => ({ userId, data, timestamp }));
      return send(call, signal, async (response) => {
        acknowledgement(response.status, await boundedText(response, mostBytes));
        return response.status;
      });
    },

    async pushMany(messages, signal) {
      if (batchUrl === null) throw new TypeError('This receiver takes one user a request');
      if (messages.length === 0) return { status: 204, outcomes: new Map<Id, null>() };
      const users = messages.map(({ userId, data }) => ({ userId, data }));
      const call = post(batchUrl, (timestamp) => ({ users, timestamp }));
      return send(call, signal, async (response) => {
        const answer = acknowledgement(response.status, await boundedText(response, mostBatchBytes));
        const { status } = response;
        const userIds = messages.map(({ userId }) => userId);
        return { status, outcomes: batchOutcomes(status, answer, userIds) };
      });
    },

    forget(userId, signal) {
      const url = `${forgetUrl}/${encodeURIComponent(userId)}`;
      const confirm = async (response: Response) =>
        confirmForgotten(response.status, await boundedText(response, mostBytes));
      return send({ method: 'DELETE', url, secret, content: null }, signal, confirm, 404);
    },
  };
};

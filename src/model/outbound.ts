import { z } from 'zod';

/**
 * Why a receiver did not acknowledge what was sent to it.
 *
 * network           no connection, or it broke
 * timeout           no answer in time
 * server_error      5xx
 * throttled         429
 * not_ready         408, 425
 * unauthorized      401, 403: the secret or the clock
 * conflict          409
 * rejected          any other 4xx
 * redirected        3xx; never followed
 * not_acknowledged  2xx with an answer that acknowledges nothing: not what was agreed upon, too large, cut off
 */
export const SendFailureReason = z.enum([
  'network',
  'timeout',
  'server_error',
  'throttled',
  'not_ready',
  'unauthorized',
  'conflict',
  'rejected',
  'redirected',
  'not_acknowledged',
]);
export type SendFailureReason = z.infer<typeof SendFailureReason>;

import OpenAI, { APIConnectionError, APIError } from 'openai';
import { boundedText, networkReason, observed, retryAfterMs } from '../calls';
import type { OnCall } from '../calls';
import { LlmRefused, LlmUnavailable, SchemaNotTaken } from './llm';

/**
 * OpenAI's API, or a server that speaks the same.
 *
 * O1  One attempt, within `timeoutMs` from the request to the last byte: the package's own limit ends with the headers, so the limit is
 *     ours, and so is the `fetch`, which reads the body within it. The body is bounded, and redirects are not followed: what is sent and the
 *     key go to the address of the settings only.
 * O2  The package reads variables of the environment (organisation, project, extra headers, log level) and logs bodies: all of that is
 *     switched off, and of its headers only those pass that the request needs.
 * O3  Neither the key nor anything that the model or a server wrote is in an error: the words are ours.
 * O4  A quota that is used up comes as 429, like too many requests, and is final all the same.
 */
export interface OpenAiOptions {
  /** Ends before `/chat/completions` and `/embeddings`. */
  baseUrl: string;
  apiKey: string;
  model: string;
  timeoutMs: number;
  /** The longest wait that the other side may ask for. */
  retryAfterCapMs?: number;
  clock?: () => Date;
  /** What it is asked for, as its calls are counted; `openai` where missing. */
  service?: string;
  onCall?: OnCall;
}

/** Our own limit ends a call; the package's, some later, is there in case. */
const packageMarginMs = 1_000;
const neededHeaders = ['accept', 'authorization', 'content-type'];
/** `type` or `code` of errors that only a payment ends; servers fill in one or the other. */
const usedUp = new Set([
  'insufficient_quota',
  'credit_balance_exhausted',
  'billing_hard_limit_reached',
  'billing_not_active',
]);

/** What servers call the part of a request that asks for an answer by a schema. */
const aboutSchema = /response_format|json_schema/;

const boundedFetch =
  (mostBytes: number): typeof fetch =>
  async (input, init) => {
    const given = new Headers(init?.headers);
    const headers = neededHeaders.map((name): [string, string] => [name, given.get(name) ?? '']);
    const response = await fetch(input, { ...init, headers, redirect: 'manual' });
    const body = await boundedText(response, mostBytes);
    // As text, so that the package hands it on as it is, whatever the server calls it.
    const kept = new Headers(response.headers);
    kept.set('content-type', 'text/plain');
    return new Response(body === '' ? null : body, { status: response.status, headers: kept });
  };

/**
 * One call: what the server sent as it sent it, a text. Rejects with the reason of `signal` when the caller gave up, else with an error of
 * `llm`. `read` makes an answer of the text, and throws what is to be thrown.
 */
export type OpenAiCall = <T>(
  call: (client: OpenAI, options: { signal: AbortSignal }) => Promise<unknown>,
  read: (body: unknown) => T,
  signal: AbortSignal,
) => Promise<T>;

/** Makes the client; connects only when asked. `badRequest` says what to look at where a request is not taken (400). */
export const openAiCalls = (
  options: OpenAiOptions,
  { mostBytes, badRequest }: { mostBytes: number; badRequest: string },
): OpenAiCall => {
  const { baseUrl, apiKey, model, timeoutMs, retryAfterCapMs = 60_000, clock = () => new Date() } = options;
  const { service = 'openai', onCall } = options;
  const client = new OpenAI({
    apiKey,
    baseURL: baseUrl,
    maxRetries: 0,
    timeout: timeoutMs + packageMarginMs,
    fetch: boundedFetch(mostBytes),
    logLevel: 'off',
    organization: null,
    project: null,
    adminAPIKey: null,
    webhookSecret: null,
  });

  const refusal = ({ status, headers, type, code, param, message }: APIError<number, Headers>): Error => {
    const wait = retryAfterMs(headers.get('retry-after'), clock(), retryAfterCapMs);
    if (status === 400 && aboutSchema.test(`${param ?? ''} ${message}`))
      return new SchemaNotTaken(`${model} answers by no schema (400); it is asked in words alone from now on.`);
    if (status === 429 && (usedUp.has(type ?? '') || usedUp.has(code ?? ''))) {
      return new LlmRefused(`${model} refused (429): its credit is used up.`, status, 'service');
    }
    if (status === 429) return new LlmUnavailable(`${model} takes no more requests for now (429).`, wait);
    if (status >= 500 || status === 408 || status === 409 || status === 425) {
      return new LlmUnavailable(`${model} is out of order (${status}).`, wait);
    }
    const advice: Readonly<Record<number, string>> = {
      400: `it does not take this request; ${badRequest}`,
      401: 'its key is wrong',
      402: 'its credit is used up',
      403: 'its key has no right to it',
      404: 'there is no such model at this address',
    };
    return new LlmRefused(
      `${model} refused (${status}): ${advice[status] ?? 'it does not take this request'}.`,
      status,
    );
  };

  const fault = (error: unknown): Error => {
    if (answered(error)) return refusal(error);
    if (error instanceof APIConnectionError) {
      if (error.cause instanceof RangeError) {
        return new LlmUnavailable(`${model} sent an answer of over ${mostBytes} bytes.`);
      }
      return new LlmUnavailable(`${model} cannot be reached (${networkReason(error.cause)}).`);
    }
    return new LlmUnavailable(`${model} cannot be asked (${networkReason(error)}): check OPENAI_API_KEY.`);
  };

  return (call, read, signal) =>
    observed(service, onCall, async () => {
      signal.throwIfAborted();
      const overdue = AbortSignal.timeout(timeoutMs);
      let body: unknown;
      try {
        body = await call(client, { signal: AbortSignal.any([signal, overdue]) });
      } catch (error) {
        signal.throwIfAborted();
        if (overdue.aborted) throw new LlmUnavailable(`${model} did not answer within ${timeoutMs} ms.`);
        throw fault(error);
      }
      return read(body);
    });
};

/** Whether there was an answer at all: without one the package leaves status and headers out. */
const answered = (error: unknown): error is APIError<number, Headers> =>
  error instanceof APIError && error.status !== undefined && error.headers !== undefined;

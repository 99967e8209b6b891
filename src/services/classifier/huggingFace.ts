import { imageClassification } from '@huggingface/inference';
import { z } from 'zod';
import type { Candidate } from '../../model/photos';
import { boundedText, jsonOf, networkReason, observed, retryAfterMs } from '../calls';
import type { OnCall } from '../calls';
import { ClassifierLoading, ClassifierRefused, ClassifierUnavailable, longestLabel, readableLabel } from './classifier';
import type { Classifier, ClassifierSource } from './classifier';

/**
 * Image classification as Hugging Face's router, its dedicated endpoints and servers of the same kind speak it: the raw bytes in,
 * `[{label, score}]` out.
 *
 * H1  The package hides headers and retries a 503 at once and for ever; so it gets a `fetch` that keeps status, headers and a
 *     bounded body, and is told not to retry.
 * H2  A picture goes to the address of the settings only: redirects are not followed.
 * H3  What comes back is a stranger's: labels that no person could read are no answer.
 */
export interface HuggingFaceOptions {
  endpointUrl: string;
  token?: string | undefined;
  timeoutMs: number;
  /** `ml_service` for a second server that speaks the same. */
  source?: Exclude<ClassifierSource, 'openai'>;
  /** Default: the last two parts of the address, which on Hugging Face name the model. */
  model?: string | undefined;
  /** The longest wait that the other side may ask for. */
  retryAfterCapMs?: number;
  clock?: () => Date;
  onCall?: OnCall;
}

const mostBytes = 1_048_576;
const shortestLoadMs = 250;
const mostCandidates = 5;

const label = z.string().max(longestLabel).regex(readableLabel);
/** A sum of single-precision numbers may pass 1 by a hair. */
const score = z
  .number()
  .min(0)
  .max(1.0001)
  .transform((value) => Math.min(value, 1));
const Scores = z
  .array(z.object({ label: z.string(), score }))
  .min(1)
  .max(20_000);
const Loading = z.object({ estimated_time: z.number().nonnegative() });

const modelOf = (url: string): string =>
  new URL(url).pathname
    .split('/')
    .filter((part) => part !== '')
    .slice(-2)
    .join('/') || new URL(url).host;

/** What the other side really said, seen by our `fetch`. */
interface Answer {
  status: number;
  retryAfter: string | null;
  body: string;
}

/** Makes the client; connects only when asked. Throws a TypeError where `endpointUrl` is no address. */
export const createHuggingFaceClassifier = (options: HuggingFaceOptions): Classifier => {
  const { endpointUrl, token, timeoutMs, retryAfterCapMs = 60_000, clock = () => new Date(), onCall } = options;
  const model = options.model ?? modelOf(endpointUrl);
  const source = options.source ?? 'huggingface_space';

  const ask = async (picture: Buffer, contentType: string, signal: AbortSignal): Promise<Answer> => {
    let answer: Answer | undefined;
    const keep: typeof fetch = async (input, init) => {
      const response = await fetch(input, { ...init, redirect: 'manual' });
      const body = await boundedText(response, mostBytes);
      answer = { status: response.status, retryAfter: response.headers.get('retry-after'), body };
      return new Response(body === '' ? null : body, {
        status: response.status,
        headers: { 'content-type': 'text/plain' },
      });
    };
    try {
      await imageClassification(
        {
          data: new Blob([new Uint8Array(picture)], { type: contentType }),
          endpointUrl,
          ...(token === undefined ? {} : { accessToken: token }),
        },
        { retry_on_error: false, fetch: keep, signal },
      );
    } catch (error) {
      if (answer === undefined) throw error;
    }
    if (answer === undefined) throw new Error('no request was made');
    return answer;
  };

  const candidatesOf = (body: string): Candidate[] => {
    const answer = jsonOf(body);
    const scores = Scores.safeParse(answer);
    // JSON of another kind is what it makes of this picture; anything else is not from the model at all.
    if (!scores.success)
      throw new ClassifierUnavailable(
        `${model} sent an answer that is no list of labels and scores.`,
        undefined,
        answer === undefined ? 'service' : 'question',
      );
    const best = scores.data.sort((a, b) => b.score - a.score).slice(0, mostCandidates);
    if (!best.every((candidate) => label.safeParse(candidate.label).success)) {
      throw new ClassifierUnavailable(`${model} sent labels that cannot be read.`, undefined, 'question');
    }
    return best.map((candidate) => ({ label: candidate.label, confidence: candidate.score }));
  };

  const fault = ({ status, retryAfter, body }: Answer): Error => {
    const wait = retryAfterMs(retryAfter, clock(), retryAfterCapMs);
    if (status === 503) {
      const loading = Loading.safeParse(jsonOf(body));
      if (loading.success) {
        const ms = Math.min(Math.max(loading.data.estimated_time * 1000, shortestLoadMs), retryAfterCapMs);
        return new ClassifierLoading(`${model} is being loaded.`, ms);
      }
    }
    if (status === 429) return new ClassifierUnavailable(`${model} takes no more requests for now (429).`, wait);
    if (status >= 500 || status === 408 || status === 425) {
      return new ClassifierUnavailable(`${model} is out of order (${status}).`, wait);
    }
    const advice: Readonly<Record<number, string>> = {
      401: 'its token is missing or wrong',
      402: 'its credit is used up',
      403: 'its token has no right to it',
      404: 'there is no such model at this address',
    };
    return new ClassifierRefused(
      `${model} refused (${status}): ${advice[status] ?? 'it does not take this request'}.`,
      status,
    );
  };

  return {
    source,
    model,
    classify: (picture, contentType, signal) =>
      observed(source, onCall, async () => {
        signal.throwIfAborted();
        const overdue = AbortSignal.timeout(timeoutMs);
        let answer: Answer;
        try {
          answer = await ask(picture, contentType, AbortSignal.any([signal, overdue]));
        } catch (error) {
          signal.throwIfAborted();
          if (overdue.aborted) throw new ClassifierUnavailable(`${model} did not answer within ${timeoutMs} ms.`);
          if (error instanceof RangeError)
            throw new ClassifierUnavailable(`${model} sent an answer of over ${mostBytes} bytes.`);
          throw new ClassifierUnavailable(`${model} cannot be reached (${networkReason(error)}).`);
        }
        if (answer.status < 200 || answer.status > 299) throw fault(answer);
        return { candidates: candidatesOf(answer.body) };
      }),
  };
};

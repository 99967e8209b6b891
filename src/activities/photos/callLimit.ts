import type { Entry } from '../../model/photos';
import { ClassifierUnavailable, type Classifier, type Seen } from '../../services/classifier';

/**
 * How long one call to a classifier may take, besides its own time limit.
 *
 * L1  While a request waits for the photo, a call takes at most its whole wait less 2 s: one that is asked first and hangs leaves time for
 *     the next of the chain. One that is asked late may outlast the request, which is answered 202 then.
 * L2  When nobody can be waiting any more, the classifier's own time limit is the only one.
 * L3  A classifier that is cut off did not answer, as one that passed its own time limit.
 */

/** For what comes after the call: the next classifier, the figures, the answer. */
const marginMs = 2_000;
/** Less is too short for a classifier that is well: who waits so little is answered 202 before one can speak. */
const minCallMs = 1_000;

/** Milliseconds, or null for none. `predictWaitMs`: how long a request waits; only a photo that is still `analyzing` is waited for. */
export function callLimitMs(
  { state, createdAt }: Pick<Entry, 'state' | 'createdAt'>,
  predictWaitMs: number,
  now: Date,
): number | null {
  const limitMs = predictWaitMs - marginMs;
  const waited = state === 'analyzing' && now.getTime() < createdAt.getTime() + predictWaitMs;
  return waited && limitMs >= minCallMs ? limitMs : null;
}

/** Asks once, for `limitMs` at most. Rejects as `classify` does. */
export async function classifyWithin(
  classifier: Classifier,
  picture: Buffer,
  limitMs: number | null,
  signal: AbortSignal,
): Promise<Seen> {
  if (limitMs === null) return classifier.classify(picture, 'image/jpeg', signal);
  const overdue = new AbortController();
  const timer = setTimeout(
    () => overdue.abort(new ClassifierUnavailable(`${classifier.model} did not answer within ${limitMs} ms.`)),
    limitMs,
  );
  try {
    return await classifier.classify(picture, 'image/jpeg', AbortSignal.any([signal, overdue.signal]));
  } finally {
    clearTimeout(timer);
  }
}

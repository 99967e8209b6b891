import { ApplicationFailure } from '@temporalio/common';
import type { Classification } from '../../model/photos';
import { photoFailures } from '../../messages/photos';
import {
  ClassifierLoading,
  ClassifierRefused,
  ClassifierUnavailable,
  type Classifier,
} from '../../services/classifier';

export interface Spoken {
  classification: Classification | null;
  /** Why the ones before were silent, in the order they were asked. */
  failures: (ClassifierLoading | ClassifierRefused | ClassifierUnavailable)[];
}

/** Asks in order, one attempt each; rejects only with what is no fault of a classifier. */
export async function firstToSpeak(
  classifiers: readonly Classifier[],
  picture: Buffer,
  signal: AbortSignal,
): Promise<Spoken> {
  const failures: Spoken['failures'] = [];
  for (const classifier of classifiers) {
    try {
      const candidates = await classifier.classify(picture, 'image/jpeg', signal);
      return { classification: { source: classifier.source, model: classifier.model, candidates }, failures };
    } catch (error) {
      if (!(
        error instanceof ClassifierLoading ||
        error instanceof ClassifierRefused ||
        error instanceof ClassifierUnavailable
      ))
        throw error;
      failures.push(error);
    }
  }
  return { classification: null, failures };
}

/** Worth another attempt where one of them may speak then; the soonest of the waits they named counts. */
export function whyNobodySpoke(failures: Spoken['failures']): ApplicationFailure {
  const message = failures.map((failure) => failure.message).join(' ') || 'No classifier is configured.';
  const later = failures.filter((failure) => !(failure instanceof ClassifierRefused));
  if (later.length === 0) return ApplicationFailure.nonRetryable(message, photoFailures.classifierRefused);
  const waits = later.flatMap((failure) =>
    'retryAfterMs' in failure && failure.retryAfterMs !== undefined ? [failure.retryAfterMs] : [],
  );
  return ApplicationFailure.create({
    message,
    type: later.every((failure) => failure instanceof ClassifierLoading)
      ? photoFailures.classifierLoading
      : photoFailures.classifierUnavailable,
    ...(waits.length > 0 && { nextRetryDelay: Math.min(...waits) }),
  });
}

import type { Candidate, InferenceSource } from '../../model/photos';

/** Says what food a picture shows. One attempt a call; the three errors tell the workflow what to do next. */
export interface Classifier {
  source: InferenceSource;
  /** Name of the model, kept with its answers. */
  model: string;
  /**
   * At most five candidates, best first; never none. `picture` is sent as it is, under `contentType`.
   * Rejects with the reason of `signal` when the caller gave up, else with one of the errors below.
   */
  classify(picture: Buffer, contentType: string, signal: AbortSignal): Promise<Candidate[]>;
}

/** The model is being loaded: ask again after `retryAfterMs`. */
export class ClassifierLoading extends Error {
  override readonly name = 'ClassifierLoading';
  constructor(
    message: string,
    readonly retryAfterMs: number,
  ) {
    super(message);
  }
}

/** Too busy, broken, out of reach, or no answer that can be understood: another attempt may succeed. */
export class ClassifierUnavailable extends Error {
  override readonly name = 'ClassifierUnavailable';
  constructor(
    message: string,
    /** Where the classifier said when to come back. */
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }
}

/** The classifier says no (token, credit, address, or this picture): another attempt would get the same answer. */
export class ClassifierRefused extends Error {
  override readonly name = 'ClassifierRefused';
  constructor(
    message: string,
    /** HTTP status of the refusal. */
    readonly status: number,
  ) {
    super(message);
  }
}

import type { Candidate, InferenceSource, PlateFood } from '../../model/photos';
import { Refused, Unavailable } from '../calls';

/** The outside systems among those who name food. */
export type ClassifierSource = Extract<InferenceSource, 'huggingface_space' | 'ml_service' | 'openai'>;

/** A label that a person could read: letters and digits first, no markup. Characters. */
export const readableLabel = /^[\p{L}\p{N}][\p{L}\p{N}\p{M} _\-'’(),.&/+%]*$/u;
export const longestLabel = 100;

/** What a classifier saw. */
export interface Seen {
  /** At most five, best first. None: it looked, and saw no food. */
  candidates: Candidate[];
  /** Where it tells the foods of a plate apart: each with its weight, in the order it named them. At most `mostPlateFoods`. */
  foods?: PlateFood[];
}

/** Says what food a picture shows. One attempt a call; the three errors tell the workflow what to do next. */
export interface Classifier {
  source: ClassifierSource;
  /** Name of the model, kept with its answers. */
  model: string;
  /**
   * `picture` is sent as it is, under `contentType`, and nothing else: no caption, no name.
   * Rejects with the reason of `signal` when the caller gave up, else with one of the errors below.
   */
  classify(picture: Buffer, contentType: string, signal: AbortSignal): Promise<Seen>;
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

export class ClassifierUnavailable extends Unavailable {
  override readonly name = 'ClassifierUnavailable';
}

export class ClassifierRefused extends Refused {
  override readonly name = 'ClassifierRefused';
}

import type { PreparedServing } from '../../ml/recommend/serving/servedRecommender';

/** The task of the loading thread, and its answer. Columns and the memory of the kernels are shared, so a message of any model is small. */
export interface LoadTask {
  readonly path: string;
  readonly sha256: string;
}

export type LoadAnswer =
  | { readonly kind: 'loaded'; readonly prepared: PreparedServing }
  /** Not the bytes that were named, or no recommender. */
  | { readonly kind: 'damaged'; readonly reason: string }
  /** It is whole, and does not fit here. */
  | { readonly kind: 'refused'; readonly reason: string };

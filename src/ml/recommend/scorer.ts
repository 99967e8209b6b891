import type { Influences } from './influences';
import type { SparseVector } from './interactions';

/** What a model can do for one user or visitor, from memory. Made once for a model, then used for every request. */
export interface Scorer {
  readonly items: number;
  /** What it holds, beside the model itself. */
  readonly bytes: number;
  /**
   * A score for every item, higher is better; comparable within one call only. `history` is what the user or the visitor chose, in the values that
   * the model was fitted with; those items are scored, too. It may be empty. The array is the scorer's own and holds until its next call.
   * Throws RangeError where the history names an item that the model does not know, or a value that is no number.
   */
  scores(history: SparseVector): Float32Array;
  /** How similar every item is to this one, by the same model; null where the model says nothing of items. Overwritten as `scores`. */
  similarities(item: number): Float32Array | null;
  /** How much each entry of the history adds to the score of each of `items`. Throws as `scores`. */
  influences(history: SparseVector, items: Uint32Array): Influences;
  /**
   * As `influences`, in time that does not grow with the number of items, where those would take scoring once for every entry: the scales that a hybrid brings
   * scores to are taken as they are with the whole history.
   */
  readonly estimatedInfluences?: (history: SparseVector, items: Uint32Array) => Influences;
}

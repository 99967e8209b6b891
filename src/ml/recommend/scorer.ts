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
   * Numbers that order the entries of a history nearly as `influences` does, where those take long: of a hybrid with the scales that it brings scores to as they are with
   * the whole history, of factors the parts of the score that entries contribute. Quickest for the history that was scored last.
   */
  readonly estimatedInfluences?: (history: SparseVector, items: Uint32Array) => Influences;
}

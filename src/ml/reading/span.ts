/** A run of words with the foods that it may mean. */
export interface Candidate {
  /** Place in `index.foods`. */
  readonly food: number;
  readonly score: number;
  /** All that was said is a name of it, and nothing is left of the name. */
  readonly whole: boolean;
}

export interface Span {
  /** Tokens [start, end); both its first and its last are words of a food. */
  readonly start: number;
  readonly end: number;
  /** Best first. */
  readonly candidates: readonly Candidate[];
}

import type { Food } from '../../model/foods';
import { refusalAbout, type About } from '../calls';

/** Figures of foods by name. One attempt a call. */
export interface FoodData {
  /**
   * The food that fits `query` best, generic foods before branded ones: figures per 100 g (null is not known, never zero), portions
   * and the default portion where the source has them. null: it knows nothing that fits.
   * Rejects with the reason of `signal` when the caller gave up, else with one of the errors below.
   */
  search(query: string, signal: AbortSignal): Promise<Food | null>;
  /** Why it knew nothing that fits, in a sentence for whoever reads the answer; where missing: it has no such food. */
  reason?(): Promise<string>;
}

/** Too busy, broken, out of reach, or no answer that can be understood: another attempt may succeed. */
export class FooddataUnavailable extends Error {
  override readonly name = 'FooddataUnavailable';
  constructor(
    message: string,
    /** Where the other side said when to come back. */
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }
}

/** The other side says no (key, address, or this query): another attempt would get the same answer. */
export class FooddataRefused extends Error {
  override readonly name = 'FooddataRefused';
  constructor(
    message: string,
    /** HTTP status of the refusal. */
    readonly status: number,
    readonly about: About = refusalAbout(status),
  ) {
    super(message);
  }
}

import type { Food } from '../../model/foods';
import { Refused, Unavailable } from '../calls';

/** Figures of foods by name. One attempt a call. */
export interface FoodData {
  /**
   * The food that fits `query` best, generic foods before branded ones: figures per 100 g (null is not known, never zero), portions
   * and the default portion where the source has them. null: it knows nothing that fits.
   * Rejects with the reason of `signal` when the caller gave up, else with one of the errors below.
   */
  search(query: string, signal: AbortSignal): Promise<Food | null>;
}

export class FooddataUnavailable extends Unavailable {
  override readonly name = 'FooddataUnavailable';
}

export class FooddataRefused extends Refused {
  override readonly name = 'FooddataRefused';
}

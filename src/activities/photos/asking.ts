import { ApplicationFailure } from '@temporalio/common';
import { photoFailures } from '../../messages/photos';
import type { Read } from '../../ml/reading';
import type { Food } from '../../model/foods';
import { FooddataRefused, FooddataUnavailable, type FoodData } from '../../services/fooddata';
import { CircuitOpen } from '../outbound/circuits';
import type { Advising } from './advising';

/**
 * FoodData Central and the language model, as one working out of figures may ask them.
 *
 * A1  Figures of our own table call neither.
 * A2  A fault of FoodData Central fails the activity, and its workflow decides what follows.
 */
export type Figures = 'fooddata' | 'table';

export interface Asking {
  search(query: string): Promise<Food | null>;
  /** A reading as a language model has it, where one helps. */
  advise(read: Read, text: string): Promise<Read['reading']>;
  /** Words of the text in which the model found foods, when it was asked about a reading. */
  foodsIn(read: Read, text: string): readonly string[];
  /** Whether FoodData Central would have been asked, had it not been away. */
  wasSkipped(): boolean;
}

export interface AskingDeps {
  advising: Advising;
  /** Null: not configured. */
  fooddata: FoodData | null;
}

const longestPauseMs = 2_000;

export function createAsking({ advising, fooddata }: AskingDeps): (figures: Figures, signal: AbortSignal) => Asking {
  const searchIn = async (source: FoodData, query: string, signal: AbortSignal): Promise<Food | null> => {
    try {
      return await source.search(query, signal);
    } catch (error) {
      if (error instanceof FooddataUnavailable)
        throw ApplicationFailure.create({
          type: photoFailures.fooddataUnavailable,
          message: error.message,
          // Somebody waits: a longer pause is not worth their while, as the figures correct themselves.
          nonRetryable: (error.retryAfterMs ?? 0) > longestPauseMs,
          ...(error.retryAfterMs !== undefined && { nextRetryDelay: error.retryAfterMs }),
        });
      if (error instanceof FooddataRefused || error instanceof CircuitOpen)
        throw ApplicationFailure.nonRetryable(error.message, photoFailures.fooddataUnavailable);
      throw error;
    }
  };

  return (figures, signal) => {
    let skipped = false;
    return {
      async search(query) {
        if (fooddata === null) return null;
        if (figures === 'fooddata') return searchIn(fooddata, query, signal);
        skipped = true;
        return null;
      },
      advise: ({ reading, index }, text) => advising.improve(reading, text, index, figures === 'fooddata', signal),
      foodsIn: ({ reading }, text) => advising.foodsIn(reading, text),
      wasSkipped: () => skipped,
    };
  };
}

/** The first by itself, then the rest at once: after an outage it is the probe that lets the others through, and in one it spares them. */
export async function firstAlone<T, R>(all: readonly T[], look: (one: T) => Promise<R>): Promise<R[]> {
  const [first, ...rest] = all;
  return first === undefined ? [] : [await look(first), ...(await Promise.all(rest.map(look)))];
}

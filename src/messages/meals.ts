import { defineWorkflow } from './workflow';

/**
 * Meals: `embedMeals` gives every meal of the catalogue an embedding of the method that the workers are set to. One run for the whole
 * catalogue; that a meal has another method in MongoDB is what asks for it.
 */
export const mealWorkflows = {
  embed: defineWorkflow<EmbedMeals>()({
    name: 'embedMeals',
    id: () => 'embed-meals',
    queue: 'main',
    feature: 'meals',
    summary: 'Embeds meals of the catalogue',
  }),
} as const;

export interface EmbedMeals {
  /** Meals asked for in one call. */
  batchMeals: number;
  /** Batches of a run before it goes on as a new one. */
  batches: number;
  /** Before it asks again who was away, doubling up to `mostPauseMs`; who refuses is asked again after that. Milliseconds. */
  pauseMs: number;
  mostPauseMs: number;
  /** By the runs before. */
  embedded: number;
}

/** What became of one batch. `left`: there may be more. */
export type EmbeddedBatch =
  | { kind: 'embedded'; embedded: number; passedOver: number; left: boolean }
  /** It says no (key, credit, model), which an operator must mend. */
  | { kind: 'refused'; why: string };

/** Types of `ApplicationFailure` that meal activities throw. */
export const mealFailures = {
  /** Out of order, or it takes no more for now. Its only detail: ms until it may be asked again, or null. */
  embedderUnavailable: 'EmbedderUnavailable',
} as const;

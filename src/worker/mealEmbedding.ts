import type { MealEmbeddings } from '../store/meals';
import { startLooks, type Looks } from './looks';

/**
 * Looks again and again whether a meal has an embedding of another method than this worker's, and starts the run that embeds them. Any
 * number of replicas may look: there is one run. Where nothing is due it costs one look into an index.
 */
export const startMealEmbedding = (deps: {
  embeddings: Pick<MealEmbeddings, 'anyDue'>;
  method: string;
  start: () => Promise<void>;
  /** Milliseconds between two looks. */
  sweepMs: number;
  onError: (error: unknown) => void;
}): Looks =>
  startLooks({
    look: async () => {
      if (await deps.embeddings.anyDue(deps.method)) await deps.start();
      return deps.sweepMs;
    },
    onError: deps.onError,
    retryMs: deps.sweepMs,
  });

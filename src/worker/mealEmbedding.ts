import type { MealEmbeddings } from '../store/meals';
import { startPoller, type Poller } from './poller';

/**
 * Starts the run that embeds meals where a meal has an embedding of another method than this worker's. Any number of replicas may poll:
 * there is one run. Where nothing is due a poll costs one read of an index.
 */
export const startMealEmbedding = (deps: {
  embeddings: Pick<MealEmbeddings, 'anyDue'>;
  method: string;
  start: () => Promise<void>;
  /** Milliseconds between two polls. */
  sweepMs: number;
  onError: (error: unknown) => void;
}): Poller =>
  startPoller({
    poll: async () => {
      if (await deps.embeddings.anyDue(deps.method)) await deps.start();
      return deps.sweepMs;
    },
    onError: deps.onError,
    retryMs: deps.sweepMs,
  });

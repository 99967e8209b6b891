import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { mealFailures, type EmbeddedBatch } from '../../messages/meals';
import { embeddedText, normalised, ownEmbedding, ownMethod } from '../../ml/embeddings';
import { LlmRefused, LlmUnavailable, type Embedder } from '../../services/llm';
import type { MealEmbeddings, MealToEmbed } from '../../store/meals';
import { CircuitOpen, type Circuits, type Verdict } from '../outbound/circuits';

/**
 * Embedding meals.
 *
 * E1  What lands is of the facts that were embedded: a meal that was changed meanwhile keeps its own embedding and is due again.
 * E2  A text that the model does not take is found by halves, passed over for this model, and keeps the embedding it has. Where it takes
 *     none of the first `refusedAtFirst` it is the model that is wrong, and nothing is passed over.
 * E3  A catalogue of any size costs no more than `most` meals of memory.
 */
export interface MealActivityDeps {
  embeddings: MealEmbeddings;
  /** Null: our own method is the wanted one. */
  embedder: Embedder | null;
  circuits: Circuits;
  clock: () => Date;
}

/** The method that every meal should have. */
export const wantedMethod = (embedder: Embedder | null): string => embedder?.method ?? ownMethod;

/** What takes longer is the run's to wait for. */
const longestPauseMs = 2_000;
/** So many single texts refused, and none taken: it is not the texts. */
const refusedAtFirst = 8;

/**
 * What an error of the embedding model says of the circuit that it shares with the model that sees: a wait is for one model's share, and
 * 404 for one model's name. Neither closes the other off.
 */
const judgeEmbedder = (error: unknown): Verdict => {
  if (error instanceof LlmUnavailable && error.about === 'service' && error.retryAfterMs === undefined)
    return { kind: 'failed', why: error.message };
  if (error instanceof LlmRefused && error.about === 'service' && error.status !== 404)
    return { kind: 'refused', why: error.message };
  return { kind: 'neither' };
};

interface Tried {
  refused: MealToEmbed[];
  taken: boolean;
}

export function createMealActivities({ embeddings, embedder, circuits, clock }: MealActivityDeps) {
  const method = wantedMethod(embedder);

  const vectorsOf = async (meals: readonly MealToEmbed[], signal: AbortSignal) => {
    if (embedder === null) return meals.map(({ facts }) => ownEmbedding(facts).vector);
    const texts = meals.map(({ facts }) => embeddedText(facts));
    return circuits.through('openai', () => embedder.embed(texts, signal), judgeEmbedder);
  };

  /** Embeds what can be; `tried` collects what cannot, and whether anything was taken. Gives how many landed. */
  const embed = async (meals: readonly MealToEmbed[], tried: Tried, signal: AbortSignal): Promise<number> => {
    let vectors;
    try {
      vectors = await vectorsOf(meals, signal);
    } catch (error) {
      if (!(error instanceof LlmRefused) || error.about !== 'question') throw error;
      const [only, ...others] = meals;
      if (only === undefined) return 0;
      if (others.length === 0) {
        tried.refused.push(only);
        if (!tried.taken && tried.refused.length >= refusedAtFirst)
          throw new LlmRefused(error.message, error.status, 'service');
        return 0;
      }
      const middle = Math.ceil(meals.length / 2);
      const first = await embed(meals.slice(0, middle), tried, signal);
      return first + (await embed(meals.slice(middle), tried, signal));
    }
    tried.taken = true;
    const embedded = meals.flatMap(({ id, revision }, at) => {
      const vector = normalised(vectors[at] ?? []);
      return vector === null ? [] : [{ id, revision, embedding: { method, vector } }];
    });
    return embeddings.land(embedded);
  };

  return {
    /** Embeds up to `most` of the meals that have another method. */
    embedMealBatch: async (most: number): Promise<EmbeddedBatch> => {
      const meals = await embeddings.due(method, most);
      if (meals.length === 0) return { kind: 'embedded', embedded: 0, passedOver: 0, left: false };
      const tried: Tried = { refused: [], taken: false };
      try {
        const embedded = await embed(meals, tried, Context.current().cancellationSignal);
        for (const { id, revision } of tried.refused) await embeddings.passOver(id, revision, method);
        return { kind: 'embedded', embedded, passedOver: tried.refused.length, left: true };
      } catch (error) {
        if (error instanceof LlmRefused || (error instanceof CircuitOpen && error.refused))
          return { kind: 'refused', why: error.message };
        if (error instanceof CircuitOpen)
          throw ApplicationFailure.nonRetryable(
            error.message,
            mealFailures.embedderUnavailable,
            Math.max(0, error.until.getTime() - clock().getTime()),
          );
        if (!(error instanceof LlmUnavailable)) throw error;
        const { retryAfterMs = null } = error;
        throw ApplicationFailure.create({
          type: mealFailures.embedderUnavailable,
          message: error.message,
          nonRetryable: retryAfterMs !== null && retryAfterMs > longestPauseMs,
          details: [retryAfterMs],
        });
      }
    },
  };
}

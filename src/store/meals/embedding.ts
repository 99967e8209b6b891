import type { Connection } from 'mongoose';
import type { Id } from '../../model/ids';
import type { Embedding, MealFacts } from '../../model/meals';
import type { Transaction } from '../transaction';
import type { MealCatalogue } from './catalogue';
import { factsOf, mealRows, toBytes, type MealRow } from './row';

/** Meals whose embedding is of another method than the wanted one, and the embeddings that take its place. */
export interface MealToEmbed {
  id: Id;
  /** Of the facts that are to be embedded. */
  revision: number;
  facts: MealFacts;
}

export function createEmbeddings(connection: Connection, catalogue: MealCatalogue, transaction: Transaction) {
  const rows = mealRows(connection);
  const due = (method: string) => ({
    active: true,
    embeddingMethod: { $ne: method },
    embeddingPassedOver: { $ne: method },
  });

  return {
    async anyDue(method: string): Promise<boolean> {
      return (await rows.exists(due(method))) !== null;
    },

    async due(method: string, limit: number): Promise<MealToEmbed[]> {
      const found = await rows.find(due(method), { embedding: 0, words: 0 }).limit(limit).lean<MealRow[]>();
      return found.map((row) => ({ id: row._id, revision: row.revision, facts: factsOf(row) }));
    },

    /** Embeddings of facts that were changed meanwhile do not land. Gives how many did. */
    async land(
      embedded: readonly (Pick<MealToEmbed, 'id' | 'revision'> & { embedding: Embedding })[],
    ): Promise<number> {
      if (embedded.length === 0) return 0;
      return transaction(async (session) => {
        const { modifiedCount } = await rows.bulkWrite(
          embedded.map(({ id, revision, embedding }) => ({
            updateOne: {
              filter: { _id: id, revision, active: true },
              update: {
                $set: {
                  embedding: toBytes(embedding.vector),
                  embeddingMethod: embedding.method,
                  embeddingPassedOver: null,
                },
              },
            },
          })),
          { session, ordered: false },
        );
        if (modifiedCount > 0) await catalogue.raise(session);
        return modifiedCount;
      });
    },

    /** The method makes nothing of these facts: the embedding stays what it is, until they change. */
    async passOver(id: Id, revision: number, method: string): Promise<void> {
      await rows.updateOne({ _id: id, revision }, { $set: { embeddingPassedOver: method } });
    },
  };
}
export type MealEmbeddings = ReturnType<typeof createEmbeddings>;

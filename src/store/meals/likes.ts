import { Schema, type Connection } from 'mongoose';
import type { Id } from '../../model/ids';
import type { Transaction } from '../transaction';
import type { MealCatalogue } from './catalogue';
import { mealRows } from './row';

/** Likes: one row for each account and meal, and the count of them in the meal. `index.ts` states the rules. */
export const likesCollection = 'meal_likes';

interface LikeRow {
  _id: string;
  mealId: Id;
  ownerId: Id;
  createdAt: Date;
}

const schema = new Schema<LikeRow>(
  {
    _id: { type: String, required: true },
    mealId: { type: String, required: true },
    ownerId: { type: String, required: true },
    createdAt: { type: Date, required: true },
  },
  { versionKey: false, collection: likesCollection },
);
schema.index({ ownerId: 1, mealId: 1 });
schema.index({ mealId: 1 });

/** Taken back in one transaction. */
const erasedAtOnce = 200;

export function createLikes(
  connection: Connection,
  clock: () => Date,
  catalogue: MealCatalogue,
  transaction: Transaction,
) {
  const rows = connection.model('MealLike', schema);
  const meals = mealRows(connection);

  return {
    /** Once an account: false where it likes the meal already, or there is none. */
    async add(mealId: Id, ownerId: Id): Promise<boolean> {
      const _id = `${mealId}:${ownerId}`;
      if (await rows.exists({ _id })) return false;
      return transaction(async (session) => {
        const liked = await rows.updateOne(
          { _id },
          { $setOnInsert: { mealId, ownerId, createdAt: clock() } },
          { upsert: true, session },
        );
        if (liked.upsertedCount === 0) return false;
        const counted = await meals.updateOne({ _id: mealId, active: true }, { $inc: { likeCount: 1 } }, { session });
        if (counted.matchedCount === 0) {
          await rows.deleteOne({ _id }, { session });
          return false;
        }
        await catalogue.raise(session);
        return true;
      });
    },

    async countOf(ownerId: Id): Promise<number> {
      return rows.countDocuments({ ownerId });
    },

    /** For the export: the meals that an account likes, by id. */
    async allOf(ownerId: Id, limit: number, after: Id | null): Promise<{ id: Id; likedAt: Date }[]> {
      const found = await rows
        .find({ ownerId, ...(after !== null && { mealId: { $gt: after } }) })
        .sort({ mealId: 1 })
        .limit(limit)
        .lean<LikeRow[]>();
      return found.map(({ mealId: id, createdAt: likedAt }) => ({ id, likedAt }));
    },

    /** Of a meal that was deleted. */
    async removeOfMeal(mealId: Id): Promise<void> {
      await rows.deleteMany({ mealId });
    },

    /** For erasure: likes go, and counts fall with them. */
    async removeOf(ownerId: Id): Promise<number> {
      let removed = 0;
      for (;;) {
        const part = await transaction(async (session) => {
          const found = await rows
            .find({ ownerId }, { mealId: 1 }, { session })
            .limit(erasedAtOnce)
            .lean<Pick<LikeRow, '_id' | 'mealId'>[]>();
          if (found.length === 0) return 0;
          await rows.deleteMany({ _id: { $in: found.map(({ _id }) => _id) } }, { session });
          await meals.updateMany(
            { _id: { $in: found.map(({ mealId }) => mealId) } },
            { $inc: { likeCount: -1 } },
            { session },
          );
          await catalogue.raise(session);
          return found.length;
        });
        removed += part;
        if (part < erasedAtOnce) return removed;
      }
    },
  };
}
export type MealLikes = ReturnType<typeof createLikes>;

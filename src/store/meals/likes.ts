import { Schema, type ClientSession, type Connection } from 'mongoose';
import type { Id } from '../../model/ids';
import type { Transaction } from '../transaction';
import { mealRows } from './row';

/**
 * Likes: one row for each account and meal, and the count of them in the meal. `index.ts` states the rules.
 *
 * A like writes its row and the count, nothing that others share: the catalogue's version follows by itself (`catalogue.ts`). One that
 * is taken back leaves a tombstone for a minute, which tells a repeated toggle from another one.
 */
export const likesCollection = 'meal_likes';

interface LikeRow {
  _id: string;
  mealId: Id;
  ownerId: Id;
  createdAt: Date;
  /** Taken back: no like any more. */
  removedAt?: Date;
  /** The toggle that made it what it is; missing where it was stated. */
  toggled?: { at: Date; by: Id };
}

const tombstoneS = 60;
const schema = new Schema<LikeRow>(
  {
    _id: { type: String, required: true },
    mealId: { type: String, required: true },
    ownerId: { type: String, required: true },
    createdAt: { type: Date, required: true },
    removedAt: Date,
    toggled: { type: { _id: false, at: { type: Date, required: true }, by: { type: String, required: true } } },
  },
  { versionKey: false, collection: likesCollection },
);
schema.index({ ownerId: 1, mealId: 1 });
schema.index({ mealId: 1 });
schema.index(
  { removedAt: 1 },
  { expireAfterSeconds: tombstoneS, partialFilterExpression: { removedAt: { $exists: true } } },
);

/** A toggle, told from its repeats. */
export interface Toggle {
  /** Of the request; the same for each repeat of it. */
  by: Id;
  /** Another one that comes within this time is a repeat as well, whoever sent it; 0: none is. */
  repeatMs: number;
}

/** Taken back in one transaction. */
const erasedAtOnce = 200;
const liking = { removedAt: { $exists: false } };

export function createLikes(connection: Connection, clock: () => Date, transaction: Transaction) {
  const rows = connection.model('MealLike', schema);
  const meals = mealRows(connection);

  const count = async (mealId: Id, by: 1 | -1, session: ClientSession): Promise<boolean> => {
    const update = { $inc: { likeCount: by }, $set: { countChanged: true } };
    return (await meals.updateOne({ _id: mealId, active: true }, update, { session })).matchedCount === 1;
  };

  /** `decide` says of what stands what is to be; null: it stays. False where there is no such meal. */
  const change = async (
    mealId: Id,
    ownerId: Id,
    decide: (row: LikeRow | null) => boolean | null,
    toggled?: LikeRow['toggled'],
  ): Promise<boolean> => {
    const _id = `${mealId}:${ownerId}`;
    return transaction(async (session) => {
      const row = await rows.findOne({ _id }, null, { session }).lean<LikeRow>();
      const liked = row !== null && row.removedAt === undefined;
      const likes = decide(row);
      if (likes === null || likes === liked) return (await meals.exists({ _id: mealId, active: true }).session(session)) !== null; // prettier-ignore
      if (!(await count(mealId, likes ? 1 : -1, session))) return false;
      const now = clock();
      await rows.updateOne(
        { _id },
        {
          $set: { mealId, ownerId, ...(likes ? { createdAt: now } : { removedAt: now }), ...(toggled && { toggled }) },
          $unset: { ...(likes && { removedAt: 1 }), ...(!toggled && { toggled: 1 }) },
        },
        { upsert: true, session },
      );
      return true;
    });
  };

  return {
    /** Counts once an account. False where there is no such meal. */
    state: (mealId: Id, ownerId: Id, likes: boolean): Promise<boolean> => change(mealId, ownerId, () => likes),

    /** Likes the meal, or takes the like back. False where there is no such meal. */
    toggle(mealId: Id, ownerId: Id, { by, repeatMs }: Toggle): Promise<boolean> {
      const at = clock();
      const isRepeat = ({ toggled }: LikeRow): boolean =>
        toggled !== undefined && (toggled.by === by || at.getTime() - toggled.at.getTime() < repeatMs);
      return change(
        mealId,
        ownerId,
        (row) => (row !== null && isRepeat(row) ? null : row === null || row.removedAt !== undefined),
        { at, by },
      );
    },

    /** Those of `mealIds` that the account likes. */
    async among(mealIds: readonly Id[], ownerId: Id): Promise<Set<Id>> {
      const ids = mealIds.map((mealId) => `${mealId}:${ownerId}`);
      const found = await rows.find({ _id: { $in: ids }, ...liking }, { mealId: 1 }).lean<Pick<LikeRow, 'mealId'>[]>();
      return new Set(found.map(({ mealId }) => mealId));
    },

    async countOf(ownerId: Id): Promise<number> {
      return rows.countDocuments({ ownerId, ...liking });
    },

    /** For the export: the meals that an account likes, by id. */
    async allOf(ownerId: Id, limit: number, after: Id | null): Promise<{ id: Id; likedAt: Date }[]> {
      const found = await rows
        .find({ ownerId, ...liking, ...(after !== null && { mealId: { $gt: after } }) })
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
            .find({ ownerId }, { mealId: 1, removedAt: 1 }, { session })
            .limit(erasedAtOnce)
            .lean<Pick<LikeRow, '_id' | 'mealId' | 'removedAt'>[]>();
          if (found.length === 0) return 0;
          await rows.deleteMany({ _id: { $in: found.map(({ _id }) => _id) } }, { session });
          const counted = found.filter(({ removedAt }) => removedAt === undefined);
          await meals.updateMany(
            { _id: { $in: counted.map(({ mealId }) => mealId) } },
            { $inc: { likeCount: -1 }, $set: { countChanged: true } },
            { session },
          );
          return found.length;
        });
        removed += part;
        if (part < erasedAtOnce) return removed;
      }
    },
  };
}
export type MealLikes = ReturnType<typeof createLikes>;

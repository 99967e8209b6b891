import { Schema, type Connection } from 'mongoose';
import { Food } from '../model/foods';

/**
 * Answers of FoodData Central, so that a food is looked up once a month and not once a meal. Nobody's: the keys are names of
 * foods, not whose plate they were on.
 */
interface FoodAnswerRow {
  /** The query in plain words, and what it was asked of. */
  _id: string;
  /** null: nothing fits. */
  food: Food | null;
  expiresAt: Date;
}

const dayMs = 86_400_000;
const keepMs = 30 * dayMs;
/** Foods are added, and a better query may be a day away. */
const keepNothingMs = dayMs;

const schema = new Schema<FoodAnswerRow>(
  {
    _id: { type: String, required: true },
    food: { type: Schema.Types.Mixed, default: null },
    expiresAt: { type: Date, required: true },
  },
  { versionKey: false, collection: 'food_answers', minimize: false },
);
schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export function createFooddataStore(connection: Connection, clock: () => Date = () => new Date()) {
  const rows = connection.model('FoodAnswer', schema);
  return {
    /** The food, null for "nothing fits", undefined where nobody asked or the answer is too old. */
    async find(key: string): Promise<Food | null | undefined> {
      const row = await rows.findById(key).lean();
      if (!row || row.expiresAt <= clock()) return undefined;
      return row.food === null ? null : Food.safeParse(row.food).data;
    },

    /** Replaces. Losing one costs a look-up, so it is not waited for on a majority. */
    async keep(key: string, food: Food | null): Promise<void> {
      const expiresAt = new Date(clock().getTime() + (food === null ? keepNothingMs : keepMs));
      await rows.updateOne({ _id: key }, { $set: { food, expiresAt } }, { upsert: true, writeConcern: { w: 1 } });
    },
  };
}

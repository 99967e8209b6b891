import { Schema, type ClientSession, type Connection } from 'mongoose';
import type { Feedback } from '../model/feedback';
import type { Id } from '../model/ids';
import { ownedRows } from './owned';

/** What people thought of meals and plans: rows are added and never changed. */
interface FeedbackRow extends Omit<Feedback, 'id'> {
  _id: Id;
}

export const feedbackCollection = 'feedback';

const schema = new Schema<FeedbackRow>(
  {
    _id: { type: String, required: true },
    ownerId: { type: String, required: true },
    type: { type: String, required: true },
    rating: { type: Number, default: null },
    mealId: { type: String, default: null },
    mealPlanId: { type: String, default: null },
    comment: { type: String, default: null },
    createdAt: { type: Date, required: true },
  },
  { versionKey: false, collection: feedbackCollection },
);
schema.index({ ownerId: 1, _id: -1 });

const fromRow = ({ _id, ...rest }: FeedbackRow): Feedback => ({ id: _id, ...rest });

export function createFeedbackStore(connection: Connection, clock: () => Date) {
  const rows = connection.model('Feedback', schema);
  return {
    ...ownedRows(rows, fromRow),

    async create(feedback: Omit<Feedback, 'createdAt'>, session: ClientSession): Promise<Feedback> {
      const { id, ...rest } = feedback;
      const row: FeedbackRow = { _id: id, ...rest, createdAt: clock() };
      await rows.insertMany([row], { session });
      return fromRow(row);
    },

    async find(id: Id, ownerId: Id): Promise<Feedback | null> {
      const row = await rows.findOne({ _id: id, ownerId }).lean<FeedbackRow>();
      return row && fromRow(row);
    },
  };
}
export type FeedbackStore = ReturnType<typeof createFeedbackStore>;

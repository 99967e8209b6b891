import { Schema, type ClientSession, type Connection } from 'mongoose';
import type { Constraints } from '../model/constraints';
import type { Id } from '../model/ids';
import { newId } from './ids';

/** Cooking constraints: one row an account. */
export interface StoredConstraints extends Constraints {
  id: Id;
  createdAt: Date;
  updatedAt: Date;
}
interface ConstraintsRow extends Omit<StoredConstraints, 'id'> {
  _id: Id;
  ownerId: Id;
}

export const constraintsCollection = 'constraints';

const schema = new Schema<ConstraintsRow>(
  {
    _id: { type: String, required: true },
    ownerId: { type: String, required: true },
    maxCookMinutes: { type: Number, default: null },
    skillLevel: { type: String, default: null },
    appliances: { type: Schema.Types.Mixed, required: true },
    cookingDays: { type: [String], required: true },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
  },
  { versionKey: false, minimize: false, collection: constraintsCollection },
);
schema.index({ ownerId: 1 }, { unique: true });

const fromRow = ({ _id, ownerId: _owner, ...rest }: ConstraintsRow): StoredConstraints => ({ id: _id, ...rest });

export function createConstraintStore(connection: Connection, clock: () => Date) {
  const rows = connection.model('Constraint', schema);
  return {
    async find(ownerId: Id, session: ClientSession | null = null): Promise<StoredConstraints | null> {
      const row = await rows.findOne({ ownerId }, null, { session }).lean<ConstraintsRow>();
      return row && fromRow(row);
    },

    /** Takes the place of what stood. */
    async write(ownerId: Id, constraints: Constraints, session: ClientSession): Promise<StoredConstraints> {
      const now = clock();
      const row = await rows
        .findOneAndUpdate(
          { ownerId },
          { $set: { ...constraints, updatedAt: now }, $setOnInsert: { _id: newId(), createdAt: now } },
          { upsert: true, returnDocument: 'after', session },
        )
        .lean<ConstraintsRow>();
      return fromRow(row);
    },

    async remove(ownerId: Id, session: ClientSession): Promise<boolean> {
      return (await rows.deleteOne({ ownerId }, { session })).deletedCount === 1;
    },

    /** For erasure. */
    async removeOf(ownerId: Id): Promise<number> {
      return (await rows.deleteMany({ ownerId })).deletedCount;
    },
  };
}
export type ConstraintStore = ReturnType<typeof createConstraintStore>;

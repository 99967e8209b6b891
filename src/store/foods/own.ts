import { Schema, type ClientSession, type Connection } from 'mongoose';
import type { Id } from '../../model/ids';
import type { Food } from '../../model/foods';
import { asFood, type OwnFood, type OwnFoodFacts } from '../../model/ownFoods';
import { ownedRows } from '../owned';

/** Foods that users described. Every query names the owner: another's food is not there. */
export const ownFoodsCollection = 'own_foods';

interface OwnFoodRow extends Omit<OwnFood, 'id'> {
  _id: Id;
}

const schema = new Schema<OwnFoodRow>(
  {
    _id: { type: String, required: true },
    ownerId: { type: String, required: true },
    name: { type: String, required: true },
    kind: { type: String, enum: ['figures', 'recipe'], required: true },
    per100G: { type: Schema.Types.Mixed, required: true },
    portions: { type: Schema.Types.Mixed, required: true },
    defaultPortionG: { type: Number, default: null },
    ingredients: { type: Schema.Types.Mixed, required: true },
    yieldG: { type: Number, default: null },
    warnings: { type: [String], required: true },
    revision: { type: Number, required: true },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
  },
  { versionKey: false, collection: ownFoodsCollection, minimize: false },
);
schema.index({ ownerId: 1, _id: -1 });

/** Rows of versions before 0.9.0 hold a key of their names. */
const fromRow = ({ _id, nameKey: _key, ...food }: OwnFoodRow & { nameKey?: string }): OwnFood => ({ id: _id, ...food });

export function createOwnFoods(connection: Connection, clock: () => Date) {
  const rows = connection.model('OwnFood', schema);
  return {
    ...ownedRows(rows, fromRow),

    async create(id: Id, ownerId: Id, facts: OwnFoodFacts, session: ClientSession | null = null): Promise<OwnFood> {
      const now = clock();
      const row: OwnFoodRow = {
        _id: id,
        ownerId,
        ...facts,
        revision: 1,
        createdAt: now,
        updatedAt: now,
      };
      await rows.insertMany([row], { ...(session && { session }) });
      return fromRow(row);
    },

    async find(id: Id, ownerId: Id, session: ClientSession | null = null): Promise<OwnFood | null> {
      const row = await rows.findOne({ _id: id, ownerId }, null, { session }).lean<OwnFoodRow>();
      return row && fromRow(row);
    },

    async names(ownerId: Id): Promise<{ id: Id; name: string }[]> {
      const found = await rows.find({ ownerId }, { name: 1 }).lean<Pick<OwnFoodRow, '_id' | 'name'>[]>();
      return found.map(({ _id: id, name }) => ({ id, name }));
    },

    /** Those of `ids` that are the owner's, oldest first. */
    async foods(ownerId: Id, ids: readonly Id[]): Promise<Food[]> {
      const found = rows.find({ ownerId, _id: { $in: [...ids] } }).sort({ _id: 1 });
      return (await found.lean<OwnFoodRow[]>()).map((row) => asFood(fromRow(row)));
    },

    /** Null where it is gone, or another's. */
    async replace(id: Id, ownerId: Id, facts: OwnFoodFacts): Promise<OwnFood | null> {
      const row = await rows
        .findOneAndUpdate(
          { _id: id, ownerId },
          { $set: { ...facts, updatedAt: clock() }, $inc: { revision: 1 } },
          { returnDocument: 'after' },
        )
        .lean<OwnFoodRow>();
      return row && fromRow(row);
    },

    async remove(id: Id, ownerId: Id, session: ClientSession): Promise<boolean> {
      return (await rows.deleteOne({ _id: id, ownerId }, { session })).deletedCount === 1;
    },
  };
}
export type OwnFoodStore = ReturnType<typeof createOwnFoods>;

import { Schema, type ClientSession, type Connection } from 'mongoose';
import type { MlModel } from '../../model/mlEvents';

/**
 * Models of the ML service: one row a name, the newest word about it.
 *
 * M1  Word of an earlier change never replaces word of a later one, in whichever order they arrive.
 * M2  There are at most `mostModels` rows: those that changed longest ago go.
 */
type ModelRow = Omit<MlModel, 'model'> & { _id: string };

const mostModels = 50;

const schema = new Schema<ModelRow>(
  {
    _id: { type: String, required: true },
    version: { type: String, default: null },
    updatedAt: { type: Date, required: true },
    toldAt: { type: Date, required: true },
  },
  { versionKey: false, collection: 'ml_models' },
);
schema.index({ updatedAt: -1 });

const fromRow = ({ _id, ...facts }: ModelRow): MlModel => ({ model: _id, ...facts });

export function createMlModelStore(connection: Connection, clock: () => Date) {
  const rows = connection.model('MlModel', schema);
  return {
    /** In the transaction that keeps the receipt of the message. */
    async keep({ model, version, updatedAt }: Omit<MlModel, 'toldAt'>, session: ClientSession): Promise<void> {
      const facts = { version, updatedAt, toldAt: clock() };
      await rows.updateOne({ _id: model, updatedAt: { $lte: updatedAt } }, { $set: facts }, { session });
      const { upsertedCount } = await rows.updateOne(
        { _id: model },
        { $setOnInsert: facts },
        { upsert: true, session },
      );
      if (upsertedCount === 0) return;
      const beyond = await rows.find({}, { _id: 1 }, { session }).sort({ updatedAt: -1 }).skip(mostModels).lean();
      if (beyond.length > 0) await rows.deleteMany({ _id: { $in: beyond.map(({ _id }) => _id) } }, { session });
    },

    /** The latest word about each model, the one that changed last first; at most 50. */
    async latest(): Promise<MlModel[]> {
      return (await rows.find().sort({ updatedAt: -1 }).limit(mostModels).lean()).map(fromRow);
    },
  };
}
export type MlModelStore = ReturnType<typeof createMlModelStore>;

import { Schema, type ClientSession, type Connection } from 'mongoose';
import type { Receipt } from '../model/erasure';
import type { Id } from '../model/ids';

/** Receipts of erasures: kept for good, without any key of the person. */
type ReceiptRow = Omit<Receipt, 'id'> & { _id: Id };

const schema = new Schema<ReceiptRow>(
  {
    _id: { type: String, required: true },
    state: { type: String, enum: ['running', 'done'], required: true },
    requestedAt: { type: Date, required: true },
    finishedAt: { type: Date, default: null },
    removed: { type: Schema.Types.Mixed, required: true },
  },
  { versionKey: false, minimize: false, collection: 'erasures' },
);

const fromRow = ({ _id, ...rest }: ReceiptRow): Receipt => ({ id: _id, ...rest });

export function createErasureStore(connection: Connection, clock: () => Date) {
  const rows = connection.model('Erasure', schema);
  return {
    /** In the transaction that marks the account and records the launch. */
    async create(id: Id, session: ClientSession): Promise<void> {
      await rows.insertMany([{ _id: id, state: 'running', requestedAt: clock(), finishedAt: null, removed: {} }], {
        session,
      });
    },

    async find(id: Id): Promise<Receipt | null> {
      const row = await rows.findOne({ _id: id }).lean<ReceiptRow>();
      return row && fromRow(row);
    },

    /** Adds to what stands; `feature` is a plain name without dots. */
    async addRemoved(id: Id, feature: string, count: number): Promise<void> {
      await rows.updateOne({ _id: id }, { $inc: { [`removed.${feature}`]: count } });
    },

    async finish(id: Id): Promise<void> {
      await rows.updateOne({ _id: id, state: 'running' }, { $set: { state: 'done', finishedAt: clock() } });
    },
  };
}
export type ErasureStore = ReturnType<typeof createErasureStore>;

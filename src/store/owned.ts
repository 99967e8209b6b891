import type { ClientSession, Model } from 'mongoose';
import type { Id } from '../model/ids';

interface OwnedRow {
  _id: Id;
  ownerId: Id;
}

/**
 * What every collection of rows with one owner is asked: its pages, its size and its erasure. Its ids are in the order of creation; it has
 * an index on owner and id.
 */
export function ownedRows<Row extends OwnedRow, T>(
  rows: Pick<Model<Row>, 'find' | 'countDocuments' | 'deleteMany'>,
  fromRow: (row: Row) => T,
) {
  const page = async (
    filter: { ownerId: Id; _id?: object },
    order: 1 | -1,
    limit: number,
    session: ClientSession | null = null,
  ): Promise<T[]> =>
    (await rows.find(filter, null, { session }).sort({ _id: order }).limit(limit).lean<Row[]>()).map(fromRow);

  return {
    /** Latest first. */
    list: (ownerId: Id, limit: number, before: Id | null, session: ClientSession | null = null): Promise<T[]> =>
      page({ ownerId, ...(before !== null && { _id: { $lt: before } }) }, -1, limit, session),

    /** For the export: oldest first. */
    allOf: (ownerId: Id, limit: number, after: Id | null): Promise<T[]> =>
      page({ ownerId, ...(after !== null && { _id: { $gt: after } }) }, 1, limit),

    /** Where it is bounded, in the transaction that adds one. */
    async countOf(ownerId: Id, session: ClientSession | null = null): Promise<number> {
      return rows.countDocuments({ ownerId }, { ...(session && { session }) });
    },

    /** For erasure. */
    async removeOf(ownerId: Id): Promise<number> {
      return (await rows.deleteMany({ ownerId })).deletedCount;
    },
  };
}

import type { Connection } from 'mongoose';
import type { Id } from '../../model/ids';
import { contextShape, contextSyncsCollection, sectionsOf } from '../context/syncs';
import type { Migration } from './migration';

/**
 * Raises every account's context once, as contexts hold more keys since 0.6.0 and what was acknowledged is not sent again. Spread over
 * time, so that changes of these hours do not wait behind all accounts; who is behind already is sent when they were to be.
 */
export const raiseContexts: Migration = {
  number: 2,
  name: 'raise-contexts',
  required: false,
  counts: 'contexts that the ML service has in their earlier shape',

  count: (connection) => rowsOf(connection).countDocuments(earlier),

  async run(connection, after, limit) {
    const rows = rowsOf(connection);
    const windowMs = Math.min(mostWindowMs, (await rows.estimatedDocumentCount()) * msOfOne);
    const batch = await rows
      .find(after === null ? {} : { _id: { $gt: after } }, { projection: { _id: 1 } })
      .sort({ _id: 1 })
      .limit(limit)
      .toArray();
    const ids = batch.map(({ _id }) => _id);
    const { modifiedCount } = await rows.updateMany({ ...earlier, _id: { $in: ids } }, [
      { $set: { version: { $add: ['$version', 1] }, shape: contextShape } },
      {
        $set: {
          // Of each section another version: also a receiver that takes parts gets all of them.
          sections: Object.fromEntries(Object.keys(sectionsOf(0)).map((section) => [section, '$version'])),
          changedAt: '$$NOW',
          behindSince: { $ifNull: ['$behindSince', '$$NOW'] },
          dueAt: {
            $cond: ['$behind', '$dueAt', { $add: ['$$NOW', { $toLong: { $multiply: [{ $rand: {} }, windowMs] } }] }],
          },
          behind: true,
        },
      },
    ]);
    return { changed: modifiedCount, next: ids.length < limit ? null : (ids.at(-1) ?? null) };
  },
};

/** Twenty a second, and well within the time after which a row's own is taken for that of a clock that ran ahead. */
const msOfOne = 50;
const mostWindowMs = 90 * 60_000;

const earlier = { closed: false, shape: { $ne: contextShape } };

const rowsOf = (connection: Connection) =>
  connection.collection<{ _id: Id; closed: boolean; shape?: number | null }>(contextSyncsCollection);

import type { Connection } from 'mongoose';
import type { Id } from '../../model/ids';
import { contextShape, contextSyncsCollection, sectionsOf, unsent } from '../context/syncs';
import type { Migration } from './migration';

/** Begins the context of every account that has none: those made before there were contexts (0.2.0 and earlier). */
export const adoptAccounts: Migration = {
  number: 1,
  name: 'adopt-accounts',
  required: true,
  counts: 'accounts without a context',

  async count(connection) {
    const [counted] = await accountsOf(connection)
      .aggregate<{ rows: number }>([...withoutContext({}), { $count: 'rows' }])
      .toArray();
    return counted?.rows ?? 0;
  },

  async run(connection, after, limit) {
    const accounts = accountsOf(connection);
    const batch = await accounts
      .find(after === null ? {} : { _id: { $gt: after } }, { projection: { _id: 1 } })
      .sort({ _id: 1 })
      .limit(limit)
      .toArray();
    const ids = batch.map(({ _id }) => _id);
    const found = await accounts.aggregate<{ _id: Id }>(withoutContext({ _id: { $in: ids } })).toArray();
    if (found.length > 0)
      await accounts
        .aggregate([
          // Not those whose erasure began meanwhile.
          { $match: { _id: { $in: found.map(({ _id }) => _id) }, state: 'active' } },
          { $project: row },
          // A context that a change began meanwhile stays.
          {
            $merge: { into: contextSyncsCollection, on: '_id', whenMatched: 'keepExisting', whenNotMatched: 'insert' },
          },
        ])
        .toArray();
    return { changed: found.length, next: ids.length < limit ? null : (ids.at(-1) ?? null) };
  },
};

const accountsOf = (connection: Connection) => connection.collection<{ _id: Id; state: string }>('accounts');

const withoutContext = (filter: Record<string, unknown>) => [
  { $match: { ...filter, state: 'active' } },
  { $project: { _id: 1 } },
  {
    $lookup: {
      from: contextSyncsCollection,
      localField: '_id',
      foreignField: '_id',
      as: 'context',
      pipeline: [{ $project: { _id: 1 } }],
    },
  },
  { $match: { context: { $size: 0 } } },
  { $project: { _id: 1 } },
];

const first = { ...unsent, version: 1, shape: contextShape, behind: true, sections: sectionsOf(1) };
const row = {
  ...Object.fromEntries(Object.entries(first).map(([field, value]) => [field, { $literal: value }])),
  changedAt: '$$NOW',
  behindSince: '$$NOW',
  dueAt: '$$NOW',
};

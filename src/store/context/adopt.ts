import type { Connection } from 'mongoose';
import { contextSyncsCollection, sectionsOf, unsent } from './syncs';

/**
 * Begins the context of every account that has none: those that were made before there were contexts. Safe to run again, and beside a
 * server that is at work.
 */
export async function adoptAccounts(connection: Connection): Promise<void> {
  const first = { ...unsent, version: 1, behind: true, sections: sectionsOf(1) };
  const row = {
    ...Object.fromEntries(Object.entries(first).map(([field, value]) => [field, { $literal: value }])),
    changedAt: '$$NOW',
    behindSince: '$$NOW',
    dueAt: '$$NOW',
  };
  const known = {
    from: contextSyncsCollection,
    localField: '_id',
    foreignField: '_id',
    as: 'context',
    pipeline: [{ $project: { _id: 1 } }],
  };
  await connection
    .collection('accounts')
    .aggregate([
      { $match: { state: 'active' } },
      { $project: { _id: 1 } },
      { $lookup: known },
      { $match: { context: { $size: 0 } } },
      { $project: row },
      { $merge: { into: contextSyncsCollection, on: '_id', whenMatched: 'keepExisting', whenNotMatched: 'insert' } },
    ])
    .toArray();
}

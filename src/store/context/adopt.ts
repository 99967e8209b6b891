import type { Connection } from 'mongoose';

/**
 * Begins the context of every account that has none: those that were made before there were contexts. Safe to run again, and beside a
 * server that is at work.
 */
export async function adoptAccounts(connection: Connection): Promise<void> {
  const row = {
    version: { $literal: 1 },
    acknowledged: { $literal: 0 },
    acknowledgedAt: null,
    behind: { $literal: true },
    sections: {
      user: { $literal: 1 },
      constraints: { $literal: 1 },
      feedback: { $literal: 1 },
      adherenceHistory: { $literal: 1 },
    },
    changedAt: '$$NOW',
    behindSince: '$$NOW',
    dueAt: '$$NOW',
    lease: null,
    firstSentAt: null,
    uncertain: null,
    confirmAt: null,
    attempts: { $literal: 0 },
    firstFailedAt: null,
    lastFailedAt: null,
    recent: [],
    failure: null,
    dismissed: null,
    closed: { $literal: false },
  };
  const contexts = 'context_syncs';
  const known = {
    from: contexts,
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
      { $merge: { into: contexts, on: '_id', whenMatched: 'keepExisting', whenNotMatched: 'insert' } },
    ])
    .toArray();
}

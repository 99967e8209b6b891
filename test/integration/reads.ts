import type { Connection } from 'mongoose';

/** A read as MongoDB's profiler tells of it. */
export interface Read {
  planSummary: string;
  docsExamined: number;
  keysExamined: number;
  /** It sorted in memory. */
  hasSortStage?: boolean;
}

/** What the reads of `collection` cost that `work` makes, in their order. */
export async function readsOf({ db }: Connection, collection: string, work: () => Promise<unknown>): Promise<Read[]> {
  if (!db) throw new Error('The connection does not stand.');
  await db.setProfilingLevel('off');
  await db
    .collection('system.profile')
    .drop()
    .catch(() => undefined);
  await db.setProfilingLevel('all');
  try {
    await work();
  } finally {
    await db.setProfilingLevel('off');
  }
  return db
    .collection<Read & { ts: Date }>('system.profile')
    .find({ ns: `${db.databaseName}.${collection}`, planSummary: { $exists: true } })
    .sort({ ts: 1 })
    .toArray();
}

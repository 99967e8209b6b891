import type { Connection } from 'mongoose';
import { createIndexes, type DeclaredIndex } from '../indexes';
import type { IndexChange } from './indexPlan';
import { MigrationRefused } from './migration';

/** Throws where a change cannot be made without harm (`indexPlan.ts`, X2): before any is made. */
export function assertPossible(changes: readonly IndexChange[]): void {
  for (const change of changes)
    if (change.kind === 'conflict')
      throw new MigrationRefused(
        `The unique index ${change.index.name} of ${change.collection} has other keys or options in this version, under its old name: ` +
          'built anew, it would let duplicates in meanwhile. This is a fault of this version, which must give it another name; nothing was changed.',
      );
}

/** What is missing first, then what has changed; collections beside each other. */
export async function changeIndexes(connection: Connection, changes: readonly IndexChange[]): Promise<void> {
  const collections = [...new Set(changes.map(({ collection }) => collection))];
  await Promise.all(
    collections.map(async (collection) => {
      const own = changes.filter((change) => change.collection === collection);
      await createIndexes(
        connection,
        collection,
        own.flatMap((change) => (change.kind === 'build' ? [change.index] : [])),
      );
      for (const change of own) await makeChange(connection, change);
    }),
  );
}

async function makeChange(connection: Connection, change: IndexChange): Promise<void> {
  const { collection } = change;
  switch (change.kind) {
    case 'build':
    case 'conflict':
      return;
    case 'drop':
      await connection.collection(collection).dropIndex(change.name);
      return;
    case 'rebuild':
      await connection.collection(collection).dropIndex(change.index.name);
      return createIndexes(connection, collection, [change.index]);
    case 'expire':
      return modify(connection, collection, {
        name: change.index.name,
        expireAfterSeconds: change.index.expireAfterSeconds,
      });
    case 'makeUnique':
      return makeUnique(connection, collection, change.index);
  }
}

/** From `prepareUnique` on MongoDB takes no further duplicates; the index becomes unique where there were none before. */
async function makeUnique(connection: Connection, collection: string, { name }: DeclaredIndex): Promise<void> {
  await modify(connection, collection, { name, prepareUnique: true });
  try {
    await modify(connection, collection, { name, unique: true });
  } catch (error) {
    await modify(connection, collection, { name, prepareUnique: false });
    const reason = error instanceof Error ? error.message : String(error);
    throw new MigrationRefused(`The index ${name} of ${collection} cannot become unique (${reason}).`, {
      cause: error,
    });
  }
}

async function modify(connection: Connection, collection: string, index: Record<string, unknown>): Promise<void> {
  if (!connection.db) throw new Error('MongoDB is not connected');
  await connection.db.command({ collMod: collection, index });
}

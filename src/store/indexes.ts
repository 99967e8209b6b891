import type { Connection } from 'mongoose';

/** An index that a schema declares, as MongoDB's commands take it, named as the driver names it where its schema does not. */
export interface DeclaredIndex {
  name: string;
  key: Record<string, unknown>;
  unique?: boolean;
  sparse?: boolean;
  expireAfterSeconds?: number;
  partialFilterExpression?: Record<string, unknown>;
}

/** Those of every model of the connection, by collection. */
export function declaredIndexes(connection: Connection): Map<string, DeclaredIndex[]> {
  const declared = new Map<string, DeclaredIndex[]>();
  for (const { collection, schema } of Object.values(connection.models)) {
    const indexes = schema
      .indexes()
      .map(([key, options]) => ({ name: Object.entries(key).flat().join('_'), ...options, key }) as DeclaredIndex);
    declared.set(collection.name, [...(declared.get(collection.name) ?? []), ...indexes]);
  }
  return declared;
}

/** Builds every declared index in a database that has none, or the same ones. One that stands otherwise is a migration's affair. */
export async function buildIndexes(connection: Connection): Promise<void> {
  await Promise.all(
    [...declaredIndexes(connection)].map(([collection, indexes]) => createIndexes(connection, collection, indexes)),
  );
}

/** One command: each index of its own would be a round trip and a lock. MongoDB itself bounds how many indexes with rows it builds at once. */
export async function createIndexes(
  connection: Connection,
  collection: string,
  indexes: readonly DeclaredIndex[],
): Promise<void> {
  if (indexes.length === 0) return;
  if (!connection.db) throw new Error('MongoDB is not connected');
  await connection.db.command({ createIndexes: collection, indexes });
}

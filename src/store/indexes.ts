import { createConnection, type Connection } from 'mongoose';
import { adoptAccounts } from './context/adopt';
import { createStore } from './store';

/**
 * Declared indexes against those that stand. Embedded start-up and `npm run migrate` build them, and bring rows of before into the form of now;
 * elsewhere a start only checks.
 */

/**
 * Builds what is missing in the database at `uri` and gives it, as `missingIndexes` does. On a connection of its own, without a bound
 * on silence: over a large collection MongoDB builds for minutes and says nothing until it is done.
 * Throws the driver's error where MongoDB does not answer within `withinMs`.
 */
export async function buildIndexesAt(uri: string, withinMs: number): Promise<string[]> {
  const connection = await createConnection(uri, {
    autoIndex: false,
    autoCreate: false,
    serverSelectionTimeoutMS: withinMs,
  }).asPromise();
  try {
    createStore(connection);
    const missing = await missingIndexes(connection);
    await buildIndexes(connection);
    await adoptAccounts(connection);
    return missing;
  } finally {
    await connection.close();
  }
}

export async function buildIndexes(connection: Connection): Promise<void> {
  for (const model of Object.values(connection.models)) await model.createIndexes();
}

/** `collection: {keys}` of every declared index that is missing. */
export async function missingIndexes(connection: Connection): Promise<string[]> {
  const missing: string[] = [];
  for (const model of Object.values(connection.models)) {
    const { toCreate } = await model.diffIndexes();
    missing.push(...toCreate.map((index) => `${model.collection.name}: ${JSON.stringify(index)}`));
  }
  return missing;
}

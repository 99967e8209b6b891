import { createConnection, type Connection } from 'mongoose';
import { createStore } from '../store';
import { migrate, type MigrateOptions } from './run';

export { migrations } from './all';
export { describeChange } from './indexPlan';
export { MigrationRefused } from './migration';
export { assertMigrated, planMigrations } from './run';

/**
 * `work` with a connection of its own to the database at `uri`, without a bound on silence: over a large collection MongoDB builds an
 * index for minutes and says nothing until it is done. Throws the driver's error where MongoDB does not answer within `withinMs`.
 */
export async function onDatabase<T>(
  uri: string,
  withinMs: number,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await createConnection(uri, {
    autoIndex: false,
    autoCreate: false,
    serverSelectionTimeoutMS: withinMs,
  }).asPromise();
  try {
    createStore(connection);
    return await work(connection);
  } finally {
    await connection.close();
  }
}

/** Brings the database at `uri` into the form of this version. */
export const migrateAt = (uri: string, withinMs: number, options: MigrateOptions) =>
  onDatabase(uri, withinMs, (connection) => migrate(connection, options));

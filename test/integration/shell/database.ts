import mongoose from 'mongoose';
import { createIdempotencyStore } from '../../../src/store/idempotency';
import { createRateLimitStore } from '../../../src/store/rateLimits';
import { createTicketStore } from '../../../src/store/tickets';
import { freshDatabaseUri } from '../engines';

/** The shell's stores on a database of the test's own, with their indexes. */
export async function openShellStore(name: string, clock: () => Date) {
  const connection = await mongoose
    .createConnection(freshDatabaseUri(name), { serverSelectionTimeoutMS: 5_000 })
    .asPromise();
  const store = {
    idempotency: createIdempotencyStore(connection, clock),
    rateLimits: createRateLimitStore(connection),
    tickets: createTicketStore(connection, clock),
  };
  for (const model of Object.values(connection.models)) await model.createIndexes();
  return {
    connection,
    store,
    async drop() {
      await connection.dropDatabase();
      await connection.close();
    },
  };
}
export type ShellDatabase = Awaited<ReturnType<typeof openShellStore>>;

import type { ClientSession, Connection } from 'mongoose';

export type Transaction = <T>(work: (session: ClientSession) => Promise<T>) => Promise<T>;

/**
 * Runs `work` in a transaction with majority write concern; on a write conflict it is run again from the start,
 * so it must do nothing outside the database.
 */
export const transactionsOn =
  (connection: Connection): Transaction =>
  (work) =>
    connection.withSession((session) =>
      session.withTransaction(() => work(session), { writeConcern: { w: 'majority' } }),
    );

import type { ClientSession, Connection } from 'mongoose';
import { createAccountAttemptStore } from './accountAttempts';
import { createAccountStore } from './accounts';
import { createAccountSessionStore } from './accountSessions';
import { createCircuitStore } from './circuits';
import { createErasureStore } from './erasures';
import { createFooddataStore } from './fooddata';
import { createFoodStore } from './foods';
import { createIdempotencyStore } from './idempotency';
import { createLaunchStore } from './launches';
import { createPhotoStore } from './photos';
import { createPhotoFactStore } from './photos/facts';
import { createRateLimitStore } from './rateLimits';
import { createTicketStore } from './tickets';

/** Everything Palate keeps in MongoDB: one store a feature, and transactions across them. */
export function createStore(connection: Connection, clock: () => Date = () => new Date()) {
  return {
    accounts: createAccountStore(connection, clock),
    accountSessions: createAccountSessionStore(connection, clock),
    accountAttempts: createAccountAttemptStore(connection, clock),
    circuits: createCircuitStore(connection, clock),
    erasures: createErasureStore(connection, clock),
    fooddata: createFooddataStore(connection, clock),
    foods: createFoodStore(connection, clock),
    idempotency: createIdempotencyStore(connection, clock),
    launches: createLaunchStore(connection, clock),
    rateLimits: createRateLimitStore(connection),
    tickets: createTicketStore(connection, clock),
    photos: createPhotoStore(connection, clock),
    photoFacts: createPhotoFactStore(connection, clock),

    /**
     * Runs `work` in a transaction with majority write concern; on a write conflict it is run again from the start,
     * so it must do nothing outside the database.
     */
    async transaction<T>(work: (session: ClientSession) => Promise<T>): Promise<T> {
      return connection.withSession((session) =>
        session.withTransaction(() => work(session), { writeConcern: { w: 'majority' } }),
      );
    },

    /** Throws when MongoDB does not answer within `ms`. */
    async ping(ms: number): Promise<void> {
      const db = connection.db;
      if (!db) throw new Error('MongoDB is not connected');
      await db.command({ ping: 1, maxTimeMS: ms });
    },
  };
}
export type Store = ReturnType<typeof createStore>;

import type { Connection } from 'mongoose';
import { createAccountAttemptStore } from './accountAttempts';
import { createAccountStore } from './accounts';
import { createAccountSessionStore } from './accountSessions';
import { createAuditStore } from './audit';
import { createCircuitStore } from './circuits';
import { createMlEventReceiptStore } from './context/mlEventReceipts';
import { createMlModelStore } from './context/mlModels';
import { createConstraintStore } from './constraints';
import { createReplayStore } from './context/replays';
import { createContextSnapshots } from './context/snapshot';
import { createSyncList } from './context/syncList';
import { createSyncFigureStore } from './context/syncFigures';
import { createContextSyncStore } from './context/syncs';
import { createErasureStore } from './erasures';
import { createEventStore } from './events';
import { createExportLeaseStore } from './exportLeases';
import { createFeedbackStore } from './feedback';
import { createFooddataStore } from './fooddata';
import { createFoodStore } from './foods';
import { createIdempotencyStore } from './idempotency';
import { createLaunchStore } from './launches';
import { createPaceStore } from './paces';
import { createActivityStore } from './activity';
import { createMealStore } from './meals';
import { createPictureLeaseStore } from './pictureLeases';
import { createPhotoStore } from './photos';
import { createPhotoFactStore } from './photos/facts';
import { createPlanStore } from './plans';
import { createProjectStore } from './projects';
import { createRateLimitStore } from './rateLimits';
import { createTicketStore } from './tickets';
import { createTrainingStore } from './training';
import { transactionsOn } from './transaction';

/** Everything Palate keeps in MongoDB: one store a feature, and transactions across them. Throws where two stores keep rows in one collection. */
export function createStore(connection: Connection, clock: () => Date = () => new Date()) {
  const contextSyncs = createContextSyncStore(connection, clock);
  const accounts = createAccountStore(connection, clock, contextSyncs);
  const constraints = createConstraintStore(connection, clock);
  const feedback = createFeedbackStore(connection, clock);
  const plans = createPlanStore(connection, clock);
  const contextSources = { accounts, syncs: contextSyncs, constraints, feedback, plans };
  const store = {
    accounts,
    accountSessions: createAccountSessionStore(connection, clock),
    accountAttempts: createAccountAttemptStore(connection, clock),
    audit: createAuditStore(connection, clock),
    circuits: createCircuitStore(connection, clock),
    constraints,
    contextSyncs,
    contextSnapshots: createContextSnapshots(connection, contextSources, clock),
    contextSyncList: createSyncList(connection, clock),
    contextReplays: createReplayStore(connection, clock),
    contextSyncFigures: createSyncFigureStore(connection),
    erasures: createErasureStore(connection, clock),
    events: createEventStore(connection, clock),
    exportLeases: createExportLeaseStore(connection, clock),
    feedback,
    fooddata: createFooddataStore(connection, clock),
    foods: createFoodStore(connection, clock),
    idempotency: createIdempotencyStore(connection, clock),
    launches: createLaunchStore(connection, clock),
    paces: createPaceStore(connection, clock),
    mlEventReceipts: createMlEventReceiptStore(connection, clock),
    mlModels: createMlModelStore(connection, clock),
    plans,
    meals: createMealStore(connection, clock),
    projects: createProjectStore(connection, clock),
    training: createTrainingStore(connection, clock),
    activity: createActivityStore(connection),
    rateLimits: createRateLimitStore(connection),
    tickets: createTicketStore(connection, clock),
    photos: createPhotoStore(connection, clock),
    photoFacts: createPhotoFactStore(connection, clock),
    pictureLeases: createPictureLeaseStore(connection, clock),

    /** See `Transaction`. */
    transaction: transactionsOn(connection),

    /** Throws when MongoDB does not answer within `ms`. */
    async ping(ms: number): Promise<void> {
      const db = connection.db;
      if (!db) throw new Error('MongoDB is not connected');
      await db.command({ ping: 1, maxTimeMS: ms });
    },
  };
  assertOwnCollections(connection);
  return store;
}

/** Throws where two models share a collection: the one would read, index and expire rows of the other. */
function assertOwnCollections({ models }: Connection): void {
  const taken = new Map<string, string>();
  for (const { modelName, collection } of Object.values(models)) {
    const other = taken.get(collection.name);
    if (other !== undefined)
      throw new Error(
        `Two stores keep rows in the collection ${collection.name}: the models ${other} and ${modelName}.`,
      );
    taken.set(collection.name, modelName);
  }
}

export type Store = ReturnType<typeof createStore>;

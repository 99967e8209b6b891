import { Context } from '@temporalio/activity';
import type { Id } from '../model/ids';
import type { AccountAttemptStore } from '../store/accountAttempts';
import type { AccountStore } from '../store/accounts';
import type { AccountSessionStore } from '../store/accountSessions';
import type { ErasureStore } from '../store/erasures';
import type { IdempotencyStore } from '../store/idempotency';
import type { LaunchStore } from '../store/launches';
import type { TicketStore } from '../store/tickets';

/**
 * Erasers: one for each feature that keeps something of a person.
 *
 * E1  An eraser is safe to run again at any point of itself, and removes whatever the runs before left.
 * E2  What it declares is complete: a test looks for collections with an owner, object prefixes and workflow ids that no
 *     eraser names.
 */
export interface Eraser {
  /** Collections with rows of an owner. */
  readonly collections: readonly string[];
  /** First part of the object keys, with the slash: `photos/`. */
  readonly objectPrefixes: readonly string[];
  /** Workflow ids, the variable part as a star: `photo:*`. */
  readonly workflowIds: readonly string[];
  /** Ends running workflows first, then removes objects, then rows. `removed` counts what went in this run. */
  erase(userId: Id): Promise<{ removed: number }>;
}

/** In the order they run; `accounts` is last, as its row keeps the e-mail address taken until the rest is gone. */
export const erasureFeatures = ['photos', 'requests', 'launches', 'accounts'] as const;
export type Feature = (typeof erasureFeatures)[number];
export type Erasers = Readonly<Record<Feature, Eraser>>;

export interface EraseFeature {
  feature: Feature;
  userId: Id;
  receiptId: Id;
}

const beatMs = 2_000;

export function createErasureActivities({ erasers, erasures }: { erasers: Erasers; erasures: ErasureStore }) {
  return {
    /** Asked once a run, so that the order a run began with is in its history. */
    erasureOrder: (): Promise<Feature[]> => Promise.resolve([...erasureFeatures]),

    async eraseFeature({ feature, userId, receiptId }: EraseFeature): Promise<number> {
      const context = Context.current();
      const beat = setInterval(() => context.heartbeat(), beatMs);
      try {
        const { removed } = await erasers[feature].erase(userId);
        if (removed > 0) await erasures.addRemoved(receiptId, feature, removed);
        return removed;
      } finally {
        clearInterval(beat);
      }
    },

    finishErasure: (receiptId: Id): Promise<void> => erasures.finish(receiptId),
  };
}
export type ErasureActivities = ReturnType<typeof createErasureActivities>;

/** Stored answers under Idempotency-Keys, and tickets. */
export const requestsEraser = (store: {
  idempotency: Pick<IdempotencyStore, 'removeOf'>;
  tickets: Pick<TicketStore, 'removeOf'>;
}): Eraser => ({
  collections: ['idempotency', 'tickets'],
  objectPrefixes: [],
  workflowIds: [],
  async erase(userId) {
    return { removed: (await store.idempotency.removeOf(userId)) + (await store.tickets.removeOf(userId)) };
  },
});

/** Launches of the account's runs, the one of this erasure included: it has been started, or this would not run. */
export const launchesEraser = (launches: Pick<LaunchStore, 'removeOf'>): Eraser => ({
  collections: ['launches'],
  objectPrefixes: [],
  workflowIds: ['erase:*'],
  async erase(userId) {
    return { removed: await launches.removeOf(userId, '') };
  },
});

export const accountsEraser = (store: {
  accounts: AccountStore;
  accountSessions: AccountSessionStore;
  accountAttempts: AccountAttemptStore;
}): Eraser => ({
  collections: ['accounts', 'account_sessions', 'account_attempts'],
  objectPrefixes: [],
  workflowIds: [],
  async erase(userId) {
    const sessions = await store.accountSessions.endAll(userId);
    const attempts = await store.accountAttempts.removeOf(userId);
    return { removed: sessions + attempts + (await store.accounts.remove(userId)) };
  },
});

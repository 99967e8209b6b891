import type { Id } from '../model/ids';
import type { ErasureStore } from '../store/erasures';

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

/** Of a feature whose rows in one collection are all that it keeps of a person. */
export const rowsEraser = (collection: string, rows: { removeOf(ownerId: Id): Promise<number> }): Eraser => ({
  collections: [collection],
  objectPrefixes: [],
  workflowIds: [],
  async erase(userId) {
    return { removed: await rows.removeOf(userId) };
  },
});

/**
 * In the order they run: `context` first, so that nothing is told to others of what is going; `accounts` last, as its row keeps the e-mail
 * address taken until the rest is gone.
 */
export const erasureFeatures = [
  'context',
  'photos',
  'foods',
  'constraints',
  'feedback',
  'plans',
  'meals',
  'support',
  'requests',
  'launches',
  'accounts',
] as const;
export type Feature = (typeof erasureFeatures)[number];
export type Erasers = Readonly<Record<Feature, Eraser>>;

export interface EraseFeature {
  feature: Feature;
  userId: Id;
  receiptId: Id;
}

export function createErasureActivities({ erasers, erasures }: { erasers: Erasers; erasures: ErasureStore }) {
  return {
    /** Asked once a run, so that the order a run began with is in its history. */
    erasureOrder: (): Promise<Feature[]> => Promise.resolve([...erasureFeatures]),

    async eraseFeature({ feature, userId, receiptId }: EraseFeature): Promise<number> {
      const { removed } = await erasers[feature].erase(userId);
      if (removed > 0) await erasures.addRemoved(receiptId, feature, removed);
      return removed;
    },

    finishErasure: (receiptId: Id): Promise<void> => erasures.finish(receiptId),
  };
}
export type ErasureActivities = ReturnType<typeof createErasureActivities>;

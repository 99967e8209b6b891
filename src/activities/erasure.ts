import { ApplicationFailure } from '@temporalio/common';
import { erasureFailures } from '../messages/erasure';
import type { Id } from '../model/ids';
import type { ErasureStore } from '../store/erasures';

/**
 * Erasers: one for each feature that keeps something of a person.
 *
 * E1  An eraser is safe to run again at any point of itself, and removes whatever the runs before left.
 * E2  What it declares is complete: a test looks for collections, object prefixes and workflow ids that no eraser names and
 *     that are not nobody's for a reason.
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

/** An eraser in its place among all. */
export interface OrderedEraser {
  readonly feature: string;
  /** Names that the feature had before: an erasure that is under way may carry them. */
  readonly aliases: readonly string[];
  readonly eraser: Eraser;
}

export interface EraseFeature {
  /** A name that this erasure was given when it began, by this version or an earlier one. */
  feature: string;
  userId: Id;
  receiptId: Id;
}

/** `erasers` in the order in which they run. */
export function createErasureActivities({
  erasers,
  erasures,
}: {
  erasers: readonly OrderedEraser[];
  erasures: Pick<ErasureStore, 'addRemoved' | 'finish'>;
}) {
  const find = (name: string): OrderedEraser => {
    const found = erasers.find(({ feature, aliases }) => feature === name || aliases.includes(name));
    if (found) return found;
    // Retried: where a newer version runs beside this one, its workers know the feature. An erasure must not end half-way.
    throw ApplicationFailure.retryable(
      `This version has no eraser for the feature "${name}"; it has ${erasers.map(({ feature }) => feature).join(', ')}.`,
      erasureFailures.unknownFeature,
    );
  };
  return {
    /** Asked once a run, so that the order a run began with is in its history. */
    erasureOrder: (): Promise<string[]> => Promise.resolve(erasers.map(({ feature }) => feature)),

    async eraseFeature({ feature: name, userId, receiptId }: EraseFeature): Promise<number> {
      const { feature, eraser } = find(name);
      const { removed } = await eraser.erase(userId);
      if (removed > 0) await erasures.addRemoved(receiptId, feature, removed);
      return removed;
    },

    finishErasure: (receiptId: Id): Promise<void> => erasures.finish(receiptId),
  };
}

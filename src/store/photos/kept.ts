import type { ClientSession } from 'mongoose';
import type { Id } from '../../model/ids';
import type { EntryRows } from './row';

/**
 * Bare uploads that belong to something else of their owner: a meal of the catalogue, a profile.
 *
 * K1  Such an upload is written with an end to its life. The transaction that writes what it belongs to takes the end away, so that one
 *     which never got there is reaped. What is not shown any more ends the same way.
 */
export const createKeptUploads = (rows: EntryRows, clock: () => Date) => ({
  /** False: it failed, was deleted, or is another's. */
  async keepUpload(id: Id, ownerId: Id, session: ClientSession): Promise<boolean> {
    const { matchedCount } = await rows.updateOne(
      { _id: id, ownerId, kind: 'upload', deletedAt: null, state: { $in: ['analyzing', 'analyzed'] } },
      { $set: { expiresAt: null }, $inc: { revision: 1 } },
      { session },
    );
    return matchedCount === 1;
  },

  /** From now on it is the reaper's. */
  async releaseUpload(id: Id, session: ClientSession): Promise<void> {
    await rows.updateOne(
      { _id: id, kind: 'upload', deletedAt: null },
      { $set: { expiresAt: clock() }, $inc: { revision: 1 } },
      { session },
    );
  },

  /** Those of `ids` whose picture can be shown. */
  async shownAmong(ids: readonly Id[]): Promise<Set<Id>> {
    if (ids.length === 0) return new Set();
    const found = await rows
      .find({ _id: { $in: [...ids] }, deletedAt: null, picture: { $ne: null } }, { _id: 1 })
      .lean<{ _id: Id }[]>();
    return new Set(found.map(({ _id }) => _id));
  },
});

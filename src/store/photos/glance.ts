import type { Id } from '../../model/ids';
import type { Entry, EntryState } from '../../model/photos';
import type { EntryRow, EntryRows } from './row';

/** Photos of an account at a glance, for support: states and times, nothing of what is on them. */
export type PhotoGlance = Pick<Entry, 'id' | 'state' | 'createdAt' | 'consumedAt'>;

/** Photos; an account with more is told of the latest. */
export const photosCountedAtMost = 10_000;

export const createPhotoGlances = (rows: EntryRows) => ({
  /** Of the latest `photosCountedAtMost` photos. */
  async countPhotosByState(ownerId: Id): Promise<Partial<Record<EntryState, number>>> {
    const counted = await rows.aggregate<{ _id: EntryState; count: number }>([
      { $match: { ownerId, kind: 'photo', deletedAt: null } },
      { $sort: { _id: -1 } },
      { $limit: photosCountedAtMost },
      { $group: { _id: '$state', count: { $sum: 1 } } },
    ]);
    return Object.fromEntries(counted.map(({ _id, count }) => [_id, count]));
  },

  /** Meals entered by hand, to at most `photosCountedAtMost`. */
  countManual: (ownerId: Id): Promise<number> =>
    rows.countDocuments({ ownerId, kind: 'manual', deletedAt: null }).limit(photosCountedAtMost).exec(),

  /** The newest first. */
  async latestPhotos(ownerId: Id, limit: number): Promise<PhotoGlance[]> {
    const found = await rows
      .find({ ownerId, kind: 'photo', deletedAt: null }, { state: 1, createdAt: 1, consumedAt: 1 })
      .sort({ _id: -1 })
      .limit(limit)
      .lean<Pick<EntryRow, '_id' | 'state' | 'createdAt' | 'consumedAt'>[]>();
    return found.map(({ _id, ...rest }) => ({ id: _id, ...rest }));
  },
});

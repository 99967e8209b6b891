import type { ClientSession, Connection, QueryFilter } from 'mongoose';
import type { Id } from '../../model/ids';
import type { Analysis, Classification, Entry } from '../../model/photos';
import { isDuplicateKey } from '../faults';
import { createObjectClaims } from './claims';
import { createMoves } from './moves';
import { blank, entriesCollection, entryRows, fromRow, kinds, visible, type EntryRow } from './row';

export { objectClaimsCollection } from './claims';
export { dedupeKeyOf, entriesCollection } from './row';

/**
 * Entries of the log: photos and meals entered by hand, one row each.
 *
 * E1  Every change raises `revision`; clients that wait or listen go by it.
 * E2  Every state move names the states it may leave, so a late worker never overwrites a user's word.
 * E3  A rejected or failed photo leaves a tombstone without picture, words or owner's figures, for 24 h.
 * E4  A row that owns objects is removed only after its objects: `deletedAt` hides it, the reaper finishes.
 * E5  Before bytes are stored a claim row names them, so that a crash before the entry is written leaves no orphan.
 */
export interface NewPhoto {
  id: Id;
  kind: 'photo' | 'upload';
  ownerId: Id | null;
  caption: string | null;
  statedGrams: number | null;
  consumedAt: Date;
  consumedAtSource: Entry['consumedAtSource'];
  dedupeKey: string | null;
  expiresAt: Date | null;
}

export interface NewMeal {
  id: Id;
  ownerId: Id;
  caption: string | null;
  consumedAt: Date;
  consumedAtSource: Entry['consumedAtSource'];
  analysis: Analysis;
}

/** A page position in the log: entries strictly older than this one. */
export interface LogPosition {
  consumedAt: Date;
  id: Id;
}

export function createPhotoStore(connection: Connection, clock: () => Date) {
  const rows = entryRows(connection);
  const claims = createObjectClaims(connection, clock);

  return {
    collection: entriesCollection,
    ...claims,
    ...createMoves(rows, clock),

    /** In the transaction that also records the launch. Throws MongoDB's 11000 when the id or the dedupe key is taken. */
    async createPhoto({ id, dedupeKey, ...photo }: NewPhoto, session: ClientSession): Promise<Entry> {
      const row: EntryRow = {
        _id: id,
        ...photo,
        state: 'analyzing',
        analysis: null,
        createdAt: clock(),
        ...blank(),
        ...(dedupeKey !== null && { dedupeKey }),
      };
      await rows.insertMany([row], { session });
      await claims.releaseClaim(id, session);
      return fromRow(row);
    },

    /** Safe to repeat: the row that stands under this id is given. Null where it was deleted since. */
    async createMeal({ id, ...meal }: NewMeal): Promise<Entry | null> {
      const row: EntryRow = {
        _id: id,
        ...meal,
        kind: 'manual',
        state: 'analyzed',
        statedGrams: null,
        createdAt: clock(),
        expiresAt: null,
        ...blank(),
      };
      try {
        await rows.insertMany([row]);
        return fromRow(row);
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        const written = await rows.findOne({ _id: id, ownerId: meal.ownerId, deletedAt: null }).lean<EntryRow>();
        return written && fromRow(written);
      }
    },

    async find(id: Id): Promise<Entry | null> {
      const row = await rows.findOne({ _id: id, deletedAt: null }).lean<EntryRow>();
      return row && fromRow(row);
    },
    /** What the classifier said of an entry; null where it was not heard, or the entry is gone. */
    async findClassification(id: Id): Promise<Classification | null> {
      const row = await rows
        .findOne({ _id: id, deletedAt: null }, { classification: 1 })
        .lean<Pick<EntryRow, 'classification'>>();
      return row?.classification ?? null;
    },
    async findDuplicate(dedupeKey: string): Promise<Entry | null> {
      const row = await rows.findOne({ dedupeKey, deletedAt: null }).lean<EntryRow>();
      return row && fromRow(row);
    },

    /** The caller's log, latest meal first; `kind` null is everything. Tombstones are not in it. */
    async listLog(ownerId: Id, limit: number, before: LogPosition | null): Promise<Entry[]> {
      const filter: QueryFilter<EntryRow> = {
        ownerId,
        deletedAt: null,
        kind: { $in: ['photo', 'manual'] },
        state: { $in: visible },
      };
      if (before) {
        // By itself `$or` would read the index from its top; the bound beside it says where to begin.
        filter.consumedAt = { $lte: before.consumedAt };
        filter.$or = [
          { consumedAt: { $lt: before.consumedAt } },
          { consumedAt: before.consumedAt, _id: { $lt: before.id } },
        ];
      }
      const found = await rows.find(filter).sort({ consumedAt: -1, _id: -1 }).limit(limit).lean<EntryRow[]>();
      return found.map(fromRow);
    },
    /**
     * Everything of an owner but what was deleted, oldest first: the log, bare uploads, tombstones. `after` is the last id of the page
     * before. All kinds are named, as the index on owner, kind and id then gives each kind in order and MongoDB merges them.
     */
    async allOf(ownerId: Id, limit: number, after: Id | null): Promise<Entry[]> {
      const filter: QueryFilter<EntryRow> = {
        ownerId,
        kind: { $in: kinds },
        deletedAt: null,
        ...(after !== null && { _id: { $gt: after } }),
      };
      const found = await rows.find(filter).sort({ _id: 1 }).limit(limit).lean<EntryRow[]>();
      return found.map(fromRow);
    },
    /** Meals entered by hand, latest first. */
    async listMeals(ownerId: Id, limit: number, before: Id | null): Promise<Entry[]> {
      const filter: QueryFilter<EntryRow> = {
        ownerId,
        kind: 'manual',
        deletedAt: null,
        ...(before && { _id: { $lt: before } }),
      };
      const found = await rows.find(filter).sort({ _id: -1 }).limit(limit).lean<EntryRow[]>();
      return found.map(fromRow);
    },

    /** Entries whose time is up or that were hidden: objects first, then `removeRow`. */
    async reapable(limit: number): Promise<{ id: Id; kind: Entry['kind'] }[]> {
      const now = clock();
      const found = await rows
        .find(
          { $or: [{ expiresAt: { $lte: now, $type: 'date' } }, { deletedAt: { $lte: now, $type: 'date' } }] },
          { kind: 1 },
        )
        .limit(limit)
        .lean<Pick<EntryRow, '_id' | 'kind'>[]>();
      return found.map(({ _id, kind }) => ({ id: _id, kind }));
    },
    async removeRow(id: Id): Promise<void> {
      await rows.deleteOne({ _id: id });
    },

    /** For erasure: ids of everything an owner has here, and the claims of uploads that never became an entry. */
    async idsOf(ownerId: Id, limit: number): Promise<Id[]> {
      return (await rows.find({ ownerId }, { _id: 1 }).limit(limit).lean<{ _id: Id }[]>()).map(({ _id }) => _id);
    },
  };
}
export type PhotoStore = ReturnType<typeof createPhotoStore>;

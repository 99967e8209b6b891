import type { ClientSession, Connection, mongo, QueryFilter } from 'mongoose';
import type { Id } from '../../model/ids';
import type { Analysis, Classification, Entry, EntryVersion, Refining } from '../../model/photos';
import { isDuplicateKey } from '../faults';
import { createObjectClaims } from './claims';
import { createPhotoGlances } from './glance';
import { createKeptUploads } from './kept';
import { createLogQueries } from './log';
import { createMoves } from './moves';
import { createOpenings } from './openings';
import { blank, entriesCollection, entryRows, fromRow, kinds, shown, type EntryRow } from './row';

export { photosCountedAtMost } from './glance';
export { objectClaimsCollection } from './claims';
export type { OpeningFaults } from './openings';
export { wholeLog, type EatenFigures, type LogLine, type LogRange } from './log';
export { dedupeKeyOf, entriesCollection } from './row';

/**
 * Entries of the log: photos and meals entered by hand, one row each.
 *
 * E1  Every change raises `revision`; clients that wait or listen go by it.
 * E2  Every state move names the states it may leave, so a late worker never overwrites a user's word.
 * E3  A rejected or failed photo leaves a tombstone without picture, words or owner's figures, for 24 h. Where the fault may have been ours
 *     its upload stays in the object store as long: until 24 h after it was sent, or after it failed where that took over 12 h; nothing
 *     serves it.
 * E4  A row that owns objects is removed only after its objects: `deletedAt` hides it, the reaper finishes.
 * E5  Before bytes are stored a claim row names them, so that a crash before the entry is written leaves no orphan.
 * E6  Figures that are replaced, by whomever, are kept as a version in the update that replaces them.
 */
export interface NewPhoto {
  id: Id;
  kind: 'photo' | 'upload';
  ownerId: Id | null;
  caption: string | null;
  captionIn?: string | null;
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
  /** The entry that it repeats. */
  copiedFrom?: Id;
}

/** The signature of a prepared picture, and what tells its entry from others. */
export interface PictureSignature {
  id: Id;
  signature: Uint8Array;
  createdAt: Date;
  /** null where the user stated no time. */
  statedAt: Date | null;
}
type SignedRow = Pick<EntryRow, '_id' | 'signature' | 'createdAt' | 'consumedAt' | 'consumedAtSource'>;
const signed = { signature: 1, createdAt: 1, consumedAt: 1, consumedAtSource: 1 } as const;
/** None of a picture that is not prepared yet, or was before signatures were kept. */
const toSignature = ({ _id, signature, createdAt, consumedAt, consumedAtSource }: SignedRow): PictureSignature[] =>
  signature
    ? [
        {
          id: _id,
          signature: bytesOf(signature),
          createdAt,
          statedAt: consumedAtSource === 'stated' ? consumedAt : null,
        },
      ]
    : [];
/** A lean read gives the driver's own kind of binary. */
const bytesOf = (binary: Buffer | mongo.Binary): Uint8Array => (Buffer.isBuffer(binary) ? binary : binary.value());

export function createPhotoStore(connection: Connection, clock: () => Date) {
  const rows = entryRows(connection);
  const claims = createObjectClaims(connection, clock);
  const moves = createMoves(rows, clock);

  return {
    collection: entriesCollection,
    ...claims,
    ...moves,
    ...createOpenings(rows, clock),
    ...createLogQueries(rows, clock),
    ...createPhotoGlances(rows),
    ...createKeptUploads(rows, clock),

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
    async createMeal({ id, copiedFrom, ...meal }: NewMeal): Promise<Entry | null> {
      const row: EntryRow = {
        _id: id,
        ...meal,
        kind: 'manual',
        state: 'analyzed',
        statedGrams: null,
        createdAt: clock(),
        expiresAt: null,
        ...blank(),
        copiedFrom: copiedFrom ?? null,
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
      const row = await rows.findOne({ _id: id, deletedAt: null }, shown).lean<EntryRow>();
      return row && fromRow(row);
    },
    /** Whether the entry is there and its picture is still to be prepared. */
    async isUnprepared(id: Id): Promise<boolean> {
      return (await rows.exists({ _id: id, deletedAt: null, picture: null })) !== null;
    },
    /** What the classifier said of an entry; null where it was not heard, or the entry is gone. */
    async findClassification(id: Id): Promise<Classification | null> {
      const row = await rows
        .findOne({ _id: id, deletedAt: null }, { classification: 1 })
        .lean<Pick<EntryRow, 'classification'>>();
      return row?.classification ?? null;
    },
    /** What an entry was before its changes, oldest first. */
    async versionsOf(id: Id): Promise<EntryVersion[]> {
      const row = await rows.findOne({ _id: id, deletedAt: null }, { versions: 1 }).lean<Pick<EntryRow, 'versions'>>();
      return row?.versions ?? [];
    },
    /** What a correction with provisional figures is refined by. */
    async refiningOf(id: Id): Promise<Refining | null> {
      const row = await rows.findOne({ _id: id, deletedAt: null }, { refining: 1 }).lean<Pick<EntryRow, 'refining'>>();
      return row?.refining ?? null;
    },
    async signatureOf(id: Id): Promise<Uint8Array | null> {
      const row = await rows
        .findOne({ _id: id, deletedAt: null }, { signature: 1 })
        .lean<Pick<EntryRow, 'signature'>>();
      return row?.signature ? bytesOf(row.signature) : null;
    },
    /** The owner's photos of `window` milliseconds around `at`, as far as their pictures are prepared; of the latest fifty. */
    async picturesAround(ownerId: Id, at: Date, windowMs: number): Promise<PictureSignature[]> {
      const found = await rows
        .find({ ownerId, kind: 'photo', deletedAt: null }, signed)
        .sort({ _id: -1 })
        .limit(50)
        .lean<SignedRow[]>();
      return found
        .filter(({ createdAt }) => Math.abs(createdAt.getTime() - at.getTime()) <= windowMs)
        .flatMap(toSignature);
    },
    /** Pictures whose food or weight the owner corrected, the latest first. */
    async correctedPictures(ownerId: Id, limit: number): Promise<PictureSignature[]> {
      const found = await rows
        .find({ ownerId, correctedAt: { $type: 'date' }, deletedAt: null, kind: 'photo' }, signed)
        .sort({ correctedAt: -1 })
        .limit(limit)
        .lean<SignedRow[]>();
      return found.flatMap(toSignature);
    },
    async findDuplicate(dedupeKey: string): Promise<Entry | null> {
      const row = await rows.findOne({ dedupeKey, deletedAt: null }, shown).lean<EntryRow>();
      return row && fromRow(row);
    },

    /**
     * Everything of an owner but what was deleted, oldest first: the log, bare uploads, tombstones. `after` is the last id of the page
     * before. All kinds are named, as the index on owner, kind and id then gives each kind in order and MongoDB merges them.
     */
    async allOf(ownerId: Id, limit: number, after: Id | null): Promise<(Entry & { versions: EntryVersion[] })[]> {
      const filter: QueryFilter<EntryRow> = {
        ownerId,
        kind: { $in: kinds },
        deletedAt: null,
        ...(after !== null && { _id: { $gt: after } }),
      };
      const found = await rows
        .find(filter, { signature: 0, refining: 0 })
        .sort({ _id: 1 })
        .limit(limit)
        .lean<EntryRow[]>();
      return found.map((row) => ({ ...fromRow(row), versions: row.versions ?? [] }));
    },
    /** Meals entered by hand, latest first. */
    async listMeals(ownerId: Id, limit: number, before: Id | null): Promise<Entry[]> {
      const filter: QueryFilter<EntryRow> = {
        ownerId,
        kind: 'manual',
        deletedAt: null,
        ...(before && { _id: { $lt: before } }),
      };
      const found = await rows.find(filter, shown).sort({ _id: -1 }).limit(limit).lean<EntryRow[]>();
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
      // Done when it was hidden, unless that request died in between.
      await moves.releaseDuplicates(id);
      await rows.deleteOne({ _id: id });
    },

    /** For erasure: everything an owner has here, with the run that refines its correction, if any; and the claims of uploads that never became an entry. */
    async runsOf(ownerId: Id, limit: number): Promise<{ id: Id; refinedBy: string | null }[]> {
      const found = await rows
        .find({ ownerId }, { 'refining.workflowId': 1 })
        .limit(limit)
        .lean<{ _id: Id; refining?: Pick<Refining, 'workflowId'> | null }[]>();
      return found.map(({ _id, refining }) => ({ id: _id, refinedBy: refining?.workflowId ?? null }));
    },
  };
}
export type PhotoStore = ReturnType<typeof createPhotoStore>;

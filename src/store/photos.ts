import { createHash } from 'node:crypto';
import { Schema, type ClientSession, type Connection, type QueryFilter, type UpdateQuery } from 'mongoose';
import type { Id } from '../model/ids';
import {
  EntryState,
  type Analysis,
  type Classification,
  type Correction,
  type Entry,
  type EntryFailure,
  type Picture,
  type Rejection,
} from '../model/photos';

/**
 * Entries of the log: photos and meals entered by hand, one row each.
 *
 * E1  Every change raises `revision`; clients that wait or listen go by it.
 * E2  Every state move names the states it may leave, so a late worker never overwrites a user's word.
 * E3  A rejected or failed photo leaves a tombstone without picture, words or owner's figures, for 24 h.
 * E4  A row that owns objects is removed only after its objects: `deletedAt` hides it, the reaper finishes.
 * E5  Before bytes are stored a claim row names them, so that a crash before the entry is written leaves no orphan.
 */
export const entriesCollection = 'entries';
export const objectClaimsCollection = 'objectClaims';
const tombstoneMs = 24 * 3600_000;

/** What only the workflow sees between its steps. */
export interface Draft {
  classification: Classification | null;
}

export type EntryRow = Omit<Entry, 'id'> & {
  _id: Id;
  /** Owner, digest of the bytes and stated time; unique, so that the same meal sent twice is one analysis. */
  dedupeKey?: string;
  draft: Draft;
  deletedAt: Date | null;
};

const mixed = { type: Schema.Types.Mixed, default: null };
const schema = new Schema<EntryRow>(
  {
    _id: { type: String, required: true },
    kind: { type: String, enum: ['photo', 'manual', 'upload'], required: true },
    ownerId: { type: String, default: null },
    state: { type: String, enum: EntryState.options, required: true },
    retrying: { type: Boolean, required: true },
    revision: { type: Number, required: true },
    caption: { type: String, default: null },
    statedGrams: { type: Number, default: null },
    consumedAt: { type: Date, required: true },
    consumedAtSource: { type: String, enum: ['stated', 'exif', 'upload'], required: true },
    picture: mixed,
    analysis: mixed,
    pendingCorrection: mixed,
    correctedAt: { type: Date, default: null },
    rejection: mixed,
    failure: mixed,
    classifierError: { type: String, default: null },
    createdAt: { type: Date, required: true },
    expiresAt: { type: Date, default: null },
    dedupeKey: String,
    draft: { type: Schema.Types.Mixed, required: true },
    deletedAt: { type: Date, default: null },
  },
  { versionKey: false, collection: entriesCollection, minimize: false },
);
schema.index({ ownerId: 1, consumedAt: -1, _id: -1 });
schema.index({ ownerId: 1, kind: 1, _id: -1 });
schema.index({ dedupeKey: 1 }, { unique: true, partialFilterExpression: { dedupeKey: { $exists: true } } });
schema.index({ expiresAt: 1 }, { partialFilterExpression: { expiresAt: { $type: 'date' } } });
schema.index({ deletedAt: 1 }, { partialFilterExpression: { deletedAt: { $type: 'date' } } });

interface ClaimRow {
  _id: Id;
  ownerId: Id | null;
  prefix: string;
  createdAt: Date;
}
const claimSchema = new Schema<ClaimRow>(
  {
    _id: { type: String, required: true },
    ownerId: { type: String, default: null },
    prefix: { type: String, required: true },
    createdAt: { type: Date, required: true },
  },
  { versionKey: false, collection: objectClaimsCollection },
);
claimSchema.index({ createdAt: 1 });
claimSchema.index({ ownerId: 1 });

const fromRow = ({ _id, dedupeKey: _key, draft: _draft, deletedAt: _deleted, ...entry }: EntryRow): Entry => ({
  id: _id,
  ...entry,
});

/** Key under which the same bytes for the same meal are found again; anonymous callers have none. */
export const dedupeKeyOf = (ownerId: Id, sha256: string, statedAt: Date | null): string =>
  createHash('sha256')
    .update(`${ownerId}:${sha256}:${statedAt?.toISOString() ?? ''}`)
    .digest('hex');

export const hashCapability = (key: string): string => createHash('sha256').update(key).digest('hex');

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

const visible: EntryState[] = ['analyzing', 'analyzed', 'needs_label'];
const unsettled: EntryState[] = ['analyzing', 'needs_label'];

export function createPhotoStore(connection: Connection, clock: () => Date) {
  const rows = connection.model('Entry', schema);
  const claims = connection.model('ObjectClaim', claimSchema);

  const move = async (
    filter: QueryFilter<EntryRow>,
    update: UpdateQuery<EntryRow>,
    session?: ClientSession,
  ): Promise<Entry | null> => {
    const row = await rows
      .findOneAndUpdate(
        { ...filter, deletedAt: null },
        { ...update, $inc: { revision: 1, ...update.$inc } },
        { returnDocument: 'after', ...(session && { session }) },
      )
      .lean<EntryRow>();
    return row && fromRow(row);
  };
  const tombstone = () => ({
    $set: {
      picture: null,
      caption: null,
      analysis: null,
      pendingCorrection: null,
      statedGrams: null,
      retrying: false,
      draft: { classification: null },
      expiresAt: new Date(clock().getTime() + tombstoneMs),
    },
    $unset: { dedupeKey: 1 },
  });
  const blank = (): Pick<
    EntryRow,
    | 'retrying'
    | 'revision'
    | 'picture'
    | 'pendingCorrection'
    | 'correctedAt'
    | 'rejection'
    | 'failure'
    | 'classifierError'
    | 'draft'
    | 'deletedAt'
  > => ({
    retrying: false,
    revision: 1,
    picture: null,
    pendingCorrection: null,
    correctedAt: null,
    rejection: null,
    failure: null,
    classifierError: null,
    draft: { classification: null },
    deletedAt: null,
  });

  return {
    collection: entriesCollection,

    /** Says, before bytes are stored, that objects under `prefix` belong to entry `id` to be. Safe to repeat. */
    async claimObjects(id: Id, ownerId: Id | null, prefix: string): Promise<void> {
      await claims.updateOne({ _id: id }, { $set: { ownerId, prefix, createdAt: clock() } }, { upsert: true });
    },
    async releaseClaim(id: Id, session?: ClientSession): Promise<void> {
      await claims.deleteOne({ _id: id }, session && { session });
    },
    /** Claims older than `ageMs`: whoever made them is gone. */
    async abandonedClaims(ageMs: number, limit: number): Promise<{ id: Id; prefix: string }[]> {
      const found = await claims
        .find({ createdAt: { $lte: new Date(clock().getTime() - ageMs) } })
        .limit(limit)
        .lean();
      return found.map(({ _id, prefix }) => ({ id: _id, prefix }));
    },

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
      await claims.deleteOne({ _id: id }, { session });
      return fromRow(row);
    },

    async createMeal({ id, ...meal }: NewMeal): Promise<Entry> {
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
      await rows.insertMany([row]);
      return fromRow(row);
    },

    async find(id: Id): Promise<Entry | null> {
      const row = await rows.findOne({ _id: id, deletedAt: null }).lean<EntryRow>();
      return row && fromRow(row);
    },
    async findDraft(id: Id): Promise<Draft | null> {
      const row = await rows.findOne({ _id: id, deletedAt: null }, { draft: 1 }).lean<Pick<EntryRow, 'draft'>>();
      return row?.draft ?? null;
    },
    async findDuplicate(dedupeKey: string): Promise<Entry | null> {
      const row = await rows.findOne({ dedupeKey, deletedAt: null }).lean<EntryRow>();
      return row && fromRow(row);
    },
    /** Lets the same bytes be a new meal: the entry that holds the key is older than `before`, or hidden. */
    async releaseDedupeKey(dedupeKey: string, before: Date): Promise<void> {
      await rows.updateOne(
        { dedupeKey, $or: [{ createdAt: { $lt: before } }, { deletedAt: { $ne: null } }] },
        { $unset: { dedupeKey: 1 } },
      );
    },

    /** The caller's log, latest meal first; `kind` null is everything. Tombstones are not in it. */
    async listLog(ownerId: Id, limit: number, before: LogPosition | null): Promise<Entry[]> {
      const filter: QueryFilter<EntryRow> = {
        ownerId,
        deletedAt: null,
        kind: { $in: ['photo', 'manual'] },
        state: { $in: visible },
      };
      if (before)
        filter.$or = [
          { consumedAt: { $lt: before.consumedAt } },
          { consumedAt: before.consumedAt, _id: { $lt: before.id } },
        ];
      const found = await rows.find(filter).sort({ consumedAt: -1, _id: -1 }).limit(limit).lean<EntryRow[]>();
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

    /** `consumedAt` moves to the picture's own date only where the user stated none. */
    async setPicture(id: Id, picture: Picture): Promise<Entry | null> {
      const entry = await move({ _id: id, state: { $in: unsettled } }, { $set: { picture } });
      if (!entry || !picture.capturedAt || entry.consumedAtSource !== 'upload') return entry;
      return move(
        { _id: id, consumedAtSource: 'upload' },
        { $set: { consumedAt: picture.capturedAt, consumedAtSource: 'exif' } },
      );
    },
    async setClassification(id: Id, classification: Classification): Promise<boolean> {
      const done = await rows.updateOne(
        { _id: id, deletedAt: null, state: { $in: unsettled } },
        { $set: { 'draft.classification': classification } },
      );
      return done.matchedCount === 1;
    },
    /** The figures become the answer, unless the user has spoken meanwhile. */
    async publish(id: Id, analysis: Analysis): Promise<Entry | null> {
      return move(
        { _id: id, state: { $in: unsettled }, pendingCorrection: null },
        { $set: { state: 'analyzed', analysis, retrying: false, classifierError: null } },
      );
    },
    /** A bare upload is done once its picture stands. */
    async settleUpload(id: Id): Promise<Entry | null> {
      return move({ _id: id, kind: 'upload', state: 'analyzing' }, { $set: { state: 'analyzed' } });
    },
    async needsLabel(id: Id, classifierError: string, retrying: boolean): Promise<Entry | null> {
      return move(
        { _id: id, state: { $in: unsettled } },
        { $set: { state: 'needs_label', classifierError, retrying } },
      );
    },
    async setRetrying(id: Id, retrying: boolean): Promise<void> {
      await move({ _id: id, state: 'needs_label', retrying: !retrying }, { $set: { retrying } });
    },
    async reject(id: Id, rejection: Rejection): Promise<Entry | null> {
      const gone = tombstone();
      return move(
        { _id: id, state: 'analyzing' },
        { ...gone, $set: { ...gone.$set, state: 'hf_rejected', rejection } },
      );
    },
    async fail(id: Id, failure: EntryFailure): Promise<Entry | null> {
      const gone = tombstone();
      return move(
        { _id: id, state: { $in: unsettled } },
        { ...gone, $set: { ...gone.$set, state: 'failed', failure } },
      );
    },

    /** Keeps the user's word until `correctEntry` has worked it in; in the transaction that records that launch. */
    async requestCorrection(
      id: Id,
      correction: Correction,
      expectedRevision: number,
      session: ClientSession,
    ): Promise<Entry | null> {
      return move(
        { _id: id, revision: expectedRevision, state: { $in: visible } },
        { $set: { pendingCorrection: correction } },
        session,
      );
    },
    /** Figures for the word given at `at`; a later word is not overwritten. */
    async applyCorrection(id: Id, at: Date, analysis: Analysis): Promise<Entry | null> {
      return move(
        { _id: id, state: { $in: visible }, 'pendingCorrection.at': at },
        {
          $set: {
            state: 'analyzed',
            analysis,
            pendingCorrection: null,
            correctedAt: at,
            retrying: false,
            classifierError: null,
          },
        },
      );
    },
    /** Edits that need no look-up: another time, other grams of the same foods. Null when the entry moved on meanwhile. */
    async edit(
      id: Id,
      expectedRevision: number,
      change: { consumedAt?: Date; analysis?: Analysis; statedGrams?: number; correctedAt?: Date },
    ): Promise<Entry | null> {
      const { consumedAt, ...rest } = change;
      return move(
        { _id: id, revision: expectedRevision, state: { $in: visible } },
        { $set: { ...rest, ...(consumedAt && { consumedAt, consumedAtSource: 'stated' }) } },
      );
    },

    /** Hides the entry at once and for good; objects and row follow. */
    async hide(id: Id): Promise<boolean> {
      const done = await rows.updateOne(
        { _id: id, deletedAt: null },
        { $set: { deletedAt: clock() }, $inc: { revision: 1 }, $unset: { dedupeKey: 1 } },
      );
      return done.matchedCount === 1;
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
    async claimsOf(ownerId: Id, limit: number): Promise<{ id: Id; prefix: string }[]> {
      return (await claims.find({ ownerId }).limit(limit).lean()).map(({ _id, prefix }) => ({ id: _id, prefix }));
    },
  };
}
export type PhotoStore = ReturnType<typeof createPhotoStore>;

import type { ClientSession, QueryFilter, UpdateQuery } from 'mongoose';
import type { Id } from '../../model/ids';
import type { Analysis, Classification, Correction, Entry, EntryFailure, Picture, Rejection } from '../../model/photos';
import { fromRow, unsettled, visible, type EntryRow, type EntryRows } from './row';

/** State moves of an entry: single atomic updates that name the states they may leave (rule E2), each raising the revision (E1). */
const tombstoneMs = 24 * 3600_000;

export function createMoves(rows: EntryRows, clock: () => Date) {
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
      classification: null,
      expiresAt: new Date(clock().getTime() + tombstoneMs),
    },
    $unset: { dedupeKey: 1 },
  });

  return {
    /**
     * Facts of the picture, whatever the state: they are no move. `consumedAt` becomes the picture's own date where the user
     * stated none; that goes first, as `picture` is what tells a repeat that all is done.
     */
    async setPicture(id: Id, picture: Picture): Promise<Entry | null> {
      const live = { _id: id, state: { $in: visible } };
      if (picture.capturedAt)
        await move(
          { ...live, picture: null, consumedAtSource: 'upload' },
          { $set: { consumedAt: picture.capturedAt, consumedAtSource: 'exif' } },
        );
      return move(live, { $set: { picture } });
    },
    async setClassification(id: Id, classification: Classification): Promise<boolean> {
      const done = await rows.updateOne(
        { _id: id, deletedAt: null, state: { $in: unsettled } },
        { $set: { classification } },
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
        { _id: id, state: { $in: unsettled }, pendingCorrection: null },
        { $set: { state: 'needs_label', classifierError, retrying } },
      );
    },
    async setRetrying(id: Id, retrying: boolean): Promise<void> {
      await move({ _id: id, state: 'needs_label', retrying: !retrying }, { $set: { retrying } });
    },
    /**
     * An entry ends in two steps, its objects going between them: from the first on no word of the user is taken any more, and
     * where one was taken before, the first step does not happen. Both are safe to repeat.
     */
    async beginRejection(id: Id, rejection: Rejection): Promise<Entry | null> {
      return move({ _id: id, state: 'analyzing', pendingCorrection: null }, { $set: { rejection } });
    },
    async beginFailure(id: Id, failure: EntryFailure): Promise<Entry | null> {
      return move({ _id: id, state: { $in: unsettled }, pendingCorrection: null }, { $set: { failure } });
    },
    async bury(id: Id, state: 'hf_rejected' | 'failed'): Promise<void> {
      const { $set, $unset } = tombstone();
      const begun = state === 'failed' ? { failure: { $ne: null } } : { rejection: { $ne: null } };
      await move({ _id: id, state: { $in: unsettled }, ...begun }, { $set: { ...$set, state }, $unset });
    },

    /** Keeps the user's word until `correctEntry` has worked it in; in the transaction that records that launch. */
    async requestCorrection(
      id: Id,
      correction: Correction,
      expectedRevision: number,
      session: ClientSession,
    ): Promise<Entry | null> {
      return move(
        { _id: id, revision: expectedRevision, state: { $in: visible }, rejection: null, failure: null },
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
      change: { consumedAt?: Date; analysis?: Analysis; correctedAt?: Date },
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
    /** Lets the same bytes be a new meal: the entry that holds the key is older than `before`, or hidden. */
    async releaseDedupeKey(dedupeKey: string, before: Date): Promise<void> {
      await rows.updateOne(
        { dedupeKey, $or: [{ createdAt: { $lt: before } }, { deletedAt: { $ne: null } }] },
        { $unset: { dedupeKey: 1 } },
      );
    },
  };
}

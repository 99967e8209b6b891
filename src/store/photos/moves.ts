import type { ClientSession, QueryFilter, UpdateQuery } from 'mongoose';
import type { Id } from '../../model/ids';
import {
  mostVersions,
  type Analysis,
  type Classification,
  type Correction,
  type Entry,
  type EntryFailure,
  type EntryVersion,
  type PassedOver,
  type Picture,
  type Refining,
  type Rejection,
} from '../../model/photos';
import { fromRow, unsettled, visible, type EntryRow, type EntryRows } from './row';

/** State moves of an entry: single atomic updates that name the states they may leave (rule E2), each raising the revision (E1). */
const tombstoneMs = 24 * 3600_000;

/** Nobody knows what the user's word names, and the entry has no other figures. */
const unlabelled = {
  state: 'needs_label',
  analysis: null,
  correctedAt: null,
  refining: null,
  retrying: false,
} as const;

const within = (session: ClientSession | undefined) => (session ? { session } : {});

/**
 * When a tombstone goes: after 24 h. One that keeps an upload goes with it, 24 h after that was sent; but where the run took most of that
 * time, as when our stores were away, it is kept as long as any.
 */
const expiryOf = (now: Date, uploadedAt: Date | null): Date => {
  const sinceUpload = (uploadedAt?.getTime() ?? 0) + tombstoneMs;
  return new Date(sinceUpload - now.getTime() >= tombstoneMs / 2 ? sinceUpload : now.getTime() + tombstoneMs);
};

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
        { returnDocument: 'after', ...within(session) },
      )
      .lean<EntryRow>();
    return row && fromRow(row);
  };
  /**
   * A move of an entry that shows figures: what it was is kept beside it in the same update (E6). An update in stages, as only that can
   * read the row; what is written goes in as literals, as a text with a dollar sign would be read as a field.
   */
  const replace = async (
    filter: QueryFilter<EntryRow>,
    change: Partial<EntryRow>,
    by: EntryVersion['by'],
  ): Promise<Entry | null> => {
    const version = {
      revision: '$revision',
      replacedAt: { $literal: clock() },
      by: { $literal: by },
      analysis: '$analysis',
      consumedAt: '$consumedAt',
    };
    const kept = { $ifNull: ['$versions', []] };
    const row = await rows
      .findOneAndUpdate(
        { ...filter, deletedAt: null },
        [
          {
            $set: {
              // Before its first figures an entry was nothing to come back to.
              versions: {
                $cond: [
                  { $eq: ['$analysis', null] },
                  kept,
                  { $slice: [{ $concatArrays: [kept, [version]] }, -mostVersions] },
                ],
              },
              ...Object.fromEntries(Object.entries(change).map(([key, value]) => [key, { $literal: value }])),
              revision: { $add: ['$revision', 1] },
            },
          },
        ],
        { returnDocument: 'after', updatePipeline: true },
      )
      .lean<EntryRow>();
    return row && fromRow(row);
  };
  /**
   * `id` is going: what was asked to be the same meal stands for itself, and the later ones of several are asked about the first of them.
   * The type is named, as only then is the index taken.
   */
  const releaseDuplicates = async (id: Id, session?: ClientSession): Promise<void> => {
    const asked = { duplicateOf: { $eq: id, $type: 'string' } } as const;
    const [first, ...later] = await rows
      .find(asked, { _id: 1 }, within(session))
      .sort({ createdAt: 1, _id: 1 })
      .lean<{ _id: Id }[]>();
    if (!first) return;
    if (later.length > 0)
      await rows.updateMany(
        { ...asked, _id: { $ne: first._id } },
        { $set: { duplicateOf: first._id }, $inc: { revision: 1 } },
        within(session),
      );
    await rows.updateMany(
      { ...asked, _id: first._id },
      { $set: { duplicateOf: null }, $inc: { revision: 1 } },
      within(session),
    );
  };
  const tombstone = (uploadedAt: Date | null) => ({
    $set: {
      picture: null,
      caption: null,
      captionIn: null,
      analysis: null,
      pendingCorrection: null,
      statedGrams: null,
      retrying: false,
      classification: null,
      signature: null,
      versions: [],
      passedOver: [],
      duplicateOf: null,
      refining: null,
      opening: null,
      expiresAt: expiryOf(clock(), uploadedAt),
    },
    $unset: { dedupeKey: 1 },
  });

  return {
    releaseDuplicates,
    /**
     * Facts of the picture, whatever the state: they are no move. `consumedAt` becomes the picture's own date where the user
     * stated none; that goes first, as `picture` is what tells a repeat that all is done.
     */
    async setPicture(id: Id, picture: Picture, signature: Uint8Array): Promise<Entry | null> {
      const live = { _id: id, state: { $in: visible } };
      if (picture.capturedAt)
        await move(
          { ...live, picture: null, consumedAtSource: 'upload' },
          { $set: { consumedAt: picture.capturedAt, consumedAtSource: 'exif' } },
        );
      return move(live, { $set: { picture, signature: Buffer.from(signature) } });
    },
    /** `classification` null: nobody decided. `passedOver`: who was asked before, and why they did not. */
    async setClassification(
      id: Id,
      classification: Classification | null,
      passedOver: readonly PassedOver[],
    ): Promise<boolean> {
      const done = await rows.updateOne(
        { _id: id, deletedAt: null, state: { $in: unsettled } },
        { $set: { passedOver: [...passedOver], ...(classification && { classification }) } },
      );
      return done.matchedCount === 1;
    },
    /** The user is asked whether `id` is the meal of `older`; null where it is asked already. */
    async askDuplicate(id: Id, older: Id): Promise<Entry | null> {
      return move({ _id: id, duplicateOf: null, state: { $in: visible } }, { $set: { duplicateOf: older } });
    },
    /** The user says that it is another meal. */
    async denyDuplicate(id: Id): Promise<Entry | null> {
      return move({ _id: id, duplicateOf: { $ne: null } }, { $set: { duplicateOf: null } });
    },
    /** The figures become the answer, unless the user has spoken meanwhile. */
    async publish(id: Id, analysis: Analysis): Promise<Entry | null> {
      return move(
        { _id: id, state: { $in: unsettled }, pendingCorrection: null },
        { $set: { state: 'analyzed', analysis, retrying: false, classifierError: null } },
      );
    },
    /**
     * Better figures for those that were provisional; never over a word of the user. Null: nobody knows what it is after all, and the entry
     * waits for its label.
     */
    async refine(id: Id, analysis: Analysis | null): Promise<Entry | null> {
      return replace(
        { _id: id, state: 'analyzed', 'analysis.provisional': true, correctedAt: null, pendingCorrection: null },
        analysis ? { analysis } : { state: 'needs_label', analysis, classifierError: null, retrying: false },
        'fooddata',
      );
    },
    /** The same of a correction: its food is the user's, and no later word of theirs is written over. */
    async refineCorrection(id: Id, at: Date, analysis: Analysis | null): Promise<Entry | null> {
      return replace(
        { _id: id, state: 'analyzed', 'analysis.provisional': true, correctedAt: at, pendingCorrection: null },
        analysis ? { analysis, refining: null } : unlabelled,
        'fooddata',
      );
    },
    /** A bare upload is done once its picture stands. */
    async settleUpload(id: Id): Promise<Entry | null> {
      return move({ _id: id, kind: 'upload', state: 'analyzing' }, { $set: { state: 'analyzed' } });
    },
    /** `classifierError`: why no classifier could speak; null where one did. */
    async needsLabel(id: Id, classifierError: string | null, retrying: boolean): Promise<Entry | null> {
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
    /** `uploadedAt`: where the upload is kept with the tombstone. */
    async bury(id: Id, state: 'hf_rejected' | 'failed', uploadedAt: Date | null = null): Promise<void> {
      const { $set, $unset } = tombstone(uploadedAt);
      const begun = state === 'failed' ? { failure: { $ne: null } } : { rejection: { $ne: null } };
      await move({ _id: id, state: { $in: unsettled }, ...begun }, { $set: { ...$set, state }, $unset });
      await releaseDuplicates(id);
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
    /**
     * Figures for the word given at `at`; a later word is not overwritten. Null: nobody knows what it names, and the entry waits for its
     * label. `refining`: where they are provisional.
     */
    async applyCorrection(
      id: Id,
      at: Date,
      analysis: Analysis | null,
      refining: Refining | null,
    ): Promise<Entry | null> {
      const outcome = analysis
        ? { state: 'analyzed' as const, analysis, correctedAt: at, refining, retrying: false, classifierError: null }
        : unlabelled;
      return replace(
        { _id: id, state: { $in: visible }, 'pendingCorrection.at': at },
        { ...outcome, pendingCorrection: null },
        'user',
      );
    },
    /** Edits that need no look-up: another time, other grams of the same foods. Null when the entry moved on meanwhile. */
    async edit(
      id: Id,
      expectedRevision: number,
      change: { consumedAt?: Date; analysis?: Analysis; correctedAt?: Date; refining?: Refining },
    ): Promise<Entry | null> {
      return replace(
        { _id: id, revision: expectedRevision, state: { $in: visible } },
        {
          ...change,
          ...(change.consumedAt && { consumedAtSource: 'stated' as const }),
          // A later word that its run does not take over: the run that refines the one before writes nothing any more.
          ...(change.correctedAt && { refining: change.refining ?? null }),
        },
        'user',
      );
    },

    /** Hides the entry at once and for good; objects and row follow. False: it is hidden or gone already. */
    async hide(id: Id, session?: ClientSession): Promise<boolean> {
      const done = await rows.updateOne(
        { _id: id, deletedAt: null },
        { $set: { deletedAt: clock() }, $inc: { revision: 1 }, $unset: { dedupeKey: 1 } },
        within(session),
      );
      await releaseDuplicates(id, session);
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

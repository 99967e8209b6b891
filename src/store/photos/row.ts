import { createHash } from 'node:crypto';
import { Schema, type Connection } from 'mongoose';
import type { Id } from '../../model/ids';
import type { OpeningFaults, OpeningMark } from './openings';
import {
  EntryState,
  type Candidate,
  type Classification,
  type Entry,
  type EntryVersion,
  type Refining,
} from '../../model/photos';

/** The row of an entry and its indexes; `index.ts` states the rules. */
export const entriesCollection = 'entries';

/** Fields that rows of earlier versions lack. */
type Later = 'passedOver' | 'duplicateOf' | 'favouriteAt' | 'copiedFrom';
export type EntryRow = Omit<Entry, 'id' | 'candidates' | Later> &
  Partial<Pick<Entry, Later>> & {
    _id: Id;
    /** Owner, digest of the bytes and stated time; unique, so that the same meal sent twice is one analysis. */
    dedupeKey?: string;
    /** What the classifier said; clients see it as part of the analysis, and as `candidates` while the entry waits for a label. */
    classification: Classification | null;
    /** Signature of the picture (`ml/pictures`), for memory and duplicates; null until it is prepared. */
    signature?: Buffer | null;
    /** What the entry was before each change, the newest last. */
    versions?: EntryVersion[];
    /** Of a correction whose figures are provisional. */
    refining?: Refining | null;
    /** Of attempts to open its picture (`openings.ts`). */
    opening?: OpeningMark | null;
    openingFaults?: OpeningFaults | null;
    deletedAt: Date | null;
  };

export const kinds: Entry['kind'][] = ['photo', 'manual', 'upload'];

const mixed = { type: Schema.Types.Mixed, default: null };
const entrySchema = new Schema<EntryRow>(
  {
    _id: { type: String, required: true },
    kind: { type: String, enum: kinds, required: true },
    ownerId: { type: String, default: null },
    state: { type: String, enum: EntryState.options, required: true },
    retrying: { type: Boolean, required: true },
    revision: { type: Number, required: true },
    caption: { type: String, default: null },
    captionIn: { type: String, default: null },
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
    classification: mixed,
    passedOver: { type: [Schema.Types.Mixed], default: undefined },
    duplicateOf: { type: String, default: null },
    favouriteAt: { type: Date, default: null },
    copiedFrom: { type: String, default: null },
    signature: { type: Buffer, default: null },
    versions: { type: [Schema.Types.Mixed], default: undefined },
    refining: { type: Schema.Types.Mixed, default: undefined },
    opening: { type: Schema.Types.Mixed, default: undefined },
    openingFaults: { type: Schema.Types.Mixed, default: undefined },
    deletedAt: { type: Date, default: null },
  },
  { versionKey: false, collection: entriesCollection, minimize: false },
);
entrySchema.index({ ownerId: 1, consumedAt: -1, _id: -1 });
entrySchema.index({ ownerId: 1, kind: 1, _id: -1 });
// What a user corrected, for the memory of their plates; and what waits for a word about being the same meal.
entrySchema.index({ ownerId: 1, correctedAt: -1 }, { partialFilterExpression: { correctedAt: { $type: 'date' } } });
entrySchema.index({ duplicateOf: 1 }, { partialFilterExpression: { duplicateOf: { $type: 'string' } } });
const favourites = { partialFilterExpression: { favouriteAt: { $type: 'date' } } };
entrySchema.index({ ownerId: 1, favouriteAt: -1, _id: -1 }, favourites);
entrySchema.index({ ownerId: 1, consumedAt: -1, _id: -1, favouriteAt: 1 }, favourites);
entrySchema.index({ dedupeKey: 1 }, { unique: true, partialFilterExpression: { dedupeKey: { $exists: true } } });
entrySchema.index({ expiresAt: 1 }, { partialFilterExpression: { expiresAt: { $type: 'date' } } });
entrySchema.index({ deletedAt: 1 }, { partialFilterExpression: { deletedAt: { $type: 'date' } } });

export const entryRows = (connection: Connection) => connection.model('Entry', entrySchema);
export type EntryRows = ReturnType<typeof entryRows>;

/** Projection of an entry as it is read: neither what it was before or is to become, nor what its picture is known by, nor how often that was opened. */
export const shown = { versions: 0, signature: 0, refining: 0, opening: 0, openingFaults: 0 } as const;

/** A picture in which no food was seen has a label that says so, of no confidence. */
const isSeen = ({ confidence }: Candidate): boolean => confidence > 0;

export const fromRow = ({
  _id,
  dedupeKey: _key,
  classification,
  signature: _signature,
  versions: _versions,
  refining: _refining,
  opening: _opening,
  openingFaults: _faults,
  deletedAt: _deleted,
  ...entry
}: EntryRow): Entry => ({
  id: _id,
  ...entry,
  candidates: entry.state === 'needs_label' ? (classification?.candidates.filter(isSeen) ?? []) : [],
  // Rows written before these existed lack them.
  passedOver: entry.passedOver ?? [],
  duplicateOf: entry.duplicateOf ?? null,
  favouriteAt: entry.favouriteAt ?? null,
  copiedFrom: entry.copiedFrom ?? null,
});

/** Key under which the same bytes for the same meal are found again; anonymous callers have none. */
export const dedupeKeyOf = (ownerId: Id, sha256: string, statedAt: Date | null): string =>
  createHash('sha256')
    .update(`${ownerId}:${sha256}:${statedAt?.toISOString() ?? ''}`)
    .digest('hex');

/** What stands in the log. */
export const visible: EntryState[] = ['analyzing', 'analyzed', 'needs_label'];
/** What a run still works on. */
export const unsettled: EntryState[] = ['analyzing', 'needs_label'];

/** What a new row has not got yet. */
export const blank = (): Pick<
  EntryRow,
  | 'retrying'
  | 'revision'
  | 'picture'
  | 'pendingCorrection'
  | 'correctedAt'
  | 'rejection'
  | 'failure'
  | 'classifierError'
  | 'classification'
  | 'passedOver'
  | 'duplicateOf'
  | 'favouriteAt'
  | 'copiedFrom'
  | 'signature'
  | 'versions'
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
  classification: null,
  passedOver: [],
  duplicateOf: null,
  favouriteAt: null,
  copiedFrom: null,
  signature: null,
  versions: [],
  deletedAt: null,
});

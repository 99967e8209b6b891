import { createHash } from 'node:crypto';
import { Schema, type Connection } from 'mongoose';
import type { Id } from '../../model/ids';
import { EntryState, type Classification, type Entry } from '../../model/photos';

/** The row of an entry and its indexes; `index.ts` states the rules. */
export const entriesCollection = 'entries';

export type EntryRow = Omit<Entry, 'id'> & {
  _id: Id;
  /** Owner, digest of the bytes and stated time; unique, so that the same meal sent twice is one analysis. */
  dedupeKey?: string;
  /** What the classifier said; clients see it once it is part of the analysis. */
  classification: Classification | null;
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
    deletedAt: { type: Date, default: null },
  },
  { versionKey: false, collection: entriesCollection, minimize: false },
);
entrySchema.index({ ownerId: 1, consumedAt: -1, _id: -1 });
entrySchema.index({ ownerId: 1, kind: 1, _id: -1 });
entrySchema.index({ dedupeKey: 1 }, { unique: true, partialFilterExpression: { dedupeKey: { $exists: true } } });
entrySchema.index({ expiresAt: 1 }, { partialFilterExpression: { expiresAt: { $type: 'date' } } });
entrySchema.index({ deletedAt: 1 }, { partialFilterExpression: { deletedAt: { $type: 'date' } } });

export const entryRows = (connection: Connection) => connection.model('Entry', entrySchema);
export type EntryRows = ReturnType<typeof entryRows>;

export const fromRow = ({
  _id,
  dedupeKey: _key,
  classification: _heard,
  deletedAt: _deleted,
  ...entry
}: EntryRow): Entry => ({
  id: _id,
  ...entry,
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
  deletedAt: null,
});

import { Schema, type Connection } from 'mongoose';
import type { Id } from '../../model/ids';
import type { InferenceSource } from '../../model/photos';

/**
 * How good the classifiers are, as the people who eat say: that a photo was analysed, and that its food was corrected.
 *
 * F1  A fact is nobody's: no owner, no words of a person. It outlives the entry, and the id in its name then leads nowhere.
 * F2  One fact of a kind for each entry: a repeated activity, and a second correction, count once.
 * F3  A correction counts to the moment its photo was analysed. So a share is of the photos of one span, and never above 1.
 */
export type ClassifierSource = Exclude<InferenceSource, 'caption' | 'user'>;
export interface Classified {
  source: ClassifierSource;
  model: string;
  /** As the classifier said it. Not kept of `memory`, whose labels are words of a person. */
  label: string;
}
/** A food that was called something else, or the same food at another weight. */
export type Corrected = 'food' | 'weight';

interface PhotoFactRow {
  /** `photo.analyzed:<entry>` or `photo.corrected:<entry>` */
  _id: string;
  kind: 'photo.analyzed' | 'photo.corrected';
  /** Null of an analysis. */
  what: Corrected | null;
  source: ClassifierSource;
  model: string;
  label: string | null;
  at: Date;
  analyzedAt: Date;
}

/** Of one classifier; `share` is of photos whose food was corrected, null where it has named none. */
export interface ClassifierQuality {
  source: ClassifierSource;
  model: string;
  photos: number;
  foodCorrected: number;
  weightCorrected: number;
  share: number | null;
}

const keepS = 400 * 86_400;
/** A model that answers in sentences is no reason to keep them. */
const longestLabel = 100;

const schema = new Schema<PhotoFactRow>(
  {
    _id: { type: String, required: true },
    kind: { type: String, enum: ['photo.analyzed', 'photo.corrected'], required: true },
    what: { type: String, enum: ['food', 'weight', null], default: null },
    source: { type: String, required: true },
    model: { type: String, required: true },
    label: { type: String, default: null },
    at: { type: Date, required: true },
    analyzedAt: { type: Date, required: true },
  },
  { versionKey: false, collection: 'photo_facts' },
);
schema.index({ at: 1 }, { expireAfterSeconds: keepS });
// Holds all that a share is made of, so that no row is read for it.
schema.index({ analyzedAt: 1, source: 1, model: 1, kind: 1, what: 1 });

export function createPhotoFactStore(connection: Connection, clock: () => Date) {
  const rows = connection.model('PhotoFact', schema);
  /** The first of a kind stands. */
  const keep = async (kind: PhotoFactRow['kind'], entryId: Id, first: Omit<PhotoFactRow, '_id' | 'kind' | 'at'>) => {
    await rows.updateOne(
      { _id: `${kind}:${entryId}` },
      { $setOnInsert: { kind, at: clock(), ...first } },
      { upsert: true },
    );
  };

  return {
    /** A classifier named what is on a photo. Safe to repeat. */
    async recordAnalyzed(entryId: Id, { source, model, label }: Classified): Promise<void> {
      await keep('photo.analyzed', entryId, {
        source,
        model,
        label: source === 'memory' ? null : label.slice(0, longestLabel),
        what: null,
        analyzedAt: clock(),
      });
    },
    /**
     * Its owner said otherwise. Safe to repeat; another food is the graver word, and takes the place of another weight. Does nothing for an
     * entry that no classifier named: there is nothing to be counted against.
     */
    async recordCorrected(entryId: Id, { what }: { what: Corrected }): Promise<void> {
      const analysis = await rows
        .findOne({ _id: `photo.analyzed:${entryId}` }, { _id: 0, source: 1, model: 1, label: 1, analyzedAt: 1 })
        .lean<Pick<PhotoFactRow, 'source' | 'model' | 'label' | 'analyzedAt'>>();
      if (!analysis) return;
      await keep('photo.corrected', entryId, { ...analysis, what });
      if (what === 'food')
        await rows.updateOne({ _id: `photo.corrected:${entryId}`, what: 'weight' }, { $set: { what } });
    },

    /** Of photos that were analysed at `since` or later, the classifier that named most first. */
    async quality(since: Date): Promise<ClassifierQuality[]> {
      const count = (kind: PhotoFactRow['kind'], what: Corrected | null) => ({
        $sum: { $cond: [{ $and: [{ $eq: ['$kind', kind] }, { $eq: ['$what', what] }] }, 1, 0] },
      });
      const found = await rows.aggregate<
        { _id: Pick<ClassifierQuality, 'source' | 'model'> } & Omit<ClassifierQuality, 'source' | 'model' | 'share'>
      >([
        { $match: { analyzedAt: { $gte: since } } },
        {
          $group: {
            _id: { source: '$source', model: '$model' },
            photos: count('photo.analyzed', null),
            foodCorrected: count('photo.corrected', 'food'),
            weightCorrected: count('photo.corrected', 'weight'),
          },
        },
        { $sort: { photos: -1, '_id.source': 1, '_id.model': 1 } },
      ]);
      return found.map(({ _id: { source, model }, ...counts }) => ({
        source,
        model,
        ...counts,
        share: shareOf(counts),
      }));
    },
  };
}
export type PhotoFactStore = ReturnType<typeof createPhotoFactStore>;

/** Null of no photos. */
export const shareOf = ({ photos, foodCorrected }: { photos: number; foodCorrected: number }): number | null =>
  photos === 0 ? null : foodCorrected / photos;

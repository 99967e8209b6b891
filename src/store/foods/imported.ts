import { Schema, type Connection } from 'mongoose';
import { ImportedDataType, type ImportedFood, type ReleaseName } from '../../model/importedFoods';

/** Rows of imported foods and the names of the releases that count. `index.ts` states the rules. */
interface ImportedFoodRow extends Omit<ImportedFood, 'key'> {
  /** Release and FDC id: the very row that a provenance leads to. */
  _id: string;
}

/** The one row of its collection: which releases count, and who may change that. */
interface CatalogueRow {
  _id: 'current';
  releases: Partial<Record<ImportedDataType, ReleaseName>>;
  /** Raised whenever other releases count. */
  revision: number;
  /** Random word of the import that is under way. */
  lease: string | null;
  leaseUntil: Date;
}

/** What one release is, and how far its import has come. */
export interface ReleaseRow {
  _id: ReleaseName;
  dataType: ImportedDataType;
  /** YYYY-MM-DD, or `undated`. */
  publishedOn: string;
  foods: number;
  /** Foods written, in order of FDC id, and the id of the last: everything up to it stands. */
  written: number;
  through: number;
  state: 'importing' | 'ready';
  startedAt: Date;
  finishedAt: Date | null;
}

const foodSchema = new Schema<ImportedFoodRow>(
  {
    _id: { type: String, required: true },
    release: { type: String, required: true },
    fdcId: { type: Number, required: true },
    name: { type: String, required: true },
    dataType: { type: String, enum: ImportedDataType.options, required: true },
    category: { type: String, default: null },
    per100G: { type: Schema.Types.Mixed, required: true },
    portions: { type: Schema.Types.Mixed, required: true },
    defaultPortionG: { type: Number, default: null },
  },
  { versionKey: false, collection: 'imported_foods', minimize: false },
);
foodSchema.index({ release: 1, fdcId: 1 });

const releaseSchema = new Schema<ReleaseRow>(
  {
    _id: { type: String, required: true },
    dataType: { type: String, enum: ImportedDataType.options, required: true },
    publishedOn: { type: String, required: true },
    foods: { type: Number, required: true },
    written: { type: Number, required: true },
    through: { type: Number, required: true },
    state: { type: String, enum: ['importing', 'ready'], required: true },
    startedAt: { type: Date, required: true },
    finishedAt: { type: Date, default: null },
  },
  { versionKey: false, collection: 'food_releases' },
);
releaseSchema.index({ dataType: 1, state: 1 });

const catalogueSchema = new Schema<CatalogueRow>(
  {
    _id: { type: String, required: true },
    releases: { type: Schema.Types.Mixed, required: true },
    revision: { type: Number, required: true },
    lease: { type: String, default: null },
    leaseUntil: { type: Date, required: true },
  },
  { versionKey: false, collection: 'food_catalogue', minimize: false },
);

/** Rows that are decoded at once. */
const batchSize = 200;

export const importedFoodRows = (connection: Connection) => connection.model('ImportedFood', foodSchema);
export const releaseRows = (connection: Connection) => connection.model('FoodRelease', releaseSchema);
export const catalogueRows = (connection: Connection) => connection.model('FoodCatalogue', catalogueSchema);

export const rowIdOf = (release: ReleaseName, fdcId: number) => `${release}|${fdcId}`;

export const toRow = ({ key: _key, ...food }: ImportedFood): ImportedFoodRow => ({
  _id: rowIdOf(food.release, food.fdcId),
  ...food,
});

/** Rows of versions before 0.9.0 hold the words of their names. */
const withoutWords = { words: 0 };

const fromRow = ({ _id, ...food }: ImportedFoodRow): ImportedFood => ({
  key: `fdc:${food.fdcId}`,
  ...food,
});

export interface Catalogue {
  revision: number;
  /** Names of the releases that count; none before the first import. */
  releases: ReleaseName[];
}

export function createImportedFoods(connection: Connection) {
  const rows = importedFoodRows(connection);
  const catalogue = catalogueRows(connection);

  const current = async (): Promise<Catalogue> => {
    const row = await catalogue
      .findById('current', { revision: 1, releases: 1 })
      .lean<Pick<CatalogueRow, 'revision' | 'releases'>>();
    return { revision: row?.revision ?? 0, releases: Object.values(row?.releases ?? {}).sort() };
  };

  return {
    current,

    /** One food: as `release` states it, else as the releases that count do. Null where they do not hold it. */
    async find(fdcId: number, release?: ReleaseName): Promise<ImportedFood | null> {
      const releases = release === undefined ? (await current()).releases : [release];
      const row = await rows
        .findOne({ _id: { $in: releases.map((name) => rowIdOf(name, fdcId)) } }, withoutWords)
        .lean<ImportedFoodRow>();
      return row && fromRow(row);
    },

    /** Every food of these releases, read in batches. */
    async *all(releases: readonly ReleaseName[]): AsyncGenerator<ImportedFood> {
      const cursor = rows
        .find({ release: { $in: [...releases] } }, withoutWords)
        .sort({ release: 1, fdcId: 1 })
        .lean<ImportedFoodRow[]>()
        .cursor({ batchSize });
      for await (const row of cursor) yield fromRow(row);
    },
  };
}
export type ImportedFoodStore = ReturnType<typeof createImportedFoods>;

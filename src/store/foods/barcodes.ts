import { Schema, type Connection } from 'mongoose';
import type { Food } from '../../model/foods';

/** Products by GTIN, as FoodData Central last answered. Nobody's: a row does not say who asked. */
export interface BrandedFood {
  gtin14: string;
  food: Food;
  brand: string | null;
}

interface BarcodeRow {
  /** GTIN of 14 digits. */
  _id: string;
  /** null: there is no such product. */
  food: Food | null;
  brand: string | null;
  fdcId?: number;
  /** Words of name and brand as matching compares them. */
  words: string[];
  expiresAt: Date;
}

const dayMs = 86_400_000;
const keepMs = 30 * dayMs;
/** Labels are added every month, and a user tries again. */
const keepNothingMs = dayMs;

const schema = new Schema<BarcodeRow>(
  {
    _id: { type: String, required: true },
    food: { type: Schema.Types.Mixed, default: null },
    brand: { type: String, default: null },
    fdcId: Number,
    words: { type: [String], required: true },
    expiresAt: { type: Date, required: true },
  },
  { versionKey: false, collection: 'barcodes', minimize: false },
);
schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
schema.index({ fdcId: 1 }, { partialFilterExpression: { fdcId: { $exists: true } } });
schema.index({ words: 1 });

const fromRow = ({ _id, food, brand }: BarcodeRow): BrandedFood | null => food && { gtin14: _id, food, brand };
/** A letter more than any word has. */
const after = '\uffff';

export function createBarcodes(connection: Connection, clock: () => Date) {
  const rows = connection.model('Barcode', schema);
  return {
    /** The product, null for "there is none", undefined where nobody asked or the answer is too old. */
    async find(gtin14: string): Promise<BrandedFood | null | undefined> {
      const row = await rows.findById(gtin14).lean<BarcodeRow>();
      return !row || row.expiresAt <= clock() ? undefined : fromRow(row);
    },

    async findByFdcId(fdcId: number): Promise<BrandedFood | null> {
      const row = await rows.findOne({ fdcId }).lean<BarcodeRow>();
      return row && fromRow(row);
    },

    /** Products whose names have all of `words` and one that begins with `begun`; '' asks for none. */
    async named(words: readonly string[], begun: string, limit: number): Promise<BrandedFood[]> {
      const parts: object[] = words.map((word) => ({ words: word }));
      if (begun !== '') parts.push({ words: { $gte: begun, $lt: begun + after } });
      if (parts.length === 0) return [];
      // A range on an array may take each bound from another element, so whoever asked looks at what comes back.
      const found = await rows.find({ $and: parts }).sort({ _id: 1 }).limit(limit).lean<BarcodeRow[]>();
      return found.flatMap((row) => fromRow(row) ?? []);
    },

    /** Replaces what was known. */
    async keep(gtin14: string, product: Omit<BrandedFood, 'gtin14'> | null, words: readonly string[]): Promise<void> {
      const expiresAt = new Date(clock().getTime() + (product === null ? keepNothingMs : keepMs));
      const row: BarcodeRow = {
        _id: gtin14,
        food: product?.food ?? null,
        brand: product?.brand ?? null,
        ...(product?.food.fdcId && { fdcId: product.food.fdcId }),
        words: product === null ? [] : [...new Set(words)],
        expiresAt,
      };
      await rows.replaceOne({ _id: gtin14 }, row, { upsert: true });
    },
  };
}
export type BarcodeStore = ReturnType<typeof createBarcodes>;

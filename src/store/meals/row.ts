import { Schema, type Connection, type mongo } from 'mongoose';
import { Appliance } from '../../model/appliances';
import {
  MealCost,
  MealType,
  type Embedding,
  type laterFacts,
  type ListedMeal,
  type Meal,
  type MealFacts,
} from '../../model/meals';
import type { Id } from '../../model/ids';
import { SkillLevel } from '../../model/skills';

/** Rows of meals; `index.ts` states the rules. */
export const mealsCollection = 'meals';

export interface MealRow extends Omit<ListedMeal, 'id' | 'imported' | 'imageId'> {
  _id: Id;
  /** Missing in rows of before 0.6.0. */
  imageId?: Id | null;
  /** float32, little endian. */
  embedding: mongo.Binary | Buffer;
  embeddingMethod: string;
  /** A method that was asked and made nothing of these facts: not asked again until they change. */
  embeddingPassedOver: string | null;
  /** Its likes were counted anew since the catalogue last raised its version for that. */
  countChanged?: boolean;
  /** Words of name, cuisine and ingredients as they are looked for. */
  words: string[];
  active: boolean;
  /** Of an imported meal: what it is known by in its catalogue file, and the digest of what that file last said. */
  importKey?: string;
  importDigest?: string;
  /** Of a meal that was deleted: when its row goes. */
  purgeAt?: Date;
}

/** What follows from the facts, worked out by whoever writes them. */
export interface DerivedFacts {
  words: readonly string[];
  embedding: Embedding;
}

const schema = new Schema<MealRow>(
  {
    _id: { type: String, required: true },
    name: { type: String, required: true },
    description: { type: String, default: null },
    cuisine: { type: String, default: null },
    mealType: { type: String, enum: [...MealType.options, null], default: null },
    nutrition: { type: Schema.Types.Mixed, required: true },
    ingredients: { type: [String], required: true },
    allergens: { type: [String], required: true },
    costLevel: { type: String, enum: [...MealCost.options, null], default: null },
    cookTimeMinutes: { type: Number, default: null },
    prepTimeMinutes: { type: Number, default: null },
    skillLevel: { type: String, enum: [...SkillLevel.options, null], default: null },
    appliances: { type: [String], enum: Appliance.options, required: true },
    isVegetarian: { type: Boolean, default: null },
    isVegan: { type: Boolean, default: null },
    isGlutenFree: { type: Boolean, default: null },
    isDairyFree: { type: Boolean, default: null },
    isNutFree: { type: Boolean, default: null },
    embedding: { type: Buffer, required: true },
    embeddingMethod: { type: String, required: true },
    embeddingPassedOver: { type: String, default: null },
    words: { type: [String], required: true },
    createdBy: { type: String, default: null },
    imageId: { type: String, default: null },
    likeCount: { type: Number, required: true },
    countChanged: Boolean,
    active: { type: Boolean, required: true },
    importKey: String,
    importDigest: String,
    purgeAt: Date,
    revision: { type: Number, required: true },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
  },
  { versionKey: false, collection: mealsCollection, minimize: false },
);
// Lists and the whole catalogue; each filter of a list has its own.
schema.index({ active: 1, _id: -1 });
schema.index({ active: 1, mealType: 1, _id: -1 });
schema.index({ active: 1, cuisine: 1, _id: -1 });
schema.index({ active: 1, words: 1, _id: -1 });
schema.index({ active: 1, costLevel: 1, _id: -1 });
schema.index({ active: 1, isVegetarian: 1, _id: -1 });
schema.index({ countChanged: 1 }, { partialFilterExpression: { countChanged: true } });
// Statistics are counted from these alone.
schema.index({ active: 1, skillLevel: 1 });
// What is to be embedded (`embedding.ts`): those passed over are skipped within it.
schema.index({ active: 1, embeddingMethod: 1, embeddingPassedOver: 1 });
schema.index({ createdBy: 1, _id: 1 });
schema.index({ importKey: 1 }, { unique: true, partialFilterExpression: { importKey: { $exists: true } } });
schema.index({ purgeAt: 1 }, { expireAfterSeconds: 0, partialFilterExpression: { purgeAt: { $exists: true } } });

export const mealRows = (connection: Connection) => connection.model('Meal', schema);

export const toBytes = (vector: Float32Array): Buffer =>
  Buffer.from(vector.buffer.slice(vector.byteOffset, vector.byteOffset + vector.byteLength));

/** A copy: what MongoDB handed over lies in a larger buffer, and not where four bytes begin. */
const toVector = (stored: mongo.Binary | Buffer): Float32Array => {
  const bytes = Buffer.isBuffer(stored) ? stored : stored.buffer;
  return new Float32Array(new Uint8Array(bytes).buffer, 0, Math.floor(bytes.byteLength / 4));
};

/** A row in which what is told of meals only since 0.6.0 may be missing. */
type StoredFacts = Omit<MealFacts, LaterFact> & Partial<Pick<MealFacts, LaterFact>>;
type LaterFact = (typeof laterFacts)[number];

export const factsOf = (row: StoredFacts): MealFacts => ({
  name: row.name,
  description: row.description ?? null,
  cuisine: row.cuisine,
  mealType: row.mealType,
  nutrition: row.nutrition,
  ingredients: row.ingredients,
  allergens: row.allergens,
  costLevel: row.costLevel,
  cookTimeMinutes: row.cookTimeMinutes,
  prepTimeMinutes: row.prepTimeMinutes ?? null,
  skillLevel: row.skillLevel,
  appliances: row.appliances,
  isVegetarian: row.isVegetarian ?? null,
  isVegan: row.isVegan ?? null,
  isGlutenFree: row.isGlutenFree ?? null,
  isDairyFree: row.isDairyFree ?? null,
  isNutFree: row.isNutFree ?? null,
});

/** What a list reads of a row: embeddings are most of its bytes. */
export const listedFields = { embedding: 0, words: 0 } as const;
export type ListedRow = Omit<MealRow, keyof typeof listedFields>;

export const listedFromRow = (row: ListedRow): ListedMeal => ({
  id: row._id,
  ...factsOf(row),
  createdBy: row.createdBy,
  imageId: row.imageId ?? null,
  imported: row.importKey !== undefined,
  likeCount: row.likeCount,
  revision: row.revision,
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
});

export const fromRow = (row: MealRow): Meal => ({
  ...listedFromRow(row),
  embedding: { method: row.embeddingMethod, vector: toVector(row.embedding) },
});

/** The fields of a row that follow from facts. */
export const factFields = (facts: MealFacts, { words, embedding }: DerivedFacts) => ({
  ...facts,
  words: [...words],
  embedding: toBytes(embedding.vector),
  embeddingMethod: embedding.method,
  embeddingPassedOver: null,
});

import { Schema, type Connection, type mongo } from 'mongoose';
import { Appliance } from '../../model/appliances';
import { MealCost, MealType, type Embedding, type Meal, type MealFacts } from '../../model/meals';
import type { Id } from '../../model/ids';
import { SkillLevel } from '../../model/skills';

/** Rows of meals; `index.ts` states the rules. */
export const mealsCollection = 'meals';

export interface MealRow extends Omit<Meal, 'id' | 'embedding'> {
  _id: Id;
  /** float32, little endian. */
  embedding: mongo.Binary | Buffer;
  embeddingMethod: string;
  /** A method that was asked and made nothing of these facts: not asked again until they change. */
  embeddingPassedOver: string | null;
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
    cuisine: { type: String, default: null },
    mealType: { type: String, enum: MealType.options, required: true },
    nutrition: { type: Schema.Types.Mixed, required: true },
    ingredients: { type: [String], required: true },
    allergens: { type: [String], required: true },
    costLevel: { type: String, enum: [...MealCost.options, null], default: null },
    cookTimeMinutes: { type: Number, default: null },
    skillLevel: { type: String, enum: [...SkillLevel.options, null], default: null },
    appliances: { type: [String], enum: Appliance.options, required: true },
    embedding: { type: Buffer, required: true },
    embeddingMethod: { type: String, required: true },
    embeddingPassedOver: { type: String, default: null },
    words: { type: [String], required: true },
    createdBy: { type: String, default: null },
    likeCount: { type: Number, required: true },
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

export const factsOf = (row: MealFacts): MealFacts => ({
  name: row.name,
  cuisine: row.cuisine,
  mealType: row.mealType,
  nutrition: row.nutrition,
  ingredients: row.ingredients,
  allergens: row.allergens,
  costLevel: row.costLevel,
  cookTimeMinutes: row.cookTimeMinutes,
  skillLevel: row.skillLevel,
  appliances: row.appliances,
});

export const fromRow = (row: MealRow): Meal => ({
  id: row._id,
  ...factsOf(row),
  embedding: { method: row.embeddingMethod, vector: toVector(row.embedding) },
  createdBy: row.createdBy,
  likeCount: row.likeCount,
  revision: row.revision,
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
});

/** The fields of a row that follow from facts. */
export const factFields = (facts: MealFacts, { words, embedding }: DerivedFacts) => ({
  ...facts,
  words: [...words],
  embedding: toBytes(embedding.vector),
  embeddingMethod: embedding.method,
  embeddingPassedOver: null,
});

import type { Embedding, MealFacts, MealNutrition } from '../model/meals';
import { nameStems } from './foods';

/**
 * Embeddings of our own: no model, no network, the same on every machine.
 *
 * E1  Words are hashed into `textNumbers` places with a sign each (Weinberger et al. 2009, "Feature hashing for large scale multitask
 *     learning"), so that chance meetings of words cancel out on average.
 * E2  Figures are `figureNumbers` more places, each its distance from a usual serving on a scale of logarithms; what is not known is 0,
 *     the usual.
 * E3  Both parts have fixed shares of the length, which is 1: the scalar product of two is their cosine.
 * E4  Another way to compute them is another method: its name goes up by one.
 */
export const ownMethod = 'palate-hash-1';
const textNumbers = 240;
const figureNumbers = 16;
export const ownNumbers = textNumbers + figureNumbers;

/** Of the squared length. */
const figureShare = 0.2;
const weights = {
  name: 3,
  nameBigram: 2,
  ingredient: 1.5,
  ingredientBigram: 1,
  cuisine: 3,
  mealType: 2,
  allergen: 0.5,
};

/** FNV-1a of 32 bits over UTF-16 units, with the finalizer of MurmurHash3, as single bits of FNV are poor. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) state = Math.imul(state ^ text.charCodeAt(at), 0x01000193);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}

/** A usual serving, and the spread of the logarithm around it. */
const usual = {
  kcal: 450,
  proteinG: 22,
  carbohydrateG: 45,
  fatG: 18,
  fibreG: 6,
  sugarG: 9,
  sodiumMg: 600,
  glycemicIndex: 50,
} as const satisfies Record<keyof MealNutrition, number>;
const figureKeys = Object.keys(usual) as (keyof MealNutrition)[];

/** -1 to 1: a tenth and ten times the usual are nearly the ends. */
const distance = (value: number, from: number): number => Math.tanh(Math.log((value + 1) / (from + 1)));

function figuresOf(nutrition: MealNutrition): Float64Array {
  const part = new Float64Array(figureNumbers);
  for (const [at, key] of figureKeys.entries()) {
    const value = nutrition[key];
    if (value !== null) part[at] = distance(value, usual[key]);
  }
  // Shares of the energy tell a salad from a cake of the same energy.
  const { proteinG, carbohydrateG, fatG } = nutrition;
  const energies = [4 * (proteinG ?? 0), 4 * (carbohydrateG ?? 0), 9 * (fatG ?? 0)];
  const whole = energies.reduce((sum, energy) => sum + energy, 0);
  if (proteinG !== null && carbohydrateG !== null && fatG !== null && whole > 0)
    for (const [at, energy] of energies.entries()) part[figureKeys.length + at] = (2 * energy) / whole - 2 / 3;
  return part;
}

function textOf({ name, cuisine, mealType, ingredients, allergens }: MealFacts): Float64Array {
  const part = new Float64Array(textNumbers);
  const add = (feature: string, weight: number) => {
    const place = hash(feature);
    // The lowest bit is the sign, the others the place.
    const at = (place >>> 1) % textNumbers;
    part[at] = (part[at] ?? 0) + ((place & 1) === 1 ? weight : -weight);
  };
  const words = (text: string, weight: number, pairWeight: number) => {
    const stems = nameStems(text);
    for (const [at, stem] of stems.entries()) {
      add(`word ${stem}`, weight);
      const next = stems[at + 1];
      if (next !== undefined) add(`pair ${stem} ${next}`, pairWeight);
    }
  };
  words(name, weights.name, weights.nameBigram);
  // The more there are, the less each says.
  const share = 1 / Math.sqrt(Math.max(1, ingredients.length / 5));
  for (const ingredient of ingredients) words(ingredient, weights.ingredient * share, weights.ingredientBigram * share);
  if (cuisine !== null) add(`cuisine ${cuisine}`, weights.cuisine);
  if (mealType !== null) add(`type ${mealType}`, weights.mealType);
  for (const allergen of allergens) add(`allergen ${allergen}`, weights.allergen);
  return part;
}

const lengthOf = (part: ArrayLike<number>): number => {
  let sum = 0;
  for (const value of Array.from(part)) sum += value ** 2;
  return Math.sqrt(sum);
};

/** The same direction with length 1; null where there is none: nothing but zeros, or a number that is none. */
export function normalised(values: ArrayLike<number>): Float32Array | null {
  const length = lengthOf(values);
  if (!(length > 0) || !Number.isFinite(length)) return null;
  const vector = new Float32Array(values.length);
  for (let at = 0; at < values.length; at += 1) vector[at] = (values[at] ?? 0) / length;
  return vector;
}

/** `ownNumbers` numbers of length 1. */
export function ownEmbedding(facts: MealFacts): Embedding {
  const text = textOf(facts);
  const figures = figuresOf(facts.nutrition);
  const scaleText = Math.sqrt(1 - figureShare) / (lengthOf(text) || 1);
  const scaleFigures = Math.sqrt(figureShare) / (lengthOf(figures) || 1);
  const joined = new Float64Array(ownNumbers);
  for (const [at, n] of text.entries()) joined[at] = n * scaleText;
  for (const [at, n] of figures.entries()) joined[textNumbers + at] = n * scaleFigures;
  return { method: ownMethod, vector: normalised(joined) ?? typeAlone(facts.mealType) };
}

/** Where all words cancel out and no figure is known. */
function typeAlone(mealType: string | null): Float32Array {
  const vector = new Float32Array(ownNumbers);
  vector[(hash(`type ${mealType ?? ''}`) >>> 1) % textNumbers] = 1;
  return vector;
}

/** Cosine of two embeddings of one method, -1 to 1. Throws a RangeError where their lengths differ. */
export function likeness(one: Float32Array, other: Float32Array): number {
  if (one.length !== other.length) throw new RangeError(`${one.length} and ${other.length} numbers cannot be compared`);
  let sum = 0;
  for (let at = 0; at < one.length; at += 1) sum += (one[at] ?? 0) * (other[at] ?? 0);
  return sum;
}

/** At three bytes a character and a token a byte still below the 8,191 tokens that embedding models take. */
const mostTextChars = 2_000;
/** What a language model is asked to embed: words of the catalogue and nothing of who wrote them. */
export const embeddedText = ({ name, cuisine, mealType, ingredients }: MealFacts): string =>
  [
    name,
    ...(cuisine === null && mealType === null ? [] : [[cuisine, mealType].filter((word) => word !== null).join(' ')]),
    ...(ingredients.length > 0 ? [`Ingredients: ${ingredients.join(', ')}`] : []),
  ]
    .join('. ')
    .slice(0, mostTextChars)
    // No half of a pair at the end.
    .replace(/[\uD800-\uDBFF]$/, '');

/** Words under which a meal is found: of its name, its cuisine and what is in it. */
export const mealWords = ({ name, cuisine, ingredients }: MealFacts): string[] => [
  ...new Set([name, cuisine ?? '', ...ingredients].flatMap(nameStems)),
];

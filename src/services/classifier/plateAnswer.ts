import { z } from 'zod';
import { mostPlateFoods, type PlateFood } from '../../model/photos';
import { longestLabel, readableLabel } from './classifier';

/**
 * The foods of a plate in what a language model wrote, which was asked for `{is_food, foods: [{label, grams, confidence}]}`.
 *
 * P1  Models that do not keep to a schema are read where what they mean is plain: another key for the same thing, one food in place of a list,
 *     "100 g", "high".
 * P2  A label must read like the name of a food; one odd food among many is left out and does not spoil the rest.
 * P3  What it does not know is null, never a guess of ours: a weight that is no weight of a food is not known.
 * P4  One food is one line: the same label again is more of it, and of no known weight unless all of it is.
 * P5  How sure it is, is on the label: where it does not say, as sure as not.
 */
const heaviestG = 5000;
const mostLabelWords = 8;
/** Of a food that a model names without a word on how sure it is. */
const unstatedConfidence = 0.5;

const labelKeys = ['label', 'name', 'food', 'item', 'dish'] as const;
const gramsKeys = ['grams', 'weight_g', 'weight_grams', 'weight_in_grams', 'estimated_grams', 'weight'] as const;
const confidenceKeys = ['confidence', 'confidence_score', 'certainty', 'probability', 'score'] as const;
const foodsKeys = ['foods', 'items', 'food_items', 'food'] as const;

// "evil.shop" is one; "Dr.Pepper" is the name of a drink.
const address = /\b(?:[Ww]{3}|[Hh]ttps?)\b|[\p{Ll}\p{N}]\.\p{Ll}{2,}/u;

/** The name of a food: letters first of all, no markup, no address, not a sentence. */
const Label = z
  .string()
  .max(200)
  .transform((text) => text.normalize('NFC').replace(/ +/g, ' ').trim())
  .refine(
    (text) =>
      text.length <= longestLabel &&
      readableLabel.test(text) &&
      /\p{L}/u.test(text) &&
      !address.test(text) &&
      text.split(/[ _]/).length <= mostLabelWords,
  );

const gramsOfUnit: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['g', 1],
  ['gr', 1],
  ['gram', 1],
  ['grams', 1],
  ['kg', 1000],
  ['oz', 28.35],
]);
const weight =
  /^(?:about|approx\.?|approximately|around|ca\.?|~)? ?(\d+(?:\.\d+)?)(?: ?(?:-|–|to) ?(\d+(?:\.\d+)?))? ?([a-z]*)$/;

/** "100 g", "~0.2 kg"; of "100-150 g" the middle. */
const gramsOf = (written: unknown): unknown => {
  if (typeof written !== 'string') return written;
  const [, least, most = least, unit = ''] = weight.exec(written.slice(0, 40).trim().toLowerCase()) ?? [];
  return ((Number(least) + Number(most)) / 2) * (gramsOfUnit.get(unit) ?? NaN);
};
const Grams = z.preprocess(gramsOf, z.number().positive().max(heaviestG).nullable()).catch(null);

const sureness: ReadonlyMap<string, number> = new Map([
  ['certain', 1],
  ['very high', 0.95],
  ['high', 0.9],
  ['likely', 0.75],
  ['medium', 0.6],
  ['moderate', 0.6],
  ['low', 0.3],
  ['very low', 0.1],
]);

const confidenceOf = (written: unknown): unknown => {
  if (typeof written === 'number') return written;
  const said = typeof written === 'string' ? written.slice(0, 40).trim().toLowerCase().replaceAll('_', ' ') : '';
  const [, amount, percent] = /^(\d+(?:\.\d+)?) ?(%?)$/.exec(said) ?? [];
  if (amount !== undefined) return Number(amount) / (percent === '%' ? 100 : 1);
  return sureness.get(said) ?? unstatedConfidence;
};
const Confidence = z.preprocess(
  confidenceOf,
  z.number().transform((value) => Math.min(Math.max(value, 0), 1)),
);

const Named = z.object({ label: Label, grams: Grams, confidence: Confidence });
const Foods = z.array(z.unknown()).max(1000);
const Keyed = z.record(z.string(), z.unknown());

type Keyed = z.infer<typeof Keyed>;

const firstOf = (object: Keyed, keys: readonly string[]): unknown => {
  const key = keys.find((one) => Object.hasOwn(object, one));
  return key === undefined ? undefined : object[key];
};

/** One food, under whichever of its keys; null where it is none. */
const foodIn = (written: unknown): PlateFood | null => {
  const object = Keyed.safeParse(written).data;
  if (object === undefined) return null;
  const named = Named.safeParse({
    label: firstOf(object, labelKeys),
    grams: firstOf(object, gramsKeys),
    confidence: firstOf(object, confidenceKeys),
  });
  return named.data ?? null;
};

const sameFood = (label: string): string => label.toLowerCase().replace(/[_\s-]+/g, ' ');

const together = (one: PlateFood, more: PlateFood): PlateFood => ({
  label: one.label,
  grams: Grams.parse(one.grams === null || more.grams === null ? null : one.grams + more.grams),
  confidence: Math.max(one.confidence, more.confidence),
});

const isYes = (written: unknown): boolean | undefined => {
  if (typeof written === 'boolean') return written;
  if (typeof written !== 'string') return undefined;
  const word = written.trim().toLowerCase();
  return word === 'true' || word === 'yes' ? true : word === 'false' || word === 'no' ? false : undefined;
};

/** What was listed as foods; undefined where nothing was. */
const listed = (object: Keyed): readonly unknown[] | undefined => {
  const foods = firstOf(object, foodsKeys);
  if (typeof foods === 'object' && foods !== null) return Foods.safeParse(Array.isArray(foods) ? foods : [foods]).data;
  return foodIn(object) === null ? undefined : [object];
};

/** The foods that it names, at most `mostPlateFoods` in its order; none where it sees no food. Null: that is no answer. */
export const plateFoodsIn = (written: unknown): PlateFood[] | 'no food' | null => {
  const isList = Array.isArray(written);
  let object = isList ? { foods: written as unknown } : Keyed.safeParse(written).data;
  // {"foods_on_the_plate": {…}}
  const [only, ...others] = Object.values(object ?? {});
  if (!isList && others.length === 0 && !(object !== undefined && listed(object)?.some((one) => foodIn(one) !== null)))
    object = Keyed.safeParse(only).data ?? object;
  if (object === undefined) return null;
  if (isYes(object.is_food) === false) return 'no food';
  const foods = listed(object);
  if (foods === undefined) return null;
  // Names alone, where nothing else is told of any.
  const named = foods.every((food) => typeof food === 'string') ? foods.map((label) => ({ label })) : foods;
  const plate = new Map<string, PlateFood>();
  for (const one of named) {
    const food = foodIn(one);
    if (food === null) continue;
    const key = sameFood(food.label);
    const known = plate.get(key);
    plate.set(key, known === undefined ? food : together(known, food));
  }
  return [...plate.values()].slice(0, mostPlateFoods);
};

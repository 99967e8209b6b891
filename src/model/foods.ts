import { z } from 'zod';

const amount = z.number().min(0).nullable();

/** Amounts of one portion or of 100 g. `null` is "not known", which is not zero. */
export const Nutrients = z.object({
  kcal: amount,
  proteinG: amount,
  fatG: amount,
  carbohydrateG: amount,
  fibreG: amount,
  sugarG: amount,
  sodiumMg: amount,
});
export type Nutrients = z.infer<typeof Nutrients>;
export type Nutrient = keyof Nutrients;

/** What 100 g can hold at most: rounding and water loss let sums pass 100 g by a hair, pure fat has 902 kcal, pure salt 38,758 mg of sodium. */
export const mostPer100G = { kcal: 910, grams: 101, sodiumMg: 40_000 } as const;

/** A household portion, for example `{ description: '1 slice', grams: 107 }`. */
export const FoodPortion = z.object({ description: z.string(), grams: z.number().positive() });
export type FoodPortion = z.infer<typeof FoodPortion>;

export const foodKeyForm = /^(?:fdc:[1-9]\d{0,9}|table:[a-z0-9_]{1,100}|own:[0-9a-f]{24})$/;
/** Names a food: `table:<slug>`, `fdc:<fdcId>` or `own:<id>`. */
export const FoodKey = z
  .string()
  .max(120)
  .regex(foodKeyForm, 'is no id of a food: fdc:…, table:… or own:…')
  .meta({ example: 'table:pizza' });

/** A food with figures: of our own table, of FoodData Central, or one that a user described. */
export const Food = z.object({
  /** A `FoodKey`. */
  key: z.string(),
  name: z.string(),
  fdcId: z.number().int().positive().nullable(),
  per100G: Nutrients,
  portions: z.array(FoodPortion),
  /** USDA's default portion ("Quantity not specified"), or ours; grams. */
  defaultPortionG: z.number().positive().nullable(),
  /** Release of FoodData Central that an imported food belongs to; missing for all others. */
  release: z.string().optional(),
  /** The source's category: of a survey food "Wine", "Yogurt, Greek". */
  category: z.string().nullable().optional(),
});
export type Food = z.infer<typeof Food>;

/** Where a figure comes from. */
export const ProvenanceSource = z.enum(['fdc', 'table', 'own', 'caption', 'estimate', 'user']);
export type ProvenanceSource = z.infer<typeof ProvenanceSource>;

export const Provenance = z.object({
  source: ProvenanceSource,
  /** Key of the food, and the release where it was imported: together they lead to the very row, also after newer imports. */
  foodKey: z.string().optional(),
  release: z.string().optional(),
  fdcId: z.number().int().positive().nullable(),
  description: z.string(),
  per100G: Nutrients,
  grams: z.number().min(0),
  /** True of an alcoholic drink, whose energy is more than that of its protein, fat and carbohydrate; missing for all others. */
  alcoholic: z.literal(true).optional(),
});
export type Provenance = z.infer<typeof Provenance>;

/**
 * Where the weight of an item comes from. `caption`: the user's words gave an amount; `memory`: what the same user said of a plate
 * that looked the same; `picture`: a model judged it by eye.
 */
export const PortionSource = z.enum(['given', 'caption', 'memory', 'usda', 'table', 'picture', 'estimate']);
export type PortionSource = z.infer<typeof PortionSource>;

/** Energy range in kcal that should hold the truth in `level` of all cases; missing in what was written before levels were told. */
export const Interval = z.object({ low: z.number().min(0), high: z.number().min(0), level: z.number().optional() });
export type Interval = z.infer<typeof Interval>;

/** What an item may be instead: another food, or another amount of the same. Taken by naming the food and the grams. */
export const ItemCandidate = z.object({
  /** Of the food, and the release where it was imported. */
  foodKey: z.string(),
  release: z.string().optional(),
  name: z.string(),
  grams: z.number().positive(),
  /** The food's portion that weighs so much, in words. */
  portion: z.string().optional(),
  kcal: amount,
});
export type ItemCandidate = z.infer<typeof ItemCandidate>;

/** One food on the plate with its figures; `provenance` lists the foods its figures were computed from (one for each ingredient). */
export const AnalyzedItem = z.object({
  /** Names the item within its entry and stays with it through corrections; missing in what was written before items had one. */
  id: z.string().optional(),
  /** Of an item that was added: the request that did it. */
  request: z.string().optional(),
  label: z.string(),
  grams: z.number().min(0),
  portionSource: PortionSource,
  nutrients: Nutrients,
  interval: Interval,
  ingredients: z.array(z.string()),
  provenance: z.array(Provenance),
  /** True where a figure is not from a database. */
  estimated: z.boolean(),
  /** Where words leave open which food or how much of it: what else may be meant, likeliest first. */
  candidates: z.array(ItemCandidate).optional(),
});
export type AnalyzedItem = z.infer<typeof AnalyzedItem>;

/**
 * One row of our own food table (data/foods.json): figures per 100 g and portions of USDA FoodData Central's survey
 * foods, cited by `fdcId`. Rows without `fdcId` are weighted sums of their ingredients; `note` says so.
 */
export const FoodRow = z.object({
  /** Lower case with underscores; for the dishes of Food-101 the classifier's label. */
  slug: z.string().regex(/^[a-z0-9_]+$/),
  name: z.string(),
  /** True for the 101 dishes of Food-101. */
  label: z.boolean(),
  aliases: z.array(z.string()),
  per100G: Nutrients,
  /** The usual portion, and whether it is USDA's default ("Quantity not specified") or ours. */
  portionG: z.number().positive(),
  portionFrom: z.enum(['usda', 'table']),
  /** Grams of one household unit: cup, slice, `each` (one whole), small, medium, large … */
  household: z.array(z.object({ unit: z.string(), grams: z.number().positive(), source: z.enum(['usda', 'table']) })),
  fdcId: z.number().int().positive().nullable(),
  fdcDescription: z.string().nullable(),
  /** The survey's category of that food ("Wine"); null for sums of ingredients. */
  category: z.string().nullable(),
  liquid: z.boolean(),
  /** A kind of dish ("pizza", "soup") that stays itself with another word before it ("mushroom soup"). */
  generic: z.boolean(),
  /** Slugs of this table with the grams of one usual portion; empty for what is not put together from others. */
  ingredients: z.array(z.object({ food: z.string(), grams: z.number().positive() })),
  note: z.string().nullable(),
  /** Of a raw or dry food whose figures come from the cooked one: that survey food, and the grams of it that 100 g make. */
  cookedAs: z.object({ fdcId: z.number().int().positive(), gramsPer100G: z.number().positive() }).optional(),
});
export type FoodRow = z.infer<typeof FoodRow>;

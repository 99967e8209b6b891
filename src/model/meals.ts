import { z } from 'zod';
import { Appliance, applianceNames, applianceOf } from './appliances';
import { Nutrients } from './foods';
import { Id } from './ids';
import { plain, prose } from './plainText';
import { recordOf } from './records';
import { SkillLevel } from './skills';
import { oneOfWords } from './stated';

/**
 * Meals: dishes of the catalogue that all users share.
 *
 * M1  A figure that nobody stated is null, never 0; a list that nobody stated is empty.
 * M2  Figures are of one serving.
 * M3  Cuisines and allergens are lower case, so that they can be counted and compared.
 */
export const MealType = z.enum(['breakfast', 'lunch', 'dinner', 'snack']);
export type MealType = z.infer<typeof MealType>;
export const MealCost = z.enum(['low', 'medium', 'high']);

/** Of one serving; the glycaemic index has no unit. */
export const MealNutrition = Nutrients.extend({ glycemicIndex: z.number().min(0).nullable() });
export type MealNutrition = z.infer<typeof MealNutrition>;

/** What a diet asks of a dish. */
export const dietFlags = ['isVegetarian', 'isVegan', 'isGlutenFree', 'isDairyFree', 'isNutFree'] as const;
const ofDiets = <S>(said: S) => ({
  isVegetarian: said,
  isVegan: said,
  isGlutenFree: said,
  isDairyFree: said,
  isNutFree: said,
});

/** What is said of a dish. */
export const MealFacts = z.object({
  name: z.string(),
  description: z.string().nullable(),
  cuisine: z.string().nullable(),
  mealType: MealType.nullable(),
  nutrition: MealNutrition,
  ingredients: z.array(z.string()),
  allergens: z.array(z.string()),
  costLevel: MealCost.nullable(),
  cookTimeMinutes: z.number().int().nullable(),
  prepTimeMinutes: z.number().int().nullable(),
  skillLevel: SkillLevel.nullable(),
  appliances: z.array(Appliance),
  ...ofDiets(z.boolean().nullable()),
});
export type MealFacts = z.infer<typeof MealFacts>;

/** Facts that meals have had only since 0.6.0; null in rows, files and digests that are older. */
export const laterFacts = ['description', 'prepTimeMinutes', ...dietFlags] as const satisfies (keyof MealFacts)[];

/** Where a meal lies among the others: near those that are like it. Vectors of different methods cannot be compared. */
export interface Embedding {
  method: string;
  /** Of length 1. */
  vector: Float32Array;
}

export const Meal = MealFacts.extend({
  id: Id,
  embedding: z.custom<Embedding>(),
  /** Null: imported by an operator, or its author's account was erased. */
  createdBy: Id.nullable(),
  /** The upload that shows it; null: none. */
  imageId: Id.nullable(),
  /** It came with a catalogue file of an operator. */
  imported: z.boolean(),
  likeCount: z.number().int(),
  /** Raised by every change of the facts. */
  revision: z.number().int(),
  createdAt: z.date(),
  updatedAt: z.date(),
});
export type Meal = z.infer<typeof Meal>;
/** A meal for people's eyes. */
export type ListedMeal = Omit<Meal, 'embedding'>;

/** What plans and the context need to know of a meal. */
export type NamedMeal = Pick<Meal, 'id' | 'name' | 'cuisine' | 'mealType' | 'nutrition'>;

/**
 * Meals as SmartBite's clients and catalogue files write them: `calories`, `carbs`, `cookTime`. Both names of an appliance are understood
 * (`oven`, `hasOven`), and appliances also as `{ hasOven: true }`.
 */
const lower = (most: number) => plain(most).toLowerCase();
const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];
const ApplianceName = oneOfWords(z.string().max(40), applianceNames).transform((text, ctx) => {
  const appliance = applianceOf(text);
  if (appliance !== undefined) return appliance;
  ctx.addIssue({
    code: 'custom',
    message: `${JSON.stringify(text)} is not known; use ${Appliance.options.join(', ')}`,
  });
  return z.NEVER;
});
const Appliances = z
  .union([
    z.array(ApplianceName).max(20, 'has more than 20 entries'),
    z
      .record(ApplianceName, z.boolean())
      .transform((owned) => Appliance.options.filter((appliance) => owned[appliance])),
  ])
  .transform(distinct);

const amount = (most: number) => z.number().min(0).max(most).nullish();
/** A serving for several people is no serving: these are far above what one person eats. */
export const NutritionIn = z.strictObject({
  calories: amount(10_000).meta({ description: 'kcal' }),
  protein: amount(1_000).meta({ description: 'g' }),
  carbs: amount(2_000).meta({ description: 'g' }),
  fats: amount(1_000).meta({ description: 'g' }),
  fiber: amount(500).meta({ description: 'g' }),
  sugar: amount(2_000).meta({ description: 'g' }),
  sodium: amount(100_000).meta({ description: 'mg' }),
  glycemicIndex: amount(200),
});
type NutritionIn = z.output<typeof NutritionIn>;

const minutes = z.number().int().min(0).max(10_080).nullish().meta({ description: 'Minutes' });

/** A change of a meal: what is left out stays as it is, `null` clears it. */
export const MealChange = z.strictObject({
  name: plain(200).optional(),
  description: prose(2_000).nullish(),
  cuisine: lower(60).nullish(),
  mealType: MealType.nullish(),
  nutrition: NutritionIn.nullish(),
  ingredients: z.array(plain(200)).max(100, 'has more than 100 entries').nullish(),
  allergens: z.array(lower(60)).max(50, 'has more than 50 entries').nullish(),
  costLevel: MealCost.nullish(),
  cookTime: minutes,
  prepTimeMinutes: minutes,
  skillLevel: SkillLevel.nullish(),
  appliances: Appliances.nullish(),
  ...ofDiets(z.boolean().nullish()),
});
export type MealChange = z.output<typeof MealChange>;

export const NewMeal = MealChange.required({ name: true });
export type NewMeal = z.output<typeof NewMeal>;
/** A file names the type of each of its meals; null where the catalogue itself has none. Its rows may hold more. */
export const MealInFile = z.object({ ...NewMeal.shape, mealType: MealType.nullable() });

const figures = {
  kcal: 'calories',
  proteinG: 'protein',
  carbohydrateG: 'carbs',
  fatG: 'fats',
  fibreG: 'fiber',
  sugarG: 'sugar',
  sodiumMg: 'sodium',
  glycemicIndex: 'glycemicIndex',
} as const satisfies Record<keyof MealNutrition, keyof NutritionIn>;
export const mealFigures = Object.entries(figures) as [keyof MealNutrition, keyof NutritionIn][];

const noNutrition: MealNutrition = recordOf(
  mealFigures.map(([key]) => key),
  () => null,
);

const changedNutrition = (before: MealNutrition, sent: NutritionIn | null): MealNutrition => {
  if (sent === null) return noNutrition;
  const after = { ...before };
  for (const [key, name] of mealFigures) if (sent[name] !== undefined) after[key] = sent[name];
  return after;
};

const sent = <T>(said: T | undefined, stood: T): T => (said === undefined ? stood : said);

/** The facts of a meal after a change. */
export const withChange = (before: MealFacts, change: MealChange): MealFacts => ({
  name: change.name ?? before.name,
  description: sent(change.description, before.description),
  cuisine: sent(change.cuisine, before.cuisine),
  mealType: sent(change.mealType, before.mealType),
  nutrition: change.nutrition === undefined ? before.nutrition : changedNutrition(before.nutrition, change.nutrition),
  ingredients: change.ingredients === undefined ? before.ingredients : (change.ingredients ?? []),
  allergens: change.allergens === undefined ? before.allergens : distinct(change.allergens ?? []),
  costLevel: sent(change.costLevel, before.costLevel),
  cookTimeMinutes: sent(change.cookTime, before.cookTimeMinutes),
  prepTimeMinutes: sent(change.prepTimeMinutes, before.prepTimeMinutes),
  skillLevel: sent(change.skillLevel, before.skillLevel),
  appliances: change.appliances === undefined ? before.appliances : (change.appliances ?? []),
  isVegetarian: sent(change.isVegetarian, before.isVegetarian),
  isVegan: sent(change.isVegan, before.isVegan),
  isGlutenFree: sent(change.isGlutenFree, before.isGlutenFree),
  isDairyFree: sent(change.isDairyFree, before.isDairyFree),
  isNutFree: sent(change.isNutFree, before.isNutFree),
});

export const newMealFacts = (said: NewMeal): MealFacts =>
  withChange(
    {
      name: said.name,
      description: null,
      cuisine: null,
      mealType: null,
      nutrition: noNutrition,
      ingredients: [],
      allergens: [],
      costLevel: null,
      cookTimeMinutes: null,
      prepTimeMinutes: null,
      skillLevel: null,
      appliances: [],
      ...ofDiets(null),
    },
    said,
  );

import { z } from 'zod';
import { Appliance, applianceOf } from './appliances';
import { Nutrients } from './foods';
import { Id } from './ids';
import { recordOf } from './records';
import { SkillLevel } from './skills';

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

/** What is said of a dish. */
export const MealFacts = z.object({
  name: z.string(),
  cuisine: z.string().nullable(),
  mealType: MealType,
  nutrition: MealNutrition,
  ingredients: z.array(z.string()),
  allergens: z.array(z.string()),
  costLevel: MealCost.nullable(),
  cookTimeMinutes: z.number().int().nullable(),
  skillLevel: SkillLevel.nullable(),
  appliances: z.array(Appliance),
});
export type MealFacts = z.infer<typeof MealFacts>;

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
  likeCount: z.number().int(),
  /** Raised by every change of the facts. */
  revision: z.number().int(),
  createdAt: z.date(),
  updatedAt: z.date(),
});
export type Meal = z.infer<typeof Meal>;

/** What plans and the context need to know of a meal. */
export type NamedMeal = Pick<Meal, 'id' | 'name' | 'cuisine' | 'mealType' | 'nutrition'>;

/**
 * Meals as SmartBite's clients and catalogue files write them: `calories`, `carbs`, `cookTime`. Both names of an appliance are understood
 * (`oven`, `hasOven`), and appliances also as `{ hasOven: true }`.
 */
const plain = (most: number) =>
  z
    .string()
    .transform((text) => text.normalize('NFC').replace(/\s+/g, ' ').trim())
    .pipe(
      z
        .string()
        .min(1, 'is empty')
        .max(most, `is longer than ${most} characters`)
        .regex(/^[^\p{Cc}\uFFFD]*$/u, 'holds characters that cannot be shown'),
    );
const lower = (most: number) => plain(most).transform((text) => text.toLowerCase());
const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];
const ApplianceName = z
  .string()
  .max(40)
  .meta({ example: 'oven' })
  .transform((text, ctx) => {
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
export const NutritionIn = z.object({
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

/** A change of a meal: what is left out stays as it is, `null` clears it. */
export const MealChange = z.object({
  name: plain(200).optional(),
  cuisine: lower(60).nullish(),
  mealType: MealType.optional(),
  nutrition: NutritionIn.nullish(),
  ingredients: z.array(plain(200)).max(100, 'has more than 100 entries').nullish(),
  allergens: z.array(lower(60)).max(50, 'has more than 50 entries').nullish(),
  costLevel: MealCost.nullish(),
  cookTime: z.number().int().min(0).max(10_080).nullish().meta({ description: 'Minutes' }),
  skillLevel: SkillLevel.nullish(),
  appliances: Appliances.nullish(),
});
export type MealChange = z.output<typeof MealChange>;

export const NewMeal = MealChange.required({ name: true, mealType: true });
export type NewMeal = z.output<typeof NewMeal>;

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

/** The facts of a meal after a change. */
export const withChange = (before: MealFacts, change: MealChange): MealFacts => ({
  name: change.name ?? before.name,
  cuisine: change.cuisine === undefined ? before.cuisine : change.cuisine,
  mealType: change.mealType ?? before.mealType,
  nutrition: change.nutrition === undefined ? before.nutrition : changedNutrition(before.nutrition, change.nutrition),
  ingredients: change.ingredients === undefined ? before.ingredients : (change.ingredients ?? []),
  allergens: change.allergens === undefined ? before.allergens : distinct(change.allergens ?? []),
  costLevel: change.costLevel === undefined ? before.costLevel : change.costLevel,
  cookTimeMinutes: change.cookTime === undefined ? before.cookTimeMinutes : change.cookTime,
  skillLevel: change.skillLevel === undefined ? before.skillLevel : change.skillLevel,
  appliances: change.appliances === undefined ? before.appliances : (change.appliances ?? []),
});

export const newMealFacts = (said: NewMeal): MealFacts =>
  withChange(
    {
      name: said.name,
      cuisine: null,
      mealType: said.mealType,
      nutrition: noNutrition,
      ingredients: [],
      allergens: [],
      costLevel: null,
      cookTimeMinutes: null,
      skillLevel: null,
      appliances: [],
    },
    said,
  );

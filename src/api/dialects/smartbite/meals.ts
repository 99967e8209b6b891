import { z } from 'zod';
import type { Id } from '../../../model/ids';
import { Appliance } from '../../../model/appliances';
import { mealFigures, MealCost, MealType, type ListedMeal, type Meal } from '../../../model/meals';
import { SkillLevel } from '../../../model/skills';
import { implausible } from '../../../ml/foods';

/** Meals in SmartBite's words. */
const figure = z.number().nullable();

const mealFields = {
  id: z.string(),
  name: z.string(),
  cuisine: z.string().nullable(),
  mealType: MealType.nullable(),
  nutrition: z
    .object({
      calories: figure,
      protein: figure,
      carbs: figure,
      fats: figure,
      fiber: figure,
      sugar: figure,
      sodium: figure,
      glycemicIndex: figure,
    })
    .meta({ description: 'Of one serving: kcal, g, sodium in mg; null is "not known", which is not zero' }),
  ingredients: z.array(z.string()),
  allergens: z.array(z.string()),
  costLevel: MealCost.nullable(),
  cookTime: figure.meta({ description: 'Minutes' }),
  skillLevel: SkillLevel.nullable(),
  appliances: z.array(Appliance),
  likeCount: z.int(),
  lastUpdated: z.string(),
};

export const CatalogueMeal = z
  .object({
    ...mealFields,
    embedding: z.array(z.number()).meta({ description: 'Of length 1' }),
    embeddingMethod: z.string().meta({
      description: 'How the embedding was made; those of different methods cannot be compared',
      example: 'palate-hash-1',
    }),
    createdBy: z.string().nullable(),
  })
  .meta({ id: 'CatalogueMeal' });
export type CatalogueMeal = z.infer<typeof CatalogueMeal>;

const flag = z.boolean().nullable().meta({ description: 'Null: nobody stated it' });
const Author = z.object({ _id: z.string(), name: z.string() }).meta({
  description:
    'Who added it: your own id, or a name for one account that says nothing else of it. `name` is the username, "Someone" where there is none; of the catalogue itself "Palate"',
});

export const MealView = z
  .object({
    _id: z.string(),
    ...mealFields,
    description: z.string().nullable(),
    prepTimeMinutes: figure.meta({ description: 'Minutes' }),
    isVegetarian: flag,
    isVegan: flag,
    isGlutenFree: flag,
    isDairyFree: flag,
    isNutFree: flag,
    createdBy: Author,
    likedBy: z.array(z.string()).meta({ description: 'Your id where you like it; nobody else is named' }),
    image: z.object({ url: z.string().nullable() }).meta({ description: 'Signed; it expires' }),
    createdAt: z.string(),
    updatedAt: z.string(),
    warnings: z.array(z.string()).meta({ description: 'What does not fit in its figures' }),
  })
  .meta({ id: 'SharedMeal' });

/** Six digits are more than any likeness needs, and make a catalogue half as long as all that a float has. */
const shortened = (vector: Float32Array): number[] => Array.from(vector, (n) => Math.round(n * 1e6) / 1e6);

const presentFacts = (meal: ListedMeal) => ({
  id: meal.id,
  name: meal.name,
  cuisine: meal.cuisine,
  mealType: meal.mealType,
  nutrition: Object.fromEntries(
    mealFigures.map(([key, name]) => [name, meal.nutrition[key]]),
  ) as CatalogueMeal['nutrition'],
  ingredients: meal.ingredients,
  allergens: meal.allergens,
  costLevel: meal.costLevel,
  cookTime: meal.cookTimeMinutes,
  skillLevel: meal.skillLevel,
  appliances: meal.appliances,
  likeCount: meal.likeCount,
  lastUpdated: meal.updatedAt.toISOString(),
});

/** The same for everybody who reads it: an author stands under the pseudonym that `authorOf` gives. */
export const presentInCatalogue = (meal: Meal, authorOf: (id: Id) => string): CatalogueMeal => ({
  ...presentFacts(meal),
  embedding: shortened(meal.embedding.vector),
  embeddingMethod: meal.embedding.method,
  createdBy: meal.createdBy && authorOf(meal.createdBy),
});

/** What a row says beside the meal itself, which depends on who reads it. */
export interface MealSurroundings {
  createdBy: z.input<typeof Author>;
  likedBy: string[];
  imageUrl: string | null;
}

export const presentMeal = (
  meal: ListedMeal,
  { createdBy, likedBy, imageUrl }: MealSurroundings,
): z.input<typeof MealView> => ({
  _id: meal.id,
  ...presentFacts(meal),
  description: meal.description,
  prepTimeMinutes: meal.prepTimeMinutes,
  isVegetarian: meal.isVegetarian,
  isVegan: meal.isVegan,
  isGlutenFree: meal.isGlutenFree,
  isDairyFree: meal.isDairyFree,
  isNutFree: meal.isNutFree,
  createdBy,
  likedBy,
  image: { url: imageUrl },
  createdAt: meal.createdAt.toISOString(),
  updatedAt: meal.updatedAt.toISOString(),
  warnings: implausible(meal.nutrition, meal.name),
});

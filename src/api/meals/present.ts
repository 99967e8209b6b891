import { z } from 'zod';
import { Appliance } from '../../model/appliances';
import { mealFigures, MealCost, MealType, type Meal } from '../../model/meals';
import { SkillLevel } from '../../model/skills';
import { implausible } from '../../ml/foods';

/** Meals in SmartBite's words. */
const figure = z.number().nullable();

const mealFields = {
  id: z.string(),
  name: z.string(),
  cuisine: z.string().nullable(),
  mealType: MealType,
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
  embedding: z.array(z.number()).meta({ description: 'Of length 1' }),
  embeddingMethod: z.string().meta({
    description: 'How the embedding was made; those of different methods cannot be compared',
    example: 'palate-hash-1',
  }),
  createdBy: z.string().nullable(),
  likeCount: z.int(),
  lastUpdated: z.string(),
};

export const CatalogueMeal = z.object(mealFields).meta({ id: 'CatalogueMeal' });
export type CatalogueMeal = z.infer<typeof CatalogueMeal>;

export const MealView = z
  .object({
    _id: z.string(),
    ...mealFields,
    warnings: z.array(z.string()).meta({ description: 'What does not fit in its figures' }),
  })
  .meta({ id: 'SharedMeal' });

/** Six digits are more than any likeness needs, and make a catalogue half as long as all that a float has. */
const shortened = (vector: Float32Array): number[] => Array.from(vector, (n) => Math.round(n * 1e6) / 1e6);

export const presentInCatalogue = (meal: Meal): CatalogueMeal => ({
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
  embedding: shortened(meal.embedding.vector),
  embeddingMethod: meal.embedding.method,
  createdBy: meal.createdBy,
  likeCount: meal.likeCount,
  lastUpdated: meal.updatedAt.toISOString(),
});

export const presentMeal = (meal: Meal): z.input<typeof MealView> => ({
  _id: meal.id,
  ...presentInCatalogue(meal),
  warnings: implausible(meal.nutrition, meal.name),
});

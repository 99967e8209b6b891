import { mealWords, ownEmbedding } from '../../../src/ml/embeddings';
import { newMealFacts, NewMeal, type MealFacts } from '../../../src/model/meals';
import type { DerivedFacts } from '../../../src/store/meals';

/** Meals as clients read them. */
export interface Meal {
  id: string;
  _id: string;
  name: string;
  cuisine: string | null;
  description: string | null;
  mealType: string | null;
  nutrition: Record<string, number | null>;
  ingredients: string[];
  allergens: string[];
  costLevel: string | null;
  cookTime: number | null;
  skillLevel: string | null;
  appliances: string[];
  prepTimeMinutes: number | null;
  isVegetarian: boolean | null;
  createdBy: { _id: string; name: string };
  likedBy: string[];
  likeCount: number;
  image: { url: string | null };
  lastUpdated: string;
  warnings: string[];
}
/** One in the catalogue for ML. */
export interface MlMeal {
  id: string;
  name: string;
  embedding: number[];
  createdBy: string | null;
  likeCount: number;
  lastUpdated: string;
}
export interface OneMeal {
  success: boolean;
  error: null;
  data: { meal: Meal };
  detail: string;
  type: string;
}
export interface MealPage {
  data: {
    meals: { docs: Meal[]; totalDocs: number; limit: number; page: number; totalPages: number };
    nextCursor: string | null;
  };
}

export const soup = {
  name: 'Red lentil soup',
  cuisine: 'Turkish',
  mealType: 'lunch',
  nutrition: { calories: 310, protein: 17, carbs: 45, fats: 7, fiber: 9, sodium: 640 },
  ingredients: ['red lentils', 'onion', 'cumin'],
  allergens: ['Celery'],
  costLevel: 'low',
  cookTime: 35,
  skillLevel: 'beginner',
  appliances: ['hasGasStove', 'blender'],
};

export const factsOf = (said: object = {}): MealFacts => newMealFacts(NewMeal.parse({ ...soup, ...said }));
export const derivedOf = (facts: MealFacts): DerivedFacts => ({
  words: mealWords(facts),
  embedding: ownEmbedding(facts),
});

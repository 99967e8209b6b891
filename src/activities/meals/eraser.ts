import { likesCollection, mealsCollection, type MealStore } from '../../store/meals';
import type { Eraser } from '../erasure';

/** Meals that the account added belong to everyone and stay, without its id; its likes go, and counts fall with them. */
export const mealsEraser = (meals: Pick<MealStore, 'disown' | 'likes'>): Eraser => ({
  collections: [mealsCollection, likesCollection],
  objectPrefixes: [],
  workflowIds: [],
  async erase(userId) {
    return { removed: (await meals.likes.removeOf(userId)) + (await meals.disown(userId)) };
  },
});

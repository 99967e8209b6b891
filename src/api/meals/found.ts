import type { Id } from '../../model/ids';
import type { Meal } from '../../model/meals';
import type { MealStore } from '../../store/meals';
import { problem } from '../errors';

export const missingMeal = () =>
  problem('not-found', {
    detail: 'There is no such meal, or it was deleted. GET /api/v1/meals lists those there are.',
  });

/** Throws 404 where there is none. */
export async function foundMeal(meals: Pick<MealStore, 'findOne'>, id: Id): Promise<Meal> {
  const meal = await meals.findOne(id);
  if (!meal) throw missingMeal();
  return meal;
}

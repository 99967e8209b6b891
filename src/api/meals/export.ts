import type { Id } from '../../model/ids';
import type { MealStore } from '../../store/meals';
import { exportPages, type Exporter } from '../accounts/export';
import { presentMeal } from './present';

/** The meals that an account added, as its apps read them. */
export const exportMeals = (meals: Pick<MealStore, 'allOf'>): Exporter => {
  const pages = exportPages(meals);
  return async function* (ownerId: Id) {
    for await (const meal of pages(ownerId)) {
      // Numbers that follow from the words are no news to whoever wrote them.
      const { embedding: _embedding, ...rest } = presentMeal(meal);
      yield rest;
    }
  };
};

import type { Id } from '../../model/ids';
import type { Store } from '../../store/store';
import { exportPages, type Exporter } from '../accounts/export';
import { presentMeal } from '../dialects/smartbite/meals';

/** The meals that an account added, as its apps read them; which of them it likes is a part of its own. */
export const exportMeals = ({ meals, accounts }: Pick<Store, 'meals' | 'accounts'>): Exporter => {
  const pages = exportPages(meals);
  return async function* (ownerId: Id) {
    const name = (await accounts.usernamesOf([ownerId])).get(ownerId) ?? '';
    for await (const meal of pages(ownerId))
      yield {
        ...presentMeal(meal, { createdBy: { _id: ownerId, name }, likedBy: [], imageUrl: null }),
        // Its picture is an upload of the log.
        image: { id: meal.imageId },
      };
  };
};

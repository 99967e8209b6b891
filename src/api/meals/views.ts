import { createHmac } from 'node:crypto';
import type { z } from 'zod';
import type { Id } from '../../model/ids';
import type { ListedMeal } from '../../model/meals';
import { presentMeal, type MealView, type MealSurroundings } from '../dialects/smartbite/meals';
import type { Context } from '../route';
import type { MealDeps } from './deps';

/**
 * Meals as one account sees them.
 *
 * V1  Of other accounts nothing is shown but the username of who added a meal, under a pseudonym; who likes a meal, only they see.
 * V2  A pseudonym is the same in every answer, and its account cannot be told from it.
 */
export interface MealViews {
  of(meals: readonly ListedMeal[], reader: Reader): Promise<z.input<typeof MealView>[]>;
  one(meal: ListedMeal, reader: Reader): Promise<z.input<typeof MealView>>;
}
/** Who reads, and at which address of this server. */
export type Reader = Pick<Context<'user', unknown, unknown, unknown>, 'caller' | 'origin'>;

const palate = { _id: 'palate', name: 'Palate' };
/** Erased, or without a username. */
const someone = 'Someone';

/** Names the account of an author in every answer alike, and cannot be turned back without the key. */
export const createPseudonyms = (authorKey: MealDeps['authorKey']) => (id: Id) =>
  createHmac('sha256', authorKey).update(`author:${id}`).digest('hex').slice(0, 24);

export function createMealViews({
  store,
  authorKey,
  pictures,
}: Pick<MealDeps, 'store' | 'authorKey' | 'pictures'>): MealViews {
  const pseudonymOf = createPseudonyms(authorKey);

  const authorOf = (
    { createdBy, imported }: ListedMeal,
    callerId: Id,
    usernames: ReadonlyMap<Id, string>,
  ): MealSurroundings['createdBy'] => {
    if (createdBy === null) return imported ? palate : { _id: 'someone', name: someone };
    return {
      _id: createdBy === callerId ? callerId : pseudonymOf(createdBy),
      name: usernames.get(createdBy) ?? someone,
    };
  };

  const of: MealViews['of'] = async (meals, { caller: { id: callerId }, origin }) => {
    const authors = new Set(meals.flatMap(({ createdBy }) => createdBy ?? []));
    const [usernames, liked, urls] = await Promise.all([
      store.accounts.usernamesOf([...authors]),
      store.meals.likes.among(
        meals.map(({ id }) => id),
        callerId,
      ),
      pictures.urls(
        meals.flatMap(({ imageId }) => imageId ?? []),
        origin,
      ),
    ]);
    return meals.map((meal) =>
      presentMeal(meal, {
        createdBy: authorOf(meal, callerId, usernames),
        likedBy: liked.has(meal.id) ? [callerId] : [],
        imageUrl: (meal.imageId === null ? undefined : urls.get(meal.imageId)) ?? null,
      }),
    );
  };

  return {
    of,
    async one(meal, reader) {
      const [view] = await of([meal], reader);
      if (!view) throw new RangeError('One meal has one view');
      return view;
    },
  };
}

import { z } from 'zod';
import { Id } from '../../model/ids';
import { envelope, enveloped } from '../dialects/smartbite/envelope';
import { MealView } from '../dialects/smartbite/meals';
import { Problem } from '../errors';
import { json, type Limit, type Route } from '../route';
import { foundMeal, missingMeal } from './found';
import type { MealDeps } from './deps';
import type { MealViews, Reader } from './views';

/** Likes of meals: stated by PUT and DELETE, or toggled as SmartBite's app does. */
const Params = z.object({ mealId: Id });
const OneMeal = enveloped(z.object({ meal: MealView }));
const limit: Limit = { name: 'likes', max: 300, windowMs: 60_000, by: 'account' };
/** A client that heard no answer, and a finger that came down twice, mean one toggle. */
const repeatMs = 2_000;

export const likeRoutes = (deps: Pick<MealDeps, 'store'>, views: MealViews): Route[] => {
  const { meals } = deps.store;
  const shown = async (mealId: Id, reader: Reader) =>
    envelope({ meal: await views.one(await foundMeal(meals, mealId), reader) });
  const stating = (method: 'put' | 'delete', likes: boolean) =>
    json(
      {
        method,
        path: ['/api/v1/meals/:mealId/like', '/api/meals/:mealId/like'],
        access: 'user',
        tag: 'meals',
        summary: likes ? 'Like a meal' : 'Take a like back',
        description: likes ? 'Counts once an account; liking it again changes nothing.' : 'Again, it changes nothing.',
        params: Params,
        limit,
        responses: { 200: OneMeal },
      },
      async ({ params: { mealId }, ...reader }) => {
        if (!(await meals.likes.state(mealId, reader.caller.id, likes))) throw missingMeal();
        return shown(mealId, reader);
      },
    );

  return [
    json(
      {
        method: 'post',
        path: ['/api/v1/meals/:mealId/like', '/api/meals/:mealId/like'],
        access: 'user',
        tag: 'meals',
        summary: 'Like a meal, or take the like back',
        description:
          'Toggles. What comes within two seconds of a toggle without an `Idempotency-Key` is taken for its repeat and changes nothing. PUT and DELETE say which of the two is meant.',
        params: Params,
        limit,
        idempotent: true,
        responses: {
          200: OneMeal,
          410: { description: 'A repeat under its key; the meal was deleted since', schema: Problem },
        },
      },
      async ({ params: { mealId }, headers, resourceId, shows, ...reader }) => {
        const keyed = headers['idempotency-key'] !== undefined;
        await shows(mealId);
        const toggle = { by: resourceId, repeatMs: keyed ? 0 : repeatMs };
        if (!(await meals.likes.toggle(mealId, reader.caller.id, toggle))) throw missingMeal();
        return shown(mealId, reader);
      },
    ),
    stating('put', true),
    stating('delete', false),
  ];
};

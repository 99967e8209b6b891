import { z } from 'zod';
import { mealWords, ownEmbedding } from '../../ml/embeddings';
import { Id } from '../../model/ids';
import { MealChange, newMealFacts, NewMeal, withChange, type MealFacts } from '../../model/meals';
import type { DerivedFacts, WithImage } from '../../store/meals';
import type { Caller } from '../deps';
import { envelope, enveloped } from '../dialects/smartbite/envelope';
import { conflict, Problem, problem } from '../errors';
import { deletedSince } from '../middleware/idempotency';
import { json, reply, type Route } from '../route';
import { catalogueRoutes } from './catalogue';
import type { MealDeps } from './deps';
import { foundMeal, missingMeal } from './found';
import { likeRoutes } from './likes';
import { mealListRoute } from './list';
import { createMealViews } from './views';
import { MealView } from '../dialects/smartbite/meals';

/** Meals of the catalogue that all users share: SmartBite's `/api/v1/meals`. */
const Params = z.object({ mealId: Id });
const OneMeal = enveloped(z.object({ meal: MealView }));

/** Of one account, deleted ones of the last months included: a catalogue is not filled by one hand. */
const mostMeals = 1_000;
/** Whoever changes a meal at the same time as others has its turn within a few. */
const changeAttempts = 10;

const derivedOf = (facts: MealFacts): DerivedFacts => ({ words: mealWords(facts), embedding: ownEmbedding(facts) });

const unreadable = { description: 'The picture cannot be read', schema: Problem };

export const mealRoutes = (deps: MealDeps): Route[] => {
  const { meals } = deps.store;
  const views = createMealViews(deps);
  const found = (id: Id) => foundMeal(meals, id);
  /** Meals are everyone's to read, so that one is another's is no secret. */
  const mayChange = ({ createdBy }: { createdBy: Id | null }, caller: Caller) => {
    if (caller.role === 'admin' || createdBy === caller.id) return;
    throw problem('forbidden', {
      detail:
        createdBy === null
          ? 'This meal belongs to the catalogue itself; only an admin may change or delete it.'
          : 'This meal was added by somebody else; only they, or an admin, may change or delete it.',
    });
  };

  const shown = (image: Id | null, { id }: Caller, before: Id | null = null): WithImage => ({
    id: image,
    async alongside(session) {
      if (image !== null) await deps.pictures.keep(image, id, session);
      if (before !== null) await deps.pictures.release(before, session);
    },
  });

  return [
    mealListRoute(deps, views),

    json(
      {
        method: 'post',
        path: '/api/v1/meals',
        access: 'user',
        tag: 'meals',
        summary: 'Add a meal to the catalogue',
        description: 'Also as a form, then with a picture in `image`.',
        body: NewMeal,
        form: deps.pictures.form('image'),
        idempotent: true,
        responses: {
          201: {
            description: 'Added; everyone sees it',
            schema: OneMeal,
            headers: ['location'],
          },
          409: { description: 'You have added as many meals as an account may', schema: Problem },
          410: { description: 'A repeat under its key; the meal was deleted since', schema: Problem },
          422: unreadable,
        },
      },
      async (context) => {
        const { body, files, caller, resourceId } = context;
        // A repeat after a crash finds its meal before it can find the account full.
        const stands = await meals.findOne(resourceId);
        const facts = newMealFacts(body);
        const most = caller.role === 'admin' ? Infinity : mostMeals;
        const image = stands || !files.image ? null : await deps.pictures.take('image', files.image, context);
        const meal =
          stands ?? (await meals.create(resourceId, caller.id, facts, derivedOf(facts), most, shown(image, caller)));
        if (meal === 'full' && image !== null) await deps.pictures.remove(image);
        if (meal === 'full')
          throw problem('conflict', {
            detail: `You have added ${mostMeals} meals, which is the most. What you delete makes room after 90 days.`,
            settled: false,
          });
        if (!meal) throw problem('gone', { detail: 'The meal that this request added was deleted since.' });
        return reply(201, envelope({ meal: await views.one(meal, context) }), {
          location: `/api/v1/meals/${meal.id}`,
        });
      },
    ),

    json(
      {
        method: 'get',
        path: '/api/v1/meals/:mealId',
        access: 'user',
        tag: 'meals',
        summary: 'One meal',
        params: Params,
        responses: { 200: OneMeal },
      },
      async ({ params, ...reader }) => envelope({ meal: await views.one(await found(params.mealId), reader) }),
    ),

    json(
      {
        method: 'put',
        path: '/api/v1/meals/:mealId',
        access: 'user',
        tag: 'meals',
        summary: 'Change a meal that you added',
        description:
          'A field that is left out stays as it is, also within `nutrition`; `null` clears it. Also as a form, then with a picture in `image`.',
        params: Params,
        body: MealChange.extend({
          image: z
            .unknown()
            .optional()
            .meta({ description: '`null` takes the picture away; anything else says nothing' }),
        }),
        form: deps.pictures.form('image'),
        responses: {
          200: OneMeal,
          403: { description: 'Somebody else added it', schema: Problem },
          409: { description: 'Others change it at the same time; send it again', schema: Problem },
          410: { description: 'The picture was deleted meanwhile', schema: Problem },
          422: unreadable,
        },
      },
      async (context) => {
        const { params, body, files, caller, afterAnswer } = context;
        const { mealId } = params;
        mayChange(await found(mealId), caller);
        const taken = files.image ? await deps.pictures.take('image', files.image, context) : null;
        const changesImage = taken !== null || body.image === null;
        for (let attempt = 0; attempt < changeAttempts; attempt += 1) {
          const meal = await found(mealId);
          mayChange(meal, caller);
          const facts = withChange(meal, body);
          const image = changesImage ? shown(taken, caller, meal.imageId) : undefined;
          if (await meals.replace(mealId, meal.revision, facts, derivedOf(facts), image)) {
            const { imageId } = meal;
            if (image && imageId !== null) afterAnswer(() => deps.pictures.remove(imageId));
            return envelope({ meal: await views.one(await found(mealId), context) });
          }
        }
        if (taken !== null) await deps.pictures.remove(taken);
        return conflict('The meal is being changed by others; send the change again.');
      },
    ),

    json(
      {
        method: 'delete',
        path: '/api/v1/meals/:mealId',
        access: 'user',
        tag: 'meals',
        summary: 'Delete a meal that you added',
        params: Params,
        responses: {
          200: enveloped(z.object({ message: z.string() })),
          403: { description: 'Somebody else added it', schema: Problem },
        },
      },
      async ({ params: { mealId }, caller, afterAnswer }) => {
        const { imageId, ...meal } = await found(mealId);
        mayChange(meal, caller);
        const removed = await meals.remove(mealId, async (session) => {
          await deps.store.idempotency.replaceAnswers(mealId, deletedSince, session);
          if (imageId !== null) await deps.pictures.release(imageId, session);
        });
        if (!removed) throw missingMeal();
        if (imageId !== null) afterAnswer(() => deps.pictures.remove(imageId));
        afterAnswer(() => meals.likes.removeOfMeal(mealId));
        return envelope({ message: 'The meal is deleted.' });
      },
    ),

    ...likeRoutes(deps, views),
    ...catalogueRoutes(deps),
  ];
};

import { z } from 'zod';
import { mealWords, ownEmbedding } from '../../ml/embeddings';
import { Id } from '../../model/ids';
import { MealChange, MealType, newMealFacts, NewMeal, withChange, type MealFacts } from '../../model/meals';
import type { DerivedFacts } from '../../store/meals';
import { nameStems } from '../../ml/foods';
import type { Caller } from '../deps';
import { envelope, enveloped } from '../dialects/smartbite';
import { conflict, Problem, problem } from '../errors';
import { deletedSince } from '../middleware/idempotency';
import { PageQuery } from '../paging';
import { json, reply, type Limit, type Route } from '../route';
import { catalogueRoutes } from './catalogue';
import type { MealDeps } from './deps';
import { MealView, presentMeal } from './present';

/** Meals of the catalogue that all users share: SmartBite's `/api/v1/meals`. */
const Params = z.object({ mealId: Id });
const OneMeal = enveloped(z.object({ meal: MealView }));

/** Of one account, deleted ones of the last months included: a catalogue is not filled by one hand. */
const mostMeals = 1_000;
/** Whoever changes a meal at the same time as others has its turn within a few. */
const changeAttempts = 10;
const likeLimit: Limit = { name: 'likes', max: 300, windowMs: 60_000, by: 'account' };

const derivedOf = (facts: MealFacts): DerivedFacts => ({ words: mealWords(facts), embedding: ownEmbedding(facts) });

/** The last word may be unfinished, unless a space follows it. */
const wordsOf = (query: string): { words: string[]; begun: string } => {
  if (/\s$/.test(query)) return { words: nameStems(query), begun: '' };
  const [begun = '', ...others] = nameStems(query).reverse();
  return { words: others, begun };
};

const missing = () =>
  problem('not-found', {
    detail: 'There is no such meal, or it was deleted. GET /api/v1/meals lists those there are.',
  });

export const mealRoutes = (deps: MealDeps): Route[] => {
  const { meals } = deps.store;
  const found = async (id: Id) => {
    const meal = await meals.findOne(id);
    if (!meal) throw missing();
    return meal;
  };
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

  return [
    json(
      {
        method: 'get',
        path: '/api/v1/meals',
        access: 'user',
        tag: 'meals',
        summary: 'Meals of the catalogue, the latest first',
        description: '`query` finds words of name, cuisine and ingredients; the last one may be unfinished.',
        query: PageQuery.extend({
          mealType: MealType.optional(),
          cuisine: z
            .string()
            .max(60)
            .transform((text) => text.trim().toLowerCase())
            .optional()
            .meta({ example: 'italian' }),
          query: z.string().max(200).optional().meta({ example: 'lentil so' }),
        }),
        responses: {
          200: enveloped(z.object({ meals: z.array(MealView), nextCursor: z.string().nullable() })),
        },
      },
      async ({ query: { mealType, cuisine, query = '', limit, cursor } }) => {
        const before = deps.paging.idBefore('meals', cursor);
        const filter = { mealType, cuisine: cuisine === '' ? undefined : cuisine, ...wordsOf(query) };
        const rows = await meals.list(filter, limit + 1, before);
        const page = deps.paging.page('meals', rows, limit, ({ id }) => [id]);
        return envelope({ meals: page.items.map(presentMeal), nextCursor: page.nextCursor });
      },
    ),

    json(
      {
        method: 'post',
        path: '/api/v1/meals',
        access: 'user',
        tag: 'meals',
        summary: 'Add a meal to the catalogue',
        body: NewMeal,
        idempotent: true,
        responses: {
          201: {
            description: 'Added; everyone sees it',
            schema: OneMeal,
            headers: ['location'],
          },
          409: { description: 'You have added as many meals as an account may', schema: Problem },
          410: { description: 'A repeat under its key; the meal was deleted since', schema: Problem },
        },
      },
      async ({ body, caller, resourceId }) => {
        // A repeat after a crash finds its meal before it can find the account full.
        const stands = await meals.findOne(resourceId);
        const facts = newMealFacts(body);
        const most = caller.role === 'admin' ? Infinity : mostMeals;
        const meal = stands ?? (await meals.create(resourceId, caller.id, facts, derivedOf(facts), most));
        if (meal === 'full')
          throw problem('conflict', {
            detail: `You have added ${mostMeals} meals, which is the most. What you delete makes room after 90 days.`,
            settled: false,
          });
        if (!meal) throw problem('gone', { detail: 'The meal that this request added was deleted since.' });
        return reply(201, envelope({ meal: presentMeal(meal) }), { location: `/api/v1/meals/${meal.id}` });
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
      async ({ params }) => envelope({ meal: presentMeal(await found(params.mealId)) }),
    ),

    json(
      {
        method: 'put',
        path: '/api/v1/meals/:mealId',
        access: 'user',
        tag: 'meals',
        summary: 'Change a meal that you added',
        description: 'A field that is left out stays as it is, also within `nutrition`; `null` clears it.',
        params: Params,
        body: MealChange,
        responses: {
          200: OneMeal,
          403: { description: 'Somebody else added it', schema: Problem },
          409: { description: 'Others change it at the same time; send it again', schema: Problem },
        },
      },
      async ({ params: { mealId }, body, caller }) => {
        for (let attempt = 0; attempt < changeAttempts; attempt += 1) {
          const meal = await found(mealId);
          mayChange(meal, caller);
          const facts = withChange(meal, body);
          if (await meals.replace(mealId, meal.revision, facts, derivedOf(facts)))
            return envelope({ meal: presentMeal(await found(mealId)) });
        }
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
        mayChange(await found(mealId), caller);
        if (!(await meals.remove(mealId))) throw missing();
        afterAnswer(() => meals.likes.removeOfMeal(mealId));
        afterAnswer(() => deps.store.idempotency.replaceAnswer(mealId, deletedSince));
        return envelope({ message: 'The meal is deleted.' });
      },
    ),

    json(
      {
        method: 'post',
        path: '/api/v1/meals/:mealId/like',
        access: 'user',
        tag: 'meals',
        summary: 'Like a meal',
        description: 'Counts once an account; liking it again changes nothing.',
        params: Params,
        limit: likeLimit,
        responses: { 200: OneMeal },
      },
      async ({ params: { mealId }, caller }) => {
        await meals.likes.add(mealId, caller.id);
        return envelope({ meal: presentMeal(await found(mealId)) });
      },
    ),

    ...catalogueRoutes(deps),
  ];
};

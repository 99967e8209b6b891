import { z } from 'zod';
import { Id } from '../../model/ids';
import { mostPlans, type MealPlan } from '../../model/plans';
import type { Mark, PlanStore, SlotOf } from '../../store/plans';
import type { IdempotencyStore } from '../../store/idempotency';
import type { MealStore } from '../../store/meals';
import { createContextWrites, type ContextWriteDeps, type Written } from '../context/change';
import { envelope, enveloped } from '../dialects/smartbite/envelope';
import { ListQuery } from '../dialects/smartbite/lists';
import {
  NewPlanBody,
  PlanChangeBody,
  PlanView,
  presentPlan,
  presentWritten,
  ReplaceBody,
  SlotBody,
  titleOf,
  totalsOf,
  WrittenPlan,
} from '../dialects/smartbite/plans';
import { notFound, Problem, problem } from '../errors';
import { deletedSince } from '../middleware/idempotency';
import type { Paging } from '../paging';
import { json, reply, type Context, type Route } from '../route';
import { mealIdsOf, planDays, sentAgain } from './days';

/** What the routes of meal plans need. */
export interface PlanDeps extends ContextWriteDeps {
  readonly store: ContextWriteDeps['store'] & {
    readonly plans: PlanStore;
    readonly meals: Pick<MealStore, 'find'>;
    readonly idempotency: Pick<IdempotencyStore, 'replaceAnswers'>;
  };
  readonly paging: Paging;
}

const all = '/api/v1/meal-plans';
const one = '/api/v1/meal-plans/:planId';
const tag = 'meal plans';
const list = 'meal-plans';
const Params = z.object({ planId: Id });
const Message = enveloped(z.object({ message: z.string() }));
const missing = { description: 'There is no such meal plan, or it is somebody else’s', schema: Problem };

export const planRoutes = (deps: PlanDeps): Route[] => {
  const { plans, meals } = deps.store;
  const write = createContextWrites(deps);

  const shown = async (found: readonly MealPlan[]) => {
    const catalogue = await meals.find(found.flatMap(({ days }) => mealIdsOf(sentAgain(days))));
    return found.map((plan) => presentPlan(plan, catalogue));
  };

  /** Says what became of a slot; the same once more changes nothing. */
  const mark = async (
    context: Context<'user', z.output<typeof Params>, unknown, SlotOf>,
    { status, replacedWith }: Mark,
    message: string,
  ) => {
    const { caller, params, body } = context;
    const marked = await write(context, 'adherenceHistory', async (session): Promise<Written<string>> => {
      const value = await plans.mark(params.planId, caller.id, body, { status, replacedWith }, session);
      return { changed: value === 'marked', value };
    });
    if (marked === 'no plan') notFound('meal plan');
    if (marked === 'no slot')
      throw problem('not-found', { detail: `This plan has no ${body.mealType} on ${body.day}; look at its days.` });
    return envelope({ message });
  };
  const marking = { access: 'user', tag, params: Params } as const;
  const markedAnswers = {
    200: Message,
    401: Problem,
    404: { description: 'There is no such meal plan of yours, or no such slot in it', schema: Problem },
  };

  return [
    json(
      {
        method: 'get',
        path: all,
        access: 'user',
        tag,
        summary: 'Your meal plans, the one made last first (SmartBite)',
        query: ListQuery,
        responses: {
          200: enveloped(z.object({ plans: z.array(PlanView), nextCursor: z.string().nullable() })),
          401: Problem,
        },
      },
      async ({ caller, query: { limit, cursor } }) => {
        const before = deps.paging.idBefore(list, cursor);
        const rows = await plans.list(caller.id, limit + 1, before);
        const page = deps.paging.page(list, rows, limit, ({ id }) => [id]);
        return envelope({ plans: await shown(page.items), nextCursor: page.nextCursor });
      },
    ),

    json(
      {
        method: 'post',
        path: all,
        access: 'user',
        tag,
        summary: 'Plan the meals of a week (SmartBite)',
        description:
          'The week is the seven days that begin with `weekStartDate`. The plan keeps name and cuisine of each meal as they are now.',
        body: NewPlanBody,
        idempotent: true,
        responses: {
          201: { description: 'Planned', schema: enveloped(z.object({ plan: WrittenPlan })), headers: ['location'] },
          401: Problem,
          409: { description: 'You have as many meal plans as an account may have', schema: Problem },
          410: { description: 'A repeat under its key; the plan was deleted since', schema: Problem },
        },
      },
      async (context) => {
        const { caller, body, resourceId: id } = context;
        // A repeat after a crash finds its plan before it can find the account full.
        const stands = await plans.find(id, caller.id);
        const create = async (): Promise<MealPlan> => {
          const { weekStartDate } = body;
          const plan = {
            id,
            ownerId: caller.id,
            title: titleOf(body.title),
            weekStartDate,
            days: planDays(body.days, weekStartDate, await meals.find(mealIdsOf(body.days))),
            totals: totalsOf(body.nutritionSummary),
            generatedBy: 'manual',
          } as const;
          return write(context, 'adherenceHistory', async (session) => {
            // Two at once do not both pass: each raises the version, so that one of them starts again and counts anew.
            if ((await plans.countOf(caller.id, session)) >= mostPlans)
              throw problem('conflict', {
                detail: `You have ${mostPlans} meal plans, which is the most; delete one you no longer use.`,
                settled: false,
              });
            return { changed: true, value: await plans.create(plan, session) };
          });
        };
        const plan = stands ?? (await create());
        return reply(201, envelope({ plan: presentWritten(plan) }), { location: `${all}/${plan.id}` });
      },
    ),

    json(
      {
        method: 'get',
        path: one,
        access: 'user',
        tag,
        summary: 'One of your meal plans (SmartBite)',
        params: Params,
        responses: { 200: enveloped(z.object({ plan: PlanView })), 401: Problem, 404: missing },
      },
      async ({ caller, params }) => {
        const [plan] = await shown([(await plans.find(params.planId, caller.id)) ?? notFound('meal plan')]);
        return envelope({ plan: plan ?? notFound('meal plan') });
      },
    ),

    json(
      {
        method: 'put',
        path: one,
        access: 'user',
        tag,
        summary: 'Change a meal plan (SmartBite)',
        description:
          'What is left out stays. A slot with the same date, type and meal as before keeps what became of it; every other one is planned anew.',
        params: Params,
        body: PlanChangeBody,
        responses: {
          200: enveloped(z.object({ plan: WrittenPlan, message: z.string() })),
          401: Problem,
          404: missing,
        },
      },
      async (context) => {
        const { caller, body, params } = context;
        const catalogue = await meals.find(mealIdsOf(body.days ?? []));
        const plan = await write(context, 'adherenceHistory', async (session) => {
          const stood = (await plans.find(params.planId, caller.id, session)) ?? notFound('meal plan');
          const weekStartDate = body.weekStartDate ?? stood.weekStartDate;
          const change = {
            title: body.title === undefined ? stood.title : titleOf(body.title),
            weekStartDate,
            days: planDays(body.days ?? sentAgain(stood.days), weekStartDate, catalogue, stood.days),
            totals: body.nutritionSummary === undefined ? stood.totals : totalsOf(body.nutritionSummary),
          };
          const value = await plans.replace(stood.id, caller.id, change, session);
          return { changed: true, value: value ?? notFound('meal plan') };
        });
        return envelope({ plan: presentWritten(plan), message: 'The meal plan is changed.' });
      },
    ),

    json(
      {
        method: 'delete',
        path: one,
        access: 'user',
        tag,
        summary: 'Delete a meal plan, and what became of its meals (SmartBite)',
        params: Params,
        responses: { 200: Message, 401: Problem, 404: missing },
      },
      async (context) => {
        const { caller, params } = context;
        await write(context, 'adherenceHistory', async (session) => {
          if (!(await plans.remove(params.planId, caller.id, session))) notFound('meal plan');
          await deps.store.idempotency.replaceAnswers(params.planId, deletedSince, session);
          return { changed: true, value: null };
        });
        return envelope({ message: 'The meal plan is deleted.' });
      },
    ),

    json(
      {
        ...marking,
        method: 'post',
        path: `${one}/adhere`,
        summary: 'Say that a meal was eaten as planned (SmartBite)',
        body: SlotBody,
        responses: markedAnswers,
      },
      (context) => mark(context, { status: 'eaten', replacedWith: null }, 'The meal is marked as eaten.'),
    ),

    json(
      {
        ...marking,
        method: 'post',
        path: `${one}/skip`,
        summary: 'Say that a meal was skipped (SmartBite)',
        body: SlotBody,
        responses: markedAnswers,
      },
      (context) => mark(context, { status: 'skipped', replacedWith: null }, 'The meal is marked as skipped.'),
    ),

    json(
      {
        ...marking,
        method: 'post',
        path: `${one}/replace`,
        summary: 'Say what was eaten in the place of a meal (SmartBite)',
        description: 'The meal that was planned stays in the plan beside it.',
        body: ReplaceBody,
        responses: markedAnswers,
      },
      (context) =>
        mark(
          context,
          { status: 'replaced', replacedWith: context.body.replacedWith },
          'The meal is marked as replaced.',
        ),
    ),
  ];
};

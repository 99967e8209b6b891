import { z } from 'zod';
import { mostFeedback, type Feedback } from '../../model/feedback';
import type { Id } from '../../model/ids';
import type { FeedbackStore } from '../../store/feedback';
import type { MealStore } from '../../store/meals';
import type { PlanStore } from '../../store/plans';
import { createContextWrites, type ContextWriteDeps } from '../context/change';
import { envelope, enveloped } from '../dialects/smartbite/envelope';
import { FeedbackBody, FeedbackView, presentFeedback, type Subjects } from '../dialects/smartbite/feedback';
import { ListQuery } from '../dialects/smartbite/lists';
import { notFound, Problem, problem } from '../errors';
import type { Paging } from '../paging';
import { json, reply, type Route } from '../route';

/** What the feedback routes need. */
export interface FeedbackDeps extends ContextWriteDeps {
  readonly store: ContextWriteDeps['store'] & {
    readonly feedback: FeedbackStore;
    readonly plans: Pick<PlanStore, 'find' | 'titlesOf'>;
    readonly meals: Pick<MealStore, 'find'>;
  };
  readonly paging: Paging;
}

const path = '/api/v1/feedback';
const list = 'feedback';

export const feedbackRoutes = (deps: FeedbackDeps): Route[] => {
  const { feedback, plans, meals } = deps.store;
  const write = createContextWrites(deps);

  const subjectsOf = async (rows: readonly Feedback[], ownerId: Id): Promise<Subjects> => {
    const [named, titles] = await Promise.all([
      meals.find(rows.flatMap(({ mealId }) => mealId ?? [])),
      plans.titlesOf(
        ownerId,
        rows.flatMap(({ mealPlanId }) => mealPlanId ?? []),
      ),
    ]);
    return { meals: named, plans: new Map(titles.map((plan) => [plan.id, plan])) };
  };

  return [
    json(
      {
        method: 'post',
        path,
        access: 'user',
        tag: 'feedback',
        summary: 'Say what you think of a meal or of a meal plan of yours (SmartBite)',
        description:
          'A `meal_rating` needs `rating`, others may have one. A meal is not looked up: one that has left the catalogue can still be spoken of.',
        body: FeedbackBody,
        idempotent: true,
        responses: {
          201: enveloped(z.object({ feedback: FeedbackView, message: z.string() })),
          401: Problem,
          404: { description: 'There is no such meal plan, or it is somebody else’s', schema: Problem },
          409: { description: 'You have given as much feedback as an account may', schema: Problem },
        },
      },
      async (context) => {
        const { caller, resourceId: id } = context;
        const { type, mealId = null, mealPlanId = null, rating = null, comment } = context.body;
        // A repeat after a crash finds what it wrote, also where the plan is gone by now.
        const stands = await feedback.find(id, caller.id);
        if (!stands && mealPlanId !== null && !(await plans.find(mealPlanId, caller.id))) notFound('meal plan');
        const row =
          stands ??
          (await write(context, 'feedback', async (session) => {
            // Two at once do not both pass: each raises the version, so that one of them starts again and counts anew.
            if ((await feedback.countOf(caller.id, session)) >= mostFeedback)
              throw problem('conflict', {
                detail: `You have given feedback ${mostFeedback} times, which is the most that is kept of an account.`,
                settled: false,
              });
            const facts = { id, ownerId: caller.id, type, mealId, mealPlanId, rating, comment: comment ?? null };
            return { changed: true, value: await feedback.create(facts, session) };
          }));
        const view = presentFeedback(row, await subjectsOf([row], caller.id));
        return reply(201, envelope({ feedback: view, message: 'Thank you: the feedback is kept.' }));
      },
    ),

    json(
      {
        method: 'get',
        path,
        access: 'user',
        tag: 'feedback',
        summary: 'Your feedback, latest first (SmartBite)',
        query: ListQuery,
        responses: {
          200: enveloped(z.object({ feedbacks: z.array(FeedbackView), nextCursor: z.string().nullable() })),
          401: Problem,
        },
      },
      async ({ caller, query: { limit, cursor } }) => {
        const before = deps.paging.idBefore(list, cursor);
        const rows = await feedback.list(caller.id, limit + 1, before);
        const page = deps.paging.page(list, rows, limit, ({ id }) => [id]);
        const subjects = await subjectsOf(page.items, caller.id);
        return envelope({
          feedbacks: page.items.map((row) => presentFeedback(row, subjects)),
          nextCursor: page.nextCursor,
        });
      },
    ),
  ];
};

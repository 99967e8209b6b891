import { z } from 'zod';
import type { Id } from '../../model/ids';
import type { AccountStore } from '../../store/accounts';
import type { Store } from '../../store/store';
import { envelope, enveloped } from '../dialects/smartbite/envelope';
import { ConstraintView, presentConstraints } from '../dialects/smartbite/constraints';
import { FeedbackView, presentFeedback } from '../dialects/smartbite/feedback';
import { presentPlan, PlanView } from '../dialects/smartbite/plans';
import { SmartbiteUser } from '../dialects/smartbite/profile';
import type { SmartbiteUsers } from '../dialects/smartbite/users';
import { Problem, problem } from '../errors';
import { mealIdsOf, sentAgain } from '../plans/days';
import { json, type Limit, type Route } from '../route';

/** What an account did, in figures and rows, as SmartBite's app shows it: read from our own stores, nothing is kept for it. */
export interface ActivityDeps {
  readonly store: Pick<Store, 'activity' | 'plans' | 'feedback' | 'constraints' | 'meals'> & {
    readonly accounts: Pick<AccountStore, 'find'>;
  };
  readonly users: Pick<SmartbiteUsers, 'present'>;
  readonly clock: () => Date;
}

const mostActivities = 50;
/** Of each kind; the whole is the export of the account. */
const mostExported = 500;
const dayMs = 86_400_000;
/** Each is some reads over all that an account has. */
const limit: Limit = { name: 'activity', max: 60, windowMs: 60_000, by: 'account' };

const ActivityRow = z.object({
  _id: z.string(),
  action: z.string().meta({ example: 'meal_plan.created' }),
  metadata: z.object({ id: z.string() }).meta({ description: 'What it is about' }),
  createdAt: z.string(),
});
const Activities = z.array(ActivityRow);
const whenSaid = z.string().nullable();

const Analytics = z.object({
  counts: z.object({
    totalMeals: z.int().meta({ description: 'That you added to the catalogue' }),
    totalMealPlans: z.int(),
    totalAiInteractions: z.int().meta({ description: 'Photos sent for analysis' }),
    totalFeedbacks: z.int(),
    totalConstraints: z.int().meta({ description: '1 where something was said of cooking, else 0' }),
  }),
  statistics: z.object({ accountAge: z.int().meta({ description: 'Whole days' }), activeDays: z.int() }),
  recent: z.object({
    latestMealPlan: z.object({ title: z.string(), createdAt: z.string() }).nullable(),
    latestFeedback: z
      .object({ rating: z.number().nullable(), comment: z.string().nullable(), createdAt: z.string() })
      .nullable(),
  }),
  flaskAnalytics: z.null().meta({ description: 'The ML service is asked for none' }),
});
const Exported = z.object({
  userData: SmartbiteUser,
  mealPlans: z.array(PlanView),
  feedbacks: z.array(FeedbackView),
  constraints: z.array(ConstraintView),
  flaskData: z.null(),
});

export const activityRoutes = ({ store, users, clock }: ActivityDeps): Route[] => {
  const { activity, plans, feedback, constraints, meals } = store;
  const accountOf = async (id: Id) => (await store.accounts.find(id)) ?? gone();
  const reading = { method: 'get', access: 'user', tag: 'activity', limit } as const;

  return [
    json(
      {
        ...reading,
        path: '/api/v1/users/activity',
        summary: 'What you did lately, and what support did to your account (SmartBite)',
        description: `The latest ${mostActivities}, from what is kept of you: what was deleted is not among them.`,
        responses: { 200: enveloped(z.object({ activities: Activities, activityHistory: Activities })) },
      },
      async ({ caller }) => {
        const activities = (await activity.list(caller.id, mostActivities)).map(({ id, at, action }) => ({
          _id: id,
          action,
          metadata: { id },
          createdAt: at.toISOString(),
        }));
        return envelope({ activities, activityHistory: activities });
      },
    ),

    json(
      {
        ...reading,
        path: '/api/v1/users/activity-stats',
        summary: 'How much you did (SmartBite)',
        responses: {
          200: enveloped(
            z.object({
              totalActivities: z.int(),
              activeDays: z.int().meta({ description: 'Days in UTC' }),
              thisWeek: z.int().meta({ description: 'Of the last seven days' }),
              lastActive: whenSaid,
            }),
          ),
        },
      },
      async ({ caller }) => {
        const week = new Date(clock().getTime() - 7 * dayMs);
        const { total, days, sinceCount, last } = await activity.figures(caller.id, week);
        return envelope({
          totalActivities: total,
          activeDays: days,
          thisWeek: sinceCount,
          lastActive: last?.toISOString() ?? null,
        });
      },
    ),

    json(
      {
        ...reading,
        path: '/api/v1/analytics',
        summary: 'What you have here, in figures (SmartBite)',
        responses: { 200: enveloped(Analytics), 401: Problem },
      },
      async ({ caller: { id } }) => {
        const now = clock();
        const account = await accountOf(id);
        const [added, planned, photos, said, stated, { days }, [plan], [latest]] = await Promise.all([
          meals.countOf(id),
          plans.countOf(id),
          activity.photosOf(id),
          feedback.countOf(id),
          constraints.find(id),
          activity.figures(id, now),
          plans.list(id, 1, null),
          feedback.list(id, 1, null),
        ]);
        return envelope({
          counts: {
            totalMeals: added,
            totalMealPlans: planned,
            totalAiInteractions: photos,
            totalFeedbacks: said,
            totalConstraints: stated === null ? 0 : 1,
          },
          statistics: {
            accountAge: Math.floor((now.getTime() - account.createdAt.getTime()) / dayMs),
            activeDays: days,
          },
          recent: {
            latestMealPlan: plan ? { title: plan.title, createdAt: plan.createdAt.toISOString() } : null,
            latestFeedback: latest
              ? { rating: latest.rating, comment: latest.comment, createdAt: latest.createdAt.toISOString() }
              : null,
          },
          flaskAnalytics: null,
        });
      },
    ),

    json(
      {
        ...reading,
        path: '/api/v1/analytics/export',
        summary: 'Your profile, plans, feedback and constraints (SmartBite)',
        description: `Up to ${mostExported} of each, the oldest first. Everything that is kept of you: GET /api/auth/export.`,
        responses: { 200: enveloped(Exported), 401: Problem },
      },
      async ({ caller: { id }, origin }) => {
        const account = await accountOf(id);
        const planned = await plans.allOf(id, mostExported, null);
        const [said, stated] = await Promise.all([feedback.allOf(id, mostExported, null), constraints.find(id)]);
        const inPlans = planned.flatMap(({ days }) => mealIdsOf(sentAgain(days)));
        const catalogue = await meals.find([...inPlans, ...said.flatMap(({ mealId }) => mealId ?? [])]);
        const subjects = { meals: catalogue, plans: new Map(planned.map((plan) => [plan.id, plan])) };
        return envelope({
          userData: await users.present(account, origin),
          mealPlans: planned.map((plan) => presentPlan(plan, catalogue)),
          feedbacks: said.map((one) => presentFeedback(one, subjects)),
          constraints: stated === null ? [] : [presentConstraints(stated)],
          flaskData: null,
        });
      },
    ),
  ];
};

const gone = (): never => {
  throw problem('token-invalid');
};

import { z } from 'zod';
import { AccountState, GivenEmail, Role, type Account } from '../../model/accounts';
import { Id } from '../../model/ids';
import { EntryState } from '../../model/photos';
import { Activity, Diet, Goal } from '../../model/profiles';
import { notFound, Problem } from '../errors';
import { iso } from '../times';
import { json, type Limit, type Route } from '../route';
import { photosCountedAtMost } from '../../store/photos';
import type { SupportDeps } from './deps';
import { isHeld, presentSync, SyncView } from './present';
import { runsOf, runUrl } from './runs';

/** Everything that support needs to know of one account, on one page. */

/** Enough for a person who answers letters, and too few to try out whose addresses have an account. */
const findLimit: Limit = { name: 'user-find', max: 30, windowMs: 60_000, by: 'account' };

const mostPhotos = 20;
const mostPlans = 5;
const mostLaunches = 20;
const mostRuns = 20;

const UserPage = z
  .object({
    account: z.object({
      id: z.string(),
      email: z.string(),
      name: z.string().nullable(),
      username: z.string().nullable(),
      role: Role,
      state: AccountState,
      created_at: z.string(),
      updated_at: z.string(),
      profile: z.object({
        goal: Goal.nullable(),
        dietary_preferences: z.array(Diet).nullable(),
        dietary_restrictions: z.array(Diet).nullable(),
        activity: Activity.nullable(),
        daily_kcal: z.int().nullable(),
        time_zone: z.string(),
        onboarded_at: z.string().nullable(),
      }),
    }),
    sync: SyncView,
    photos: z.object({
      counts: z
        .partialRecord(EntryState, z.int())
        .meta({ description: `By state, of the latest ${photosCountedAtMost.toLocaleString('en-US')} photos` }),
      latest: z.array(z.object({ id: z.string(), state: EntryState, created_at: z.string(), consumed_at: z.string() })),
    }),
    meal_plans: z.array(
      z.object({ id: z.string(), title: z.string().nullable(), week_start: z.string(), created_at: z.string() }),
    ),
    kept: z
      .object({
        manual_meals: z.int(),
        constraints: z.int(),
        feedback: z.int(),
        meal_plans: z.int(),
        own_foods: z.int(),
        own_meals: z.int(),
        liked_meals: z.int(),
      })
      .meta({ description: 'How much else is kept. What it says is the account’s own: it is in its export' }),
    launches_pending: z
      .array(
        z.object({
          workflow_id: z.string(),
          workflow: z.string(),
          attempts: z.int(),
          last_error: z.string().nullable(),
          created_at: z.string(),
          due_at: z.string(),
        }),
      )
      .meta({ description: 'Runs that are recorded and not started yet' }),
    runs: z
      .array(
        z.object({
          workflow_id: z.string(),
          workflow: z.string(),
          status: z.string(),
          started_at: z.string(),
          closed_at: z.string().nullable(),
          run_url: z.string().nullable(),
        }),
      )
      .nullable()
      .meta({ description: 'The latest in Temporal; null where it does not say, see `runs_note`' }),
    runs_note: z.string().nullable(),
    deliveries: z
      .array(z.unknown())
      .max(0)
      .meta({ description: 'Deliveries of webhooks: an empty list, as there are none yet' }),
  })
  .meta({ id: 'SupportUser' });

const presentAccount = (account: Account): z.input<typeof UserPage>['account'] => {
  const { profile } = account;
  return {
    id: account.id,
    email: account.email,
    name: account.name,
    username: account.username,
    role: account.role,
    state: account.state,
    created_at: account.createdAt.toISOString(),
    updated_at: account.updatedAt.toISOString(),
    profile: {
      goal: profile.goal,
      dietary_preferences: profile.dietaryPreferences,
      dietary_restrictions: profile.dietaryRestrictions,
      activity: profile.activity,
      daily_kcal: profile.dailyKcal,
      time_zone: profile.timeZone,
      onboarded_at: iso(profile.onboardedAt),
    },
  };
};

export const userRoutes = (deps: SupportDeps): Route[] => {
  const { accounts, audit, constraints, contextSyncs, feedback, foods, launches, meals, photos, plans } = deps.store;
  const keptOf = async (id: Id): Promise<z.input<typeof UserPage>['kept']> => {
    const [manual, constraint, feedbacks, mealPlans, ownFoods, ownMeals, likes] = await Promise.all([
      photos.countManual(id),
      constraints.find(id),
      feedback.countOf(id),
      plans.countOf(id),
      foods.own.countOf(id),
      meals.countOf(id),
      meals.likes.countOf(id),
    ]);
    return {
      manual_meals: manual,
      constraints: constraint === null ? 0 : 1,
      feedback: feedbacks,
      meal_plans: mealPlans,
      own_foods: ownFoods,
      own_meals: ownMeals,
      liked_meals: likes,
    };
  };
  return [
    json(
      {
        method: 'post',
        path: '/api/support/users/find',
        access: 'support',
        tag: 'support',
        summary: 'The account of an e-mail address; each search is in the audit, without the address',
        description: 'The address is in the body, so that it stands in no URL and no log.',
        body: z.strictObject({ email: GivenEmail }),
        responses: { 200: z.object({ user_id: z.string() }), 404: Problem },
      },
      async ({ body: { email }, caller, spend }) => {
        await spend(findLimit, `account:${caller.id}`);
        const id = await accounts.idOfEmail(email);
        await audit.record({ actor: caller, action: 'user.find', target: id, reason: null });
        return { user_id: id ?? notFound('account') };
      },
    ),
    json(
      {
        method: 'get',
        path: '/api/support/users/:id',
        access: 'support',
        tag: 'support',
        summary: 'Everything about one account; each look is in the audit',
        params: z.object({ id: Id }),
        responses: { 200: UserPage, 404: Problem },
      },
      async ({ params: { id }, caller }) => {
        const account = (await accounts.find(id)) ?? notFound('account');
        // Before anything else: no record, no look.
        await audit.record({ actor: caller, action: 'user.view', target: id, reason: null });
        const [row, held, counts, latest, latestPlans, kept, pending, runs] = await Promise.all([
          contextSyncs.find(id),
          isHeld(deps),
          photos.countPhotosByState(id),
          photos.latestPhotos(id, mostPhotos),
          plans.list(id, mostPlans, null),
          keptOf(id),
          launches.pendingOf(id, mostLaunches),
          runsOf(deps, id, mostRuns),
        ]);
        return {
          account: presentAccount(account),
          sync: presentSync(deps, id, row, held),
          photos: {
            counts,
            latest: latest.map((photo) => ({
              id: photo.id,
              state: photo.state,
              created_at: photo.createdAt.toISOString(),
              consumed_at: photo.consumedAt.toISOString(),
            })),
          },
          meal_plans: latestPlans.map((plan) => ({
            id: plan.id,
            title: plan.title,
            week_start: plan.weekStartDate,
            created_at: plan.createdAt.toISOString(),
          })),
          kept,
          launches_pending: pending.map((launch) => ({
            workflow_id: launch.workflowId,
            workflow: launch.workflow,
            attempts: launch.attempts,
            last_error: launch.lastError,
            created_at: launch.createdAt.toISOString(),
            due_at: launch.dueAt.toISOString(),
          })),
          runs:
            runs?.map((run) => ({
              workflow_id: run.workflowId,
              workflow: run.workflow,
              status: run.status,
              started_at: run.startedAt.toISOString(),
              closed_at: iso(run.closedAt),
              run_url: runUrl(deps.settings, run.workflowId),
            })) ?? null,
          runs_note:
            runs === null ? 'Temporal did not answer in time; everything else on this page is from MongoDB.' : null,
          deliveries: [],
        };
      },
    ),
  ];
};

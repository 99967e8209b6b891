import { z } from 'zod';
import { AccountState, GivenEmail, Role, type Account } from '../../model/accounts';
import { Id } from '../../model/ids';
import { Activity, Diet, Goal } from '../../model/profiles';
import { notFound, Problem } from '../errors';
import { iso } from '../times';
import { json, type Limit, type Route } from '../route';
import type { SupportDeps } from './deps';
import { joinPanels, readAll } from './panel';
import { runsOf, runUrl } from './runs';

/** Everything that support needs to know of one account, on one page. */

/** Enough for a person who answers letters, and too few to try out whose addresses have an account. */
const findLimit: Limit = { name: 'user-find', max: 30, windowMs: 60_000, by: 'account' };

const mostRuns = 20;

const AccountView = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string().nullable(),
  username: z.string().nullable(),
  role: Role,
  state: AccountState,
  erasure_due_at: z
    .string()
    .nullable()
    .meta({ description: 'When it is erased unless its owner logs in before; null: it is not to be' }),
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
});

const RunsView = z
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
  .meta({ description: 'The latest in Temporal; null where it does not say, see `runs_note`' });

/** The account, a section for each panel of a feature, and its runs. */
const pageWith = ({ sections, kept }: ReturnType<typeof joinPanels>) =>
  z
    .object({
      ...mapped(sections, ({ schema }) => schema),
      account: AccountView,
      kept: z
        .object(mapped(kept, () => z.int()))
        .meta({ description: 'How much else is kept. What it says is the account’s own: it is in its export' }),
      runs: RunsView,
      runs_note: z.string().nullable(),
      deliveries: z
        .array(z.unknown())
        .max(0)
        .meta({ description: 'Deliveries of webhooks: an empty list, as there are none yet' }),
    })
    .meta({ id: 'SupportUser' });

const mapped = <Value, Result>(
  record: Readonly<Record<string, Value>>,
  to: (value: Value) => Result,
): Record<string, Result> => Object.fromEntries(Object.entries(record).map(([key, value]) => [key, to(value)]));

const presentAccount = (account: Account): z.input<typeof AccountView> => {
  const { profile } = account;
  return {
    id: account.id,
    email: account.email,
    name: account.name,
    username: account.username,
    role: account.role,
    state: account.state,
    erasure_due_at: iso(account.erasureDueAt),
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
  const { accounts, audit } = deps.store;
  const panels = joinPanels(deps.panels);
  const readers = mapped(panels.sections, ({ read }) => read);
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
        responses: { 200: pageWith(panels), 404: Problem },
      },
      async ({ params: { id }, caller }) => {
        const account = (await accounts.find(id)) ?? notFound('account');
        // Before anything else: no record, no look.
        await audit.record({ actor: caller, action: 'user.view', target: id, reason: null });
        const [sections, kept, runs] = await Promise.all([
          readAll(readers, id),
          readAll(panels.kept, id),
          runsOf(deps, id, mostRuns),
        ]);
        return {
          ...sections,
          account: presentAccount(account),
          kept,
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

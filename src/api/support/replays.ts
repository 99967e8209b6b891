import { z } from 'zod';
import { cancelReplay, pauseReplay, replayWorkflows, replayTiming, resumeReplay } from '../../messages/contextReplay';
import type { AuditAction } from '../../model/audit';
import { SyncFailureReason } from '../../model/context';
import { ReplayOutcome, ReplayScope, ReplayState, type Replay, type ReplayWanted } from '../../model/contextReplays';
import { Id } from '../../model/ids';
import type { Launch } from '../../model/launches';
import { alsoStates } from '../../model/stated';
import { isDuplicateKey } from '../../store/faults';
import { conflict, notFound, problem, Problem } from '../errors';
import { pageOf, PageQuery } from '../paging';
import { json, reply, type Route } from '../route';
import { iso } from '../times';
import type { SupportDeps } from './deps';
import { Since } from './present';
import { createReplayRuns, hasEnded } from './replayRuns';
import { runUrl } from './runs';
import { syncIsOff } from './syncActions';

/** Replays of many syncs at once: of those that failed, or of everybody. */

const ReplayView = z
  .object({
    id: z.string(),
    state: ReplayState,
    filter: z.object({
      state: ReplayScope,
      reason: SyncFailureReason.nullable(),
      since: z.string().nullable(),
    }),
    raise: z.int().nullable().meta({ description: 'By how much every version was raised; null: not at all' }),
    total: z.int().nullable().meta({ description: 'Accounts; null until they are noted' }),
    replayed: z.int().meta({ description: 'Acknowledged by the receiver' }),
    failed: z.int().meta({ description: 'Not acknowledged; what is behind is still on the failed list' }),
    skipped: z.int().meta({ description: 'Nothing to send: dismissed, acknowledged meanwhile, or erased' }),
    created_at: z.string(),
    finished_at: z.string().nullable(),
    run_url: z.string().nullable(),
  })
  .meta({ id: 'SupportReplay' });
const ReplayResultView = z
  .object({
    user_id: z.string(),
    outcome: ReplayOutcome,
    reason: SyncFailureReason.nullable(),
    at: z.string().nullable(),
  })
  .meta({ id: 'SupportReplayResult' });

/** A receiver may keep versions in 32 bits. */
const raiseAtMost = 1_000_000_000;
const WantedFields = z
  .strictObject({
    filter: z.strictObject({
      state: z
        .enum(ReplayScope.options, 'must be failed or all')
        .meta({ description: '`all`: every account, also what is acknowledged; for admins' }),
      reason: SyncFailureReason.optional(),
      since: Since.optional(),
    }),
    raise: z.int().min(1).max(raiseAtMost).optional().meta({
      description: 'Of `all`: raises every version by this, so that a receiver takes it that has a higher one',
    }),
    dryRun: z.boolean().default(false).meta({ description: 'Only count' }),
  })
  .superRefine(({ filter, raise }, context) => {
    const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (filter.state === 'all')
      for (const name of ['reason', 'since'] as const)
        if (filter[name] !== undefined) refuse(['filter', name], 'is for failed only: all are all');
    if (filter.state === 'failed' && raise !== undefined) refuse(['raise'], 'is for all only');
  });
const stateIs = (state: z.output<typeof ReplayScope>) => ({ properties: { state: { const: state } } });
const Wanted = alsoStates(WantedFields, {
  anyOf: [
    { properties: { filter: stateIs('failed') }, not: { required: ['raise'] } },
    {
      properties: {
        filter: { ...stateIs('all'), not: { anyOf: [{ required: ['reason'] }, { required: ['since'] }] } },
      },
    },
  ],
});
const wantedOf = ({ filter: { state, reason, since }, raise }: z.output<typeof Wanted>): ReplayWanted => ({
  scope: state,
  filter: { reason: reason ?? null, since: since ?? null },
  raise: raise ?? null,
});

/** A replay of more is a replay of as many as there are; only the count of a dry run ends here. */
const matchedAtMost = 1_000_000;
const unstartedRetryS = 5;

const params = z.object({ id: Id });
const pathOf = (id: Id) => `/api/support/replays/${id}`;

/** For the audit. */
const words = ({ scope, filter: { reason, since }, raise }: ReplayWanted) =>
  [
    scope,
    ...(reason === null ? [] : [`reason ${reason}`]),
    ...(since ? [`since ${since.toISOString()}`] : []),
    ...(raise === null ? [] : [`versions raised by ${raise}`]),
  ].join(', ');
/** Instead of the definition's, which is of those that failed. */
const summaryOfAll = 'Sends the context of every account anew';

export const replayRoutes = (deps: SupportDeps): Route[] => {
  const { audit, contextReplays, contextSyncList, launches, transaction } = deps.store;
  const runs = createReplayRuns(deps);
  const present = (replay: Replay): z.input<typeof ReplayView> => ({
    id: replay.id,
    state: replay.state,
    filter: { state: replay.scope, reason: replay.filter.reason, since: iso(replay.filter.since) },
    raise: replay.raise,
    total: replay.total,
    replayed: replay.acknowledged,
    failed: replay.failed,
    skipped: replay.skipped,
    created_at: replay.createdAt.toISOString(),
    finished_at: iso(replay.finishedAt),
    run_url: runUrl(deps.settings, replayWorkflows.replay.id(replay.id)),
  });
  const existing = async (id: Id) => (await contextReplays.find(id)) ?? notFound('replay');
  const matched = async ({ scope, filter }: ReplayWanted): Promise<number> => {
    if (scope === 'all') return contextSyncList.countOpen(matchedAtMost);
    const counts = await contextSyncList.countFailed(filter.since, matchedAtMost);
    return filter.reason === null
      ? Object.values(counts).reduce((sum, count) => sum + count, 0)
      : counts[filter.reason];
  };
  const launchOf = (id: Id, { scope }: ReplayWanted, requestId: string): Launch => ({
    ...replayWorkflows.replay.start([id], { replayId: id, timing: deps.replayTiming ?? replayTiming }),
    ...(scope === 'all' && { summary: summaryOfAll }),
    ownerId: null,
    requestId,
  });

  const signals = (
    [
      ['pause', 'Pause a replay; what is under way ends first', pauseReplay],
      ['resume', 'Go on with a paused replay', resumeReplay],
      ['cancel', 'End a replay; what is acknowledged stays so', cancelReplay],
    ] as const
  ).map(([name, summary, signal]) =>
    json(
      {
        method: 'post',
        path: `${pathOf(':id')}/${name}`,
        access: 'support',
        tag: 'support',
        summary,
        params,
        responses: {
          202: { description: 'Its run was told; `state` follows', schema: ReplayView, headers: ['Location'] },
          404: Problem,
          409: Problem,
          503: Problem,
        },
      },
      async ({ params: { id }, caller }) => {
        const replay = await existing(id);
        if (hasEnded(replay)) conflict(`This replay has ended: it is ${replay.state}.`);
        const action: AuditAction = `replay.${name}`;
        await audit.record({ actor: caller, action, target: id, reason: null });
        const told = await runs.tell(id, signal);
        if (told === 'unstarted')
          throw problem('unavailable', {
            detail: 'This replay has not been started yet; try again in a moment.',
            retryAfterS: unstartedRetryS,
          });
        const after = await existing(id);
        if (told === 'ended' && (name !== 'cancel' || after.state !== 'cancelled'))
          conflict(`The run of this replay has ended: it is ${after.state}.`);
        return reply(202, present(after), { location: pathOf(id) });
      },
    ),
  );

  return [
    json(
      {
        method: 'post',
        path: '/api/support/syncs/replay',
        access: 'support',
        tag: 'support',
        summary: 'Replay every failed sync that a filter finds, or send every account anew',
        description:
          'Each account gets one attempt. `all` is for when the receiver or Palate was restored, and for admins. With `dryRun` nothing is started, and the answer is how many there are.',
        body: Wanted,
        idempotent: true,
        responses: {
          200: {
            description: 'A dry run',
            schema: z.object({
              matched: z.int().meta({ description: `Counted to at most ${matchedAtMost}; of failed, for each reason` }),
            }),
          },
          202: { description: 'Recorded, and started', schema: ReplayView, headers: ['Location'] },
          409: Problem,
        },
      },
      async ({ body, caller, resourceId: id, requestId, afterAnswer, log }) => {
        const wanted = wantedOf(body);
        if (wanted.scope === 'all' && caller.role !== 'admin')
          throw problem('forbidden', {
            detail: `Sending every account anew needs an account with the role admin; yours is ${caller.role}.`,
          });
        if (body.dryRun) return reply(200, { matched: await matched(wanted) });
        if (deps.contextRuns === null) conflict(syncIsOff);
        const launch = launchOf(id, wanted, requestId);
        try {
          await transaction(async (session) => {
            await contextReplays.create(id, wanted, session);
            await launches.record(launch, session);
            await audit.record({ actor: caller, action: 'syncs.replay', target: id, reason: words(wanted) }, session);
          });
          log.info({ replayId: id, by: caller.id, scope: wanted.scope }, 'support replays context syncs');
        } catch (error) {
          // A repeat under one Idempotency-Key, whose first answer was lost.
          if (!isDuplicateKey(error)) throw error;
        }
        afterAnswer(() => deps.launches.start(launch));
        return reply(202, present(await existing(id)), { location: pathOf(id) });
      },
    ),
    json(
      {
        method: 'get',
        path: '/api/support/replays',
        access: 'support',
        tag: 'support',
        summary: 'Replays of the last 90 days, latest first',
        query: PageQuery,
        responses: { 200: pageOf(ReplayView) },
      },
      async ({ query: { limit, cursor } }) => {
        const before = deps.paging.idBefore('replays', cursor);
        const rows = await contextReplays.list(limit + 1, before);
        const page = deps.paging.page('replays', rows, limit, (row) => [row.id]);
        const items = await Promise.all(page.items.map(async (replay) => present(await runs.settled(replay))));
        return { items, nextCursor: page.nextCursor };
      },
    ),
    json(
      {
        method: 'get',
        path: pathOf(':id'),
        access: 'support',
        tag: 'support',
        summary: 'How far a replay is; with `results=true` a page of what became of each account',
        params,
        query: PageQuery.extend({
          results: z.literal('true', 'must be true, or left out').optional(),
        }),
        responses: {
          200: ReplayView.extend({
            results: z.array(ReplayResultView).optional(),
            nextCursor: z.string().nullable().optional().meta({ description: 'Of the results' }),
          }).meta({ id: 'SupportReplayWithResults' }),
          404: Problem,
        },
      },
      async ({ params: { id }, query: { results, limit, cursor } }) => {
        const replay = present(await runs.settled(await existing(id)));
        if (results === undefined) return replay;
        const list = `replay:${id}`;
        const after = deps.paging.idBefore(list, cursor);
        const rows = await contextReplays.listResults(id, limit + 1, after);
        const page = deps.paging.page(list, rows, limit, (row) => [row.userId]);
        return {
          ...replay,
          results: page.items.map(({ userId, outcome, reason, at }) => ({
            user_id: userId,
            outcome,
            reason,
            at: iso(at),
          })),
          nextCursor: page.nextCursor,
        };
      },
    ),
    ...signals,
  ];
};

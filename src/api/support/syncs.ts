import { z } from 'zod';
import { SyncFailureReason } from '../../model/context';
import { Id } from '../../model/ids';
import { recordOf } from '../../model/records';
import type { SyncRow } from '../../store/context/syncs';
import { notFound, Problem } from '../errors';
import { pageOf, PageQuery } from '../paging';
import { json, type Route } from '../route';
import type { SupportDeps } from './deps';
import { presentSync, presentSyncItem, sendingOf, Since, SyncItem, SyncView, type Sending } from './present';

/** Context syncs as support sees them. */

const countedAtMost = 10_000;

const Query = PageQuery.extend({
  state: z.enum(['failed', 'pending', 'held']).default('failed').meta({
    description:
      '`failed`: on the failed list, the latest first. `pending`: everyone behind, each with a state of its own. `held`: behind and not given up, while calls to the receiver are suspended',
  }),
  reason: SyncFailureReason.optional().meta({ description: 'Given up for this reason' }),
  user: Id.optional().meta({ description: 'This account only' }),
  since: Since.optional(),
});

const SyncPage = pageOf(SyncItem).extend({
  counts: z.record(SyncFailureReason, z.int()).meta({
    description: `How many are on the failed list for each reason, under the same \`user\` and \`since\`; each counted to at most ${countedAtMost}`,
  }),
});

const none = recordOf(SyncFailureReason.options, () => 0);

export const syncRoutes = (deps: SupportDeps): Route[] => {
  const { contextSyncList, contextSyncs, accounts } = deps.store;

  /** One account under the filters of a list. */
  const ofUser = async (user: Id, { state, reason, since }: z.output<typeof Query>, sending: Sending) => {
    const row = await contextSyncs.find(user);
    const recent = row !== null && (!since || (row.lastFailedAt !== null && row.lastFailedAt >= since));
    if (!recent) return { rows: [], counts: none };
    const shown = presentSyncItem(row, sending).state;
    const wanted = state === 'pending' ? row.behind : shown === state;
    const rows = wanted && (reason === undefined || row.failure?.reason === reason) ? [row] : [];
    return { rows, counts: shown === 'failed' && row.failure ? { ...none, [row.failure.reason]: 1 } : none };
  };

  return [
    json(
      {
        method: 'get',
        path: '/api/support/syncs',
        access: 'support',
        tag: 'support',
        summary: 'Context syncs that failed, wait or are held',
        query: Query,
        responses: { 200: SyncPage },
      },
      async ({ query }) => {
        const { state, limit, cursor } = query;
        const filter = { reason: query.reason ?? null, since: query.since ?? null };
        const list = `syncs:${state}`;
        const last = state === 'failed' ? deps.paging.timeAndIdBefore(list, cursor) : null;
        const after = state === 'failed' ? null : deps.paging.idBefore(list, cursor);
        const sending = await sendingOf(deps);
        const present = (rows: readonly SyncRow[]) => rows.map((row) => presentSyncItem(row, sending));
        if (query.user !== undefined) {
          const { rows, counts } = await ofUser(query.user, query, sending);
          return { items: present(rows), counts, nextCursor: null };
        }
        const counts = await contextSyncList.countFailed(filter.since, countedAtMost);
        if (state === 'failed') {
          const before = last && { lastFailedAt: last.at, id: last.id };
          const page = deps.paging.page(
            list,
            await contextSyncList.findFailed(filter, limit + 1, before),
            limit,
            (row) => [row.lastFailedAt?.getTime() ?? 0, row._id],
          );
          return { items: present(page.items), counts, nextCursor: page.nextCursor };
        }
        if (state === 'held' && sending !== 'held') return { items: [], counts, nextCursor: null };
        const page = deps.paging.page(
          list,
          await contextSyncList.findBehind(filter, {
            held: state === 'held',
            limit: limit + 1,
            after,
          }),
          limit,
          (row) => [row._id],
        );
        return { items: present(page.items), counts, nextCursor: page.nextCursor };
      },
    ),
    json(
      {
        method: 'get',
        path: '/api/support/syncs/:userId',
        access: 'support',
        tag: 'support',
        summary: 'Context sync of one account, with its latest attempts',
        params: z.object({ userId: Id }),
        responses: { 200: SyncView, 404: Problem },
      },
      async ({ params: { userId } }) => {
        const [account, row, sending] = await Promise.all([
          accounts.find(userId),
          contextSyncs.find(userId),
          sendingOf(deps),
        ]);
        if (!account) notFound('account');
        return presentSync(deps, userId, row, sending);
      },
    ),
  ];
};

import { z } from 'zod';
import { erasureWorkflows } from '../../messages/erasure';
import { ErasureState, ForgetFailureReason, type Erasure } from '../../model/erasure';
import { pageOf, PageQuery } from '../paging';
import { json, type Route } from '../route';
import { iso } from '../times';
import type { SupportDeps } from './deps';
import { runUrl } from './runs';

/** Erasures as support sees them: which are not done, and for whom they wait. */

const time = z.string().nullable();

const ErasureItem = z
  .object({
    id: z.string().meta({ description: 'That of its receipt' }),
    user_id: z.string().nullable().meta({
      description: 'null once nothing more is to be done, and where it began before this was kept',
    }),
    state: ErasureState,
    waiting_for: z.enum(['palate', 'ml_service']).nullable().meta({
      description:
        '`palate`: it is being erased here. `ml_service`: all is gone here, and the ML service has not confirmed; of one that is `done`: it is asked once more, as it may have taken a late push in',
    }),
    requested_at: z.string(),
    due_at: time.meta({ description: 'When one that is `scheduled` begins, unless its owner logs in before' }),
    finished_at: time,
    waiting_since: time.meta({ description: 'Since when the ML service has not confirmed' }),
    attempts: z.int().meta({ description: 'Requests to the ML service that it did not confirm' }),
    last_failed_at: time.meta({ description: 'The latest of them' }),
    reason: ForgetFailureReason.nullable().meta({
      description: 'Why it was not confirmed, the latest; kept when it is',
    }),
    status: z.int().nullable().meta({ description: 'HTTP status; null: no answer, or no request' }),
    run_url: z.string().nullable().meta({ description: 'Its run in the Temporal UI; null where there is none' }),
  })
  .meta({ id: 'SupportErasure' });

const waitsFor = ({ state, forgetting }: Erasure) => {
  if ((forgetting?.waitingSince ?? null) !== null) return 'ml_service' as const;
  return state === 'running' ? ('palate' as const) : null;
};

const present = ({ settings }: Pick<SupportDeps, 'settings'>, erasure: Erasure): z.input<typeof ErasureItem> => {
  const { id, ownerId, state, requestedAt, dueAt, finishedAt, forgetting } = erasure;
  return {
    id,
    user_id: ownerId,
    state,
    waiting_for: waitsFor(erasure),
    requested_at: requestedAt.toISOString(),
    due_at: iso(dueAt),
    finished_at: iso(finishedAt),
    waiting_since: iso(forgetting?.waitingSince ?? null),
    attempts: forgetting?.attempts ?? 0,
    last_failed_at: iso(forgetting?.lastFailedAt ?? null),
    reason: forgetting?.reason ?? null,
    status: forgetting?.status ?? null,
    run_url: ownerId === null || state === 'scheduled' ? null : runUrl(settings, erasureWorkflows.erase.id(ownerId)),
  };
};

export const erasureListRoutes = (deps: SupportDeps): Route[] => [
  json(
    {
      method: 'get',
      path: '/api/support/erasures',
      access: 'support',
      tag: 'support',
      summary: 'Erasures that are not done, or are; each look is in the audit',
      query: PageQuery.extend({ state: ErasureState.default('running') }),
      responses: { 200: pageOf(ErasureItem) },
    },
    async ({ query: { state, limit, cursor }, caller }) => {
      const list = `erasures:${state}`;
      const before = deps.paging.timeAndIdBefore(list, cursor);
      // Before anything else: no record, no look.
      await deps.store.audit.record({ actor: caller, action: 'erasures.view', target: null, reason: null });
      const rows = await deps.store.erasures.list(state, limit + 1, before);
      const page = deps.paging.page(list, rows, limit, (row) => [row.requestedAt.getTime(), row.id]);
      return { items: page.items.map((row) => present(deps, row)), nextCursor: page.nextCursor };
    },
  ),
];

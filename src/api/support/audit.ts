import { z } from 'zod';
import { AuditAction } from '../../model/audit';
import { Id } from '../../model/ids';
import { pageOf, PageQuery } from '../paging';
import { json, type Route } from '../route';
import type { SupportDeps } from './deps';

const AuditView = z
  .object({
    at: z.string(),
    actor: z.object({
      id: z.string().meta({ description: 'Of the account; 24 zeros for `npm run admin`, which knows no account' }),
      email: z.string().nullable().meta({ description: 'As it was then; null once that account was erased' }),
    }),
    action: AuditAction,
    target: z
      .string()
      .nullable()
      .meta({ description: 'Id of the account or replay; null for a list, or a search that found nobody' }),
    reason: z.string().nullable(),
  })
  .meta({ id: 'AuditEntry' });

const list = 'audit';

export const auditRoutes = (deps: SupportDeps): Route[] => [
  json(
    {
      method: 'get',
      path: '/api/support/audit',
      access: 'support',
      tag: 'support',
      summary: 'What people with rights did and looked at in the last 400 days, latest first',
      query: PageQuery.extend({
        actor: Id.optional().meta({ description: 'Id of the account that did it' }),
        target: Id.optional().meta({ description: 'Id of the account or replay that it was done to' }),
        action: AuditAction.optional(),
      }),
      responses: { 200: pageOf(AuditView) },
    },
    async ({ query: { limit, cursor, ...filter } }) => {
      const before = deps.paging.timeAndIdBefore(list, cursor);
      const rows = await deps.store.audit.list(filter, limit + 1, before);
      const page = deps.paging.page(list, rows, limit, (row) => [row.at.getTime(), row.id]);
      return {
        items: page.items.map(({ at, actor, action, target, reason }) => ({
          at: at.toISOString(),
          actor,
          action,
          target,
          reason,
        })),
        nextCursor: page.nextCursor,
      };
    },
  ),
];

import { z } from 'zod';
import { Id } from '../../model/ids';
import { ErasureState, type Receipt } from '../../model/erasure';
import type { ErasureStore } from '../../store/erasures';
import type { Capabilities } from '../capabilities';
import { notFound, Problem } from '../errors';
import { json, type Route } from '../route';
import { receiptSubject } from './request';

export const ReceiptView = z
  .object({
    id: z.string(),
    state: ErasureState,
    requested_at: z.string(),
    due_at: z.string().nullable().meta({ description: 'When one that is `scheduled` begins' }),
    finished_at: z.string().nullable(),
    removed: z
      .record(z.string(), z.int())
      .meta({ description: 'Rows, objects and runs that were removed, by feature' }),
  })
  .meta({ id: 'ErasureReceipt' });

export const presentReceipt = ({
  id,
  state,
  requestedAt,
  dueAt,
  finishedAt,
  removed,
}: Receipt): z.input<typeof ReceiptView> => ({
  id,
  state,
  requested_at: requestedAt.toISOString(),
  due_at: dueAt?.toISOString() ?? null,
  finished_at: finishedAt?.toISOString() ?? null,
  removed,
});

export const erasureRoutes = (deps: {
  readonly store: { readonly erasures: Pick<ErasureStore, 'find'> };
  readonly capabilities: Capabilities;
}): Route[] => [
  json(
    {
      method: 'get',
      path: '/erasures/:id',
      access: 'public',
      summary: 'Receipt of an erasure; opened by the key that was given with it',
      params: z.object({ id: Id }),
      query: z.object({ key: z.string().max(64) }),
      responses: { 200: ReceiptView, 404: Problem },
    },
    async ({ params, query }) => {
      if (!deps.capabilities.check(receiptSubject(params.id), query.key)) notFound('erasure');
      return presentReceipt((await deps.store.erasures.find(params.id)) ?? notFound('erasure'));
    },
  ),
];

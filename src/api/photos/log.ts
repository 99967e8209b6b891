import { z } from 'zod';
import { Id } from '../../model/ids';
import type { Correction } from '../../model/photos';
import { amended } from '../../ml/foods';
import { conflict, notFound, Problem, unprocessable } from '../errors';
import { pageOf, PageQuery } from '../paging';
import { json, reply, type Route } from '../route';
import { requestCorrection } from './correct';
import { finishDeletion } from './delete';
import type { PhotoDeps } from './deps';
import { MealTime } from './mealTime';
import { PhotoView, presentEntry } from './present';
import { asLogEntry, waitUntilSettled, type LogEntry } from './wait';

/** The caller's log: photos and meals by hand, corrected and deleted under one id. */
const Params = z.object({ id: Id });
const LogPage = pageOf(PhotoView).extend({ message: z.string().optional() });
const list = 'history';

const Change = (clock: () => Date) =>
  z
    .object({
      food: z
        .string()
        .trim()
        .min(1)
        .max(500)
        .optional()
        .meta({ description: 'What it is, in your words: "lamb tagine", "two boiled eggs"' }),
      grams: z.number().positive().max(20_000).optional(),
      servings: z.number().positive().max(100).optional(),
      consumed_at: MealTime(clock).optional(),
    })
    .strict()
    .refine(
      (change) => Object.values(change).some((value) => value !== undefined),
      'names nothing to change; send food, grams, servings or consumed_at',
    )
    .refine(
      ({ grams, servings }) => grams === undefined || servings === undefined,
      'has both grams and servings; send one of them',
    );

/**
 * The word that a run must work in; null where the figures that stand can be weighed at once. What the run has not worked in yet
 * is spoken of by grams and servings too, as it will be what stands: a weight takes the place of its weight, servings multiply it.
 */
const wordOf = (
  pending: Correction | null,
  { food, grams, servings }: { food?: string | undefined; grams?: number | undefined; servings?: number | undefined },
): Omit<Correction, 'at'> | null => {
  if (food !== undefined) return { food, grams: grams ?? null, servings: servings ?? null };
  if (!pending) return null;
  if (grams !== undefined) return { food: pending.food, grams, servings: null };
  if (servings !== undefined)
    return { food: pending.food, grams: pending.grams, servings: (pending.servings ?? 1) * servings };
  return null;
};

export const logRoutes = (deps: PhotoDeps): Route[] => {
  const { photos } = deps.store;
  const owned = async (id: Id, ownerId: Id): Promise<LogEntry> => {
    const entry = asLogEntry(await photos.find(id));
    return entry?.ownerId === ownerId && entry.state !== 'hf_rejected' && entry.state !== 'failed'
      ? entry
      : notFound('history entry');
  };

  return [
    json(
      {
        method: 'get',
        path: '/history',
        access: 'user',
        tag: 'log',
        summary: 'Your log, latest meal first',
        query: PageQuery,
        responses: { 200: LogPage },
      },
      async (context) => {
        const { limit, cursor } = context.query;
        const [at, id] = deps.paging.read(list, cursor) ?? [];
        const before = at === undefined ? null : { consumedAt: new Date(at), id: String(id) };
        const rows = await photos.listLog(context.caller.id, limit + 1, before);
        const page = deps.paging.page(list, rows, limit, (row) => [row.consumedAt.getTime(), row.id]);
        const items = page.items
          .flatMap((row) => asLogEntry(row) ?? [])
          .map((entry) => presentEntry(deps, entry, context.origin));
        return {
          items,
          nextCursor: page.nextCursor,
          ...(items.length === 0 && cursor === undefined && { message: 'history empty' }),
        };
      },
    ),

    json(
      {
        method: 'get',
        path: '/history/:id',
        access: 'user',
        tag: 'log',
        summary: 'One entry of your log',
        params: Params,
        responses: { 200: PhotoView },
      },
      async (context) => presentEntry(deps, await owned(context.params.id, context.caller.id), context.origin),
    ),

    json(
      {
        method: 'patch',
        path: '/history/:id',
        access: 'user',
        tag: 'log',
        summary: 'Correct an entry: another food, weight, number of servings or time',
        description:
          'Everything is computed anew. A new food is looked up; where that takes longer than the server waits, the answer is 202.',
        params: Params,
        body: Change(deps.clock),
        responses: {
          200: PhotoView,
          202: { description: 'Kept; the figures follow', schema: PhotoView, headers: ['location'] },
          409: { description: 'Others change the entry at the same time', schema: Problem },
          422: { description: 'The entry has no food yet, so it cannot be weighed', schema: Problem },
        },
      },
      async (context) => {
        const { id } = context.params;
        const { food, grams, servings, consumed_at: consumedAt } = context.body;
        const ownerId = context.caller.id;
        // The entry may move between the read and the write; the write names the revision it read.
        for (let attempt = 0; attempt < 5; attempt += 1) {
          const entry = await owned(id, ownerId);
          const word = wordOf(entry.pendingCorrection, { food, grams, servings });
          if (word) {
            const timed = consumedAt ? await photos.edit(id, entry.revision, { consumedAt }) : entry;
            if (!timed) continue;
            const kept = await requestCorrection(deps, {
              entry: timed,
              ownerId,
              requestId: context.requestId,
              ...word,
            });
            if (!kept) continue;
            const reached = kept.started ? waitUntilSettled(deps, id, context.signal) : owned(id, ownerId);
            const settled = (await reached) ?? notFound('history entry');
            const view = presentEntry(deps, settled, context.origin);
            return settled.pendingCorrection ? reply(202, view, { location: `/photos/${id}` }) : view;
          }
          const weighed = grams !== undefined || servings !== undefined;
          if (weighed && (entry.state !== 'analyzed' || !entry.analysis))
            unprocessable('This entry has no food yet, so it cannot be weighed. Send `food` too.');
          const edited = await photos.edit(id, entry.revision, {
            ...(consumedAt && { consumedAt }),
            ...(weighed &&
              entry.analysis && {
                analysis: amended(entry.analysis, { grams: grams ?? null, servings: servings ?? null }),
                correctedAt: deps.clock(),
              }),
          });
          const shown = asLogEntry(edited);
          if (shown) return presentEntry(deps, shown, context.origin);
        }
        return conflict('The entry is being changed by others at the same time; try again.');
      },
    ),

    json(
      {
        method: 'delete',
        path: '/history/:id',
        access: 'user',
        tag: 'log',
        summary: 'Delete an entry with its pictures',
        params: Params,
        responses: { 204: { description: 'Deleted' } },
      },
      async (context) => {
        const { id } = await owned(context.params.id, context.caller.id);
        if (!(await photos.hide(id))) notFound('history entry');
        context.afterAnswer(() => finishDeletion(deps, id));
        return reply(204, null);
      },
    ),
  ];
};

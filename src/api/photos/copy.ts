import { z } from 'zod';
import { final } from '../../ml/foods';
import { Id } from '../../model/ids';
import { Problem, problem, unprocessable } from '../errors';
import { json, reply, type Route } from '../route';
import type { PhotoDeps } from './deps';
import { MealTime, momentOf, timeZoneOf } from './mealTime';
import { ownedEntry } from './owned';
import { PhotoView, presentEntry } from './present';
import { asLogEntry } from './wait';

/** The same meal eaten again: its figures and where they come from, at another time, without its picture. */
export const copyRoutes = (deps: PhotoDeps): Route[] => [
  json(
    {
      method: 'post',
      path: '/history/:id/copy',
      access: 'user',
      tag: 'log',
      summary: 'Log the same meal again',
      description: 'Takes over figures, provenance and words, not the picture. Without `consumed_at` it is eaten now.',
      params: z.object({ id: Id }),
      body: z.strictObject({ consumed_at: MealTime(deps.clock).optional() }).optional(),
      idempotent: true,
      responses: {
        201: { description: 'The new entry', schema: PhotoView, headers: ['location'] },
        410: { description: 'A repeat under its key; the copy was deleted since', schema: Problem },
        422: { description: 'The entry has no figures yet, so there is nothing to copy', schema: Problem },
      },
    },
    async ({ params, body, caller, resourceId, origin }) => {
      const [source, timeZone] = await Promise.all([ownedEntry(deps)(params.id, caller.id), timeZoneOf(deps, caller)]);
      if (source.state !== 'analyzed' || !source.analysis)
        unprocessable('This entry has no figures yet, so there is nothing to copy. Name its food first.');
      const stated = body?.consumed_at;
      const copy = asLogEntry(
        await deps.store.photos.createMeal({
          id: resourceId,
          ownerId: caller.id,
          caption: source.caption,
          consumedAt: stated ? momentOf(stated, timeZone) : deps.clock(),
          consumedAtSource: stated ? 'stated' : 'upload',
          analysis: final(source.analysis),
          copiedFrom: source.id,
        }),
      );
      if (!copy) throw problem('gone', { detail: 'This copy was made before, and deleted since.' });
      return reply(201, presentEntry(deps, copy, origin, timeZone), { location: `/history/${copy.id}` });
    },
  ),
];

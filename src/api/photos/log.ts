import { z } from 'zod';
import { Id } from '../../model/ids';
import { notFound } from '../errors';
import { json, reply, type Route } from '../route';
import { finishDeletion, hideEntry } from './delete';
import type { PhotoDeps } from './deps';
import { timeZoneOf } from './mealTime';
import { deletableEntry, ownedEntry } from './owned';
import { EntryView, presentEntry, presentVersion } from './present';

/** One entry of the caller's log, a photo or a meal by hand: read and deleted under its id. */
const Params = z.object({ id: Id });

export const logRoutes = (deps: PhotoDeps): Route[] => {
  const { photos } = deps.store;
  const owned = ownedEntry(deps);
  const deletable = deletableEntry(deps);

  return [
    json(
      {
        method: 'get',
        path: '/history/:id',
        access: 'user',
        tag: 'log',
        summary: 'One entry of your log, with the source of every figure and what it was before each change',
        params: Params,
        responses: { 200: EntryView },
      },
      async ({ params, caller, origin }) => {
        const [entry, timeZone] = await Promise.all([owned(params.id, caller.id), timeZoneOf(deps, caller)]);
        const versions = await photos.versionsOf(entry.id);
        return {
          ...presentEntry(deps, entry, origin, timeZone),
          versions: versions.map((version) => presentVersion(version, timeZone)),
        };
      },
    ),

    json(
      {
        method: 'delete',
        path: '/history/:id',
        access: 'user',
        tag: 'log',
        summary: 'Delete an entry with its pictures',
        description: 'Also one that failed, with what was kept of its upload.',
        params: Params,
        responses: { 204: { description: 'Deleted' } },
      },
      async (context) => {
        const { id } = await deletable(context.params.id, context.caller.id);
        if (!(await hideEntry(deps, id))) notFound('history entry');
        context.afterAnswer(() => finishDeletion(deps, id));
        return reply(204, null);
      },
    ),
  ];
};

import { z } from 'zod';
import { Id } from '../../model/ids';
import type { Entry } from '../../model/photos';
import type { Caller } from '../deps';
import { notFound } from '../errors';
import { revisions } from '../revisions';
import { json, sse, type Route } from '../route';
import type { PhotoDeps } from './deps';
import { timeZoneOf } from './mealTime';
import { PhotoView, presentEntry, presentRejection, RejectionView } from './present';
import { asLogEntry } from './wait';

/** Reading one photo, once or as it changes. An anonymous caller shows the key of its `Location`. */
const Params = z.object({ id: Id });
const Query = z.object({ key: z.string().max(64).optional() });
const Shown = z.union([PhotoView, RejectionView]);

export const watchRoutes = (deps: PhotoDeps): Route[] => {
  const { photos } = deps.store;

  const visible = async (id: Id, caller: Caller | null, key: string | undefined): Promise<Entry | null> => {
    const entry = asLogEntry(await photos.find(id));
    if (!entry) return null;
    if (entry.ownerId !== null) return entry.ownerId === caller?.id ? entry : null;
    return key !== undefined && deps.capabilities.check(`photo:${id}`, key) ? entry : null;
  };
  const present = (entry: Entry, origin: string, timeZone: string) => {
    const shown = asLogEntry(entry) ?? notFound('photo');
    return entry.state === 'hf_rejected' ? presentRejection(entry) : presentEntry(deps, shown, origin, timeZone);
  };

  return [
    json(
      {
        method: 'get',
        path: '/photos/:id',
        access: 'optional',
        tag: 'photos',
        summary: 'One photo and its figures',
        params: Params,
        query: Query,
        responses: { 200: Shown },
      },
      async (context) => {
        const { caller } = context;
        const [entry, timeZone] = await Promise.all([
          visible(context.params.id, caller, context.query.key),
          timeZoneOf(deps, caller),
        ]);
        return present(entry ?? notFound('photo'), context.origin, timeZone);
      },
    ),

    sse(
      {
        path: '/photos/:id/events',
        access: 'optional',
        tag: 'photos',
        summary: 'The photo as it changes',
        description:
          'Each event `photo` is the whole photo, with its revision as id. A browser sends a ticket (`POST /tickets`) or, anonymously, the key.',
        params: Params,
        query: Query,
        event: Shown,
        responses: {},
      },
      async (context) => {
        const { id } = context.params;
        const read = () => visible(id, context.caller, context.query.key);
        if (!(await read())) notFound('photo');
        const timeZone = await timeZoneOf(deps, context.caller);
        const changes = deps.changes.follow({ collection: photos.collection, id }, context.signal);
        return revisions(changes, read, context.lastEventId, 'photo', (entry) =>
          present(entry, context.origin, timeZone),
        );
      },
    ),
  ];
};

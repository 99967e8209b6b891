import { z } from 'zod';
import { Id } from '../../model/ids';
import type { Caller } from '../deps';
import { pageOf, PageQuery } from '../paging';
import { json, type Route } from '../route';
import type { PhotoDeps } from './deps';
import { timeZoneOf } from './mealTime';
import { ownedEntry } from './owned';
import { PhotoView, presentEntry } from './present';
import { asLogEntry } from './wait';

/** Entries that their owner marked to find again, whatever day they are of. A repeat of a mark changes nothing. */
const Params = z.object({ id: Id });
const list = 'favourites';

export const favouriteRoutes = (deps: PhotoDeps): Route[] => {
  const { photos } = deps.store;

  const marked = async (id: Id, caller: Caller, favourite: boolean, origin: string): Promise<PhotoView> => {
    const [changed, timeZone] = await Promise.all([
      photos.setFavourite(id, caller.id, favourite),
      timeZoneOf(deps, caller),
    ]);
    const entry = asLogEntry(changed) ?? (await ownedEntry(deps)(id, caller.id));
    return presentEntry(deps, entry, origin, timeZone);
  };

  return [
    json(
      {
        method: 'put',
        path: '/history/:id/favourite',
        access: 'user',
        tag: 'log',
        summary: 'Mark an entry as a favourite',
        params: Params,
        responses: { 200: PhotoView },
      },
      ({ params, caller, origin }) => marked(params.id, caller, true, origin),
    ),

    json(
      {
        method: 'delete',
        path: '/history/:id/favourite',
        access: 'user',
        tag: 'log',
        summary: 'Take the mark of a favourite away; the entry stays',
        params: Params,
        responses: { 200: PhotoView },
      },
      ({ params, caller, origin }) => marked(params.id, caller, false, origin),
    ),

    json(
      {
        method: 'get',
        path: '/favourites',
        access: 'user',
        tag: 'log',
        summary: 'Your favourites, the one marked last first',
        query: PageQuery,
        responses: { 200: pageOf(PhotoView) },
      },
      async ({ caller, query: { limit, cursor }, origin }) => {
        const last = deps.paging.timeAndIdBefore(list, cursor);
        const before = last && { favouriteAt: last.at, id: last.id };
        const [rows, timeZone] = await Promise.all([
          photos.listFavourites(caller.id, limit + 1, before),
          timeZoneOf(deps, caller),
        ]);
        const page = deps.paging.page(list, rows, limit, (row) => [row.favouriteAt?.getTime() ?? 0, row.id]);
        const items = page.items
          .flatMap((row) => asLogEntry(row) ?? [])
          .map((entry) => presentEntry(deps, entry, origin, timeZone));
        return { items, nextCursor: page.nextCursor };
      },
    ),
  ];
};

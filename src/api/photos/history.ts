import { z } from 'zod';
import { wholeLog, type LogRange } from '../../store/photos';
import { defaultLimit, maxLimit, pageOf, PageQuery } from '../paging';
import { json, type Route } from '../route';
import type { PhotoDeps } from './deps';
import { timeZoneOf } from './mealTime';
import { PhotoView, presentEntry } from './present';
import { oneRange, rangeFields, rangeOf } from './range';
import { asLogEntry } from './wait';

/** The caller's log by the page. */
const LogPage = pageOf(PhotoView).extend({ message: z.string().optional() });
const list = 'history';

const Query = PageQuery.extend({
  limit: PageQuery.shape.limit
    .unwrap()
    .optional()
    .meta({
      description: `Rows on a page, 1 to ${maxLimit}; where it is missing ${defaultLimit}, and ${maxLimit} without a \`cursor\``,
    }),
  ...rangeFields,
  favourite: z.literal('true', 'must be true, or left out').optional().meta({ description: '`true`: favourites only' }),
}).refine(...oneRange);

export const historyRoutes = (deps: PhotoDeps): Route[] => [
  json(
    {
      method: 'get',
      path: '/history',
      access: 'user',
      tag: 'log',
      summary: 'Your log, latest meal first',
      query: Query,
      responses: { 200: LogPage },
    },
    async ({ caller, query, origin }) => {
      const { cursor } = query;
      // FoodLog's clients read the log once and know no second page.
      const limit = query.limit ?? (cursor === undefined ? maxLimit : defaultLimit);
      const favourite = query.favourite !== undefined;
      const ranged = (query.from ?? query.to ?? query.days) !== undefined;
      const last = deps.paging.timeAndIdBefore(list, cursor);
      const before = last && { consumedAt: last.at, id: last.id };
      const read = (range: LogRange) =>
        deps.store.photos.listLog(caller.id, limit + 1, before, { ...range, favourite });
      // Only a range needs the zone before the log can be read.
      const zone = timeZoneOf(deps, caller);
      const [timeZone, rows] = await Promise.all([
        zone,
        ranged ? zone.then((name) => read(rangeOf(query, name, deps.clock()))) : read(wholeLog),
      ]);
      const page = deps.paging.page(list, rows, limit, (row) => [row.consumedAt.getTime(), row.id]);
      const items = page.items
        .flatMap((row) => asLogEntry(row) ?? [])
        .map((entry) => presentEntry(deps, entry, origin, timeZone));
      return {
        items,
        nextCursor: page.nextCursor,
        // The first is what FoodLog's clients look for.
        ...(items.length === 0 &&
          cursor === undefined && { message: ranged || favourite ? 'no entry in this range' : 'history empty' }),
      };
    },
  ),
];

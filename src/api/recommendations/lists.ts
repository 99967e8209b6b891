import { z } from 'zod';
import type { Dictionary } from '../../ml/recommend/artefact/dictionary';
import { itemsPage, usersPage } from '../../ml/recommend/serving/pages';
import { ProjectId } from '../../model/projects';
import { Problem } from '../errors';
import { nextLink, upTo, type Paging } from '../paging';
import { json, reply, type Route } from '../route';
import { removalCheck, servedOf, type RecommendDeps } from './recommend';

/** What a served model knows: its items and its users, in the order of their ids. */
const mostRows = 2_000;
const ListQuery = z.object({
  limit: upTo(mostRows)
    .default(mostRows)
    .meta({ description: `Rows on a page, 1 to ${mostRows}` }),
  cursor: z.string().max(8_192).optional().meta({ description: 'From the `Link` header of the page before' }),
});

export interface ListDeps extends RecommendDeps {
  readonly paging: Paging;
}

export const listRoutes = (deps: ListDeps): Route[] => {
  const list = {
    method: 'get',
    access: 'user',
    tag: 'recommendations',
    params: z.object({ id: ProjectId }),
    query: ListQuery,
  } as const;
  const found = (schema: z.ZodType, description: string) => ({ description, schema, headers: ['link'] });
  const missing = { description: 'No such project, or it is not ready', schema: Problem };

  return [
    json(
      {
        ...list,
        path: '/project/:id/items',
        summary: 'List the items that a project can be asked about',
        responses: {
          200: found(z.array(z.object({ id: z.string(), title: z.string() })), 'By id; the rest by `Link`'),
          404: missing,
        },
      },
      async ({ params: { id }, query: { limit, cursor }, caller, path }) => {
        const { model } = await servedOf(deps, caller.id, id);
        const name = `items of ${id}`;
        const from = placeAfter(model.recommender.items, deps.paging.idBefore(name, cursor));
        const { rows } = itemsPage(model.recommender, from, limit + 1);
        const page = deps.paging.page(name, rows, limit, (row) => [row.id]);
        return reply(200, page.items, nextLink(path, page, limit));
      },
    ),
    json(
      {
        ...list,
        path: '/project/:id/users',
        summary: 'List the users that a project knows',
        responses: {
          200: found(z.array(z.object({ id: z.string() })), 'By id, without removed ones; the rest by `Link`'),
          404: missing,
        },
      },
      async ({ params: { id }, query: { limit, cursor }, caller, path }) => {
        const { model, state } = await servedOf(deps, caller.id, id);
        const name = `users of ${id}`;
        const from = placeAfter(model.recommender.users, deps.paging.idBefore(name, cursor));
        const { rows } = usersPage(model.recommender, from, limit + 1, removalCheck(state));
        const page = deps.paging.page(name, rows, limit, (row) => [row.id]);
        return reply(200, page.items, nextLink(path, page, limit));
      },
    ),
  ];
};

/** The number of the first id after `id`, which need not be there: another version may know other ids. Dictionaries are in the order of bytes. */
export function placeAfter(ids: Dictionary, id: string | null): number {
  if (id === null) return 0;
  const before = Buffer.from(id);
  let [from, to] = [0, ids.size];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (Buffer.compare(Buffer.from(ids.idAt(middle)), before) <= 0) from = middle + 1;
    else to = middle;
  }
  return from;
}

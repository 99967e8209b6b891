import { z } from 'zod';
import { ProjectId } from '../../model/projects';
import { orBlank } from '../../model/stated';
import { Problem } from '../errors';
import { upTo } from '../paging';
import { json, type Route } from '../route';
import { listRoutes, type ListDeps } from './lists';
import { mostRecommendations, recommend, RecommendationsView } from './recommend';

const maxTextLength = 4_000;
const defaultCount = 10;

const Query = z.object({
  item_title: orBlank(z.string().max(maxTextLength)).meta({
    description: 'Of an item. Compared exactly, then without case and blanks. Needed by a `content` project',
  }),
  user_id: orBlank(z.string().max(maxTextLength)).meta({
    description:
      'As the interactions file has it. Needed by a `collaborative` project; a `hybrid` one takes either or both',
  }),
  item_id: orBlank(z.string().max(maxTextLength)).meta({
    description: 'Chooses among items of one title; without `item_title`, the item itself',
  }),
  n: orBlank(upTo(mostRecommendations)).meta({
    description: `How many, 1 to ${mostRecommendations}; ${defaultCount} where it is missing`,
  }),
});

/** Recommendations of trained projects, and the items and users that they can be asked about. */
export const recommendationRoutes = (deps: ListDeps): Route[] => [
  json(
    {
      method: 'get',
      path: '/project/:id/recommendations',
      access: 'user',
      tag: 'recommendations',
      summary: 'Recommend items for an item, a user, or both',
      description:
        'A user who is not known gets popular items, and `notes` says so. A title that no item has is a 404 that names the nearest ones in its `detail` and as `suggestions`.',
      params: z.object({ id: ProjectId }),
      query: Query,
      responses: {
        200: RecommendationsView,
        404: { description: 'No such project, it is not ready, or no item has this title or id', schema: Problem },
        503: { description: 'The model cannot be loaded', schema: Problem },
      },
    },
    ({ params: { id }, query, caller }) =>
      recommend(deps, caller.id, id, {
        itemTitle: query.item_title ?? null,
        itemId: query.item_id ?? null,
        userId: query.user_id ?? null,
        n: query.n ?? defaultCount,
      }),
  ),
  ...listRoutes(deps),
];

import { maxLimit, PageQuery } from '../../paging';

/** Its app reads no second page: a list that states no `limit` is as long as a page may be. */
export const ListQuery = PageQuery.extend({
  limit: PageQuery.shape.limit
    .unwrap()
    .default(maxLimit)
    .meta({ description: `Rows on a page, 1 to ${maxLimit}` }),
});

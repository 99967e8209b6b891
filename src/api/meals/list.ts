import { z } from 'zod';
import { MealCost, MealType } from '../../model/meals';
import type { MealFilter } from '../../store/meals';
import { nameStems } from '../../ml/foods';
import { envelope, enveloped } from '../dialects/smartbite/envelope';
import { MealView } from '../dialects/smartbite/meals';
import { PageQuery, upTo } from '../paging';
import { json, type Route } from '../route';
import type { MealDeps } from './deps';
import type { MealViews } from './views';

/** The catalogue for people, page by page: by number, as SmartBite's app asks, or by cursor. */

/** Its app reads all of it as one page. */
const mostRows = 1_000;
/** Rows before the page are read over by the database. */
const mostPages = 10_000;

/** Its app sends filters that are not chosen as empty texts. */
const chosen = <S extends z.ZodType>(values: S) =>
  z
    .union([values, z.literal('')])
    .transform((value) => (value === '' ? undefined : value))
    .optional();

const Query = PageQuery.extend({
  limit: upTo(mostRows)
    .default(20)
    .meta({ description: `Rows on a page, 1 to ${mostRows}` }),
  page: upTo(mostPages).default(1).meta({ description: 'The first is 1; not read beside `cursor`' }),
  mealType: chosen(MealType),
  cuisine: z
    .string()
    .max(60)
    .transform((text) => text.trim().toLowerCase())
    .transform((text) => (text === '' ? undefined : text))
    .optional()
    .meta({ example: 'italian' }),
  costLevel: chosen(MealCost),
  vegetarian: chosen(z.enum(['true', 'false']))
    .transform((value) => value === 'true')
    .meta({ description: '`true`: only those that are stated to be' }),
  query: z.string().max(200).optional().meta({ example: 'lentil so' }),
});

/** The last word may be unfinished, unless a space follows it. */
const wordsOf = (query: string): Pick<MealFilter, 'words' | 'begun'> => {
  if (/\s$/.test(query)) return { words: nameStems(query) };
  const [begun = '', ...others] = nameStems(query).reverse();
  return { words: others, begun };
};

export const mealListRoute = (deps: Pick<MealDeps, 'store' | 'paging'>, views: MealViews): Route =>
  json(
    {
      method: 'get',
      path: '/api/v1/meals',
      access: 'user',
      tag: 'meals',
      summary: 'Meals of the catalogue, the latest first',
      description:
        '`query` finds words of name, cuisine and ingredients; the last one may be unfinished. Pages are asked for by number; what is added meanwhile moves them. `cursor` gives each row once.',
      query: Query,
      responses: {
        200: enveloped(
          z.object({
            meals: z.object({
              docs: z.array(MealView),
              totalDocs: z.int().meta({ description: 'Of all pages' }),
              limit: z.int(),
              page: z.int(),
              totalPages: z.int(),
            }),
            nextCursor: z.string().nullable(),
          }),
        ),
      },
    },
    async ({ query: { mealType, cuisine, costLevel, vegetarian, query = '', limit, page, cursor }, ...reader }) => {
      const { meals } = deps.store;
      const before = deps.paging.idBefore('meals', cursor);
      const filter = { mealType, cuisine, costLevel, vegetarian, ...wordsOf(query) };
      const [rows, totalDocs] = await Promise.all([
        meals.list(filter, limit + 1, before === null ? { skip: (page - 1) * limit } : { before }),
        meals.count(filter),
      ]);
      const { items, nextCursor } = deps.paging.page('meals', rows, limit, ({ id }) => [id]);
      const docs = await views.of(items, reader);
      const totalPages = Math.max(1, Math.ceil(totalDocs / limit));
      return envelope({ meals: { docs, totalDocs, limit, page, totalPages }, nextCursor });
    },
  );

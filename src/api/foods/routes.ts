import { z } from 'zod';
import { FoodKey } from '../../model/foods';
import { Gtin } from '../../model/gtins';
import { ReleaseName } from '../../model/importedFoods';
import { notFound, Problem, problem } from '../errors';
import { deletedSince } from '../middleware/idempotency';
import { pageOf, PageQuery } from '../paging';
import { json, reply, type Limit, type Route } from '../route';
import { findProduct } from './barcode';
import type { FoodDeps } from './deps';
import { createOwnFoodFacts, OwnFoodIn } from './own';
import { FoodView, presentFood, presentOwn } from './present';
import type { Id } from '../../model/ids';
import { ownKey, type OwnFood, type OwnFoodFacts } from '../../model/ownFoods';
import { createFoodReader } from './reader';
import { createFoodSearch, mostOwnFoods, type FoodPlace } from './search';

/** Foods: found by name, read by id, looked up by bar code, and described by users. */
const Params = z.object({ id: FoodKey });
const barcodeLimit: Limit = { name: 'barcodes', max: 60, windowMs: 60_000, by: 'account' };
/** FoodData Central takes 1,000 requests an hour from all of us: one account must not use them up. What is known costs it nothing. */
const lookUpLimit: Limit = { name: 'barcode-lookups', max: 60, windowMs: 3_600_000, by: 'account' };

export const foodRoutes = (deps: FoodDeps): Route[] => {
  const { own } = deps.store.foods;
  const reader = createFoodReader({ foods: deps.store.foods, base: deps.mealReader.base });
  const search = createFoodSearch(deps);
  const factsOf = createOwnFoodFacts({ reader, mealReader: deps.mealReader });
  const ownId = (key: string) => (key.startsWith('own:') ? key.slice('own:'.length) : notFound('food of yours'));

  /** Two repeats at once find one food; of all that arrive at once, no more than there is room for are kept. */
  const add = (id: Id, ownerId: Id, facts: OwnFoodFacts): Promise<OwnFood> =>
    deps.store.transaction(async (session) => {
      if (!(await deps.store.accounts.takeTurn(ownerId, session))) throw problem('token-invalid');
      const stands = await own.find(id, ownerId, session);
      if (stands) return stands;
      if ((await own.countOf(ownerId, session)) >= mostOwnFoods)
        throw problem('conflict', {
          detail: `You have ${mostOwnFoods} foods of your own, which is the most; delete one you no longer use.`,
          settled: false,
        });
      return own.create(id, ownerId, facts, session);
    });

  return [
    json(
      {
        method: 'get',
        path: '/foods',
        access: 'optional',
        summary: 'Foods by name, as you type',
        description:
          'Your own foods first, then generic ones, then brands that were looked up by bar code. Typos are forgiven; the last word may be unfinished. Without `query` all generic foods by name.',
        query: PageQuery.extend({
          query: z.string().max(500).optional().meta({ example: 'chese pizza' }),
          own: z
            .enum(['true', 'false'])
            .optional()
            .meta({ description: '`true`: your own foods alone, without `query` latest first' }),
        }),
        responses: { 200: pageOf(FoodView) },
      },
      async ({ caller, query: { query, own: onlyOwn, limit, cursor } }) => {
        const text = query?.trim() ?? '';
        // After a space the last word is finished.
        const typed = text + (query?.endsWith(' ') ? ' ' : '');
        const pageOfFound = (list: string, found: FoodPlace[]) => {
          const page = deps.paging.page(list, found, limit, (place) => place.position);
          return { items: page.items.map(({ view }) => view), nextCursor: page.nextCursor };
        };
        if (onlyOwn === 'true') {
          if (!caller) throw problem('not-authenticated');
          if (text !== '') {
            const list = 'own-foods:found';
            return pageOfFound(
              list,
              await search.searchOwn(typed, caller.id, deps.paging.read(list, cursor), limit + 1),
            );
          }
          const before = deps.paging.idBefore('own-foods', cursor);
          const rows = await own.list(caller.id, limit + 1, before);
          const page = deps.paging.page('own-foods', rows, limit, ({ id }) => [id]);
          return { items: page.items.map(presentOwn), nextCursor: page.nextCursor };
        }
        const list = `foods:${text === '' ? 'all' : 'found'}`;
        const position = deps.paging.read(list, cursor);
        const found = await search.search(text === '' ? null : typed, caller?.id ?? null, position, limit + 1);
        return pageOfFound(list, found);
      },
    ),

    json(
      {
        method: 'get',
        path: '/foods/barcode/:gtin',
        access: 'user',
        summary: 'A product by the number under its bar code',
        description:
          'Looked up at USDA FoodData Central, and kept for 30 days; that there is no such product is kept for a day. An account may have 60 products an hour looked up that are not kept yet.',
        params: z.object({ gtin: Gtin }),
        limit: barcodeLimit,
        responses: {
          200: FoodView,
          404: { description: 'No product carries this number', schema: Problem },
          503: { description: 'It cannot be looked up now; `Retry-After` says when it makes sense', schema: Problem },
        },
      },
      async ({ params: { gtin }, caller, spend }) => {
        const product = await findProduct(deps, gtin, () => spend(lookUpLimit, `account:${caller.id}`));
        if (!product)
          throw problem('not-found', {
            detail: `FoodData Central knows no product with the number ${gtin}. Describe it yourself: POST /foods.`,
          });
        return presentFood({ ...product.food, brand: product.brand, gtin14: product.gtin14 });
      },
    ),

    json(
      {
        method: 'get',
        path: '/foods/:id',
        access: 'optional',
        summary: 'One food with figures and portions',
        description: 'With `release` as that release stated it, also when a newer one is current.',
        params: Params,
        query: z.object({ release: ReleaseName.optional() }),
        responses: { 200: FoodView },
      },
      async ({ params: { id }, query: { release }, caller }) => {
        if (id.startsWith('own:') && release === undefined) {
          const food = caller && (await own.find(ownId(id), caller.id));
          return presentOwn(food ?? notFound('food'));
        }
        return presentFood((await reader.find(id, caller?.id ?? null, release)) ?? notFound('food'));
      },
    ),

    json(
      {
        method: 'post',
        path: '/foods',
        access: 'user',
        summary: 'Describe a food of your own, by figures or as a recipe',
        body: OwnFoodIn,
        idempotent: true,
        responses: {
          201: { description: 'Kept', schema: FoodView, headers: ['location'] },
          409: { description: 'You have as many foods of your own as an account may have', schema: Problem },
          410: { description: 'A repeat under its key; the food was deleted since', schema: Problem },
          422: {
            description: 'The figures cannot be, an ingredient is not known, or two portions have one name',
            schema: Problem,
          },
        },
      },
      async ({ body, caller, resourceId }) => {
        // A repeat finds its food, also where its ingredients are not known any more.
        const stands = await own.find(resourceId, caller.id);
        const food = stands ?? (await add(resourceId, caller.id, await factsOf(body, caller.id)));
        return reply(201, presentOwn(food), { location: `/foods/${ownKey(food.id)}` });
      },
    ),

    json(
      {
        method: 'put',
        path: '/foods/:id',
        access: 'user',
        summary: 'Replace one of your foods',
        description: 'What was logged of it before keeps the figures it had.',
        params: Params,
        body: OwnFoodIn,
        responses: {
          200: FoodView,
          422: {
            description: 'The figures cannot be, an ingredient is not known, or two portions have one name',
            schema: Problem,
          },
        },
      },
      async ({ params, body, caller }) => {
        const id = ownId(params.id);
        if (!(await own.find(id, caller.id))) notFound('food of yours');
        return presentOwn(
          (await own.replace(id, caller.id, await factsOf(body, caller.id))) ?? notFound('food of yours'),
        );
      },
    ),

    json(
      {
        method: 'delete',
        path: '/foods/:id',
        access: 'user',
        summary: 'Delete a food of your own',
        params: Params,
        responses: { 204: { description: 'Deleted' } },
      },
      async ({ params, caller }) => {
        const id = ownId(params.id);
        await deps.store.transaction(async (session) => {
          if (!(await own.remove(id, caller.id, session))) notFound('food of yours');
          await deps.store.idempotency.replaceAnswers(id, deletedSince, session);
        });
        return reply(204, null);
      },
    ),
  ];
};

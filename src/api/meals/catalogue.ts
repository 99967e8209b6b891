import { Readable } from 'node:stream';
import { z } from 'zod';
import type { Id } from '../../model/ids';
import type { CatalogueSnapshot } from '../../store/meals';
import { file, json, type Limit, type Route } from '../route';
import type { MealDeps } from './deps';
import { CatalogueMeal, presentInCatalogue } from '../dialects/smartbite/meals';
import { createPseudonyms } from './views';

/**
 * The catalogue as the ML service reads it.
 *
 * K1  All of it comes from one snapshot: a meal that is changed meanwhile appears as it was, whole.
 * K2  No more than `rowsAtOnce` meals are in memory, however many there are and however slowly the client reads.
 * K3  The validator is the version within the snapshot; who has it is told so without a meal being read.
 */
const rowsAtOnce = 50;
/** Raised when meals are shown otherwise, so that nobody keeps the old shape. */
const shape = 2;
/** The whole catalogue is thousands of times the work of a page; who sends the validator costs next to nothing. */
const limit: Limit = { name: 'meal-catalogue', max: 60, windowMs: 60_000, by: 'account' };

async function* texts(snapshot: CatalogueSnapshot, authorOf: (id: Id) => string): AsyncGenerator<string> {
  let before = '{"success":true,"data":[';
  for await (const meals of snapshot.meals(rowsAtOnce)) {
    yield before + meals.map((meal) => JSON.stringify(presentInCatalogue(meal, authorOf))).join(',');
    before = ',';
  }
  yield before === ',' ? ']}' : `${before}]}`;
}

/** A stream that is destroyed before it was read never begins its generator, so the snapshot is closed by the stream. */
const streamOf = (snapshot: CatalogueSnapshot, { authorKey, log }: MealDeps): Readable => {
  const stream = Readable.from(texts(snapshot, createPseudonyms(authorKey)), { objectMode: false, highWaterMark: 1 });
  stream.once('close', () => {
    snapshot
      .close()
      .catch((error: unknown) => log.warn({ err: error }, 'a snapshot of the catalogue could not be closed'));
  });
  return stream;
};

const Shares = z.array(z.object({ _id: z.string().nullable(), count: z.int() }));
const StatsView = z.object({
  success: z.literal(true),
  data: z.object({
    totalMeals: z.int(),
    cuisineDistribution: Shares,
    mealTypeDistribution: Shares,
    skillLevelDistribution: Shares,
    generatedAt: z.string(),
  }),
});

export const catalogueRoutes = (deps: MealDeps): Route[] => [
  file(
    {
      path: '/api/ml/meals',
      access: 'user',
      tag: 'ml',
      summary: 'The whole meal catalogue with nutrition and embeddings',
      description:
        'One moment of it, sent as it is read, without a length; a transfer that breaks off is not whole. Send `If-None-Match` with the `ETag` of the last answer: 304 where nothing has changed.',
      limit,
      responses: {
        200: {
          description: 'Every meal that is there',
          contentType: 'application/json',
          schema: z.object({ success: z.literal(true), data: z.array(CatalogueMeal) }),
          headers: ['etag'],
        },
      },
    },
    async () => {
      const snapshot = await deps.store.meals.catalogue.open();
      return {
        stream: streamOf(snapshot, deps),
        contentType: 'application/json; charset=utf-8',
        bytes: null,
        etag: `meals-${shape}-${snapshot.version}`,
        weak: true,
        headers: { 'cache-control': 'private, no-cache' },
      };
    },
  ),

  json(
    {
      method: 'get',
      path: '/api/ml/meals/stats',
      access: 'user',
      tag: 'ml',
      summary: 'What the meal catalogue holds, by cuisine, type and skill',
      description:
        'The most first; `_id` is null where nobody stated it. The counts of each list add up to `totalMeals`.',
      responses: { 200: StatsView },
    },
    async () => {
      const { total, cuisines, mealTypes, skillLevels } = await deps.store.meals.catalogue.stats();
      return {
        success: true as const,
        data: {
          totalMeals: total,
          cuisineDistribution: cuisines,
          mealTypeDistribution: mealTypes,
          skillLevelDistribution: skillLevels,
          generatedAt: deps.clock().toISOString(),
        },
      };
    },
  ),
];

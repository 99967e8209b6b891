import { z } from 'zod';
import { Id } from '../../model/ids';
import type { Analysis } from '../../model/photos';
import { analysisOfCaption, analysisOfStated } from '../../ml/foods';
import { Problem, problem, unprocessable } from '../errors';
import { nextLink, PageQuery } from '../paging';
import { json, reply, type Route } from '../route';
import type { PhotoDeps } from './deps';
import { MealTime } from './mealTime';
import { PhotoView, presentEntry } from './present';
import { asLogEntry, type LogEntry } from './wait';

/** Meals entered by hand, in the shape of FoodLog's clients. */
const MealView = z
  .object({ id: Id, name: z.string(), calories: z.number().nullable(), date: z.string(), created_at: z.string() })
  .meta({ id: 'Meal', description: 'A meal entered by hand; `date` is YYYY-MM-DD' });

const NewMeal = (clock: () => Date) => {
  const date = MealTime(clock).optional();
  return z.union([
    z.object({ name: z.string().trim().min(1).max(200), calories: z.number().min(0).max(20_000), date }),
    z.object({
      text: z
        .string()
        .trim()
        .min(1)
        .max(2000)
        .meta({ example: 'two slices of cheese pizza and a glass of whole milk' }),
      date,
    }),
  ]);
};

const kcalOf = ({ analysis }: LogEntry): number | null => {
  const kcal = analysis?.totals.kcal ?? null;
  return kcal === null ? null : Math.round(kcal);
};

const presentMeal = (entry: LogEntry): z.infer<typeof MealView> => ({
  id: entry.id,
  name: entry.analysis?.food ?? '',
  calories: kcalOf(entry),
  date: entry.consumedAt.toISOString().slice(0, 10),
  created_at: entry.createdAt.toISOString(),
});

const list = 'meals';

export const mealRoutes = (deps: PhotoDeps): Route[] => {
  const { photos } = deps.store;
  return [
    json(
      {
        method: 'post',
        path: '/save_meal',
        access: 'user',
        tag: 'log',
        summary: 'Log a meal by name and calories, or in words',
        description:
          'With `text` the foods and amounts are read from your words, and the figures from our table of foods.',
        body: NewMeal(deps.clock),
        idempotent: true,
        responses: {
          201: z.object({ message: z.string(), meal: MealView, entry: PhotoView }),
          410: { description: 'A repeat under its key; the meal was deleted since', schema: Problem },
        },
      },
      async (context) => {
        const { body, caller } = context;
        const analysis: Analysis | null =
          'text' in body ? analysisOfCaption(body.text, deps.foods) : analysisOfStated(body.name, body.calories);
        if (!analysis)
          unprocessable(
            'No food could be found in the text. Name foods and amounts ("two eggs and a slice of toast"), or send name and calories.',
          );
        const entry = asLogEntry(
          await photos.createMeal({
            id: context.resourceId,
            ownerId: caller.id,
            caption: 'text' in body ? body.text : null,
            consumedAt: body.date ?? deps.clock(),
            consumedAtSource: body.date ? 'stated' : 'upload',
            analysis,
          }),
        );
        if (!entry) throw problem('gone', { detail: 'This meal was saved before, and deleted since.' });
        return reply(
          201,
          { message: 'Meal saved', meal: presentMeal(entry), entry: presentEntry(deps, entry, context.origin) },
          { location: `/history/${entry.id}` },
        );
      },
    ),

    json(
      {
        method: 'get',
        path: '/meals',
        access: 'user',
        tag: 'log',
        summary: 'Your meals by hand, latest first',
        query: PageQuery,
        responses: {
          200: {
            description: 'A bare array; `Link` leads to the next page',
            schema: z.array(MealView),
            headers: ['link'],
          },
        },
      },
      async ({ caller, query: { limit, cursor }, path }) => {
        const [before] = deps.paging.read(list, cursor) ?? [];
        const rows = await photos.listMeals(caller.id, limit + 1, before === undefined ? null : String(before));
        const page = deps.paging.page(list, rows, limit, (row) => [row.id]);
        return reply(
          200,
          page.items.flatMap((row) => asLogEntry(row) ?? []).map(presentMeal),
          nextLink(path, page, limit),
        );
      },
    ),
  ];
};

import { z } from 'zod';
import { Id } from '../../model/ids';
import type { Analysis } from '../../model/photos';
import { analysisOfItems, analysisOfStated } from '../../ml/foods';
import { analysisOfWords, maxMealLength } from '../../ml/reading';
import { dayOf } from '../../ml/zones';
import { Problem, problem, unprocessable } from '../errors';
import { nutrientsOf } from '../foods/figures';
import { nextLink, PageQuery } from '../paging';
import { json, reply, type Route } from '../route';
import type { PhotoDeps } from './deps';
import { MealTime, momentOf, timeZoneOf } from './mealTime';
import { pickedAmounts, pickedFields, pickItem } from './picked';
import { PhotoView, presentEntry } from './present';
import { asLogEntry, type LogEntry } from './wait';
import { whyNothing } from './words';

/** Meals entered by hand, in the shape of FoodLog's clients. */
const MealView = z
  .object({ id: Id, name: z.string(), calories: z.number().nullable(), date: z.string(), created_at: z.string() })
  .meta({ id: 'Meal', description: 'A meal entered by hand; `date` is YYYY-MM-DD' });

const amount = (most: number) => z.number().min(0).max(most).nullish();
/** Figures of the whole meal, under their names in an entry's `nutrition_facts`. */
const Stated = {
  calories: z.number().min(0).max(20_000),
  proteins: amount(5_000),
  fats: amount(5_000),
  carbohydrates: amount(5_000),
  fiber: amount(5_000),
  sugar: amount(5_000),
  sodium_mg: amount(1_000_000),
};
const NewMeal = (clock: () => Date) => {
  const date = MealTime(clock).optional();
  return z.union([
    z.strictObject({ name: z.string().trim().min(1).max(200), ...Stated, date }),
    z.strictObject({
      text: z
        .string()
        .trim()
        .min(1)
        .max(maxMealLength)
        .meta({ example: 'two slices of cheese pizza and a glass of whole milk' }),
      date,
    }),
    z.strictObject({
      items: z
        .array(
          z.union([
            z.strictObject({ ...pickedFields, grams: pickedAmounts.grams }),
            z.strictObject({
              ...pickedFields,
              portion: pickedAmounts.portion,
              count: pickedAmounts.count.optional(),
            }),
          ]),
        )
        .min(1)
        .max(30),
      date,
    }),
  ]);
};

const kcalOf = ({ analysis }: LogEntry): number | null => {
  const kcal = analysis?.totals.kcal ?? null;
  return kcal === null ? null : Math.round(kcal);
};

const presentMeal = (entry: LogEntry, timeZone: string): z.infer<typeof MealView> => ({
  id: entry.id,
  name: entry.analysis?.food ?? '',
  calories: kcalOf(entry),
  date: dayOf(entry.consumedAt, timeZone),
  created_at: entry.createdAt.toISOString(),
});

const list = 'meals';

export const mealRoutes = (deps: PhotoDeps): Route[] => {
  const { photos } = deps.store;

  const ofWords = async (text: string, ownerId: Id): Promise<Analysis> => {
    const read = await deps.mealReader.read(ownerId, text);
    return (
      analysisOfWords(read, deps.mealReader.base.table) ??
      unprocessable(
        `${whyNothing(read.reading) ?? ''} Name foods and amounts ("two eggs and a slice of toast"), pick them with GET /foods and send \`items\`, or send name and calories.`,
      )
    );
  };

  /** Throws 404 for a food that is not there, 422 for a portion that it does not have and for words that name no food. */
  const analysisOf = async (meal: z.output<ReturnType<typeof NewMeal>>, ownerId: Id): Promise<Analysis> => {
    if ('text' in meal) return ofWords(meal.text, ownerId);
    if ('name' in meal) return analysisOfStated(meal.name, { ...nutrientsOf(meal), kcal: meal.calories });
    return analysisOfItems(await Promise.all(meal.items.map((pick) => pickItem(deps, pick, ownerId))));
  };

  return [
    json(
      {
        method: 'post',
        path: '/save_meal',
        access: 'user',
        tag: 'log',
        summary: 'Log a meal by name and figures, in words, or by foods',
        description:
          'With `text` the foods and amounts are read from your words, with all foods that are known here, your own among them. With `items` they are foods of GET /foods, your own among them.',
        body: NewMeal(deps.clock),
        idempotent: true,
        responses: {
          201: z.object({ message: z.string(), meal: MealView, entry: PhotoView }),
          404: { description: 'A food of `items` is not there', schema: Problem },
          410: { description: 'A repeat under its key; the meal was deleted since', schema: Problem },
        },
      },
      async (context) => {
        const { body, caller } = context;
        const analysis = await analysisOf(body, caller.id);
        const timeZone = await timeZoneOf(deps, caller);
        const entry = asLogEntry(
          await photos.createMeal({
            id: context.resourceId,
            ownerId: caller.id,
            caption: 'text' in body ? body.text : null,
            consumedAt: body.date ? momentOf(body.date, timeZone) : deps.clock(),
            consumedAtSource: body.date ? 'stated' : 'upload',
            analysis,
          }),
        );
        if (!entry) throw problem('gone', { detail: 'This meal was saved before, and deleted since.' });
        return reply(
          201,
          {
            message: 'Meal saved',
            meal: presentMeal(entry, timeZone),
            entry: presentEntry(deps, entry, context.origin, timeZone),
          },
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
        const before = deps.paging.idBefore(list, cursor);
        const [rows, timeZone] = await Promise.all([
          photos.listMeals(caller.id, limit + 1, before),
          timeZoneOf(deps, caller),
        ]);
        const page = deps.paging.page(list, rows, limit, (row) => [row.id]);
        return reply(
          200,
          page.items.flatMap((row) => asLogEntry(row) ?? []).map((entry) => presentMeal(entry, timeZone)),
          nextLink(path, page, limit),
        );
      },
    ),
  ];
};

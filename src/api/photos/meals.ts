import { z } from 'zod';
import { Id } from '../../model/ids';
import type { Analysis } from '../../model/photos';
import { analyseCaption, analyseStated } from '../../ml/nutrition';
import { unprocessable } from '../errors';
import { pagedArray } from '../paging';
import { json, reply, type Route } from '../route';
import type { PhotoDeps } from './deps';
import { MealTime } from './mealTime';
import { originOf } from './origin';
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

const presentMeal = (entry: LogEntry): z.infer<typeof MealView> => ({
  id: entry.id,
  name: entry.analysis?.food ?? '',
  calories: entry.analysis?.totals.kcal == null ? null : Math.round(entry.analysis.totals.kcal),
  date: entry.consumedAt.toISOString().slice(0, 10),
  created_at: entry.createdAt.toISOString(),
});

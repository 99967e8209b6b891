import { z } from 'zod';
import { countDays, daysLater, startOfDay, type CalendarDay } from '../../ml/zones';
import type { Id } from '../../model/ids';
import { facts, NutritionFacts } from '../foods/figures';
import { json, type Limit, type Route } from '../route';
import { averageOf, openDay, type OpenDay } from './dayTotals';
import type { PhotoDeps } from './deps';
import { DayRange, daysOf, rangeOfDays } from './range';

/** A log summed up by days of its owner's time zone. */
const kcal = z.number().nullable();
const adherence = z.number().nullable().meta({ description: 'Energy eaten by energy aimed at: 1 is just as aimed at' });
const DayView = z
  .object({
    date: z.string(),
    entries: z.number().int().meta({ description: 'Entries that are summed up' }),
    waiting: z.number().int().meta({ description: 'Entries without figures yet' }),
    calories: kcal,
    nutrition_facts: NutritionFacts,
    incomplete: z.boolean().meta({
      description: 'An entry lacks its energy, or something in it was not understood: the total is a lower bound',
    }),
    lower_bounds: z
      .array(z.string())
      .meta({ description: 'Nutrition facts whose total leaves an entry out, or part of one, as nobody knows it' }),
    target: kcal,
    adherence,
  })
  .meta({ id: 'LoggedDay', description: 'What was eaten on one day' });
const SummaryView = z
  .object({
    from: z.string(),
    to: z.string(),
    time_zone: z.string(),
    target: kcal.meta({ description: '`daily_calories` of the profile as it is now' }),
    days: z.array(DayView),
    average: z.object({ calories: kcal, nutrition_facts: NutritionFacts, adherence }),
    logged_days: z.number().int().meta({ description: 'Days with at least one entry that is summed up' }),
    unconfirmed_duplicates: z
      .number()
      .int()
      .meta({ description: 'Entries that may be the same meal as another; not summed up' }),
  })
  .meta({ id: 'LogSummary' });

/** Ratio to a thousandth. */
const ratio = (eaten: number | null, target: number | null): number | null =>
  eaten === null || target === null ? null : Number((eaten / target).toFixed(3));

/** Adds each entry of the days to its own. Entries come latest first, so one pass over the days finds where each belongs. */
async function sumUp(
  { store }: PhotoDeps,
  ownerId: Id,
  days: readonly CalendarDay[],
  timeZone: string,
): Promise<{ sums: OpenDay[]; duplicates: number }> {
  const [first, last] = [days[0], days.at(-1)];
  const sums = days.map(openDay);
  let duplicates = 0;
  if (first === undefined || last === undefined) return { sums, duplicates };
  const startsMs = days.map((day) => startOfDay(day, timeZone).getTime());
  let at = days.length - 1;
  for await (const entry of store.photos.eachFigures(ownerId, rangeOfDays(first, last, timeZone))) {
    while (at > 0 && entry.consumedAt.getTime() < (startsMs[at] ?? 0)) at -= 1;
    if (entry.duplicateOf !== null) duplicates += 1;
    else if (entry.state === 'analyzed' && entry.totals) sums[at]?.add(facts(entry.totals), entry.whole);
    else sums[at]?.addWaiting();
  }
  return { sums, duplicates };
}

/** Reads every entry of its range: a year of a full log is a second of work. */
const limit: Limit = { name: 'summary', max: 60, windowMs: 60_000, by: 'account' };

export const summaryRoutes = (deps: PhotoDeps): Route[] => [
  json(
    {
      method: 'get',
      path: '/history/summary',
      access: 'user',
      limit,
      tag: 'log',
      summary: 'Your log summed up by day, against the target of your profile',
      query: DayRange,
      responses: { 200: SummaryView },
    },
    async ({ caller, query }) => {
      const { timeZone, dailyKcal: target } = await deps.store.accounts.logProfile(caller.id);
      const { from, to } = daysOf(query, timeZone, deps.clock());
      const dates = Array.from({ length: countDays(from, to) }, (_, i) => daysLater(from, i));
      const { sums, duplicates } = await sumUp(deps, caller.id, dates, timeZone);
      const totals = sums.map((day) => day.totals());
      const average = averageOf(totals);
      return {
        from,
        to,
        time_zone: timeZone,
        target,
        days: totals.map((day, i) => ({
          date: dates[i] ?? from,
          entries: day.entries,
          waiting: day.waiting,
          calories: day.facts.calories,
          nutrition_facts: day.facts,
          incomplete: day.lowerBounds.includes('calories'),
          lower_bounds: day.lowerBounds,
          target,
          adherence: ratio(day.facts.calories, target),
        })),
        average: { calories: average.calories, nutrition_facts: average, adherence: ratio(average.calories, target) },
        logged_days: totals.filter(({ entries }) => entries > 0).length,
        unconfirmed_duplicates: duplicates,
      };
    },
  ),
];

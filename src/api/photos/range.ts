import { z } from 'zod';
import { countDays, daysLater, dayOf, startOfDay, type CalendarDay } from '../../ml/zones';
import type { LogRange } from '../../store/photos';
import { invalid } from '../errors';
import { dayForm, momentOf, StatedTimeText, type StatedTime } from './mealTime';

/**
 * Which part of a log is asked for: `from` and `to`, dates (whole days, both counted) or date-times, or `days` back from today.
 * Days are those of the caller's time zone.
 */
const spans = ['7', '30', '90'] as const;

const Bound = (what: string) =>
  StatedTimeText.optional().meta({
    description: `${what}: a date or date-time, without an offset in the time zone of your profile`,
  });

const days = z
  .enum(spans, 'must be 7, 30 or 90; for any other range send from and to')
  .transform(Number)
  .optional()
  .meta({ description: 'So many days back, today counted; in place of from and to' });

/** Parts of a query; an object with them is refined by `oneRange`. */
export const rangeFields = {
  from: Bound('First day, or moment, that counts'),
  to: Bound('Last day, or moment, that counts, not before `from`'),
  days,
};
interface Asked<Bound> {
  readonly from?: Bound | undefined;
  readonly to?: Bound | undefined;
  readonly days?: number | undefined;
}
export const oneRange = [
  ({ from, to, days }: Asked<unknown>) => days === undefined || (from === undefined && to === undefined),
  'has days beside from or to; send one or the other',
] as const;

/** Today and the days before it, `count` in all. */
export const daysBack = (now: Date, timeZone: string, count: number): { from: CalendarDay; to: CalendarDay } => {
  const to = dayOf(now, timeZone);
  return { from: daysLater(to, 1 - count), to };
};

/** The moments from the first of `from` to the last of `to`. */
export const rangeOfDays = (from: CalendarDay, to: CalendarDay, timeZone: string) => ({
  from: startOfDay(from, timeZone),
  until: startOfDay(daysLater(to, 1), timeZone),
});

const firstOf = (stated: StatedTime, timeZone: string): Date =>
  stated.kind === 'day' ? startOfDay(stated.day, timeZone) : momentOf(stated, timeZone);
/** The moment after the last that counts: times are kept to the millisecond. */
const afterLastOf = (stated: StatedTime, timeZone: string): Date =>
  stated.kind === 'day'
    ? startOfDay(daysLater(stated.day, 1), timeZone)
    : new Date(momentOf(stated, timeZone).getTime() + 1);

/** Throws 400 for a range that ends before it begins. */
export function rangeOf({ from, to, days }: Asked<StatedTime>, timeZone: string, now: Date): LogRange {
  if (days !== undefined) {
    const span = daysBack(now, timeZone, days);
    return rangeOfDays(span.from, span.to, timeZone);
  }
  const range = { from: from ? firstOf(from, timeZone) : null, until: to ? afterLastOf(to, timeZone) : null };
  if (range.from && range.until && range.from >= range.until)
    invalid('query.to', '`to` lies before `from`; a range ends where it begins, or later.');
  return range;
}

const Day = z.string().trim().regex(dayForm, 'is not a date; write 2026-03-01').optional();
const weekDays = 7;
const mostDays = 366;

/** The query of what is told by days: `days` back, seven where nothing is said, or from one date to another (today where missing). */
export const DayRange = z
  .object({
    from: Day.meta({ description: 'First date that counts' }),
    to: Day.meta({
      description: `Last date that counts; today where missing. At most ${mostDays} days with \`from\`, which it needs`,
    }),
    days,
  })
  .refine(...oneRange);

/** Throws 400 for an end without a beginning or before it, and for more than 366 days. */
export function daysOf(
  { from, to, days }: Asked<CalendarDay>,
  timeZone: string,
  now: Date,
): { from: CalendarDay; to: CalendarDay } {
  if (from === undefined && to !== undefined) invalid('query.from', '`to` needs `from` beside it.');
  if (from === undefined) return daysBack(now, timeZone, days ?? weekDays);
  const today = dayOf(now, timeZone);
  const count = countDays(from, to ?? today);
  if (count < 1)
    invalid(
      to === undefined ? 'query.from' : 'query.to',
      `\`from\` (${from}) lies after ${to === undefined ? `today (${today})` : `\`to\` (${to})`}.`,
    );
  if (count > mostDays)
    invalid('query.from', `${from} to ${to ?? today} are ${count} days; at most ${mostDays} are summed up at once.`);
  return { from, to: to ?? today };
}

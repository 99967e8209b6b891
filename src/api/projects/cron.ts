import { DateTime } from 'luxon';

/**
 * Cron expressions of five fields, in the part of the language that Temporal reads the same way.
 *
 * S1  Fields are numbers, names of months and weekdays, ranges, lists and steps. Temporal takes more, which is refused.
 * S2  A day of the month and a weekday together are refused: Temporal takes both to hold, most others one of them.
 * S3  One minute an hour: then two times are an hour apart at least.
 */
export interface Cron {
  minute: number;
  hours: readonly number[];
  days: readonly number[];
  months: readonly number[];
  /** Sunday is 0. */
  weekdays: readonly number[];
}

/** The message is a sentence for whoever wrote the expression. */
export class CronRefused extends Error {
  override readonly name = 'CronRefused';
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
interface Field {
  name: string;
  least: number;
  most: number;
  words?: readonly string[];
}
const minuteField: Field = { name: 'minute', least: 0, most: 59 };
const hourField: Field = { name: 'hour', least: 0, most: 23 };
const dayField: Field = { name: 'day of the month', least: 1, most: 31 };
const monthField: Field = { name: 'month', least: 1, most: 12, words: months };
// 7 is Sunday too.
const weekdayField: Field = { name: 'weekday', least: 0, most: 7, words: weekdays };

const listOf = (value: string): string => {
  const item = `(\\*|(${value})(-(${value}))?)(/[1-9][0-9]?)?`;
  return `${item}(,${item})*`;
};
/** For the document: what `parseCron` takes, but for days that never come and a day of the month beside a weekday. */
export const cronPattern = `^[0-5]?[0-9] ${listOf('[01]?[0-9]|2[0-3]')} ${listOf('0?[1-9]|[12][0-9]|3[01]')} ${listOf('0?[1-9]|1[0-2]|[A-Za-z]{3}')} ${listOf('[0-7]|[A-Za-z]{3}')}$`;

/** Throws `CronRefused`. */
export function parseCron(text: string): Cron {
  const parts = text.trim().split(/\s+/);
  const [minute, hour, day, month, weekday] = parts;
  if (
    parts.length !== 5 ||
    minute === undefined ||
    hour === undefined ||
    day === undefined ||
    month === undefined ||
    weekday === undefined
  )
    // prettier-ignore
    throw new CronRefused(
      'A schedule has five fields: minute, hour, day of the month, month, weekday; for example 0 3 * * 1.',
    );
  if (day !== '*' && weekday !== '*')
    throw new CronRefused('Give a day of the month or a weekday, not both; the other one is *.');
  const minutes = valuesOf(minute, minuteField);
  const [first] = minutes;
  if (first === undefined || minutes.length > 1)
    throw new CronRefused('Two trainings are at least an hour apart: give one minute, for example 0 * * * *.');
  const cron: Cron = {
    minute: first,
    hours: valuesOf(hour, hourField),
    days: valuesOf(day, dayField),
    months: valuesOf(month, monthField),
    weekdays: [...new Set(valuesOf(weekday, weekdayField).map((value) => value % 7))],
  };
  if (longestGapS(cron) === null) throw new CronRefused('There is no such day in any month.');
  return cron;
}

function valuesOf(text: string, field: Field): number[] {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const [, range = '', step] = /^([^/]+)(?:\/(\d{1,2}))?$/.exec(part) ?? [];
    const [low, high] = range === '*' ? [field.least, field.words === weekdays ? 6 : field.most] : ends(range, field, step !== undefined); // prettier-ignore
    const by = step === undefined ? 1 : Number(step);
    if (by === 0 || low > high) return refuse(text, field);
    for (let value = low; value <= high; value += by) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

/** `5/10` goes on to the end of the field. */
function ends(range: string, field: Field, isStepped: boolean): [number, number] {
  const [from = '', to, ...more] = range.split('-');
  if (more.length > 0) return refuse(range, field);
  const low = valueOf(from, field);
  return [low, to === undefined ? (isStepped ? (field.words === weekdays ? 6 : field.most) : low) : valueOf(to, field)];
}

function valueOf(text: string, field: Field): number {
  const word = field.words?.indexOf(text.toLowerCase()) ?? -1;
  if (word >= 0) return word + field.least;
  const value = /^\d{1,2}$/.test(text) ? Number(text) : -1;
  return value < field.least || value > field.most ? refuse(text, field) : value;
}

const refuse = (text: string, { name, least, most }: Field): never => {
  throw new CronRefused(`${JSON.stringify(text.slice(0, 40))} is no ${name}: give numbers from ${least} to ${most}, also as ranges (1-5), lists (1,3) and steps (*/2).`); // prettier-ignore
};

const dayMs = 86_400_000;
/** A leap day comes after eight years at the latest, until 2100. */
const horizonDays = 17 * 366;
const from = Date.UTC(2026, 0, 1);

const isDay = ({ days, months: inMonths, weekdays: on }: Cron, at: { day: number; month: number; weekday: number }) =>
  days.includes(at.day) && inMonths.includes(at.month) && on.includes(at.weekday);

/** Longest time between two of its times on the clock on the wall; null: it has none. An hour is added for a change of the clocks. */
export function longestGapS(cron: Cron): number | null {
  let [last, longest] = [-1, 0];
  for (let passed = 0; passed < horizonDays; passed += 1) {
    const date = new Date(from + passed * dayMs);
    if (!isDay(cron, { day: date.getUTCDate(), month: date.getUTCMonth() + 1, weekday: date.getUTCDay() })) continue;
    for (const hour of cron.hours) {
      const at = passed * 24 + hour;
      if (last >= 0) longest = Math.max(longest, at - last);
      last = at;
    }
  }
  return last < 0 ? null : (longest + 1) * 3600;
}

/** Its next time after `after`. A time that the clocks leave out is left out. */
export function nextTime(cron: Cron, timezone: string, after: Date): Date | null {
  const start = DateTime.fromJSDate(after, { zone: timezone });
  for (let passed = 0; passed < horizonDays; passed += 1) {
    const date = start.startOf('day').plus({ days: passed });
    if (!isDay(cron, { day: date.day, month: date.month, weekday: date.weekday % 7 })) continue;
    for (const hour of cron.hours) {
      const at = date.set({ hour, minute: cron.minute });
      if (at.hour === hour && at.minute === cron.minute && at.toMillis() > after.getTime()) return at.toJSDate();
    }
  }
  return null;
}

/**
 * Times and days in a time zone, which is its IANA name (`Europe/Berlin`).
 *
 * Z1  A clock time that a change of clocks skips lies as much later as is skipped: 02:30 in Berlin on 2026-03-29 is 03:30 summer time.
 * Z2  One that comes twice is the first of the two: 02:30 in Berlin on 2026-10-25 is still summer time.
 * Z3  A day lasts from its first midnight (or what the clock shows in its place) to that of the next: 23, 24 or 25 hours, and none
 *     where a place skipped a date (Apia, 2011-12-30). So days lie side by side, and each moment is in one of them.
 *
 * Z1 and Z2 are the rule `compatible` of ECMAScript's Temporal.
 */
import { IANAZone } from 'luxon';

/** `2026-03-01` */
export type CalendarDay = string;

const dayMs = 86_400_000;
const minuteMs = 60_000;

/** Also of years that have five digits, as the day after 9999-12-31. */
const datePart = (ms: number): CalendarDay => new Date(ms).toISOString().replace(/T.*/, '');

/** What clocks there are ahead of UTC at `ms`. A zone that this machine does not know counts as UTC. */
const offsetMsAt = (ms: number, timeZone: string): number => {
  if (timeZone === 'UTC') return 0;
  const minutes = IANAZone.create(timeZone).offset(ms);
  return Number.isNaN(minutes) ? 0 : Math.round(minutes * minuteMs);
};

/** The moment at which clocks there show `wallMs`: the milliseconds since 1970 that this clock time would be in UTC. */
export function instantOf(wallMs: number, timeZone: string): Date {
  // Clocks change by less than a day, and not twice within two.
  const before = offsetMsAt(wallMs - dayMs, timeZone);
  const after = offsetMsAt(wallMs + dayMs, timeZone);
  if (before === after) return new Date(wallMs - before);
  const fitting = [before, after]
    .map((offset) => wallMs - offset)
    .filter((ms) => ms + offsetMsAt(ms, timeZone) === wallMs);
  return new Date(fitting.length > 0 ? Math.min(...fitting) : wallMs - before);
}

/** Clock time there, as `instantOf` takes it. */
const wallMsOf = (at: Date, timeZone: string): number => at.getTime() + offsetMsAt(at.getTime(), timeZone);

/** The date there. */
export const dayOf = (at: Date, timeZone: string): CalendarDay => datePart(wallMsOf(at, timeZone));

/** Date and time of day there: `2026-03-01` and `13:30:00`. */
export function clockOf(at: Date, timeZone: string): { day: CalendarDay; time: string } {
  const shown = new Date(wallMsOf(at, timeZone)).toISOString();
  return { day: shown.slice(0, 10), time: shown.slice(11, 19) };
}

export const startOfDay = (day: CalendarDay, timeZone: string): Date =>
  instantOf(Date.parse(`${day}T00:00:00Z`), timeZone);

/** `count` days later, or earlier where it is negative. */
export const daysLater = (day: CalendarDay, count: number): CalendarDay =>
  datePart(Date.parse(`${day}T00:00:00Z`) + count * dayMs);

/** How many dates from the one to the other, both counted; below 1 where `to` is the earlier. */
export const countDays = (from: CalendarDay, to: CalendarDay): number =>
  (Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / dayMs + 1;

const twoDigits = (value: number) => String(value).padStart(2, '0');

/** ISO 8601 with the offset there (`2026-03-01T13:30:00.000+01:00`), in UTC with `Z`. */
export function isoIn(at: Date, timeZone: string): string {
  const offsetMs = offsetMsAt(at.getTime(), timeZone);
  // Before zones were agreed on, places were off by seconds, which ISO 8601 cannot say.
  if (timeZone === 'UTC' || offsetMs % minuteMs !== 0) return at.toISOString();
  const minutes = Math.abs(offsetMs) / minuteMs;
  const offset = `${offsetMs < 0 ? '-' : '+'}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
  return new Date(at.getTime() + offsetMs).toISOString().replace('Z', offset);
}

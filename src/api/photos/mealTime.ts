import { z } from 'zod';
import { alsoStates } from '../../model/stated';
import { instantOf, type CalendarDay } from '../../ml/zones';
import type { Caller } from '../deps';
import type { PhotoDeps } from './deps';

/**
 * When a meal was eaten, as its user says it: `2026-03-01`, `2026-03-01T12:30:00Z`, with an offset, or without one: then it is a
 * moment only in a time zone, that of the caller's profile. A bare date stands for noon of it.
 */
export type StatedTime =
  | { readonly kind: 'instant'; readonly at: Date }
  /** `wallMs`: the milliseconds since 1970 that it would be in UTC. */
  | { readonly kind: 'clock'; readonly wallMs: number }
  | { readonly kind: 'day'; readonly day: CalendarDay };

const monthAndDay = String.raw`(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8]))`;
/**
 * Days that the calendar has, as text of an expression: `2026-02-31` would silently become March. `centuries`: the first two digits that
 * a year may have; `leap`: those of them in which the year 00 has a 29 February.
 */
const daysOfYears = (centuries: string, leap: string) =>
  String.raw`(?:${centuries})\d\d-${monthAndDay}|(?:(?:${centuries})(?:0[48]|[2468][048]|[13579][26])|(?:${leap})00)-02-29`;
const timeText = String.raw`(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?|24:00(?::00(?:\.0{1,9})?)?`;
const zoneText = String.raw`Z|[+-](?:[01]\d|2[0-3]):?[0-5]\d`;
const stated = (days: string) => new RegExp(`^(${days})(?:[T ](${timeText})(${zoneText})?)?$`);
const everyDay = daysOfYears(String.raw`\d\d`, '[02468][048]|[13579][26]');

export const dayForm = new RegExp(`^(?:${everyDay})$`);
const statedTimeForm = stated(everyDay);
/** From 1900 to 2199. */
export const plannedTimeForm = stated(daysOfYears('19|20|21', '20'));
const aheadMs = 26 * 3600_000;
const earliestMs = Date.parse('1900-01-01T00:00:00Z');
const noon = (day: CalendarDay) => Date.parse(`${day}T12:00:00Z`);

/** Null: not a date or date-time. */
export function readStatedTime(text: string): StatedTime | null {
  const [, day, time, zone] = statedTimeForm.exec(text) ?? [];
  if (day === undefined) return null;
  if (time === undefined) return { kind: 'day', day };
  const ms = Date.parse(`${day}T${time}${zone ?? 'Z'}`);
  if (Number.isNaN(ms)) return null;
  return zone === undefined ? { kind: 'clock', wallMs: ms } : { kind: 'instant', at: new Date(ms) };
}

export const momentOf = (stated: StatedTime, timeZone: string): Date => {
  if (stated.kind === 'instant') return stated.at;
  return instantOf(stated.kind === 'day' ? noon(stated.day) : stated.wallMs, timeZone);
};

/** Read as UTC; no zone is further from it than the margin of what may be stated. */
const roughlyMs = (stated: StatedTime): number => momentOf(stated, 'UTC').getTime();

const notADate = 'is not a date; write 2026-03-01 or 2026-03-01T12:30:00Z';
/** A date or date-time as text; `momentOf` makes a moment of it. */
export const StatedTimeText = z
  .string()
  .trim()
  .max(40)
  .regex(statedTimeForm, { message: notADate, abort: true })
  .transform((text, context): StatedTime => {
    const stated = readStatedTime(text);
    if (stated) return stated;
    context.addIssue({ code: 'custom', message: notADate });
    return z.NEVER;
  });

/** The latest a meal may be stated for: tomorrow somewhere on Earth. */
export const MealTime = (clock: () => Date) =>
  alsoStates(
    StatedTimeText.superRefine((stated, context) => {
      if (roughlyMs(stated) > clock().getTime() + aheadMs)
        context.addIssue({ code: 'custom', message: 'lies in the future; a meal is logged when it was eaten' });
      else if (roughlyMs(stated) < earliestMs) context.addIssue({ code: 'custom', message: 'lies before 1900' });
    }),
    { pattern: '^(?:19|[2-9])' },
  ).meta({
    description:
      'ISO 8601 date or date-time; without an offset it is read in the time zone of your profile, without an account as UTC. A bare date is noon. Not before 1900, and not in the future.',
    example: '2026-03-01T12:30:00Z',
  });

/** Of the caller's profile; UTC for who has none. One read of a row by its id: not kept, so that a change holds at once on every replica. */
export const timeZoneOf = async (
  { store }: { store: { accounts: Pick<PhotoDeps['store']['accounts'], 'logProfile'> } },
  caller: Pick<Caller, 'id'> | null,
): Promise<string> => (caller ? (await store.accounts.logProfile(caller.id)).timeZone : 'UTC');

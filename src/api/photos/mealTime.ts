import { z } from 'zod';

/**
 * When a meal was eaten, as its user says it: `2026-03-01`, `2026-03-01T12:30:00Z`, with an offset, or without one (then UTC).
 * A bare date stands for noon of it, so that it stays that day in most time zones.
 */
const form = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/;
const aheadMs = 26 * 3600_000;
const earliest = new Date('1900-01-01T00:00:00Z');

const parse = (text: string): Date | null => {
  if (!form.test(text)) return null;
  const iso = text.replace(' ', 'T');
  const zoned = iso.length === 10 ? `${iso}T12:00:00Z` : /(Z|[+-]\d{2}:?\d{2})$/.test(iso.slice(10)) ? iso : `${iso}Z`;
  const at = new Date(zoned);
  // `2026-02-31` would silently become March.
  return Number.isNaN(at.getTime()) || !isCalendarDay(text.slice(0, 10)) ? null : at;
};

const isCalendarDay = (day: string): boolean => {
  const at = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day);
};

/** The latest a meal may be stated for: tomorrow somewhere on Earth. */
export const MealTime = (clock: () => Date) =>
  z
    .string()
    .trim()
    .max(40)
    .transform((text, context): Date => {
      const at = parse(text);
      if (!at) context.addIssue({ code: 'custom', message: 'is not a date; write 2026-03-01 or 2026-03-01T12:30:00Z' });
      else if (at.getTime() > clock().getTime() + aheadMs)
        context.addIssue({ code: 'custom', message: 'lies in the future; a meal is logged when it was eaten' });
      else if (at < earliest) context.addIssue({ code: 'custom', message: 'lies before 1900' });
      return at ?? new Date(0);
    })
    .meta({ description: 'ISO 8601 date or date-time; without a zone it is UTC', example: '2026-03-01T12:30:00Z' });

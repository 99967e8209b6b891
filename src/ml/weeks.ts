import { daysLater, type CalendarDay } from './zones';

/** The date of a weekday (0 is Monday, 6 Sunday) in the seven days that begin at `start`, whatever day that is. */
export function dateInWeek(start: CalendarDay, weekday: number): CalendarDay {
  const startsOn = (new Date(`${start}T00:00:00Z`).getUTCDay() + 6) % 7;
  return daysLater(start, (weekday - startsOn + 7) % 7);
}

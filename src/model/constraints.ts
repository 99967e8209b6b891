import { z } from 'zod';
import type { Appliance } from './appliances';
import type { SkillLevel } from './skills';
import { Weekday, weekdays } from './weekdays';

/** At most a day. */
export const CookMinutes = z.number().min(0).max(1440);

/** Each day once, in the order of a week. */
export const CookingDays = z
  .array(Weekday)
  .max(31)
  .transform((named) => weekdays.filter((day) => named.includes(day)));

/** What limits a person's cooking: time, skill, appliances, days. `null`, or an appliance that is missing, was never said. */
export interface Constraints {
  maxCookMinutes: number | null;
  skillLevel: SkillLevel | null;
  appliances: Partial<Record<Appliance, boolean>>;
  cookingDays: Weekday[];
}

/** What holds where nothing was said. */
export const usualConstraints = { maxCookMinutes: 30, skillLevel: 'beginner' } as const satisfies Partial<Constraints>;

import type { MealType } from './meals';
import { z } from 'zod';
import type { Id } from './ids';
import type { Weekday } from './weekdays';

/** A meal plan: days with slots, each of which has one meal of the catalogue, and what became of it. */

export const SlotStatus = z.enum(['planned', 'eaten', 'skipped', 'replaced']);
export type SlotStatus = z.infer<typeof SlotStatus>;

/** Bounds of one plan: with them what the ML service is told of the latest plans has a bound, too. */
export const mostMealsADay = 12;
export const mostPlans = 1_000;

export interface Slot {
  mealType: MealType;
  mealId: Id;
  /** Name and cuisine as they were when it was planned: a meal that is renamed changes no history. */
  mealName: string;
  cuisine: string | null;
  status: SlotStatus;
  /** What was eaten in its place; null unless `replaced`. */
  replacedWith: string | null;
  /** When its owner last said what became of it; null: never. */
  statusAt: Date | null;
}

export interface PlannedDay {
  day: Weekday;
  /** YYYY-MM-DD: the day of this name in the week that starts at `weekStartDate`. */
  date: string;
  slots: Slot[];
}

/** Of the whole plan; kcal and grams, as its maker worked them out. */
export interface PlanTotals {
  kcal: number | null;
  proteinG: number | null;
  carbohydrateG: number | null;
  fatG: number | null;
}

export interface MealPlan {
  id: Id;
  ownerId: Id;
  title: string;
  /** YYYY-MM-DD, any day of the week. */
  weekStartDate: string;
  days: PlannedDay[];
  totals: PlanTotals | null;
  generatedBy: 'manual';
  createdAt: Date;
  updatedAt: Date;
}

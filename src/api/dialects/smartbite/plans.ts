import { z } from 'zod';
import { Id } from '../../../model/ids';
import { MealType, type MealNutrition } from '../../../model/meals';
import { mostMealsADay, SlotStatus, type MealPlan, type PlanTotals, type Slot } from '../../../model/plans';
import { alsoStates } from '../../../model/stated';
import { Weekday } from '../../../model/weekdays';
import type { NamedMeal } from '../../../model/meals';
import { plannedTimeForm } from '../../photos/mealTime';

/** SmartBite's words for meal plans. `meal` is an id where a plan is sent, and in the answer to that; where plans are read it is the meal. */

/** A date, or a date-time whose date counts as it is written. */
const WeekStartDate = z
  .string()
  .trim()
  .max(40)
  .regex(plannedTimeForm, 'is not a date from 1900-01-01 to 2199-12-31; write it like 2026-03-02')
  .transform((text) => text.slice(0, 10))
  .meta({ example: '2026-03-02', description: 'Any day; the week is the seven days that begin with it' });

const defaultTitle = 'Weekly Meal Plan';
const Title = z
  .string()
  .trim()
  .max(200)
  .transform((title) => title || defaultTitle);

const amount = z.number().min(0).max(1_000_000).nullish();
const Totals = z
  .strictObject({ calories: amount, protein: amount, carbs: amount, fats: amount })
  .meta({ description: 'Of the whole plan: kcal and grams' });

const DaysOfWeek = z
  .array(
    z.strictObject({
      day: Weekday,
      meals: z
        .array(z.strictObject({ mealType: MealType, meal: Id.meta({ description: 'Of a meal of the catalogue' }) }))
        .max(mostMealsADay),
    }),
  )
  .min(1)
  .max(7)
  .superRefine((days, context) => {
    const named = new Set<string>();
    for (const [at, { day }] of days.entries()) {
      if (named.has(day))
        context.addIssue({ code: 'custom', path: [at, 'day'], message: `is ${day} again; send each day once` });
      named.add(day);
    }
  });
/** Each day once. */
const Days = alsoStates(
  DaysOfWeek,
  ...Weekday.options.map((day) => ({
    contains: { properties: { day: { const: day } }, required: ['day'] },
    minContains: 0,
    maxContains: 1,
  })),
);
export type DaysIn = z.output<typeof Days>;

export const NewPlanBody = z
  .strictObject({
    title: Title.nullish(),
    weekStartDate: WeekStartDate,
    days: Days,
    nutritionSummary: Totals.nullish(),
  })
  .meta({
    example: {
      weekStartDate: '2026-03-02',
      days: [{ day: 'monday', meals: [{ mealType: 'dinner', meal: '6b0183675f84da8664a96799' }] }],
    },
  });
/** What is left out stays; `null` clears the summary, and gives the title that a plan has without one. */
export const PlanChangeBody = z.strictObject({
  title: Title.nullish(),
  weekStartDate: WeekStartDate.optional(),
  days: Days.optional(),
  nutritionSummary: Totals.nullish(),
});

export const titleOf = (title: string | null | undefined): string => title ?? defaultTitle;
export const totalsOf = (sent: z.output<typeof Totals> | null | undefined): PlanTotals | null =>
  sent
    ? {
        kcal: sent.calories ?? null,
        proteinG: sent.protein ?? null,
        carbohydrateG: sent.carbs ?? null,
        fatG: sent.fats ?? null,
      }
    : null;

export const SlotBody = z.strictObject({ day: Weekday, mealType: MealType });
export const ReplaceBody = SlotBody.extend({
  replacedWith: z
    .string()
    .trim()
    .min(1)
    .max(500)
    .meta({ example: 'Chicken salad', description: 'What you ate instead' }),
});

const text = z.string().nullable();
const number = z.number().nullable();
const Nutrition = z.object({ calories: number, protein: number, carbs: number, fats: number });

const MealOfSlot = z
  .object({
    _id: z.string(),
    id: z.string(),
    name: z.string(),
    cuisine: text,
    mealType: text,
    nutrition: Nutrition.optional().meta({
      description: 'Of one serving; missing where the catalogue does not know it',
    }),
  })
  .meta({ description: 'Name and cuisine are those it had when it was planned' });

const planView = <M extends z.ZodType>(meal: M) =>
  z.object({
    _id: z.string(),
    id: z.string(),
    title: z.string(),
    weekStartDate: z.string().meta({ description: 'YYYY-MM-DD' }),
    days: z.array(
      z.object({
        day: Weekday,
        date: z.string().meta({ description: 'YYYY-MM-DD' }),
        meals: z.array(
          z.object({
            mealType: MealType,
            meal,
            mealName: z.string(),
            cuisine: text,
            adherence: z.object({ status: SlotStatus, replacedWith: text, updatedAt: text }),
          }),
        ),
      }),
    ),
    nutritionSummary: Nutrition.nullable(),
    generatedBy: z.enum(['manual']),
    isActive: z.literal(true),
    createdAt: z.string(),
    updatedAt: z.string(),
  });
/** As it was written: `meal` is its id. */
export const WrittenPlan = planView(z.string()).meta({ id: 'WrittenMealPlan' });
/** As it is read: `meal` is the meal. */
export const PlanView = planView(MealOfSlot).meta({ id: 'MealPlan' });

const nutritionOf = ({ kcal, proteinG, carbohydrateG, fatG }: Pick<MealNutrition, keyof PlanTotals>) => ({
  calories: kcal,
  protein: proteinG,
  carbs: carbohydrateG,
  fats: fatG,
});

const present = <M>(plan: MealPlan, mealOf: (slot: Slot) => M) => ({
  _id: plan.id,
  id: plan.id,
  title: plan.title,
  weekStartDate: plan.weekStartDate,
  days: plan.days.map(({ day, date, slots }) => ({
    day,
    date,
    meals: slots.map((slot) => ({
      mealType: slot.mealType,
      meal: mealOf(slot),
      mealName: slot.mealName,
      cuisine: slot.cuisine,
      adherence: {
        status: slot.status,
        replacedWith: slot.replacedWith,
        updatedAt: slot.statusAt?.toISOString() ?? null,
      },
    })),
  })),
  nutritionSummary: plan.totals && nutritionOf(plan.totals),
  generatedBy: plan.generatedBy,
  isActive: true as const,
  createdAt: plan.createdAt.toISOString(),
  updatedAt: plan.updatedAt.toISOString(),
});

export const presentWritten = (plan: MealPlan): z.input<typeof WrittenPlan> => present(plan, ({ mealId }) => mealId);

/** `catalogue`: what it knows today of the meals in the plan. */
export const presentPlan = (plan: MealPlan, catalogue: ReadonlyMap<Id, NamedMeal>): z.input<typeof PlanView> =>
  present(plan, ({ mealId, mealName, cuisine }) => {
    const meal = catalogue.get(mealId);
    return {
      _id: mealId,
      id: mealId,
      name: mealName,
      cuisine,
      mealType: meal?.mealType ?? null,
      ...(meal && { nutrition: nutritionOf(meal.nutrition) }),
    };
  });

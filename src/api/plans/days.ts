import { dateInWeek } from '../../ml/weeks';
import type { Id } from '../../model/ids';
import type { PlannedDay, Slot } from '../../model/plans';
import { weekdays } from '../../model/weekdays';
import type { NamedMeal } from '../../model/meals';
import type { DaysIn } from '../dialects/smartbite/plans';
import { invalid } from '../errors';

/** Days of a plan as they are kept. */
export const mealIdsOf = (days: DaysIn): Id[] => days.flatMap(({ meals }) => meals.map(({ meal }) => meal));

export const sentAgain = (days: readonly PlannedDay[]): DaysIn =>
  days.map(({ day, slots }) => ({ day, meals: slots.map(({ mealType, mealId }) => ({ mealType, meal: mealId })) }));

const keyOf = (date: string, mealType: string, mealId: Id) => `${date} ${mealType} ${mealId}`;

/**
 * Days with their dates, in order of these. A slot of `earlier` with the same date, type and meal stays what it was, its status
 * included; every other one is new. Throws 400 for a meal that neither the catalogue nor the plan knows.
 */
export function planDays(
  sent: DaysIn,
  weekStartDate: string,
  catalogue: ReadonlyMap<Id, NamedMeal>,
  earlier: readonly PlannedDay[] = [],
): PlannedDay[] {
  const kept = new Map<string, Slot[]>();
  /** A meal may have left the catalogue since it was planned. */
  const known = new Map<Id, { name: string; cuisine: string | null }>();
  for (const { date, slots } of earlier) {
    for (const slot of slots) {
      const key = keyOf(date, slot.mealType, slot.mealId);
      kept.set(key, [...(kept.get(key) ?? []), slot]);
      known.set(slot.mealId, { name: slot.mealName, cuisine: slot.cuisine });
    }
  }
  const days = sent.map(({ day, meals }, at): PlannedDay => {
    const date = dateInWeek(weekStartDate, weekdays.indexOf(day));
    const slots = meals.map(({ mealType, meal: mealId }, nth): Slot => {
      const stays = kept.get(keyOf(date, mealType, mealId))?.shift();
      if (stays) return stays;
      const meal =
        catalogue.get(mealId) ??
        known.get(mealId) ??
        invalid(`body.days[${at}].meals[${nth}].meal`, `The catalogue has no meal ${mealId} (${day}, ${mealType}).`);
      return {
        mealType,
        mealId,
        mealName: meal.name,
        cuisine: meal.cuisine,
        status: 'planned',
        replacedWith: null,
        statusAt: null,
      };
    });
    return { day, date, slots };
  });
  return days.sort((one, other) => one.date.localeCompare(other.date));
}

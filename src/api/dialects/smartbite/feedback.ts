import { z } from 'zod';
import { Comment, FeedbackType, Rating, type Feedback } from '../../../model/feedback';
import { Id } from '../../../model/ids';
import type { MealPlan } from '../../../model/plans';
import type { NamedMeal } from '../../../model/meals';
import { alsoStates, someTextOf } from '../../../model/stated';

/** SmartBite's words for feedback. */
const OfSubject = someTextOf(
  z.strictObject({
    type: FeedbackType,
    mealId: Id.nullish(),
    mealPlanId: Id.nullish(),
    rating: Rating.nullish(),
    comment: Comment.nullish(),
  }),
  ['mealId', 'mealPlanId'],
  'is missing: say what it is about, with mealId or mealPlanId',
);
export const FeedbackBody = alsoStates(
  OfSubject.refine(({ type, rating }) => type !== 'meal_rating' || typeof rating === 'number', {
    path: ['rating'],
    message: 'is missing: a meal_rating has one, 1 to 5',
  }),
  {
    anyOf: [
      { properties: { type: { not: { const: 'meal_rating' } } } },
      { required: ['rating'], properties: { rating: { type: 'integer' } } },
    ],
  },
).meta({ example: { type: 'liked', mealId: '6b0183675f84da8664a96799', rating: 5, comment: 'Again, please' } });

const text = z.string().nullable();

export const FeedbackView = z
  .object({
    _id: z.string(),
    id: z.string(),
    type: FeedbackType,
    rating: z.number().nullable(),
    comment: text,
    mealId: text,
    mealPlanId: text,
    meal: z
      .object({ _id: z.string(), id: z.string(), name: z.string(), cuisine: text, mealType: text })
      .nullable()
      .meta({ description: 'As the catalogue has it now; null where it has no such meal' }),
    mealPlan: z
      .object({ _id: z.string(), id: z.string(), title: z.string(), weekStartDate: z.string() })
      .nullable()
      .meta({ description: 'Null where it was deleted since' }),
    createdAt: z.string(),
  })
  .meta({ id: 'Feedback' });

/** What feedback is about, by id. */
export interface Subjects {
  meals: ReadonlyMap<Id, NamedMeal>;
  plans: ReadonlyMap<Id, Pick<MealPlan, 'id' | 'title' | 'weekStartDate'>>;
}

const under = <T extends { id: Id }>(found: ReadonlyMap<Id, T>, id: Id | null) =>
  (id === null ? undefined : found.get(id)) ?? null;

export function presentFeedback(feedback: Feedback, subjects: Subjects): z.input<typeof FeedbackView> {
  const { id, type, rating, comment, mealId, mealPlanId, createdAt } = feedback;
  const meal = under(subjects.meals, mealId);
  const plan = under(subjects.plans, mealPlanId);
  return {
    _id: id,
    id,
    type,
    rating,
    comment,
    mealId,
    mealPlanId,
    meal: meal && { _id: meal.id, id: meal.id, name: meal.name, cuisine: meal.cuisine, mealType: meal.mealType },
    mealPlan: plan && { _id: plan.id, id: plan.id, title: plan.title, weekStartDate: plan.weekStartDate },
    createdAt: createdAt.toISOString(),
  };
}

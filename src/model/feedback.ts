import { z } from 'zod';
import type { Id } from './ids';

/** What a person thought of a meal or of a meal plan. */
export const FeedbackType = z.enum([
  'too_expensive',
  'too_hard_to_cook',
  'too_spicy',
  'too_many_carbs',
  'too_low_protein',
  'portion_size_issue',
  'taste_issue',
  'liked',
  'disliked',
  'meal_rating',
]);
export type FeedbackType = z.infer<typeof FeedbackType>;

/** 1 is the worst, 5 the best. */
export const Rating = z.int().min(1).max(5);

export const Comment = z.string().trim().max(2000, 'is longer than 2000 characters');

/** Of one person: far more than anybody says, and a bound all the same. */
export const mostFeedback = 20_000;

export interface Feedback {
  id: Id;
  ownerId: Id;
  type: FeedbackType;
  rating: number | null;
  /** At least one of the two is there. */
  mealId: Id | null;
  mealPlanId: Id | null;
  comment: string | null;
  createdAt: Date;
}

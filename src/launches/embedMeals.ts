import { embedMealsId, mealWorkflows, type EmbedMeals } from '../messages/meals';
import type { JointRun } from './joint';

/** The run that embeds meals: one for the whole catalogue. */
export const embedMealsRun = (args: Omit<EmbedMeals, 'embedded'>): JointRun => ({
  workflowId: embedMealsId,
  workflow: mealWorkflows.embed,
  args: [{ ...args, embedded: 0 } satisfies EmbedMeals],
  queue: 'main',
  feature: 'meals',
  summary: 'Embeds meals of the catalogue',
});

import { z } from 'zod';
import type { PlanStore } from '../../store/plans';
import { section, type SupportPanel } from '../support/panel';

const mostPlans = 5;

const Plans = z.array(
  z.object({ id: z.string(), title: z.string().nullable(), week_start: z.string(), created_at: z.string() }),
);

export const planPanel = (plans: Pick<PlanStore, 'list' | 'countOf'>): SupportPanel => ({
  sections: {
    meal_plans: section(Plans, async (ownerId) =>
      (await plans.list(ownerId, mostPlans, null)).map(({ id, title, weekStartDate, createdAt }) => ({
        id,
        title,
        week_start: weekStartDate,
        created_at: createdAt.toISOString(),
      })),
    ),
  },
  kept: { meal_plans: (ownerId) => plans.countOf(ownerId) },
});

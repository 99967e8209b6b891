import { z } from 'zod';

/** How well somebody cooks, and what a meal asks of its cook. */
export const SkillLevel = z.enum(['beginner', 'intermediate', 'advanced']);
export type SkillLevel = z.infer<typeof SkillLevel>;

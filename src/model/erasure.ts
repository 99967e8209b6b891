import { z } from 'zod';
import { Id } from './ids';

/** The receipt of an erasure. Nothing in it leads back to the person: it stays. */
export const Receipt = z.object({
  id: Id,
  state: z.enum(['running', 'done']),
  requestedAt: z.date(),
  finishedAt: z.date().nullable(),
  /** What was removed, by feature: how many rows, objects and runs. */
  removed: z.record(z.string(), z.number().int().min(0)),
});
export type Receipt = z.infer<typeof Receipt>;

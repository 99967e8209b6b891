import { z } from 'zod';
import { SyncFailureReason } from './context';
import { Id } from './ids';

/** `scheduled`: it begins at `dueAt`, unless the owner logs in before; then it is `cancelled`. */
export const ErasureState = z.enum(['scheduled', 'cancelled', 'running', 'done']);
export type ErasureState = z.infer<typeof ErasureState>;

/** The receipt of an erasure. Nothing in it leads back to the person: it stays. */
export const Receipt = z.object({
  id: Id,
  state: ErasureState,
  requestedAt: z.date(),
  /** When one that is scheduled begins; null for others. */
  dueAt: z.date().nullable(),
  finishedAt: z.date().nullable(),
  /** What was removed, by feature: how many rows, objects and runs. */
  removed: z.record(z.string(), z.number().int().min(0)),
});
export type Receipt = z.infer<typeof Receipt>;

/**
 * Why the ML service has not confirmed that it forgot an account: what came of the request, or why there was none.
 *
 * push_under_way  one of before may still be taken in
 * left_alone      its circuit is open
 * not_configured  it was told of the account, and there is no FLASK_AI_BASE_URL any more
 */
export const ForgetFailureReason = z.enum([
  ...SyncFailureReason.options,
  'push_under_way',
  'left_alone',
  'not_configured',
]);
export type ForgetFailureReason = z.infer<typeof ForgetFailureReason>;

/** How the ML service takes an erasure, as far as it did not confirm at once. */
export interface Forgetting {
  /** Null: it confirmed. */
  waitingSince: Date | null;
  /** Requests that it did not confirm. */
  attempts: number;
  lastFailedAt: Date | null;
  /** The latest. */
  reason: ForgetFailureReason;
  /** HTTP status; null where there was no answer, or no request. */
  status: number | null;
}

/** An erasure as those see it who watch over it. */
export interface Erasure extends Receipt {
  /** The account; null once nothing more is to be done for it. */
  ownerId: Id | null;
  /** Null: the ML service confirmed at once, was never told of the account, or was not asked yet. */
  forgetting: Forgetting | null;
}

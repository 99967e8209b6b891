import { defineWorkflow } from './workflow';

/**
 * Erasure: everything of one account goes, feature by feature; a receipt without personal data stays.
 * The account is marked in the transaction that records the launch, so from then on nobody is signed in to it.
 */
export const erasureWorkflows = {
  erase: defineWorkflow<EraseUser>()({
    name: 'eraseUser',
    id: (userId: string) => `erase:${userId}`,
    queue: 'main',
    feature: 'erasure',
    summary: 'Erases everything of one account',
  }),
} as const;

export interface EraseUser {
  userId: string;
  /** The receipt. */
  receiptId: string;
  timing: ErasureTiming;
}

/** Milliseconds; arguments, so that tests run them short. */
export interface ErasureTiming {
  /** Before the first pass: other replicas take a token for good a few seconds longer, and requests under way end. */
  settleMs: number;
  /** After the last pass: one more look for what a very slow upload left behind. */
  lateMs: number;
}

export const erasureTiming: ErasureTiming = { settleMs: 10_000, lateMs: 15 * 60_000 };

/** Types of `ApplicationFailure` that erasure activities throw. */
export const erasureFailures = {
  /** The erasure names a feature that this version does not know; repeated until a worker of another version takes it. */
  unknownFeature: 'ErasureFeatureUnknown',
} as const;

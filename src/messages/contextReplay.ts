import { defineSignal } from '@temporalio/workflow';
import { defineWorkflow } from './workflow';

/**
 * Replays of failed context syncs. Which accounts a replay is about, and what became of each, is in MongoDB:
 * the run knows the replay alone.
 */
export const replayWorkflows = {
  replay: defineWorkflow<ReplaySyncs>()({
    name: 'replaySyncs',
    id: (replayId: string) => `replay-syncs:${replayId}`,
    queue: 'main',
    feature: 'context',
    summary: 'Replays failed context syncs',
  }),
} as const;

export interface ReplaySyncs {
  replayId: string;
  timing: ReplayTiming;
}

export interface ReplayTiming {
  /** Accounts of one batch. */
  batch: number;
  /** Batches of a run before it goes on as a new one, where the server does not suggest it earlier. */
  batchesOfARun: number;
  /** Longest wait between two looks while calls to the receiver are suspended, or others are at work. Milliseconds. */
  waitMaxMs: number;
}

export const replayTiming: ReplayTiming = { batch: 20, batchesOfARun: 500, waitMaxMs: 60_000 };

/** From support, or from an operator in the Temporal UI. A batch that is under way ends first. */
export const pauseReplay = defineSignal('pause');
export const resumeReplay = defineSignal('resume');
export const cancelReplay = defineSignal('cancel');

/** What a batch came to. */
export type ReplayBatch = ReplayCounts &
  (
    | { kind: 'more' }
    /** Nobody's turn before `waitMs` are over: the circuit of the receiver is open, or others are at work. */
    | { kind: 'wait'; waitMs: number; why: 'held' | 'busy' | 'off' }
    /** Every account has its result. */
    | { kind: 'finished' }
  );

export interface ReplayCounts {
  total: number;
  acknowledged: number;
  failed: number;
  skipped: number;
}

/** Types of `ApplicationFailure` that a replay's activities throw; none can be mended by another attempt. */
export const replayFailures = {
  /** Its row is gone: kept for 90 days. */
  replayGone: 'ReplayGone',
} as const;

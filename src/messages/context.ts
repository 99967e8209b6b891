import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { SyncFailureReason } from '../model/context';
import { defineWorkflow } from './workflow';

/**
 * Context sync: every change of a user reaches the ML service, in order, or is on the failed list.
 * One entity a user; that `version` is above `acknowledged` in MongoDB is what asks for a run, signals only make it sooner.
 */
export const contextWorkflows = {
  sync: defineWorkflow<ContextSync>()({
    name: 'contextSync',
    id: (userId: string) => `context-sync:${userId}`,
    queue: 'main',
    feature: 'context',
    summary: 'Keeps the ML service in step with one account',
  }),
} as const;

export interface ContextSync {
  userId: string;
  timing: ContextTiming;
  /** What the run before handed on. */
  carried?: CarriedSync;
}

/** Milliseconds, but for counts. */
export interface ContextTiming {
  debounceMs: number;
  maxWaitMs: number;
  idleMs: number;
  /** Before the second attempt; doubles up to `retryMaxMs`. */
  retryMs: number;
  retryMaxMs: number;
  attempts: number;
  /** Pushes of a run before it goes on as a new one, where the server does not suggest it earlier. */
  pushesOfARun: number;
}

export interface CarriedSync {
  changed: boolean;
  due: boolean;
  replay: boolean;
  settled: boolean;
  /** Attempts that failed in a row. */
  failed: number;
  state: SyncState;
}

export type SyncState =
  | { kind: 'idle' }
  | { kind: 'retrying'; reason: SyncFailureReason; waitMs: number }
  /** The circuit of the receiver is open; the sweep wakes this run when it is not. */
  | { kind: 'held' }
  | { kind: 'failed'; reason: SyncFailureReason };

/** No payload: the version is read at push time. */
export const contextChanged = defineSignal('contextChanged');
/** Nobody is sending although something changed, or the receiver is well again: no wait is waited out. */
export const syncDue = defineSignal('syncDue');
/** Try now, also what is acknowledged, whatever is waited for: from support, or from an operator in the Temporal UI. */
export const replaySync = defineSignal('replaySync');
/** Somebody else brought the row in order (a replay, a dismissal): nothing is waited for any more. */
export const syncSettled = defineSignal('syncSettled');
/** Pushes at once, also what is acknowledged already, and tells how the first attempt went. */
export const pushNow = defineUpdate<PushReport>('pushNow');

/** What became of one attempt. */
export type PushReport =
  | { kind: 'acknowledged'; version: number }
  | { kind: 'failed'; reason: SyncFailureReason; status: number | null; gaveUp: boolean }
  /** Nothing was sent: the circuit of the receiver is open, or another sender was at work for long. */
  | { kind: 'held' }
  /** No such user, or one that is being erased. */
  | { kind: 'gone' }
  /** No receiver is configured. */
  | { kind: 'off' };

/** Types of `ApplicationFailure` that context activities throw. */
export const contextFailures = {
  /** The receiver did not confirm that it forgot an account; asked for again. */
  notForgotten: 'NotForgotten',
} as const;

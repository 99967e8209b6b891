import type { TrainingEngine } from '../../activities/training/engine';
import type { Trial } from '../../ml/recommend/training/search';

/** What the host of a training thread and the thread say to each other. The thread has one task at a time. */
export type ToThread =
  | { [Phase in PhaseName]: RunPhase<Phase> }[PhaseName]
  /** What was posted of a trial is kept, or the task is to stop: either way the thread need not wait any longer. */
  | { readonly kind: 'go on' };

export interface RunPhase<Phase extends PhaseName> {
  readonly kind: 'run';
  readonly phase: Phase;
  readonly task: TaskOf<Phase>;
  /** One number in shared memory, which can be read in the middle of a calculation: other than 0 when the task is to stop. */
  readonly stop: Int32Array;
}

export type FromThread =
  | { readonly kind: 'progress'; readonly share: number }
  /** With this and the next the thread waits until it may go on. */
  | { readonly kind: 'trial begun'; readonly at: number }
  | { readonly kind: 'trial'; readonly trial: Trial }
  | { readonly kind: 'done'; readonly result: ResultOf<PhaseName> }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly name: string; readonly message: string; readonly code: string | null };

export type PhaseName = Exclude<keyof TrainingEngine, 'end'>;
export type TaskOf<Phase extends PhaseName> = Parameters<TrainingEngine[Phase]>[0];
export type ResultOf<Phase extends PhaseName> = Awaited<ReturnType<TrainingEngine[Phase]>>;

/** What a training thread is started with. */
export interface ThreadData {
  readonly kernelThreads: number;
}

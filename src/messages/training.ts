import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { Id } from '../model/ids';
import type { ProjectId } from '../model/projects';
import type { TrainingPhase } from '../model/training';
import { defineWorkflow } from './workflow';

/**
 * Training: `trainProject` makes a served version of a project's files. The row of the run holds what each phase found, so the history knows ids and
 * phases alone. `requestTraining` is what a schedule starts: it asks for a training as a person does, so that both exclude each other.
 */
export const trainingWorkflows = {
  train: defineWorkflow<TrainProject>()({
    name: 'trainProject',
    id: (projectId: ProjectId | '*', run: string) => `train:${projectId}:${run}`,
    queue: 'main',
    feature: 'training',
    summary: 'Trains a recommender',
  }),
  request: defineWorkflow<RequestTraining>()({
    name: 'requestTraining',
    id: (ownerId: Id, projectId: ProjectId | '*') => `request-training:${ownerId}:${projectId}`,
    queue: 'main',
    feature: 'training',
    summary: 'Asks for a scheduled training',
  }),
  schedule: defineWorkflow<ApplySchedule>()({
    name: 'applyTrainingSchedule',
    id: (ownerId: Id, projectId: ProjectId | '*', revision: number | '*') =>
      `training-schedule:${ownerId}:${projectId}:${revision}`,
    queue: 'main',
    feature: 'training',
    summary: 'Applies the schedule of a project in Temporal',
  }),
} as const;

export interface TrainProject {
  projectId: ProjectId;
  runId: Id;
  timing: TrainingTiming;
}
export interface RequestTraining {
  projectId: ProjectId;
}
export interface ApplySchedule {
  projectId: ProjectId;
}

export interface TrainingTiming {
  /** A trainer that was killed is missed after this. */
  heartbeatMs: number;
  /** Longest wait between two polls of a queued run; `wakeUp` shortens it. */
  turnPollMs: number;
}

/** It may be the turn of this run now. */
export const wakeUp = defineSignal('wakeUp');
/** What is under way is cancelled, and what is served stays. */
export const cancelTraining = defineSignal('cancel');
export const trainingPhase = defineQuery<TrainingPhase | 'queued'>('phase');

/** Answer to a run that polls for its turn. */
export type Turn = 'go' | 'wait' | 'cancelled';

export type TrainingOutcome = 'done' | 'failed' | 'cancelled';

export type RequestOutcome = 'started' | 'already training' | 'project gone';

/** Types of `ApplicationFailure` that training activities throw. What exactly was refused stands in the row of the run. */
export const trainingFailures = {
  /** The data, or the lack of it. */
  refused: 'TrainingRefused',
  /** A phase that ended its trainer, or failed, again and again. */
  givenUp: 'TrainingGivenUp',
  /** Somebody cancelled it. */
  cancelled: 'TrainingCancelled',
  /** Its project is gone. */
  gone: 'TrainingGone',
  /** A phase failed for a reason that may be lasting; it is tried again some times. */
  phaseFailed: 'TrainingPhaseFailed',
} as const;

/** What no further attempt can change. */
export const finalTrainingFailures = [
  trainingFailures.refused,
  trainingFailures.givenUp,
  trainingFailures.cancelled,
  trainingFailures.gone,
] as const;

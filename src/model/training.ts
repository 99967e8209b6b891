import { z } from 'zod';
import type { Id } from './ids';
import type { ProjectId, Quality, RowCounts } from './projects';

/** Trainings of projects: runs, their progress, and the versions that come of them. */
export const TrainingPhase = z.enum([
  'ingest',
  'split',
  'candidates',
  'evaluate',
  'choose',
  'refit',
  'register',
  'promote',
  'notify',
]);
export type TrainingPhase = z.infer<typeof TrainingPhase>;

export const TrainingState = z.enum(['queued', 'running', 'done', 'failed', 'cancelled']);
export type TrainingState = z.infer<typeof TrainingState>;

export const RequestedBy = z.enum(['upload', 'person', 'schedule']);
export type RequestedBy = z.infer<typeof RequestedBy>;

/** An object that was written by one attempt; another attempt writes another. */
export interface StoredArtefact {
  key: string;
  bytes: number;
  sha256: string;
}

export interface TrainingCounts {
  users: number;
  items: number;
  interactions: number;
}

export interface TrainingWanted {
  seed: number;
  /** Trials at most; null: as many as a search has. */
  maxTrials: number | null;
  budgetSeconds: number;
  minTrainingSamples: number;
  requestedBy: RequestedBy;
}

/**
 * A run, with what each phase found. Results of a phase are written once, and a later attempt goes on from them. What the engine says is kept as it
 * says it (`activities/training/engine.ts`): the store reads none of it.
 */
export interface TrainingRun extends TrainingWanted {
  id: Id;
  projectId: ProjectId;
  ownerId: Id;
  workflowId: string;
  state: TrainingState;
  phase: TrainingPhase;
  cancelRequestedAt: Date | null;
  /** For a person; null unless it failed. */
  message: string | null;
  dataset: (StoredArtefact & { counts: TrainingCounts }) | null;
  rows: RowCounts | null;
  warnings: string[];
  split: unknown;
  /** The places of the trials that were begun, as they were; one that is there twice was begun again, by a later attempt. */
  trialsBegun: number[];
  trials: unknown[];
  /** Of the budget of the search. */
  spentMs: number;
  /** Why the search ended; null while it goes on. */
  searchEnded: string | null;
  evaluation: unknown;
  chosen: ChosenModel | null;
  artefact: (StoredArtefact & { modelBytes: number }) | null;
  version: number | null;
  attempts: PhaseAttempts | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
}

/** Attempts of the phase that was begun last. */
export interface PhaseAttempts {
  phase: TrainingPhase;
  /** The trainer that is at it; null where none is, or the last one said how its attempt ended. */
  by: string | null;
  /** Those that ended their trainer, or failed for a reason that may be lasting. */
  faults: number;
}

/** After so many in one phase a training is given up. */
export const mostFaults = 5;

export interface ChosenModel {
  candidate: unknown;
  /** Its kind of model. */
  algorithm: string;
  quality: Quality;
  /** `promoted`, `champion kept` …: outcome of the comparison. */
  outcome: string;
  /** A sentence for a person. */
  reason: string;
}

/** What a client sees of a training that is under way, or of the last one. */
export interface TrainingProgress {
  projectId: ProjectId;
  runId: Id;
  state: 'idle' | 'queued' | 'running' | 'cancelling';
  phase: TrainingPhase | null;
  percent: number;
  etaS: number | null;
  queuePosition: number | null;
  startedAt: Date;
  revision: number;
}

/** A finished training, served or not. */
export interface ModelVersion {
  projectId: ProjectId;
  version: number;
  ownerId: Id;
  runId: Id;
  createdAt: Date;
  /** Null: never served. `training`, or the account that promoted it by hand. */
  promotedBy: string | null;
  /** Null once it was removed: then it can not be served any more. */
  artefact: StoredArtefact | null;
  card: ModelCard;
}

/** What a version is made of. */
export interface ModelCard {
  /** SHA-256 of the dataset. */
  fingerprint: string;
  codeVersion: string;
  chosen: ChosenModel;
  seed: number;
  counts: TrainingCounts;
  /** nDCG@10 and others of what was judged; null where nothing was. */
  metrics: Record<string, number> | null;
  evaluation: unknown;
  bytes: number;
  modelBytes: number;
  requestedBy: RequestedBy;
  startedAt: Date;
  finishedAt: Date;
}

export const keptVersions = 5;

export const TrainingOptions = z.strictObject({
  seed: z.int().min(0).max(4_294_967_295).optional(),
  trials: z.int().min(1).max(30).optional(),
});

export interface ProjectSchedule {
  projectId: ProjectId;
  ownerId: Id;
  cron: string;
  timezone: string;
  /** Longest time between two of its times, as far as it was looked ahead. */
  maxGapS: number;
  /** Without a finished training by then the model is older than the schedule allows. */
  dueBy: Date;
  revision: number;
  /** The revision that Temporal knows. */
  appliedRevision: number;
  /** Null: it is wanted. */
  removedAt: Date | null;
}

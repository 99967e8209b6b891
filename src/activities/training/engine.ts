import type { FileReport, InteractionSchema, ItemSchema } from '../../ml/recommend/ingest';
import type { FitRefusal } from '../../ml/recommend/models/model';
import type { Candidate } from '../../ml/recommend/training/candidate';
import type { Judgement } from '../../ml/recommend/training/judge';
import type { SearchRecord, Trial } from '../../ml/recommend/training/search';

/**
 * What a training computes, phase by phase, off the event loop. Activities hand it files and facts, and keep what it gives; it knows no store.
 *
 * E1  Each phase depends on its task alone, so that one that was cut off is done again by any trainer, to the same result.
 * E2  An aborted signal ends a phase within a second; the promise rejects with the signal's reason.
 * E3  What lies in the data is a result (`refused`); what is thrown is a fault of the machine or of Palate.
 */
export interface TrainingEngine {
  /** Reads the uploads into a dataset artefact. */
  ingest(task: IngestTask, watch: Watch): Promise<IngestResult>;
  /** What is held out, and whether anything can be learnt. */
  split(task: DatasetTask, watch: Watch): Promise<SplitFacts>;
  /** Goes on after `known`. */
  search(task: SearchTask, watch: SearchWatch): Promise<SearchRecord>;
  /** Fits challenger, champion and popularity without what is held out, and ranks for the same users. */
  evaluate(task: EvaluateTask, watch: Watch): Promise<EvaluatedCandidates>;
  /** Fits the candidate to everything and writes what serves. */
  refit(task: RefitTask, watch: Watch): Promise<RefitResult>;
  /** Ends its threads. */
  end(): Promise<void>;
}

export interface Watch {
  readonly signal: AbortSignal;
  /** Share of the phase that is done, 0 to 1. */
  readonly onProgress: (share: number) => void;
}

/** Both are waited for. */
export interface SearchWatch extends Watch {
  /** Before the trial at this place begins. */
  readonly onTrialBegun?: (at: number) => Promise<void>;
  /** With each further trial, before the next begins. */
  readonly onTrial: (trial: Trial) => Promise<void>;
}

export interface UploadedFile<Schema> {
  readonly path: string;
  /** As it was uploaded; messages name it. */
  readonly name: string;
  readonly schema: Schema | null;
}

export interface IngestTask {
  readonly interactions: UploadedFile<InteractionSchema> | null;
  readonly items: UploadedFile<ItemSchema> | null;
  /** Users whose rows are left out: `removedUserHash` of each. */
  readonly removedUsers: { readonly salt: string; readonly hashes: readonly string[] };
  readonly nowMs: number;
  /** Where the dataset is written. */
  readonly into: string;
}

export type IngestResult =
  | {
      readonly kind: 'read';
      readonly bytes: number;
      readonly sha256: string;
      readonly counts: Counts;
      readonly interactions: FileReport | null;
      readonly items: FileReport | null;
      readonly warnings: readonly string[];
    }
  | { readonly kind: 'refused'; readonly message: string };

export interface Counts {
  readonly users: number;
  readonly items: number;
  readonly interactions: number;
}

/** A dataset in a local file. */
export interface DatasetTask {
  readonly dataset: { readonly path: string; readonly sha256: string };
  readonly seed: number;
  readonly minTrainingSamples: number;
}

export type SplitFacts =
  | {
      readonly kind: 'split';
      /**
       * `learn`: candidates are searched and judged. `unproven`: they are searched, with too few users to judge any. `not learnt`: too little to search
       * by; `unlearnt` is served.
       */
      readonly verdict: 'learn' | 'unproven' | 'not learnt';
      /** What is served where nothing is learnt. */
      readonly unlearnt: Candidate;
      readonly description: string | null;
      readonly usersRanked: number;
      readonly counts: Counts;
      /** A sentence about how ratings count. */
      readonly ratings: string;
    }
  | { readonly kind: 'refused'; readonly message: string };

export interface SearchTask extends DatasetTask {
  readonly budgetSeconds: number;
  /** At most; null: as many as a search has. */
  readonly maxTrials: number | null;
  /** Trials of earlier attempts: they are not tried again. */
  readonly known: readonly Trial[];
  /** Of the budget, by earlier attempts. */
  readonly spentMs: number;
}

export interface EvaluateTask extends DatasetTask {
  readonly challenger: Candidate;
  readonly champion: Candidate | null;
}

export type EvaluatedCandidates = Judgement;

/** As it is kept with the run: with what was judged, as another version may be served when somebody reads it. */
export interface JudgedCandidates extends EvaluatedCandidates {
  /** Null where nothing that was tried could be fitted, and popularity stood in for it. */
  readonly challenger: Candidate | null;
  readonly champion: { readonly version: number; readonly candidate: Candidate } | null;
}

export interface RefitTask extends DatasetTask {
  readonly candidate: Candidate;
  readonly into: string;
}

export type RefitResult =
  | { readonly kind: 'fitted'; readonly bytes: number; readonly sha256: string; readonly modelBytes: number }
  | { readonly kind: 'refused'; readonly reason: FitRefusal['reason'] };

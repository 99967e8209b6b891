import { defineSignal } from '@temporalio/workflow';
import { defineWorkflow } from './workflow';

/**
 * Photos: one `analyzePhoto` for each picture, one `correctEntry` for each correction, `reapEntries` on a schedule.
 * The row in MongoDB is what clients read; the workflow is what moves it on.
 */
export const photoWorkflows = {
  analyze: defineWorkflow<AnalyzePhoto>()({
    name: 'analyzePhoto',
    id: (entryId: string) => `photo:${entryId}`,
    queue: 'main',
    feature: 'photos',
    summary: 'Turns a meal photo into nutrition',
  }),
  keep: defineWorkflow<KeepUpload>()({
    name: 'keepUpload',
    id: (entryId: string) => `photo:${entryId}`,
    queue: 'main',
    feature: 'photos',
    summary: 'Keeps an uploaded picture',
  }),
  /** One run for each revision that carries a correction, so that corrections in quick succession each have their turn. */
  correct: defineWorkflow<CorrectEntry>()({
    name: 'correctEntry',
    id: (entryId: string, revision: number | string) => `photo-correct:${entryId}:${revision}`,
    queue: 'main',
    feature: 'photos',
    summary: 'Works a correction into an entry',
  }),
  /** Started by the schedule of the same id. */
  reap: defineWorkflow<ReapEntries>()({
    name: 'reapEntries',
    id: () => 'reap-entries',
    queue: 'main',
    feature: 'photos',
    summary: 'Removes expired entries, objects first',
  }),
} as const;

export interface AnalyzePhoto {
  entryId: string;
  /** What the user's words are good for; the words themselves stay in MongoDB. `words` name no food, but keep a photo from being rejected. */
  caption: 'none' | 'words' | 'foods';
  timing: PhotoTiming;
}

/** Milliseconds. All durations are arguments, so that tests run them short. */
export interface PhotoTiming {
  /** First delay between attempts to classify, while the request waits. */
  classifyRetryMs: number;
  classifyAttempts: number;
  /** Delay before a classifier that was away is asked again; doubles up to `reaskMaxMs`, for `reaskForMs` in all. */
  reaskMs: number;
  reaskMaxMs: number;
  reaskForMs: number;
  /** For how long figures of our own table are tried to be replaced by those of FoodData Central; missing in runs of before. */
  refineForMs?: number;
  /**
   * Of a photo whose caption names foods: how long a classifier may be waited for until it begins, and in all; then the caption names it.
   * Missing in runs of before.
   */
  captionedStartMs?: number;
  captionedCloseMs?: number;
}

export interface KeepUpload {
  entryId: string;
}

export interface CorrectEntry {
  entryId: string;
  /** For figures that are to be refined; missing in runs of before. */
  timing?: RefineTiming;
}

export type RefineTiming = Pick<PhotoTiming, 'reaskMs' | 'reaskMaxMs' | 'reaskForMs' | 'refineForMs'>;

/** Of corrections of before 0.5.0, which name none. */
export const refineTiming: RefineTiming = {
  reaskMs: 60_000,
  reaskMaxMs: 3_600_000,
  reaskForMs: 86_400_000,
  refineForMs: 604_800_000,
};

/** `batches` of a run before it goes on as a new one; `removed` so far. */
export interface ReapEntries {
  batches: number;
  removed: number;
}

export type PhotoOutcome = 'analyzed' | 'refined' | 'rejected' | 'failed' | 'labelled' | 'unlabelled' | 'gone';
/** `refined`: also the figures of FoodData Central came. */
export type CorrectionOutcome = 'corrected' | 'refined' | 'superseded' | 'gone';
export type UploadOutcome = 'kept' | 'failed' | 'gone' | 'labelled';

/** The user named the food, or the entry is gone: stop waiting for a classifier. No payload: the row has it. */
export const entrySettled = defineSignal('entrySettled');

/** Detail of the failure of that name. */
export interface PictureNotOpened {
  attempts: number;
  /** Of `attempts`: the process ended meanwhile. */
  lostWorkers: number;
}

/** Types of `ApplicationFailure` that photo activities throw. */
export const photoFailures = {
  /** The bytes are not a picture that can be decoded; final. */
  pictureUnreadable: 'PictureUnreadable',
  /**
   * Bytes that may be a picture were not opened: a decoder failed in a way that is not known to be theirs, or the worker was lost while
   * they were open. Repeated after a while, and final once that was tried often. Its only detail, once it is final: `PictureNotOpened`.
   */
  pictureNotOpened: 'PictureNotOpened',
  /** The row was deleted or erased meanwhile; final. */
  entryGone: 'EntryGone',
  /** Classifier says it is loading; retried after its estimate. */
  classifierLoading: 'ClassifierLoading',
  /** 429, 5xx, network, time-out, or an answer that is none; retried. */
  classifierUnavailable: 'ClassifierUnavailable',
  /** 401, 402, 404, or none configured; final. */
  classifierRefused: 'ClassifierRefused',
  /** None is asked now, as their circuits are open; not retried at once, asked again later. */
  classifierPaused: 'ClassifierPaused',
  fooddataUnavailable: 'FooddataUnavailable',
} as const;

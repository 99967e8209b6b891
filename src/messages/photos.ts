import { defineSignal } from '@temporalio/workflow';

/**
 * Photos: one `analyzePhoto` for each picture, one `correctEntry` for each correction, `reapEntries` on a schedule.
 * The row in MongoDB is what clients read; the workflow is what moves it on.
 */
export const photoId = (entryId: string) => `photo:${entryId}` as const;
/** One run for each revision that carries a correction, so that corrections in quick succession each have their turn. */
export const correctionId = (entryId: string, revision: number) => `photo-correct:${entryId}:${revision}` as const;

export const photoWorkflows = {
  analyze: 'analyzePhoto',
  keep: 'keepUpload',
  correct: 'correctEntry',
  reap: 'reapEntries',
} as const;

/** Schedule and workflow of the reaper. */
export const reapId = 'reap-entries';

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
}

export interface KeepUpload {
  entryId: string;
}

export interface CorrectEntry {
  entryId: string;
}

/** `batches` of a run before it goes on as a new one; `removed` so far. */
export interface ReapEntries {
  batches: number;
  removed: number;
}

export type PhotoOutcome = 'analyzed' | 'refined' | 'rejected' | 'failed' | 'labelled' | 'unlabelled' | 'gone';
export type UploadOutcome = 'kept' | 'failed' | 'gone' | 'labelled';

/** The user named the food, or the entry is gone: stop waiting for a classifier. No payload: the row has it. */
export const entrySettled = defineSignal('entrySettled');

/** Types of `ApplicationFailure` that photo activities throw. */
export const photoFailures = {
  /** The bytes are not a picture that can be decoded; final. */
  pictureUnreadable: 'PictureUnreadable',
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

import { z } from 'zod';
import { Id } from './ids';
import { AnalyzedItem, Interval, Nutrients, PortionSource, Provenance } from './foods';

/**
 * analyzing    a workflow is at work
 * analyzed     figures stand
 * needs_label  nobody could say what it is; the user's word (or the classifier, when it is back) finishes it
 * hf_rejected  below the classifier's threshold: only this tombstone is left, for 24 h
 * failed       could not be read or worked on: this tombstone is left for 24 h, with the upload where the fault may have been ours
 */
export const EntryState = z.enum(['analyzing', 'analyzed', 'needs_label', 'hf_rejected', 'failed']);
export type EntryState = z.infer<typeof EntryState>;

/** Who named the food. The wire names are those of FoodLog's clients where it has one. */
export const InferenceSource = z.enum(['huggingface_space', 'ml_service', 'openai', 'memory', 'caption', 'user']);
export type InferenceSource = z.infer<typeof InferenceSource>;

export const Candidate = z.object({ label: z.string(), confidence: z.number().min(0).max(1) });
export type Candidate = z.infer<typeof Candidate>;

/** One of several foods on a plate; `grams` is null where nobody judged the weight. */
export const PlateFood = Candidate.extend({ grams: z.number().positive().nullable() });
export type PlateFood = z.infer<typeof PlateFood>;
export const mostPlateFoods = 12;

/** What a classifier said: best first, at most five. */
export const Classification = z.object({
  source: InferenceSource,
  model: z.string(),
  candidates: z.array(Candidate).min(1).max(5),
  /** Where it told the foods of the plate apart; missing where it named the dish only. */
  foods: z.array(PlateFood).max(mostPlateFoods).optional(),
  /** Entry of the same user whose correction moved its candidate to the top. */
  rankedBy: Id.optional(),
});
export type Classification = z.infer<typeof Classification>;

/**
 * A classifier that was asked and did not decide, in the order asked.
 *
 * loading, unavailable, refused   it could not speak
 * paused                          it was not asked, as its circuit is open
 * unsure                          it spoke, below the threshold
 * nothing                         it spoke, and saw no food (memory: no plate like it)
 * outranked                       it spoke, and what the user said of a plate that looks the same went before it
 */
export const PassedOver = z.object({
  source: InferenceSource,
  outcome: z.enum(['loading', 'unavailable', 'refused', 'paused', 'unsure', 'nothing', 'outranked']),
  reason: z.string(),
});
export type PassedOver = z.infer<typeof PassedOver>;

/**
 * Words that name a food, or an amount of one, that no source knows, or an amount that nobody eats. They are part of the meal and of none of its figures. `id` is one
 * of those that items have, so that the user can say what it was, or that it was none.
 */
export const Unrecognized = z.object({
  id: z.string(),
  text: z.string(),
  /** How much of it was said, in the user's words. */
  amount: z.string().optional(),
  /** The food is known; nobody eats so much of it, or less than nothing. */
  tooMuch: z.literal(true).optional(),
  /** Not words of the user, but how many more foods a text names than are read. */
  pastLimit: z.literal(true).optional(),
  /** Said in place of the item of this id, or of `all` that there was: that stands, as nobody knows the words. */
  instead: z.string().optional(),
  /** As of an item. */
  request: z.string().optional(),
});
export type Unrecognized = z.infer<typeof Unrecognized>;

/** The finished figures of an entry; totals are the sums of the items. */
export const Analysis = z.object({
  food: z.string(),
  inferenceSource: InferenceSource,
  classification: Classification.nullable(),
  items: z.array(AnalyzedItem),
  /** Missing: all was understood, or it was written before this was told. While there are any, totals are lower bounds. */
  unrecognized: z.array(Unrecognized).optional(),
  /** The highest id that an item of the entry, or words in place of one, ever had; missing in what was written before items had ids. */
  lastItemId: z.number().int().optional(),
  totals: Nutrients,
  portion: z.object({ grams: z.number().min(0), source: PortionSource }),
  interval: Interval,
  provenance: z.array(Provenance),
  estimated: z.boolean(),
  warnings: z.array(z.string()),
  /** How FoodData Central was asked: `ingredients`, `dish`, or `none` with the reason. */
  fdc: z.object({ strategy: z.enum(['ingredients', 'dish', 'none']), reason: z.string().nullable() }),
  /** Of our own table while FoodData Central was away: replaced by itself once it is back, unless the user speaks (again) first. */
  provisional: z.boolean().optional(),
});
export type Analysis = z.infer<typeof Analysis>;

/** Whether figures leave something out that was not understood. */
export const isIncomplete = ({ unrecognized = [] }: { unrecognized?: readonly unknown[] | undefined }): boolean =>
  unrecognized.length > 0;

/** Why an entry failed, in a sentence for a person; `type` is a failure type of `messages/photos`. */
export const EntryFailure = z.object({ type: z.string(), message: z.string() });
export type EntryFailure = z.infer<typeof EntryFailure>;

export const Rejection = z.object({ label: z.string(), confidence: z.number(), threshold: z.number() });
export type Rejection = z.infer<typeof Rejection>;

/**
 * What a user said over what a machine found. `food` is free text (a caption); `servings` multiplies the portion.
 * `item`: id of the item it is about, or `new` for one more. Missing or null: the whole meal. About an item `food` is null where only its
 * weight was stated, or `remove`: it was not eaten.
 */
export const Correction = z.object({
  item: z.string().nullable().optional(),
  /** Of one more item: names the request, so that a repeat of it adds none. */
  request: Id.optional(),
  food: z.string().nullable(),
  /** In place of `food`: what was picked, with its figures. */
  picked: AnalyzedItem.optional(),
  grams: z.number().positive().nullable(),
  servings: z.number().positive().nullable(),
  remove: z.literal(true).optional(),
  at: z.date(),
});
export type Correction = z.infer<typeof Correction>;

/** A correction whose figures are those of our own table while FoodData Central is away: what its run needs to work them out again. */
export interface Refining {
  /** The run that asks. */
  workflowId: string;
  word: Correction;
  /** Words about items before it, in order, whose figures are provisional as well. */
  earlier?: readonly Correction[];
  /** The figures that the first of these words was said over, which may be provisional themselves; null: there were none. */
  over: Analysis | null;
}

/** Facts of the picture; `capturedAt` is EXIF's date where there is one. Positions (GPS) are never kept. */
export const Picture = z.object({
  contentType: z.string(),
  width: z.number().int(),
  height: z.number().int(),
  bytes: z.number().int(),
  capturedAt: z.date().nullable(),
});
export type Picture = z.infer<typeof Picture>;

/**
 * One line of a user's log: a photo and its analysis, or a meal entered by hand (`kind: 'manual'`, no picture).
 * `kind: 'upload'` is a bare picture: kept, served and reaped like a photo's, never analysed and not in the log.
 */
export const Entry = z.object({
  id: Id,
  kind: z.enum(['photo', 'manual', 'upload']),
  /** null: an anonymous caller, who holds a capability for the id; the row lives 24 h. */
  ownerId: Id.nullable(),
  state: EntryState,
  /** True while a classifier that could not answer is still being asked again. */
  retrying: z.boolean(),
  /** Raised by every change; the id of server-sent events. */
  revision: z.number().int(),
  caption: z.string().nullable(),
  /** What the caption seems to be written in, where no food of it was understood: an ISO 639-1 language or an ISO 15924 script. */
  captionIn: z.string().nullable().optional(),
  statedGrams: z.number().positive().nullable(),
  consumedAt: z.date(),
  consumedAtSource: z.enum(['stated', 'exif', 'upload']),
  picture: Picture.nullable(),
  analysis: Analysis.nullable(),
  /** While it waits for a label: what a classifier took it for, best first. */
  candidates: z.array(Candidate),
  /** The user's latest word that has not been worked in yet. */
  pendingCorrection: Correction.nullable(),
  correctedAt: z.date().nullable(),
  rejection: Rejection.nullable(),
  failure: EntryFailure.nullable(),
  /** Why no classifier could speak, in a sentence; shown as `ml_service_error`. */
  classifierError: z.string().nullable(),
  /** Why those before the one who named the food did not. */
  passedOver: z.array(PassedOver),
  /** An entry of the same owner, minutes older, with the same picture in other bytes; null: none, or the user said it is another meal. */
  duplicateOf: Id.nullable(),
  favouriteAt: z.date().nullable(),
  /** The entry this one was copied from. */
  copiedFrom: Id.nullable(),
  createdAt: z.date(),
  expiresAt: z.date().nullable(),
});
export type Entry = z.infer<typeof Entry>;

/** What an entry was before a change; the newest last. `by`: who changed it. */
export const EntryVersion = z.object({
  revision: z.number().int(),
  replacedAt: z.date(),
  by: z.enum(['user', 'fooddata']),
  analysis: Analysis.nullable(),
  consumedAt: z.date(),
});
export type EntryVersion = z.infer<typeof EntryVersion>;
/** Older versions are dropped beyond this many. */
export const mostVersions = 20;

/**
 * Objects of an entry. The original lives only until the picture is prepared, as it may hold the place it was taken at; where that failed
 * through a fault that may have been ours, for 24 h (`expiryOf` of the store). No route serves it.
 */
export const objectKeys = (entryId: Id) => ({
  prefix: `photos/${entryId}/`,
  original: `photos/${entryId}/original`,
  picture: `photos/${entryId}/picture.jpg`,
  thumbnail: `photos/${entryId}/thumbnail.jpg`,
});

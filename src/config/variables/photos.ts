import * as kind from '../kinds';
import { setting } from '../documented';

const DAY_MS = 86_400_000;

export const photosVariables = {
  photoMaxMb: setting(kind.decimal(0.1, 100), {
    variable: 'PHOTO_MAX_MB',
    unit: 'MB',
    byDefault: '20',
    example: '20',
    meaning: 'Largest picture that is accepted (1 MB = 1,000,000 bytes).',
  }),
  predictWaitMs: setting(kind.wholeNumber(0, 300_000), {
    variable: 'PREDICT_WAIT_MS',
    unit: 'ms',
    byDefault: '12000',
    example: '12000',
    meaning:
      'How long a photo request waits for its analysis before it answers 202. Meanwhile one call to a classifier takes at most 2 s less, unless that would be under 1 s; workers read it for that.',
  }),
  photoClassifyRetryMs: setting(kind.wholeNumber(1, 60_000), {
    variable: 'PHOTO_CLASSIFY_RETRY_MS',
    unit: 'ms',
    byDefault: '500',
    example: '500',
    meaning: 'First delay before a classifier that failed is asked again while the request waits; doubles.',
  }),
  photoClassifyAttempts: setting(kind.wholeNumber(1, 20), {
    variable: 'PHOTO_CLASSIFY_ATTEMPTS',
    byDefault: '4',
    example: '4',
    meaning: 'How often it is asked while the request waits.',
  }),
  photoReaskMs: setting(kind.wholeNumber(1, DAY_MS), {
    variable: 'PHOTO_REASK_MS',
    unit: 'ms',
    byDefault: '60000',
    example: '60000',
    meaning: 'After that: first delay before a photo without a label is shown to the classifier again; doubles.',
  }),
  photoReaskMaxMs: setting(kind.wholeNumber(1, DAY_MS), {
    variable: 'PHOTO_REASK_MAX_MS',
    unit: 'ms',
    byDefault: '3600000',
    example: '3600000',
    meaning: 'Longest of those delays.',
  }),
  photoReaskForMs: setting(kind.wholeNumber(0, 30 * DAY_MS), {
    variable: 'PHOTO_REASK_FOR_MS',
    unit: 'ms',
    byDefault: '86400000',
    example: '86400000',
    meaning: 'How long in all a photo waits for a classifier; then only its owner can label it.',
  }),
  photoRefineForMs: setting(kind.wholeNumber(0, 30 * DAY_MS), {
    variable: 'PHOTO_REFINE_FOR_MS',
    unit: 'ms',
    byDefault: '604800000',
    example: '604800000',
    meaning:
      'How long figures of our own table wait for FoodData Central to be back, which is asked as often as a classifier; then they stand.',
  }),
  photoReopenMs: setting(kind.wholeNumber(1, DAY_MS), {
    variable: 'PHOTO_REOPEN_MS',
    unit: 'ms',
    byDefault: '14000',
    example: '14000',
    meaning:
      'Before a picture that a decoder or a worker failed on is opened again; each later wait is three times as long. Six attempts, 28 minutes in all by default, then the photo has failed.',
  }),
  photoReapMs: setting(kind.wholeNumber(1000, DAY_MS), {
    variable: 'PHOTO_REAP_MS',
    unit: 'ms',
    byDefault: '300000',
    example: '300000',
    meaning:
      'How often photos past their time (anonymous ones, tombstones, abandoned uploads) are removed with their objects.',
  }),
};

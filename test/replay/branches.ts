import { foodFailures } from '../../src/messages/foods';
import { mealFailures } from '../../src/messages/meals';
import { photoFailures, type AnalyzePhoto, type PhotoTiming } from '../../src/messages/photos';
import type { Answer, Branch } from './recordBranches';
import { trainingBranches } from './trainingBranches';

/** The scripts of `recordBranches.ts`: one for each way that a run can go and that nothing else records. */
const timing: PhotoTiming = {
  classifyRetryMs: 10,
  classifyAttempts: 2,
  reaskMs: 100,
  reaskMaxMs: 200,
  reaskForMs: 250,
  refineForMs: 250,
};
/** Longer than a recording takes: the run waits for what comes from outside. */
const patient: PhotoTiming = {
  ...timing,
  reaskMs: 60_000,
  reaskMaxMs: 60_000,
  reaskForMs: 120_000,
  refineForMs: 120_000,
};

/** A photo whose caption names foods, before whose classifier the time is over. */
const hasty: PhotoTiming = { ...timing, captionedStartMs: 20_000, captionedCloseMs: 300 };

const gives = (value: unknown): Answer => ({ gives: value });
const fails = (type: string, message?: string): Answer => ({ fails: type, ...(message !== undefined && { message }) });
const done = gives(null);
const works: Answer = { works: 'until cancelled' };
const gone = fails(photoFailures.entryGone);
const notOpened: Answer = {
  fails: photoFailures.pictureNotOpened,
  message: 'The picture could not be opened.',
  details: [{ attempts: 6, lostWorkers: 2 }],
};
const silence = fails(photoFailures.classifierUnavailable, 'The classifier answered 500.');
const refusal = fails(photoFailures.classifierRefused, 'The classifier refuses the key.');
const spoke = gives({ kind: 'user spoke' });
const userSpoke = gives('user spoke');
const prepared = { preparePhoto: [gives('prepared')] };
const named = (confidence: number) => ({
  classifyPhoto: [gives({ kind: 'named', by: 'huggingface_space', confidence, threshold: 0.5 })],
});
const asked = { askForLabel: [gives('asked')] };

const photo = (
  name: string,
  activities: Branch['activities'],
  { then, ...args }: Partial<Omit<AnalyzePhoto, 'entryId'>> & Pick<Branch, 'then'> = {},
): Branch => ({
  name,
  workflow: 'analyzePhoto',
  args: { entryId: name, caption: 'none', timing, ...args },
  activities: { ...prepared, ...activities },
  ...(then && { then }),
});
const after = (activity: string, what: 'cancel' | 'settle') => ({ then: { after: activity, what } });

const photos: Branch[] = [
  // Ends in the clean-up.
  photo(
    'cancelled-unprepared',
    { preparePhoto: [works], stopAnalysis: [gives('failed')] },
    after('preparePhoto', 'cancel'),
  ),
  photo(
    'cancelled-prepared',
    { classifyPhoto: [works], stopAnalysis: [gives('stopped')] },
    after('classifyPhoto', 'cancel'),
  ),
  photo(
    'cancelled-user-spoke',
    { classifyPhoto: [works], stopAnalysis: [userSpoke] },
    after('classifyPhoto', 'cancel'),
  ),
  photo('cancelled-gone', { classifyPhoto: [works], stopAnalysis: [gone] }, after('classifyPhoto', 'cancel')),
  photo(
    'cancelled-waiting',
    { classifyPhoto: [silence], ...asked, stopAnalysis: [gives('stopped')] },
    { timing: patient, ...after('askForLabel', 'cancel') },
  ),
  photo(
    'cancelled-refining',
    {
      ...named(0.9),
      analyzeEntry: [gives('provisional')],
      stopAnalysis: [userSpoke],
    },
    { timing: patient, ...after('analyzeEntry', 'cancel') },
  ),
  photo('failed', { preparePhoto: [fails('Error', 'No space is left.')], failEntry: [gives('failed')] }),
  photo('failed-user-spoke', { preparePhoto: [fails('Error', 'No space is left.')], failEntry: [userSpoke] }),
  photo('failed-gone', { preparePhoto: [fails('Error', 'No space is left.')], failEntry: [gone] }),
  photo('failed-unsettled', { preparePhoto: [fails('Error', 'No space is left.')], failEntry: [fails('Error')] }),
  photo('unreadable-user-spoke', { preparePhoto: [fails(photoFailures.pictureUnreadable)], failEntry: [userSpoke] }),
  photo('not-opened', { preparePhoto: [notOpened], failEntry: [gives('failed')] }),
  photo('not-opened-user-spoke', { preparePhoto: [notOpened], failEntry: [userSpoke] }),
  photo('gone', { preparePhoto: [gone], removeObjects: [done] }),
  photo('gone-classifying', { classifyPhoto: [gone], removeObjects: [done] }),
  photo('gone-analyzing', { ...named(0.9), analyzeEntry: [gone], removeObjects: [done] }),
  photo('gone-unremoved', { preparePhoto: [gone], removeObjects: [fails('Error')] }),

  // The user speaks while the run is at something else.
  photo('spoke-classifying', { classifyPhoto: [spoke] }),
  photo('spoke-asking', { classifyPhoto: [silence], askForLabel: [userSpoke] }),
  photo('spoke-waiting', { classifyPhoto: [silence, silence, spoke], ...asked }),
  photo('spoke-unsure', { ...named(0.2), askForLabel: [userSpoke] }, { caption: 'words' }),
  photo('spoke-rejecting', { ...named(0.2), rejectEntry: [userSpoke] }),
  photo('spoke-analyzing', { ...named(0.9), analyzeEntry: [userSpoke] }),
  photo('spoke-refining', { ...named(0.9), analyzeEntry: [gives('provisional')], refineEntry: [userSpoke] }),

  // Waits for a label.
  photo('words-unsure', { ...named(0.2), ...asked }, { caption: 'words' }),
  photo(
    'gone-waiting',
    { classifyPhoto: [silence], ...asked, whatSettled: [gives('gone')] },
    { timing: patient, ...after('askForLabel', 'settle') },
  ),
  photo('unlabelled-refused', { classifyPhoto: [refusal], ...asked, stopAsking: [done] }),
  {
    ...photo('untagged', { classifyPhoto: [silence], ...asked, stopAsking: [done] }),
    untagged: true,
  },
  photo('unlabelled-late', { classifyPhoto: [silence], ...asked, stopAsking: [done] }),
  photo('unlabelled-unsure', {
    classifyPhoto: [silence, gives({ kind: 'named', confidence: 0.2, threshold: 0.5 })],
    ...asked,
    stopAsking: [done],
  }),
  photo('stores-away', {
    ...named(0.9),
    classifyPhoto: [fails('Error'), ...named(0.9).classifyPhoto],
    reachPicture: [done],
    analyzeEntry: [gives('published')],
  }),
  photo('stores-away-for-good', {
    classifyPhoto: [fails('Error')],
    reachPicture: [done],
    failEntry: [gives('failed')],
  }),

  // Figures of our own table.
  photo('captioned-silent', { classifyPhoto: [silence], analyzeEntry: [gives('published')] }, { caption: 'foods' }),
  // A classifier that does not answer in time.
  photo(
    'captioned-overdue',
    { classifyPhoto: [works], skipClassifiers: [gives('skipped')], analyzeEntry: [gives('published')] },
    { caption: 'foods', timing: hasty },
  ),
  photo(
    'captioned-overdue-spoke',
    { classifyPhoto: [works], skipClassifiers: [userSpoke] },
    { caption: 'foods', timing: hasty },
  ),
  photo('table', { ...named(0.9), analyzeEntry: [fails(photoFailures.fooddataUnavailable), gives('published')] }),
  photo('table-failed', { ...named(0.9), analyzeEntry: [fails('Error')], failEntry: [gives('failed')] }),
  photo('refined-late', {
    ...named(0.9),
    analyzeEntry: [gives('provisional')],
    refineEntry: [fails(photoFailures.fooddataUnavailable), gives('refined')],
  }),
  photo('refine-over', {
    ...named(0.9),
    analyzeEntry: [gives('provisional')],
    refineEntry: [fails(photoFailures.fooddataUnavailable)],
  }),
  photo(
    'refine-labelled',
    { ...named(0.9), analyzeEntry: [gives('provisional')], whatSettled: [gives('labelled')] },
    { timing: patient, ...after('analyzeEntry', 'settle') },
  ),
  photo(
    'refine-gone',
    { ...named(0.9), analyzeEntry: [gives('provisional')], whatSettled: [gives('gone')] },
    { timing: patient, ...after('analyzeEntry', 'settle') },
  ),
  photo('gone-refining', {
    ...named(0.9),
    analyzeEntry: [gives('provisional')],
    refineEntry: [gone],
    removeObjects: [done],
  }),

  // Nobody knows the food.
  photo('unknown', { ...named(0.9), analyzeEntry: [gives('unknown')] }),
  photo('unknown-table', {
    ...named(0.9),
    analyzeEntry: [fails(photoFailures.fooddataUnavailable), gives('unknown')],
  }),
  photo(
    'captioned-unknown-silent',
    { classifyPhoto: [silence], analyzeEntry: [gives('unknown')], ...asked, stopAsking: [done] },
    { caption: 'foods' },
  ),
  photo(
    'captioned-unknown-late',
    {
      classifyPhoto: [silence, ...named(0.9).classifyPhoto],
      analyzeEntry: [gives('unknown'), gives('published')],
      ...asked,
    },
    { caption: 'foods' },
  ),
  photo(
    'captioned-unknown-unsure',
    { ...named(0.2), analyzeEntry: [gives('unknown')], ...asked },
    { caption: 'foods' },
  ),
  photo('refine-unknown', {
    ...named(0.9),
    analyzeEntry: [gives('provisional')],
    refineEntry: [gives('unknown')],
  }),
];

const other =
  (workflow: string, arg: string) => (name: string, activities: Branch['activities'], then?: Branch['then']) => ({
    name,
    workflow,
    args: { [arg]: name },
    activities,
    ...(then && { then }),
  });
const upload = other('keepUpload', 'entryId');
const correction = other('correctEntry', 'entryId');
/** FoodData Central is away when the word is worked in, and asked again after it. */
const refinedCorrection = (name: string, refineCorrection: readonly Answer[]): Branch => ({
  name,
  workflow: 'correctEntry',
  args: { entryId: name, timing },
  activities: {
    applyCorrection: [fails(photoFailures.fooddataUnavailable), gives('provisional')],
    refineCorrection,
  },
});
const barcode = other('lookUpBarcode', 'gtin14');

const rest: Branch[] = [
  upload(
    'upload-cancelled',
    { preparePhoto: [works], stopAnalysis: [gives('failed')] },
    { after: 'preparePhoto', what: 'cancel' },
  ),
  upload('upload-failed', { preparePhoto: [fails('Error')], failEntry: [gives('failed')] }),
  upload('upload-unreadable', { preparePhoto: [fails(photoFailures.pictureUnreadable)], failEntry: [gives('failed')] }),
  upload('upload-not-opened', { preparePhoto: [notOpened], failEntry: [gives('failed')] }),
  upload('upload-gone', { preparePhoto: [gone], removeObjects: [done] }),

  // None of these finds the run of its photo.
  correction('correction-late', { applyCorrection: [gives('corrected')] }),
  correction('correction-superseded', { applyCorrection: [gives('superseded')] }),
  correction('correction-table', { applyCorrection: [fails(photoFailures.fooddataUnavailable), gives('corrected')] }),
  correction('correction-failed', { applyCorrection: [fails('Error')] }),
  refinedCorrection('correction-refined', [fails('Error'), gives('refined')]),
  refinedCorrection('correction-spoke-again', [gives('user spoke')]),
  refinedCorrection('correction-not-refined', [fails('Error')]),
  refinedCorrection('correction-refine-gone', [gone]),
  correction('correction-cancelled', { applyCorrection: [works] }, { after: 'applyCorrection', what: 'cancel' }),

  barcode('barcode-unknown', { askForBarcode: [gives({ kind: 'unknown' })] }),
  barcode('barcode-refused', { askForBarcode: [gives({ kind: 'refused' })] }),
  barcode('barcode-later', {
    askForBarcode: [
      { fails: foodFailures.fooddataUnavailable, message: 'It takes no more requests.', details: [5_000] },
    ],
  }),
  barcode('barcode-failed', { askForBarcode: [fails('Error')] }),
  barcode('barcode-cancelled', { askForBarcode: [works] }, { after: 'askForBarcode', what: 'cancel' }),

  {
    name: 'reap-goes-on',
    workflow: 'reapEntries',
    args: { batches: 2, removed: 0 },
    activities: {
      reapEntries: [
        gives({ reaped: 100, more: true }),
        gives({ reaped: 100, more: true }),
        gives({ reaped: 3, more: false }),
      ],
    },
  },
  {
    name: 'embedding-failed',
    workflow: 'embedMeals',
    args: { batchMeals: 10, batches: 5, pauseMs: 10, mostPauseMs: 20, embedded: 0 },
    activities: { embedMealBatch: [fails('Error')] },
  },
  {
    name: 'embedding-refused',
    workflow: 'embedMeals',
    args: { batchMeals: 10, batches: 5, pauseMs: 10, mostPauseMs: 20, embedded: 0 },
    activities: {
      embedMealBatch: [
        gives({ kind: 'refused', why: 'It refuses the key.' }),
        fails(mealFailures.embedderUnavailable, 'It is away.'),
        gives({ kind: 'embedded', embedded: 2, passedOver: 0, left: false }),
      ],
    },
  },
  {
    name: 'replay-failed',
    workflow: 'replaySyncs',
    args: { replayId: 'replay-failed', timing: { batch: 10, batchesOfARun: 5, waitMaxMs: 20 } },
    activities: { noteReplayed: [fails('ReplayGone')] },
  },
  {
    name: 'replay-stopped',
    workflow: 'replaySyncs',
    args: { replayId: 'replay-stopped', timing: { batch: 10, batchesOfARun: 5, waitMaxMs: 20 } },
    activities: { noteReplayed: [works], moveReplay: [done] },
    then: { after: 'noteReplayed', what: 'cancel' },
  },
];

export const branches: readonly Branch[] = [...photos, ...rest, ...trainingBranches];

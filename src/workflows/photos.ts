import {
  ActivityFailure,
  ApplicationFailure,
  type CancelledFailure,
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  setCurrentDetails,
  setHandler,
  TimeoutFailure,
  continueAsNew,
} from '@temporalio/workflow';
import type { Heard } from '../activities/photos';
import {
  entrySettled,
  photoFailures,
  photoWorkflows,
  refineTiming,
  type AnalyzePhoto,
  type CorrectEntry,
  type KeepUpload,
  type PhotoOutcome,
  type PhotoTiming,
  type CorrectionOutcome,
  type PictureNotOpened,
  type RefineTiming,
  type UploadOutcome,
  type ReapEntries,
} from '../messages/photos';
import { searchAttributes } from '../messages/searchAttributes';
import { tag } from './attributes';
import { rethrowDefect } from './failures';
import { opening, quick, upstream, type Patience } from './proxies';

const final = [photoFailures.pictureUnreadable, photoFailures.entryGone, photoFailures.classifierRefused];
const local = quick(final);
const { preparePhoto } = opening(final);
const fooddata = upstream('fdc', final);

/**
 * P1  Nothing is kept of a photo that was rejected or is no picture: objects go first, then a tombstone answers. Where the fault may have
 *     been ours the upload stays with the tombstone, for 24 h.
 * P2  A guess is never stored as a fact: without a label the entry waits for the user, or for a classifier that is back.
 * P3  Histories hold ids and small facts; bytes and the user's words stay in the object store and MongoDB.
 * P4  The user's word is never overwritten, nor what it is about removed: once it is there, this run ends.
 * P5  Figures that had to come from our own table are replaced by themselves once FoodData Central is back. Those of a correction
 *     are, too: its food stays the user's.
 */
export async function analyzePhoto({ entryId, caption, timing }: AnalyzePhoto): Promise<PhotoOutcome> {
  let told = false;
  const userSpoke = () => told;
  setHandler(entrySettled, () => {
    told = true;
  });
  try {
    await preparePhoto(entryId);
    let verdict = await (caption === 'foods'
      ? classify(entryId, { count: 2, ms: timing.classifyRetryMs }, patienceOf(timing))
      : classify(entryId, { count: timing.classifyAttempts, ms: timing.classifyRetryMs }));
    if (verdict.kind === 'user spoke') return labelled();

    if (caption === 'foods' && !isSure(verdict)) {
      const published = await analyze(entryId, 'caption');
      if (published !== 'unknown') return await settle(entryId, published, 'the caption', timing, userSpoke);
      // Words that name nothing anybody knows keep the photo, and no more.
    }
    if (verdict.kind === 'silent') {
      if ((await local.askForLabel(entryId, verdict.reason, verdict.retryable)) === 'user spoke') return labelled();
      show('needs_label', verdict.reason, verdict.type);
      let delayMs = timing.reaskMs;
      for (let waitedMs = 0; verdict.kind === 'silent' && verdict.retryable && waitedMs < timing.reaskForMs;) {
        setCurrentDetails(`Waiting for a label. ${verdict.reason} Asking again in ${Math.round(delayMs / 1000)} s.`);
        if (await condition(userSpoke, delayMs)) break;
        waitedMs += delayMs;
        delayMs = Math.min(delayMs * 2, timing.reaskMaxMs);
        verdict = await classify(entryId, { count: 1, ms: timing.classifyRetryMs });
      }
      if (userSpoke()) {
        return (await local.whatSettled(entryId)) === 'labelled' ? labelled() : end('gone', 'The entry was deleted.');
      }
      // Late and unsure is no reason to throw away what the user has kept: it goes on waiting for a word.
      if (verdict.kind === 'silent' || (verdict.kind === 'named' && !isSure(verdict))) {
        await local.stopAsking(entryId);
        return end('unlabelled', 'No classifier could name the food; the entry waits for the user.');
      }
    }
    if (verdict.kind !== 'named') return labelled();
    if (!isSure(verdict)) {
      const doubt = `Confidence ${verdict.confidence.toFixed(2)} is below ${verdict.threshold.toFixed(2)}.`;
      if (caption !== 'none') {
        if ((await local.askForLabel(entryId, `The classifier was not sure. ${doubt}`, false)) === 'user spoke')
          return labelled();
        return end('unlabelled', `${doubt} The entry waits for the user.`);
      }
      if ((await local.rejectEntry(entryId)) === 'user spoke') return labelled();
      return end('rejected', `${doubt} Nothing was kept.`);
    }
    return await settle(entryId, await analyze(entryId, 'classifier'), verdict.by ?? 'a classifier', timing, userSpoke);
  } catch (failure) {
    rethrowDefect(failure);
    return clearUp(entryId, failure);
  }
}

/** A history holds some 50,000 events, and a round is nine. */
const mostRefinements = 1_000;

const isSure = (verdict: Verdict): boolean => verdict.kind === 'named' && verdict.confidence >= verdict.threshold;

type Published = Awaited<ReturnType<typeof analyze>>;

/** What became of the figures; where they are of our own table, it asks for better ones. */
async function settle(
  entryId: string,
  published: Published,
  namedBy: string,
  timing: PhotoTiming,
  userSpoke: () => boolean,
): Promise<PhotoOutcome> {
  if (published === 'user spoke') return labelled();
  if (published === 'published') return end('analyzed', `Figures stand; named by ${namedBy}.`);
  if (published === 'unknown')
    return end('unlabelled', `Nobody knows the food that ${namedBy} named; the entry waits for its user.`);
  return refine(entryId, timing, userSpoke);
}

/** The figures are those of our own table: asks FoodData Central until it answers, the user speaks, or the time is up. */
async function refine(entryId: string, timing: PhotoTiming, userSpoke: () => boolean): Promise<PhotoOutcome> {
  const refined = await askAgain('analyzed', timing, userSpoke, (once) => once.refineEntry(entryId));
  if (refined === 'refined') return end('refined', 'Figures are of FoodData Central now.');
  if (refined === 'unknown')
    return end('unlabelled', 'FoodData Central does not know the food either; the entry waits for its user.');
  if (refined === 'user spoke') return labelled();
  if (!userSpoke())
    return end('analyzed', 'Figures of our own table stand; FoodData Central did not come back in time.');
  return (await local.whatSettled(entryId)) === 'labelled' ? labelled() : end('gone', 'The entry was deleted.');
}

type Once = ReturnType<typeof upstream<'fdc'>>;

/** Asks FoodData Central, seldomer each time, until it answers, `settled` says so, or the time is up; null: one of these. */
async function askAgain<Answer>(
  state: string,
  { reaskMs, reaskMaxMs, reaskForMs, refineForMs = reaskForMs }: RefineTiming,
  settled: () => boolean,
  ask: (once: Once) => Promise<Answer>,
): Promise<Answer | null> {
  const once = upstream('fdc', final, { count: 1, initialMs: reaskMs });
  let delayMs = reaskMs;
  for (let waitedMs = 0, round = 0; waitedMs < refineForMs && round < mostRefinements; round += 1) {
    show(
      state,
      `Figures are of our own table; FoodData Central is asked again in ${Math.round(delayMs / 1000)} s.`,
      photoFailures.fooddataUnavailable,
    );
    if (await condition(settled, delayMs)) break;
    waitedMs += delayMs;
    delayMs = Math.min(delayMs * 2, reaskMaxMs);
    try {
      return await ask(once);
    } catch (failure) {
      rethrowDefect(failure);
      if (isCancellation(failure) || failureType(failure) === photoFailures.entryGone) throw failure;
    }
  }
  return null;
}

const labelled = () => end('labelled', 'The user named the food.');

/** A bare picture: made fit to be shown, and nothing else. */
export async function keepUpload({ entryId }: KeepUpload): Promise<UploadOutcome> {
  try {
    await preparePhoto(entryId);
    await local.settleUpload(entryId);
    return end('kept', 'The picture stands.');
  } catch (failure) {
    rethrowDefect(failure);
    return clearUp(entryId, failure);
  }
}

/** `reason`: a failure type, so that an operator finds all runs that ended for the same one. */
function show(state: string, details: string, reason?: string): void {
  tag([
    { key: searchAttributes.state, value: state },
    ...(reason === undefined ? [] : [{ key: searchAttributes.reason, value: reason }]),
  ]);
  setCurrentDetails(details);
}

function end<O extends string>(outcome: O, details: string, reason?: string): O {
  show(outcome, details, reason);
  return outcome;
}

/** What ends a run for good: the entry is gone, its picture cannot be read or opened, an operator stopped it, or we failed for a day. */
async function clearUp(
  entryId: string,
  failure: ActivityFailure | CancelledFailure,
): Promise<'failed' | 'gone' | 'labelled'> {
  if (isCancellation(failure)) {
    await CancellationScope.nonCancellable(async () => {
      const outcome = await stopped(entryId);
      show(outcome === 'stopped' ? 'needs_label' : outcome, 'The run was cancelled.', 'Cancelled');
    });
    throw failure;
  }
  const type = failureType(failure);
  const reason = sentenceOf(failure);
  try {
    if (type === photoFailures.entryGone) {
      await local.removeObjects(entryId);
      return end('gone', 'The entry was deleted.');
    }
    if ((await local.failEntry(entryId, type, reason)) === 'user spoke') return labelled();
  } catch (failure) {
    rethrowDefect(failure);
    if (failureType(failure) === photoFailures.entryGone) return end('gone', 'The entry was deleted.');
    throw failure;
  }
  return end('failed', `${reason ?? `Could not be analysed: ${type}.`}${countedIn(failure)}`, type);
}

/** What the entry's owner is told; null where the failure has no words for them. */
function sentenceOf({ cause }: ActivityFailure | CancelledFailure): string | null {
  const told: readonly string[] = [photoFailures.pictureUnreadable, photoFailures.pictureNotOpened];
  return cause instanceof ApplicationFailure && told.includes(cause.type ?? '') ? cause.message : null;
}

/** What an operator is told besides. */
function countedIn({ cause }: ActivityFailure | CancelledFailure): string {
  if (!(cause instanceof ApplicationFailure) || cause.type !== photoFailures.pictureNotOpened) return '';
  const [detail] = (cause.details ?? []) as PictureNotOpened[];
  return detail ? ` Attempts: ${detail.attempts}; workers lost: ${detail.lostWorkers}.` : '';
}

async function stopped(entryId: string): Promise<'stopped' | 'failed' | 'user spoke' | 'gone'> {
  try {
    return await local.stopAnalysis(entryId);
  } catch (failure) {
    rethrowDefect(failure);
    // The entry is gone, or our stores were away for a day: the run ends all the same.
    return 'gone';
  }
}

type Verdict = Heard | { kind: 'silent'; type: string; reason: string; retryable: boolean };

const classifierFailures: readonly string[] = [
  photoFailures.classifierLoading,
  photoFailures.classifierUnavailable,
  photoFailures.classifierRefused,
  photoFailures.classifierPaused,
];
/** How often our own stores may be away while a classifier is asked, before that is a failure of ours. */
const storeOutages = 20;

/** Of a photo whose caption can name the food; undefined in runs of before, which have as much patience as those without one. */
const patienceOf = ({ captionedStartMs, captionedCloseMs }: PhotoTiming): Patience | undefined =>
  captionedStartMs === undefined || captionedCloseMs === undefined
    ? undefined
    : { scheduleToStartMs: captionedStartMs, scheduleToCloseMs: captionedCloseMs };

const isOverdue = (failure: ActivityFailure | CancelledFailure): boolean =>
  failure.cause instanceof TimeoutFailure &&
  (failure.cause.timeoutType === 'SCHEDULE_TO_START' || failure.cause.timeoutType === 'SCHEDULE_TO_CLOSE');

/**
 * `count` attempts, the first pause `ms` long. Only what a classifier itself does counts as its silence, and with `patience` that it did
 * not answer in time, whether it was busy with other photos or with this one.
 */
async function classify(
  entryId: string,
  attempts: { count: number; ms: number },
  patience?: Patience,
): Promise<Verdict> {
  const retries = { count: attempts.count, initialMs: attempts.ms };
  for (let outage = 0; ; outage += 1) {
    try {
      return await upstream('classifier', final, retries, patience).classifyPhoto(entryId);
    } catch (failure) {
      rethrowDefect(failure);
      if (patience && isOverdue(failure)) {
        const reason = 'No classifier answered in time.';
        if ((await local.skipClassifiers(entryId, reason)) === 'user spoke') return { kind: 'user spoke' };
        return { kind: 'silent', type: photoFailures.classifierUnavailable, reason, retryable: true };
      }
      const type = failureType(failure);
      if (isCancellation(failure) || type === photoFailures.entryGone) throw failure;
      if (failure instanceof ActivityFailure && failure.cause && classifierFailures.includes(type))
        return {
          kind: 'silent',
          type,
          reason: failure.cause.message,
          retryable: type !== photoFailures.classifierRefused,
        };
      if (outage === storeOutages) throw failure;
      await local.reachPicture(entryId);
    }
  }
}

/** With FoodData Central while it answers, from our own table when it does not. */
async function analyze(
  entryId: string,
  namedBy: 'classifier' | 'caption',
): Promise<'published' | 'provisional' | 'unknown' | 'user spoke'> {
  try {
    return await fooddata.analyzeEntry(entryId, namedBy, 'fooddata', { mayBeUnknown: true });
  } catch (failure) {
    rethrowDefect(failure);
    if (isCancellation(failure) || failureType(failure) === photoFailures.entryGone) throw failure;
    return local.analyzeEntry(entryId, namedBy, 'table', { mayBeUnknown: true });
  }
}

function failureType(failure: unknown): string {
  const cause = failure instanceof ActivityFailure ? failure.cause : failure;
  if (cause instanceof ApplicationFailure) return cause.type ?? 'Unknown';
  return cause instanceof Error ? cause.name : 'Unknown';
}

/**
 * Works the user's latest word into an entry, then tells the photo's own run, which may be waiting for it. Where the figures had to come
 * from our own table it stays, and asks FoodData Central until it has better ones or the user speaks again.
 */
export async function correctEntry({ entryId, timing = refineTiming }: CorrectEntry): Promise<CorrectionOutcome> {
  const outcome = await correct(entryId);
  try {
    await getExternalWorkflowHandle(photoWorkflows.analyze.id(entryId)).signal(entrySettled);
  } catch (failure) {
    rethrowDefect(failure, ApplicationFailure);
    // Temporal's own word for it is an `ApplicationFailure`: the run of the photo is over, which is the usual case.
    if (isCancellation(failure)) throw failure;
  }
  return outcome === 'provisional' ? refineCorrection(entryId, timing) : outcome;
}

async function correct(entryId: string): Promise<'corrected' | 'provisional' | 'superseded'> {
  try {
    return await fooddata.applyCorrection(entryId, 'fooddata');
  } catch (failure) {
    rethrowDefect(failure);
    if (isCancellation(failure)) throw failure;
    return local.applyCorrection(entryId, 'table');
  }
}

/** Each attempt finds out by itself whether a later word stands. */
const never = () => false;

async function refineCorrection(entryId: string, timing: RefineTiming): Promise<CorrectionOutcome> {
  try {
    const refined = await askAgain('corrected', timing, never, (once) => once.refineCorrection(entryId));
    if (refined === 'refined') return end('refined', 'Figures are of FoodData Central now.');
    if (refined === 'user spoke') return end('superseded', 'The user spoke again.');
    return end('corrected', 'Figures of our own table stand; FoodData Central did not come back in time.');
  } catch (failure) {
    rethrowDefect(failure);
    if (failureType(failure) === photoFailures.entryGone) return end('gone', 'The entry was deleted.');
    throw failure;
  }
}

/** Removes what has had its day: objects first, rows second. Goes on as a new run when there is much to do. */
export async function reapEntries({ batches, removed }: ReapEntries): Promise<number> {
  let count = removed;
  for (let batch = 0; batch < batches; batch += 1) {
    const { reaped, more } = await local.reapEntries();
    count += reaped;
    if (!more) return count;
  }
  return continueAsNew<typeof reapEntries>({ batches, removed: count });
}

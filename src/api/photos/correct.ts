import { mostPer100G } from '../../model/foods';
import type { AnalyzedItem } from '../../model/foods';
import type { Id } from '../../model/ids';
import { isIncomplete, type Analysis, type Correction, type Entry, type Refining } from '../../model/photos';
import { photoWorkflows } from '../../messages/photos';
import {
  amended,
  amendedItem,
  countParts,
  hasItem,
  isUnrecognized,
  mostItemGrams,
  mostItems,
  newItem,
  withItem,
} from '../../ml/foods';
import type { Launch } from '../../model/launches';
import type { Corrected } from '../../store/photos/facts';
import { notFound, problem, unprocessable } from '../errors';
import type { PhotoDeps } from './deps';
import { ownedEntry } from './owned';
import { waitUntilSettled, type LogEntry } from './wait';
import { refuseNothing, refuseUnknown } from './words';

/**
 * What users say over what a machine found.
 *
 * W1  Another time, another weight of the same foods, or a food that was picked is arithmetic and done in the request; a food in words is
 *     looked up by a run.
 * W2  One word waits at a time. A word about the same thing takes the place of the one that waits, or goes on from it; one about another
 *     item waits for its turn, and is refused with 409 rather than dropped where the turn does not come.
 * W3  A write names the revision it read, so that nobody's change is undone unseen.
 * W4  A repeat under one Idempotency-Key adds no second item, also where the first request died before its answer.
 * W5  Words that name no known food in place of a meal or an item take nothing away: 422 where that is certain in the request, else the run
 *     that asks others keeps what stood before.
 */
export interface Said {
  /** Id of the item it is about, `new` for one more; null: the whole meal. */
  item: string | null;
  food?: string | undefined;
  /** An item of a food that was picked, in place of `food`. */
  picked?: AnalyzedItem;
  grams?: number | undefined;
  servings?: number | undefined;
  consumedAt?: Date | undefined;
  /** The item was not eaten. */
  remove?: boolean;
  /** Of one more item: the id that repeats of the request share (W4). */
  request?: Id;
}

/** What came of it: an entry as it stands, and whether a run still works on the word. */
export interface Heard {
  entry: LogEntry;
  pending: boolean;
  /** What was corrected here and now; a run tells of what it works in itself. */
  corrected?: Corrected;
}

interface Speaker {
  id: Id;
  ownerId: Id;
  requestId: string;
  signal: AbortSignal;
}

const attempts = 5;
/** Of the heaviest item, were it pure fat. */
const mostItemKcal = (mostItemGrams / 100) * mostPer100G.kcal;
/** Of a word that still waits: as many as one request may say. */
const mostServings = 100;

/** Throws 404, 409 and 422. */
export async function speak(deps: PhotoDeps, speaker: Speaker, said: Said): Promise<Heard> {
  const { id, ownerId } = speaker;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const entry = await ownedEntry(deps)(id, ownerId);
    if (said.request !== undefined && wasSaid(entry, said.request)) {
      const settled = (await waitUntilSettled(deps, id, speaker.signal)) ?? notFound('history entry');
      return { entry: settled, pending: settled.pendingCorrection !== null };
    }
    if (isInTheWay(entry.pendingCorrection, said)) {
      const settled = await waitUntilSettled(deps, id, speaker.signal);
      if (settled?.pendingCorrection)
        throw problem('conflict', {
          detail: 'Another correction of this entry is still being worked in; send this one again in a moment.',
          settled: false,
        });
      continue;
    }
    if (said.item !== null && said.item !== newItem && !(entry.analysis && hasItem(entry.analysis, said.item)))
      notFound('item of this entry');
    if (said.food !== undefined)
      await (said.item === newItem ? refuseNothing : refuseUnknown)(deps, ownerId, said.food);
    const mayAdd = said.food !== undefined || (said.picked !== undefined && said.item === newItem);
    if (said.item !== null && mayAdd && entry.analysis && countParts(entry.analysis) >= mostItems)
      unprocessable(`An entry has ${mostItems} items at most; take some out, or log the rest as another meal.`);
    const word = wordOf(entry.pendingCorrection, said);
    const heard = word ? await lookUp(deps, speaker, entry, word, said.consumedAt) : await compute(deps, entry, said);
    if (heard) return heard;
  }
  throw problem('conflict', {
    detail: 'The entry is being changed by others at the same time; try again.',
    settled: false,
  });
}

/** Null: the entry moved on between the read and the write. */
async function compute(deps: PhotoDeps, entry: LogEntry, said: Said): Promise<Heard | null> {
  const { item, consumedAt, grams, servings, remove } = said;
  const { analysis } = entry;
  const picked = said.picked && { ...said.picked, ...(said.request !== undefined && { request: said.request }) };
  if (picked && (entry.state !== 'analyzed' || !analysis))
    unprocessable('This entry has no food yet, so it has no items. Send PATCH /history/:id with `food`.');
  const weighed = grams !== undefined || servings !== undefined || remove === true;
  if (weighed && (entry.state !== 'analyzed' || !analysis))
    unprocessable('This entry has no food yet, so it cannot be weighed. Send `food` too.');
  const isKnown = (one: Analysis) => (item === null ? one.items.length > 0 : !isUnrecognized(one, item));
  if (weighed && remove !== true && analysis && !isKnown(analysis))
    unprocessable('Nobody knows what this is, so it cannot be weighed. Send `food` too.');
  if (analysis && item === null && grams !== undefined && isIncomplete(analysis))
    unprocessable(
      'Nobody knows part of this meal, so a weight of the whole cannot be shared out. Name that part or take it out, or weigh an item.',
    );
  if (remove === true && analysis && countParts(analysis) === 1)
    unprocessable('This is the only item of the entry; delete the entry instead: DELETE /history/:id.');
  const change = { grams: grams ?? null, servings: servings ?? null };
  const figures =
    !analysis || (!weighed && !picked)
      ? null
      : picked && item !== null
        ? withItem(analysis, item, { items: [picked] })
        : item === null
          ? amended(analysis, change)
          : amendedItem(analysis, item, { ...change, remove });
  if (
    figures?.items.some(
      ({ grams: weight, nutrients }) => weight > mostItemGrams || (nutrients.kcal ?? 0) > mostItemKcal,
    )
  )
    unprocessable(
      `One food would weigh over ${mostItemGrams / 1000} kg, or hold as much energy; check grams and servings.`,
    );
  const edited = await deps.store.photos.edit(entry.id, entry.revision, {
    ...(consumedAt && { consumedAt }),
    ...(figures &&
      (await weighing(deps, entry, figures, {
        item,
        ...change,
        ...(remove === true && { remove }),
        ...(picked && { picked }),
      }))),
  });
  if (!edited) return null;
  return {
    entry: { ...edited, kind: entry.kind },
    pending: false,
    ...(figures && { corrected: remove === true || picked ? 'food' : 'weight' }),
  };
}

/**
 * What a weight changes in the row. Where the run of an earlier word still asks for better figures, one about an item is its word as well:
 * the weights stay the user's and only the figures change.
 */
async function weighing(
  deps: PhotoDeps,
  { id, analysis, correctedAt }: Entry,
  figures: Analysis,
  { item, ...change }: Pick<Correction, 'grams' | 'servings' | 'remove' | 'picked'> & { item: string | null },
): Promise<{ analysis: Analysis; correctedAt: Date; refining?: Refining }> {
  const now = deps.clock();
  const refining = item !== null && analysis?.provisional === true ? await deps.store.photos.refiningOf(id) : null;
  const stands = refining !== null && refining.word.at.getTime() === correctedAt?.getTime();
  const earlier = stands ? [...(refining.earlier ?? []), refining.word] : [];
  if (!stands || earlier.length >= mostItems) return { analysis: figures, correctedAt: now };
  // The time names the word.
  const at = new Date(Math.max(now.getTime(), refining.word.at.getTime() + 1));
  return {
    analysis: { ...figures, provisional: true },
    correctedAt: at,
    refining: { ...refining, earlier, word: { item, food: null, ...change, at } },
  };
}

const wasSaid = ({ pendingCorrection, analysis }: Entry, request: Id): boolean =>
  pendingCorrection?.request === request ||
  [...(analysis?.items ?? []), ...(analysis?.unrecognized ?? [])].some((part) => part.request === request);

/** Whether the word that waits must be worked in before this one can be heard. */
const isInTheWay = (pending: Correction | null, said: Said): boolean => {
  if (!pending) return false;
  if (said.picked) return true;
  const same = (pending.item ?? null) === said.item && said.item !== newItem && said.remove !== true;
  // Another food for the whole meal makes every word about its items void; a time is about neither.
  const replacesAll = said.item === null && said.food !== undefined;
  const onlyTime = said.food === undefined && said.grams === undefined && said.servings === undefined && !said.remove;
  return !same && !replacesAll && !onlyTime;
};

/**
 * The word that a run must work in; null where the figures that stand can be weighed at once. What the run has not worked in yet
 * is spoken of by grams and servings too, as it will be what stands: a weight takes the place of its weight, servings multiply it.
 */
const wordOf = (
  pending: Correction | null,
  { item, food, grams, servings, request }: Said,
): Omit<Correction, 'at'> | null => {
  if (food !== undefined)
    return { item, food, grams: grams ?? null, servings: servings ?? null, ...(request !== undefined && { request }) };
  if (!pending) return null;
  if (grams !== undefined) return { item, food: pending.food, grams, servings: null };
  if (servings !== undefined)
    return {
      item,
      food: pending.food,
      grams: pending.grams,
      servings: Math.min((pending.servings ?? 1) * servings, mostServings),
    };
  return null;
};

/** Keeps the word and launches the run that works it in, then waits for it. Null: the entry moved on meanwhile. */
async function lookUp(
  deps: PhotoDeps,
  { id, ownerId, requestId, signal }: Speaker,
  entry: LogEntry,
  word: Omit<Correction, 'at'>,
  consumedAt: Date | undefined,
): Promise<Heard | null> {
  const timed = consumedAt ? await deps.store.photos.edit(id, entry.revision, { consumedAt }) : entry;
  const kept = timed && (await requestCorrection(deps, timed, ownerId, requestId, word));
  if (!kept) return null;
  const reached = kept.started ? waitUntilSettled(deps, id, signal) : ownedEntry(deps)(id, ownerId);
  const settled = (await reached) ?? notFound('history entry');
  return { entry: settled, pending: settled.pendingCorrection !== null };
}

/**
 * The word and its launch in one transaction; `started` is false where only the launcher will start it.
 * Null when the entry changed in between (read it again) or is gone.
 */
async function requestCorrection(
  deps: PhotoDeps,
  entry: Entry,
  ownerId: Id,
  requestId: string,
  word: Omit<Correction, 'at'>,
): Promise<{ started: boolean } | null> {
  const { photos, launches, transaction } = deps.store;
  const launch: Launch = {
    ...photoWorkflows.correct.start([entry.id, entry.revision + 1], {
      entryId: entry.id,
      timing: deps.settings.photoTiming,
    }),
    ownerId,
    requestId,
  };
  // The time names the word: a later one is told from the one it replaces even within a millisecond.
  const at = new Date(Math.max(deps.clock().getTime(), (entry.pendingCorrection?.at.getTime() ?? 0) + 1));
  const corrected = await transaction(async (session) => {
    const row = await photos.requestCorrection(entry.id, { ...word, at }, entry.revision, session);
    if (row) await launches.record(launch, session);
    return row;
  });
  return corrected && { started: (await deps.launches.start(launch)) !== 'failed' };
}

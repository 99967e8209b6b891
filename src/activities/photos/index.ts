import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { Id } from '../../model/ids';
import type { Analysis, Entry, InferenceSource, PassedOver } from '../../model/photos';
import { photoFailures, photoWorkflows } from '../../messages/photos';
import type { Classifier } from '../../services/classifier';
import type { ObjectStore } from '../../services/objects';
import type { AccountStore } from '../../store/accounts';
import type { PhotoStore } from '../../store/photos';
import type { PhotoFactStore } from '../../store/photos/facts';
import { objectKeys } from '../../model/photos';
import type { Circuits } from '../outbound/circuits';
import { callLimitMs, classifyWithin } from './callLimit';
import { askInOrder, judgeClassifier, whyNobodySpoke, type Asked } from './classify';
import { createCorrections, namedBy } from './corrections';
import { askAboutDuplicates } from './duplicates';
import { createMemory } from './memory';
import { createNutrition, type NutritionDeps } from './nutrition';
import { createOpenings, entryGone, type OpeningDeps } from './openings';
import { preparePicture, PictureUnreadable, type PreparedPicture } from './picture';

export interface PhotoActivityDeps extends NutritionDeps, Pick<OpeningDeps, 'reopenMs'> {
  photos: PhotoStore;
  objects: ObjectStore;
  accounts: Pick<AccountStore, 'logProfile'>;
  /** Outside systems in the order they are asked; after them comes the owner's memory. */
  classifiers: readonly Classifier[];
  circuits: Circuits;
  facts: Pick<PhotoFactStore, 'recordAnalyzed' | 'recordCorrected'>;
  /** Below this confidence a photo without caption is rejected. */
  confidenceThreshold: number;
  /** How long a request waits for a photo; meanwhile no call to a classifier takes as long. */
  predictWaitMs: number;
  clock: () => Date;
  /** Of an owner a few runs prepare a picture at a time: this one is through with its own. Safe to repeat. */
  releasePictureLease: (workflowId: string) => Promise<void>;
  onOpeningFault: OpeningDeps['onFault'];
}

/** `by`: who spoke; missing in histories of before. */
export type Heard =
  { kind: 'named'; by?: InferenceSource; confidence: number; threshold: number } | { kind: 'user spoke' };

/** Older claims belong to a request that is no more: uploads end long before. */
const abandonedAfterMs = 3600_000;
const reapBatch = 100;

const stopped = 'Stopped';

/** Of these nothing is kept: the bytes are no picture, or an operator ended the run. */
const nothingKept: readonly string[] = [photoFailures.pictureUnreadable, stopped];

export function createPhotoActivities(deps: PhotoActivityDeps) {
  const { photos, objects } = deps;
  const nutrition = createNutrition(deps);
  const memory = createMemory({ photos, foods: deps.reader.base.table });
  const corrections = createCorrections({ ...deps, nutrition });
  const openings = createOpenings({ ...deps, onFault: deps.onOpeningFault });

  const chainFor = (entry: Entry, picture: Buffer, remembering: Asked, signal: AbortSignal): Asked[] => [
    ...deps.classifiers.map((classifier) => ({
      source: classifier.source,
      model: classifier.model,
      ask: () =>
        deps.circuits.through(
          classifier.source,
          () => classifyWithin(classifier, picture, callLimitMs(entry, deps.predictWaitMs, deps.clock()), signal),
          judgeClassifier,
          entry.id,
        ),
    })),
    ...(entry.ownerId === null ? [] : [remembering]),
  ];

  const find = async (entryId: Id): Promise<Entry> => {
    const entry = await photos.find(entryId);
    if (!entry) throw entryGone();
    return entry;
  };

  /** For the quality of classifiers; words of a person are no classifier's. */
  const recordAnalyzed = async (entryId: Id, { inferenceSource, classification }: Analysis): Promise<void> => {
    const label = classification?.candidates[0]?.label;
    if (!classification || label === undefined || inferenceSource === 'caption' || inferenceSource === 'user') return;
    await deps.facts.recordAnalyzed(entryId, { source: inferenceSource, model: classification.model, label });
  };

  /** A store that is away does not keep an entry from ending: what is left behind, the reaper removes with the tombstone. */
  const removeObjects = (entryId: Id) => objects.removePrefix(objectKeys(entryId).prefix).catch(() => undefined);

  /**
   * Objects go, then a tombstone says why. Where the fault may have been ours they stay with it, for 24 h: nothing serves them, and an
   * operator can still find out what it was. `reason`: a sentence of ours for the user; null where there is only a type.
   */
  const failEntry = async (entryId: Id, type: string, reason: string | null): Promise<'failed' | 'user spoke'> => {
    const message = reason ?? 'The photo could not be analysed because of a fault on our side. Please send it again.';
    const failing = await photos.beginFailure(entryId, { type, message });
    if (failing) {
      const kept = !nothingKept.includes(type);
      if (!kept) await removeObjects(entryId);
      await photos.bury(entryId, 'failed', kept ? failing.createdAt : null);
      return 'failed';
    }
    if ((await find(entryId)).state === 'failed') return 'failed';
    await objects.remove(objectKeys(entryId).original);
    return 'user spoke';
  };

  /** A move that did not happen: the entry is gone, or it has gone on without this run. */
  const moved = async (entryId: Id): Promise<'user spoke'> => {
    await find(entryId);
    return 'user spoke';
  };

  const releaseLease = (entryId: Id) => deps.releasePictureLease(photoWorkflows.analyze.id(entryId));

  /** Side by side, as a picture keeps its place from others for as long; both have ended where one fails. */
  const putBoth = async (
    keys: ReturnType<typeof objectKeys>,
    { picture, thumbnail }: Pick<PreparedPicture, 'picture' | 'thumbnail'>,
  ): Promise<void> => {
    const contentType = 'image/jpeg';
    const put = await Promise.allSettled([
      objects.put(keys.picture, picture, { contentType }),
      objects.put(keys.thumbnail, thumbnail, { contentType }),
    ]);
    const failed = put.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
  };

  const prepare = async (entryId: Id, context: Context): Promise<'prepared' | 'looks like another'> => {
    const keys = objectKeys(entryId);
    const entry = await find(entryId);
    if (!entry.picture) {
      const timeZone = entry.ownerId === null ? 'UTC' : (await deps.accounts.logProfile(entry.ownerId)).timeZone;
      const prepared = await openings
        .open(entryId, context, (opening) =>
          preparePicture(() => objects.read(keys.original), { now: deps.clock(), timeZone, ...opening }),
        )
        .catch((error: unknown) => {
          if (error instanceof PictureUnreadable)
            throw ApplicationFailure.nonRetryable(error.message, photoFailures.pictureUnreadable, error.reason);
          throw error;
        });
      await putBoth(keys, prepared);
      if (!(await photos.setPicture(entryId, prepared.facts, prepared.signature))) {
        // Deleted or erased meanwhile, and whoever did that may have looked before these were written.
        await objects.removePrefix(keys.prefix);
        throw entryGone();
      }
    }
    const [asked] = await Promise.all([askAboutDuplicates(photos, entry), objects.remove(keys.original)]);
    return asked ? 'looks like another' : 'prepared';
  };

  return {
    /** Turns the upload into a picture and a thumbnail without place or camera, then drops the original. */
    async preparePhoto(entryId: Id): Promise<'prepared' | 'looks like another'> {
      const context = Context.current();
      try {
        const prepared = await openings.inTurn(entryId, context, () => prepare(entryId, context));
        await releaseLease(entryId);
        return prepared;
      } catch (error) {
        // One that is opened again later holds nothing meanwhile; whatever else failed is tried again at once.
        const waits = error instanceof ApplicationFailure && error.type === photoFailures.pictureNotOpened;
        if (waits || (error instanceof ApplicationFailure && error.nonRetryable === true)) await releaseLease(entryId);
        throw error;
      }
    },

    /** Asks each once, in order, until one is sure; how often is the workflow's affair. The candidates stay in the row. */
    async classifyPhoto(entryId: Id): Promise<Heard> {
      const entry = await find(entryId);
      if (entry.pendingCorrection || entry.state === 'analyzed') return { kind: 'user spoke' };
      const picture = await objects.read(objectKeys(entryId).picture);
      const { member, rank } = memory.of(entry);
      const { classification, passedOver, silences } = await askInOrder(
        chainFor(entry, picture, member, Context.current().cancellationSignal),
        deps.confidenceThreshold,
        rank,
      );
      if (!(await photos.setClassification(entryId, classification, passedOver))) return { kind: await moved(entryId) };
      if (!classification) throw whyNobodySpoke(silences);
      const [best] = classification.candidates;
      return {
        kind: 'named',
        by: classification.source,
        confidence: best?.confidence ?? 0,
        threshold: deps.confidenceThreshold,
      };
    },
    /** None answered in time, and the caption names the food: each says so, but for what an attempt has said of it already. */
    async skipClassifiers(entryId: Id, reason: string): Promise<'skipped' | 'user spoke'> {
      const { passedOver } = await find(entryId);
      const skipped = deps.classifiers.map(
        ({ source }): PassedOver =>
          passedOver.find((one) => one.source === source) ?? { source, outcome: 'unavailable', reason },
      );
      return (await photos.setClassification(entryId, null, skipped)) ? 'skipped' : moved(entryId);
    },

    /** Done once our own stores can be read: what keeps a classifier from being asked is not the classifier's silence. */
    async reachPicture(entryId: Id): Promise<void> {
      await find(entryId);
      await objects.read(objectKeys(entryId).thumbnail);
    },

    async settleUpload(entryId: Id): Promise<void> {
      await photos.settleUpload(entryId);
    },

    async askForLabel(entryId: Id, reason: string, retrying: boolean): Promise<'asked' | 'user spoke'> {
      return (await photos.needsLabel(entryId, reason, retrying)) ? 'asked' : moved(entryId);
    },
    async stopAsking(entryId: Id): Promise<void> {
      await photos.setRetrying(entryId, false);
    },
    /** What it was that a waiting run was told of. */
    async whatSettled(entryId: Id): Promise<'labelled' | 'gone'> {
      return (await photos.find(entryId)) ? 'labelled' : 'gone';
    },

    /** Objects go, then a tombstone answers; nothing of it where the user has spoken. */
    async rejectEntry(entryId: Id): Promise<'rejected' | 'user spoke'> {
      const best = (await photos.findClassification(entryId))?.candidates[0];
      if (best) {
        const rejection = { label: best.label, confidence: best.confidence, threshold: deps.confidenceThreshold };
        if (await photos.beginRejection(entryId, rejection)) {
          await removeObjects(entryId);
          await photos.bury(entryId, 'hf_rejected');
          return 'rejected';
        }
      }
      // Rejected by an attempt whose answer was lost, or not to be rejected any more.
      return (await find(entryId)).state === 'hf_rejected' ? 'rejected' : 'user spoke';
    },
    async failEntry(entryId: Id, type: string, reason: string | null): Promise<'failed' | 'user spoke'> {
      const outcome = await failEntry(entryId, type, reason);
      await releaseLease(entryId);
      return outcome;
    },
    /** An operator ended the run: what can still be named is left to the user, what was not even prepared fails. */
    async stopAnalysis(entryId: Id): Promise<'stopped' | 'failed' | 'user spoke'> {
      await releaseLease(entryId);
      const entry = await find(entryId);
      if (entry.kind === 'upload' || !entry.picture)
        return failEntry(entryId, stopped, 'The analysis was stopped. Please send the photo again.');
      return (await photos.needsLabel(entryId, 'The analysis was stopped.', false)) ? 'stopped' : 'user spoke';
    },
    async removeObjects(entryId: Id): Promise<void> {
      await objects.removePrefix(objectKeys(entryId).prefix);
    },

    /**
     * Works out the figures and makes them the answer, unless the user has spoken meanwhile. `unknown`: nobody knows figures of what was
     * named. What a classifier named waits for its user then; of a caption's words the run asks for a label, as it alone knows whether a
     * classifier is to be asked again. Safe to repeat.
     * `mayBeUnknown`: missing in runs of before, which take `unknown` for figures of our own table, and could not be replayed by this
     * version after that. They end as where the user has spoken, and the entry waits.
     */
    async analyzeEntry(
      entryId: Id,
      named: 'classifier' | 'caption',
      figures: 'fooddata' | 'table',
      { mayBeUnknown = false }: { mayBeUnknown?: boolean } = {},
    ): Promise<'published' | 'provisional' | 'unknown' | 'user spoke'> {
      const [entry, classification] = await Promise.all([find(entryId), photos.findClassification(entryId)]);
      const outcome = (analysis: Analysis | null) => (analysis?.provisional === true ? 'provisional' : 'published');
      if (entry.state === 'analyzed' && !entry.correctedAt) {
        // By an attempt whose answer was lost.
        if (entry.analysis) await recordAnalyzed(entryId, entry.analysis);
        return outcome(entry.analysis);
      }
      const analysis = await nutrition.analyse(
        entry,
        classification,
        named,
        figures,
        Context.current().cancellationSignal,
      );
      if (!analysis) {
        if (mayBeUnknown && named === 'caption') return 'unknown';
        if (!(await photos.needsLabel(entryId, null, false))) return moved(entryId);
        return mayBeUnknown ? 'unknown' : 'user spoke';
      }
      if (!(await photos.publish(entryId, analysis))) return moved(entryId);
      await recordAnalyzed(entryId, analysis);
      return outcome(analysis);
    },

    /**
     * Better figures for those of our own table, if FoodData Central answers now; the user's word is left alone. `unknown`: it does not know
     * the food either, and the entry waits for its user. Safe to repeat.
     */
    async refineEntry(entryId: Id): Promise<'refined' | 'unknown' | 'user spoke'> {
      const [entry, classification] = await Promise.all([find(entryId), photos.findClassification(entryId)]);
      if (entry.state === 'needs_label') return 'unknown'; // By an attempt whose answer was lost.
      if (!entry.analysis || entry.correctedAt || entry.pendingCorrection) return 'user spoke';
      if (entry.analysis.provisional !== true) return 'refined'; // By an attempt whose answer was lost.
      const signal = Context.current().cancellationSignal;
      const by = namedBy(entry.analysis, deps.confidenceThreshold);
      const analysis = await nutrition.analyse(entry, classification, by, 'fooddata', signal);
      if (!(await photos.refine(entryId, analysis))) return moved(entryId);
      return analysis ? 'refined' : 'unknown';
    },

    ...corrections,

    /** Entries whose time is up or that were deleted, and uploads that never became an entry: objects first, then the row. */
    async reapEntries(): Promise<{ reaped: number; more: boolean }> {
      const entries = await photos.reapable(reapBatch);
      const claims = await photos.abandonedClaims(abandonedAfterMs, reapBatch);
      const faults: unknown[] = [];
      // One that cannot be removed does not keep the others; the run is repeated for it.
      const each = async (work: () => Promise<void>) => {
        await work().catch((error: unknown) => faults.push(error));
      };
      for (const { id, kind } of entries)
        await each(async () => {
          if (kind !== 'manual') await objects.removePrefix(objectKeys(id).prefix);
          await photos.removeRow(id);
        });
      for (const claim of claims)
        await each(async () => {
          if (!(await photos.takeClaim(claim))) return;
          // Its write waited at the server, behind the transaction of a killed process, until the entry of a repeat stood.
          if (await photos.find(claim.id)) return;
          await objects.removePrefix(claim.prefix).catch(async (error: unknown) => {
            await photos.returnClaim(claim);
            throw error;
          });
        });
      if (faults.length > 0)
        throw new AggregateError(faults, `${faults.length} of ${entries.length + claims.length} could not be removed`);
      return {
        reaped: entries.length + claims.length,
        more: entries.length === reapBatch || claims.length === reapBatch,
      };
    },
  };
}

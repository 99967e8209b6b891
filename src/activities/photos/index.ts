import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { Id } from '../../model/ids';
import type { Entry } from '../../model/photos';
import { photoFailures } from '../../messages/photos';
import type { Classifier } from '../../services/classifier';
import type { ObjectStore } from '../../services/objects';
import type { PhotoStore } from '../../store/photos';
import { objectKeys } from '../../model/photos';
import { firstToSpeak, whyNobodySpoke } from './classify';
import { createNutrition, type NutritionDeps } from './nutrition';
import { preparePicture, PictureUnreadable } from './picture';

export interface PhotoActivityDeps extends NutritionDeps {
  photos: PhotoStore;
  objects: ObjectStore;
  /** In the order they are asked; none: nobody names photos. */
  classifiers: readonly Classifier[];
  /** Below this confidence a photo without caption is rejected. */
  confidenceThreshold: number;
  clock: () => Date;
}

/** Older claims belong to a request that is no more: uploads end long before. */
const abandonedAfterMs = 3600_000;
const reapBatch = 100;

const gone = () => ApplicationFailure.nonRetryable('The entry was deleted.', photoFailures.entryGone);

export function createPhotoActivities(deps: PhotoActivityDeps) {
  const { photos, objects } = deps;
  const nutrition = createNutrition(deps);

  const find = async (entryId: Id): Promise<Entry> => {
    const entry = await photos.find(entryId);
    if (!entry) throw gone();
    return entry;
  };

  return {
    /** Turns the upload into a picture and a thumbnail without place or camera, then drops the original. */
    async preparePhoto(entryId: Id): Promise<void> {
      const keys = objectKeys(entryId);
      const entry = await find(entryId);
      if (!entry.picture) {
        const prepared = await preparePicture(await objects.read(keys.original), deps.clock()).catch(
          (error: unknown) => {
            if (error instanceof PictureUnreadable)
              throw ApplicationFailure.nonRetryable(error.message, photoFailures.pictureUnreadable, error.reason);
            throw error;
          },
        );
        await objects.put(keys.picture, prepared.picture, { contentType: 'image/jpeg' });
        await objects.put(keys.thumbnail, prepared.thumbnail, { contentType: 'image/jpeg' });
        if (!(await photos.setPicture(entryId, prepared.facts))) throw gone();
      }
      await objects.remove(keys.original);
    },

    /** Asks each classifier once, in order, until one speaks; how often is the workflow's affair. The candidates stay in the row. */
    async classifyPhoto(entryId: Id): Promise<{ confidence: number; threshold: number }> {
      const picture = await objects.read(objectKeys(entryId).picture);
      const { classification, failures } = await firstToSpeak(
        deps.classifiers,
        picture,
        Context.current().cancellationSignal,
      );
      if (!classification) throw whyNobodySpoke(failures);
      if (!(await photos.setClassification(entryId, classification))) throw gone();
      const [best] = classification.candidates;
      return { confidence: best?.confidence ?? 0, threshold: deps.confidenceThreshold };
    },

    async settleUpload(entryId: Id): Promise<void> {
      await photos.settleUpload(entryId);
    },

    async askForLabel(entryId: Id, reason: string, retrying: boolean): Promise<void> {
      if (!(await photos.needsLabel(entryId, reason, retrying))) throw gone();
    },
    async stopAsking(entryId: Id): Promise<void> {
      await photos.setRetrying(entryId, false);
    },

    async rejectEntry(entryId: Id): Promise<void> {
      const best = (await photos.findClassification(entryId))?.candidates[0];
      if (!best) return; // Already rejected, by an attempt whose answer was lost.
      await photos.reject(entryId, {
        label: best.label,
        confidence: best.confidence,
        threshold: deps.confidenceThreshold,
      });
    },
    /** `reason`: a sentence of ours for the user; null where there is only a type. */
    async failEntry(entryId: Id, type: string, reason: string | null): Promise<void> {
      await photos.fail(entryId, {
        type,
        message: reason ?? 'The photo could not be analysed because of a fault on our side. Please send it again.',
      });
    },
    async removeObjects(entryId: Id): Promise<void> {
      await objects.removePrefix(objectKeys(entryId).prefix);
    },

    /** Works out the figures and makes them the answer, unless the user has spoken meanwhile. Safe to repeat. */
    async analyzeEntry(
      entryId: Id,
      namedBy: 'classifier' | 'caption',
      figures: 'fooddata' | 'table',
    ): Promise<'published' | 'user spoke'> {
      const [entry, classification] = await Promise.all([find(entryId), photos.findClassification(entryId)]);
      if (entry.state === 'analyzed' && !entry.correctedAt) return 'published'; // By an attempt whose answer was lost.
      const analysis = await nutrition.analyse(
        entry,
        classification,
        namedBy,
        figures,
        Context.current().cancellationSignal,
      );
      return (await photos.publish(entryId, analysis)) ? 'published' : 'user spoke';
    },

    async applyCorrection(entryId: Id, figures: 'fooddata' | 'table'): Promise<'corrected' | 'superseded'> {
      const entry = await photos.find(entryId);
      if (!entry?.pendingCorrection) return 'superseded';
      const analysis = await nutrition.correct(
        entry,
        entry.pendingCorrection,
        figures,
        Context.current().cancellationSignal,
      );
      return (await photos.applyCorrection(entryId, entry.pendingCorrection.at, analysis)) ? 'corrected' : 'superseded';
    },

    /** Entries whose time is up or that were deleted, and uploads that never became an entry: objects first, then the row. */
    async reapEntries(): Promise<{ reaped: number; more: boolean }> {
      const entries = await photos.reapable(reapBatch);
      for (const { id, kind } of entries) {
        if (kind !== 'manual') await objects.removePrefix(objectKeys(id).prefix);
        await photos.removeRow(id);
      }
      const claims = await photos.abandonedClaims(abandonedAfterMs, reapBatch);
      for (const { id, prefix } of claims) {
        // The claim of an entry that was written is gone with its transaction, so these objects have no owner.
        await objects.removePrefix(prefix);
        await photos.releaseClaim(id);
      }
      return {
        reaped: entries.length + claims.length,
        more: entries.length === reapBatch || claims.length === reapBatch,
      };
    },
  };
}
export type PhotoActivities = ReturnType<typeof createPhotoActivities>;

import type { Id } from '../../model/ids';
import { photoWorkflows } from '../../messages/photos';
import { objectKeys } from '../../model/photos';
import type { ObjectStore } from '../../services/objects';
import { entriesCollection, objectClaimsCollection, type PhotoStore } from '../../store/photos';
import type { LaunchStore } from '../../store/launches';
import { pictureLeasesCollection, type PictureLeaseStore } from '../../store/pictureLeases';
import type { Eraser } from '../erasure';

const batch = 200;

/**
 * Ends the owner's photo runs, then removes objects and rows, claims of uploads that never became an entry included.
 * Runs are found by their launches and by the entries: a photo may wait for its classifier, and a correction for FoodData Central, longer
 * than a launch is kept.
 */
export const photosEraser = (deps: {
  photos: PhotoStore;
  launches: LaunchStore;
  pictureLeases: Pick<PictureLeaseStore, 'removeOf'>;
  objects: ObjectStore;
  /** Terminates a run; one that is over or never was is fine. */
  endRun: (workflowId: string) => Promise<void>;
}): Eraser => ({
  collections: [entriesCollection, objectClaimsCollection, pictureLeasesCollection],
  objectPrefixes: ['photos/'],
  workflowIds: [photoWorkflows.analyze.id('*'), photoWorkflows.correct.id('*', '*')],
  async erase(userId: Id) {
    let removed = 0;
    for (const workflowId of await deps.launches.workflowIdsOf(userId)) {
      if (workflowId.startsWith('photo')) await deps.endRun(workflowId);
    }
    for (;;) {
      const found = await deps.photos.runsOf(userId, batch);
      for (const { id, refinedBy } of found) {
        await deps.endRun(photoWorkflows.analyze.id(id));
        if (refinedBy !== null) await deps.endRun(refinedBy);
        await deps.photos.hide(id);
        await deps.objects.removePrefix(objectKeys(id).prefix);
        await deps.photos.removeRow(id);
      }
      removed += found.length;
      if (found.length < batch) break;
    }
    await deps.pictureLeases.removeOf(userId);
    for (;;) {
      const claims = await deps.photos.claimsOf(userId, batch);
      for (const { id, prefix } of claims) {
        await deps.objects.removePrefix(prefix);
        await deps.photos.releaseClaim(id);
      }
      removed += claims.length;
      if (claims.length < batch) return { removed };
    }
  },
});

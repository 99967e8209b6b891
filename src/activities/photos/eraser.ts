import type { Id } from '../../model/ids';
import { photoId } from '../../messages/photos';
import { objectKeys } from '../../model/photos';
import type { ObjectStore } from '../../services/objects';
import { entriesCollection, objectClaimsCollection, type PhotoStore } from '../../store/photos';
import type { LaunchStore } from '../../store/launches';
import type { Eraser } from '../erasure';

const batch = 200;

/**
 * Ends the owner's photo runs, then removes objects and rows, claims of uploads that never became an entry included.
 * Runs are found by their launches and by the entries: a photo may wait for its classifier longer than a launch is kept.
 */
export const photosEraser = (deps: {
  photos: PhotoStore;
  launches: LaunchStore;
  objects: ObjectStore;
  /** Terminates a run; one that is over or never was is fine. */
  endRun: (workflowId: string) => Promise<void>;
}): Eraser => ({
  collections: [entriesCollection, objectClaimsCollection],
  objectPrefixes: ['photos/'],
  workflowIds: ['photo:*', 'photo-correct:*'],
  async erase(userId: Id) {
    let removed = 0;
    for (const workflowId of await deps.launches.workflowIdsOf(userId)) {
      if (workflowId.startsWith('photo')) await deps.endRun(workflowId);
    }
    for (;;) {
      const ids = await deps.photos.idsOf(userId, batch);
      for (const id of ids) {
        await deps.endRun(photoId(id));
        await deps.photos.hide(id);
        await deps.objects.removePrefix(objectKeys(id).prefix);
        await deps.photos.removeRow(id);
      }
      removed += ids.length;
      if (ids.length < batch) break;
    }
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

import { tellRun } from '../../launches/tell';
import type { Id } from '../../model/ids';
import { objectKeys } from '../../model/photos';
import { entrySettled, photoId } from '../../messages/photos';
import { deletedSince } from '../middleware/idempotency';
import type { PhotoDeps } from './deps';

/** After `hide`: objects, then the row, then a word to a run that may wait. What fails here, the reaper finishes. */
export async function finishDeletion(deps: PhotoDeps, id: Id): Promise<void> {
  await deps.objects.removePrefix(objectKeys(id).prefix);
  await deps.store.photos.removeRow(id);
  await deps.store.idempotency.replaceAnswer(id, deletedSince);
  await tellRun(deps.temporal, photoId(id), entrySettled).catch(() => undefined);
}

import { tellRun } from '../../launches/tell';
import type { Id } from '../../model/ids';
import { objectKeys } from '../../model/photos';
import { entrySettled, photoWorkflows } from '../../messages/photos';
import { deletedSince } from '../middleware/idempotency';
import type { PhotoDeps } from './deps';

/** Hides an entry for good, and with it every stored answer that shows it: both or neither. False: it is gone already. */
export const hideEntry = ({ store }: PhotoDeps, id: Id): Promise<boolean> =>
  store.transaction(async (session) => {
    if (!(await store.photos.hide(id, session))) return false;
    await store.idempotency.replaceAnswers(id, deletedSince, session);
    return true;
  });

/** After `hideEntry`: objects, then the row, then a word to a run that may wait. What fails here, the reaper finishes. */
export async function finishDeletion(deps: PhotoDeps, id: Id): Promise<void> {
  await deps.objects.removePrefix(objectKeys(id).prefix);
  await deps.store.photos.removeRow(id);
  await tellRun(deps.temporal, photoWorkflows.analyze.id(id), entrySettled).catch(() => undefined);
}

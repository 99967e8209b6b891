import type { Id } from '../../model/ids';
import { objectKeys } from '../../model/photos';
import { entrySettled, photoId } from '../../messages/photos';
import { problem, problemBody } from '../errors';
import type { PhotoDeps } from './deps';

/** What a repeat of the request that made the entry gets: nothing of the entry, and no new one. */
const deleted = {
  status: 410,
  headers: { 'content-type': 'application/problem+json' },
  body: JSON.stringify(problemBody(problem('gone', { detail: 'What this request made was deleted since.' }), '', '')),
  sealed: false,
};

/** After `hide`: objects, then the row, then a word to a run that may wait. What fails here, the reaper finishes. */
export async function finishDeletion(deps: PhotoDeps, id: Id): Promise<void> {
  await deps.objects.removePrefix(objectKeys(id).prefix);
  await deps.store.photos.removeRow(id);
  await deps.store.idempotency.replaceAnswer(id, deleted);
  const client = await deps.temporal.client();
  await client.workflow
    .getHandle(photoId(id))
    .signal(entrySettled)
    .catch(() => undefined);
}

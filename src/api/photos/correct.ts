import type { Id } from '../../model/ids';
import type { Correction, Entry } from '../../model/photos';
import { correctionId, photoWorkflows, type CorrectEntry } from '../../messages/photos';
import type { Launch } from '../../store/launches';
import type { PhotoDeps } from './deps';

/**
 * Keeps the user's word about a food and launches the run that works it in; `started` is false where only the launcher will.
 * Null when the entry changed in between (read it again) or is gone.
 */
export async function requestCorrection(
  deps: PhotoDeps,
  {
    entry,
    ownerId,
    requestId,
    ...word
  }: { entry: Entry; ownerId: Id | null; requestId: string } & Omit<Correction, 'at'>,
): Promise<{ started: boolean } | null> {
  const { photos, launches, transaction } = deps.store;
  const launch: Launch = {
    workflowId: correctionId(entry.id, entry.revision + 1),
    workflow: photoWorkflows.correct,
    args: [{ entryId: entry.id } satisfies CorrectEntry],
    queue: 'main',
    ownerId,
    feature: 'photos',
    summary: 'Works a correction into an entry',
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

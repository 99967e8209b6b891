import type { Id } from '../../model/ids';
import type { Entry } from '../../model/photos';
import type { PhotoDeps } from './deps';

/** An entry as clients may read it: bare uploads are none. */
export type LogEntry = Entry & { kind: 'photo' | 'manual' };
export const asLogEntry = (entry: Entry | null): LogEntry | null =>
  entry && entry.kind !== 'upload' ? { ...entry, kind: entry.kind } : null;

/** Waits until nothing of the entry is under way, or `waitMs` (PREDICT_WAIT_MS) have passed, or the client is gone. */
export const waitForEntry = (
  deps: PhotoDeps,
  id: Id,
  signal: AbortSignal,
  waitMs = deps.settings.predictWaitMs,
): Promise<Entry | null> =>
  deps.changes.waitFor(
    { collection: deps.store.photos.collection, id },
    () => deps.store.photos.find(id),
    (entry) => entry === null || (entry.state !== 'analyzing' && entry.pendingCorrection === null),
    waitMs,
    signal,
  );

export const waitUntilSettled = async (deps: PhotoDeps, id: Id, signal: AbortSignal): Promise<LogEntry | null> =>
  asLogEntry(await waitForEntry(deps, id, signal));

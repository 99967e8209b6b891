import type { Id } from '../../model/ids';
import { notFound } from '../errors';
import type { PhotoDeps } from './deps';
import { asLogEntry, type LogEntry } from './wait';

const owned = async ({ store: { photos } }: PhotoDeps, id: Id, ownerId: Id): Promise<LogEntry> => {
  const entry = asLogEntry(await photos.find(id));
  return entry?.ownerId === ownerId && entry.state !== 'hf_rejected' ? entry : notFound('history entry');
};

/** Reads an entry of the owner's log; throws 404 for one that is not there, is somebody else's, or has left only a tombstone. */
export const ownedEntry =
  (deps: PhotoDeps) =>
  async (id: Id, ownerId: Id): Promise<LogEntry> => {
    const entry = await owned(deps, id, ownerId);
    return entry.state === 'failed' ? notFound('history entry') : entry;
  };

/** As `ownedEntry`, and the tombstones of failed photos: their uploads may be kept with them. */
export const deletableEntry =
  (deps: PhotoDeps) =>
  (id: Id, ownerId: Id): Promise<LogEntry> =>
    owned(deps, id, ownerId);

import type { Id } from '../../model/ids';
import { notFound } from '../errors';
import type { PhotoDeps } from './deps';
import { asLogEntry, type LogEntry } from './wait';

/** Reads an entry of the owner's log; throws 404 for one that is not there, is somebody else's, or has left only a tombstone. */
export const ownedEntry =
  ({ store: { photos } }: PhotoDeps) =>
  async (id: Id, ownerId: Id): Promise<LogEntry> => {
    const entry = asLogEntry(await photos.find(id));
    return entry?.ownerId === ownerId && entry.state !== 'hf_rejected' && entry.state !== 'failed'
      ? entry
      : notFound('history entry');
  };

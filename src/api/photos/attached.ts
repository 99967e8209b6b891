import { createHash } from 'node:crypto';
import type { ClientSession } from 'mongoose';
import type { Id } from '../../model/ids';
import type { FormFile, FormRules } from '../forms/body';
import { problem } from '../errors';
import type { Context } from '../route';
import { finishDeletion, hideEntry } from './delete';
import type { PhotoDeps } from './deps';
import { signedPicturePath } from './pictures';
import { pictureTypeOf } from './receive';
import { ingestPicture } from './ingest';
import { waitForEntry } from './wait';

/**
 * Pictures that belong to something else of an account: a meal of the catalogue, a profile. Each is a bare upload, with all that one has:
 * the queue of pictures, claim and reaper, erasure, export, signed addresses.
 *
 * A1  A picture is taken in first and lives an hour, until the transaction that writes what it belongs to keeps it.
 * A2  What is no picture is refused while the request waits, and nothing is written; one that takes longer is shown later, or never.
 */
export interface AttachedPictures {
  /** How a form brings one. */
  form(field: string): FormRules;
  /** Its id. Throws 413, 415 and 422 where it is no picture. */
  take(field: string, file: FormFile, request: PictureRequest): Promise<Id>;
  /** In the transaction that writes what it belongs to. Throws 410 where it was deleted meanwhile. */
  keep(id: Id, ownerId: Id, session: ClientSession): Promise<void>;
  /** In the transaction that shows it no more; `remove` is quicker than the reaper. */
  release(id: Id, session: ClientSession): Promise<void>;
  /** Safe to repeat. */
  remove(id: Id): Promise<void>;
  /** Signed addresses, by id, of those that can be shown. */
  urls(ids: readonly Id[], origin: string): Promise<ReadonlyMap<Id, string>>;
}
export type PictureRequest = Pick<
  Context<'user', unknown, unknown, unknown>,
  'caller' | 'ip' | 'requestId' | 'signal' | 'resourceId'
>;

/** The same for every repeat of the request, and not that of the row: each is deleted without the other. */
const pictureIdOf = (rowId: Id): Id =>
  rowId.slice(0, 8) + createHash('sha256').update(`picture of ${rowId}`).digest('hex').slice(0, 16);

const unkeptMs = 3600_000;
/** SmartBite's app gives up after ten seconds. */
const mostWaitMs = 6_000;

export const createAttachedPictures = (deps: PhotoDeps): AttachedPictures => ({
  form: (field) => ({
    files: [field],
    maxFileBytes: deps.settings.photoMaxBytes,
    tooLarge: 'picture-too-large',
    tempDir: deps.settings.tempDir,
  }),

  async take(field, { path, bytes, sha256 }, { caller, ip, requestId, signal, resourceId }) {
    const received = { file: { path, bytes }, sha256, contentType: await pictureTypeOf(path, field) };
    const fields = { statedAt: null };
    const lifeMs = unkeptMs;
    const { id } = await ingestPicture(deps, {
      id: pictureIdOf(resourceId),
      kind: 'upload',
      caller,
      ip,
      received,
      fields,
      requestId,
      lifeMs,
    });
    const entry = await waitForEntry(deps, id, signal, Math.min(mostWaitMs, deps.settings.predictWaitMs));
    if (entry?.failure)
      throw problem('unprocessable', {
        detail: entry.failure.message,
        errors: [{ path: `body.${field}`, message: entry.failure.message }],
      });
    return id;
  },

  async keep(id, ownerId, session) {
    if (await deps.store.photos.keepUpload(id, ownerId, session)) return;
    throw problem('gone', { detail: 'The picture was deleted while it was being made ready. Send it again.' });
  },

  release: (id, session) => deps.store.photos.releaseUpload(id, session),

  async remove(id) {
    if (await hideEntry(deps, id)) await finishDeletion(deps, id);
  },

  async urls(ids, origin) {
    const shown = await deps.store.photos.shownAmong(ids);
    return new Map([...shown].map((id) => [id, origin + signedPicturePath(deps, id, 'picture.jpg')]));
  },
});

import { unreadLanguage } from '../../ml/reading';
import type { Id } from '../../model/ids';
import { objectKeys, type Entry } from '../../model/photos';
import { photoWorkflows, type AnalyzePhoto } from '../../messages/photos';
import { isDuplicateKey } from '../../store/faults';
import { dedupeKeyOf } from '../../store/photos';
import type { Launch } from '../../model/launches';
import type { Caller } from '../deps';
import { HttpProblem, problem } from '../errors';
import type { PhotoDeps } from './deps';
import type { ReceivedPicture } from './receive';

/**
 * A picture is taken in: claim, object, then row and launch in one transaction, then the start.
 *
 * 1  From the moment the row is written the picture is worked on, whatever happens to this process or to the client.
 * 2  The same bytes of the same user for the same meal are one entry.
 */

/** Each fails only where another request wrote the same meal, and its entry went, within the moment between two reads. */
const mostAttempts = 4;
const sameMealMs = 10 * 60_000;
const anonymousLifeMs = 24 * 3600_000;

export interface Ingested {
  /** Of the entry: the new one, or the one that this meal has already. */
  id: Id;
  /** False: its run is not started yet, and the launcher will; nothing is gained by waiting. */
  started: boolean;
}

/** A run of this id was launched by an earlier request. */
class LaunchedBefore extends Error {
  override readonly name = 'LaunchedBefore';
  constructor(options: ErrorOptions) {
    super('This was launched before.', options);
  }
}

interface Upload {
  id: Id;
  kind: 'photo' | 'upload';
  caller: Caller | null;
  /** Address of the client. */
  ip: string;
  received: Pick<ReceivedPicture, 'file' | 'sha256' | 'contentType'>;
  fields: { caption?: string | undefined; grams?: number | undefined; statedAt: Date | null };
  requestId: string;
  /** Of an account's picture that is not kept for good by being taken in. */
  lifeMs?: number;
}

/** Throws 410 where a repeat under one Idempotency-Key comes after what the first request wrote was deleted. */
export async function ingestPicture(deps: PhotoDeps, photo: Upload): Promise<Ingested> {
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const taken = await ingestOnce(deps, photo);
    if (taken) return taken;
  }
  throw problem('unavailable', {
    detail: 'The same picture is being sent and deleted at this moment; send it again.',
    retryAfterS: 1,
  });
}

/** Null: another request with the same meal was faster, but what it wrote is gone again. */
async function ingestOnce(deps: PhotoDeps, photo: Upload): Promise<Ingested | null> {
  const { id, kind, caller, ip, received, fields, lifeMs = caller === null ? anonymousLifeMs : null } = photo;
  const { accounts, photos, launches, transaction } = deps.store;
  const ownerId = caller?.id ?? null;
  const now = deps.clock();

  // Under one Idempotency-Key the id is the same: what an earlier attempt wrote is waited for, not written again.
  if (await photos.find(id)) return { id, started: true };

  const dedupeKey =
    ownerId === null || kind === 'upload' ? null : dedupeKeyOf(ownerId, received.sha256, fields.statedAt);
  const earlier = dedupeKey === null ? null : await sameMeal(deps, dedupeKey, fields.statedAt);
  if (earlier) return { id: earlier.id, started: true };

  const caption = await readCaption(deps, ownerId, fields.caption);
  const launch: Launch = {
    ...(kind === 'upload'
      ? photoWorkflows.keep.start([id], { entryId: id })
      : photoWorkflows.analyze.start([id], {
          entryId: id,
          caption: caption.kind,
          timing: deps.settings.photoTiming,
        })),
    ownerId,
    requestId: photo.requestId,
    fairnessKey: deps.fairnessKeyOf({ caller, ip }),
  };
  const keys = objectKeys(id);
  await photos.claimObjects(id, ownerId, keys.prefix);
  await deps.objects.put(keys.original, received.file, { contentType: received.contentType });
  try {
    await transaction(async (session) => {
      // An upload may take minutes, and its owner may be erased meanwhile.
      if (ownerId !== null && !(await accounts.isActive(ownerId, session))) throw problem('token-invalid');
      // First, as launches outlive rows: whatever else is refused as a duplicate is the meal of another request.
      await launches.record(launch, session).catch((error: unknown) => {
        throw isDuplicateKey(error) ? new LaunchedBefore({ cause: error }) : error;
      });
      await photos.createPhoto(
        {
          id,
          kind,
          ownerId,
          caption: fields.caption ?? null,
          captionIn: caption.writtenIn,
          statedGrams: fields.grams ?? null,
          consumedAt: fields.statedAt ?? now,
          consumedAtSource: fields.statedAt ? 'stated' : 'upload',
          dedupeKey,
          expiresAt: lifeMs === null ? null : new Date(now.getTime() + lifeMs),
        },
        session,
      );
    });
  } catch (error) {
    if (error instanceof HttpProblem) {
      await deps.objects.removePrefix(keys.prefix);
      await photos.releaseClaim(id);
      throw error;
    }
    const launchedBefore = error instanceof LaunchedBefore;
    if (!launchedBefore && !(isDuplicateKey(error) && dedupeKey !== null)) throw error;
    if (launchedBefore && (await photos.find(id))) return { id, started: true };
    await deps.objects.removePrefix(keys.prefix);
    await photos.releaseClaim(id);
    if (launchedBefore)
      throw problem('gone', {
        detail: 'This picture was taken in before under the same Idempotency-Key, and deleted since.',
      });
    const other = dedupeKey === null ? null : await photos.findDuplicate(dedupeKey);
    return other && { id: other.id, started: true };
  }
  return { id, started: (await deps.launches.start(launch)) !== 'failed' };
}

/** The entry that this meal already has; one whose ten minutes are over lets go of its key. */
async function sameMeal(deps: PhotoDeps, dedupeKey: string, statedAt: Date | null): Promise<Entry | null> {
  const { photos } = deps.store;
  const entry = await photos.findDuplicate(dedupeKey);
  const fresh = new Date(deps.clock().getTime() - sameMealMs);
  if (!entry || statedAt || entry.createdAt >= fresh) return entry;
  await photos.releaseDedupeKey(dedupeKey, fresh);
  return null;
}

/** "My lunch, yummy!" is a caption and names nothing: then the entry waits for a label like one without words. */
async function readCaption(
  { mealReader }: PhotoDeps,
  ownerId: Id | null,
  caption: string | undefined,
): Promise<{ kind: AnalyzePhoto['caption']; writtenIn: string | null }> {
  if (caption === undefined) return { kind: 'none', writtenIn: null };
  const { reading } = await mealReader.read(ownerId, caption);
  const isFoods = reading.items.length + reading.unrecognized.length > 0;
  return { kind: isFoods ? 'foods' : 'words', writtenIn: unreadLanguage(reading) };
}

import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Id } from '../../model/ids';
import { objectKeys, type Entry } from '../../model/photos';
import { photoId, photoWorkflows, type AnalyzePhoto } from '../../messages/photos';
import { taskQueues } from '../../messages/taskQueues';
import { isDuplicateKey } from '../../store/faults';
import { dedupeKeyOf } from '../../store/photos';
import type { Launch } from '../../store/launches';
import type { Caller } from '../deps';
import { problem } from '../errors';
import { reply, stream, type Reply, type Route } from '../route';
import { validate } from '../validation';
import type { PhotoDeps } from './deps';
import { MealTime } from './mealTime';
import { originOf } from './origin';
import { presentEntry, presentRejection, PhotoView, RejectionView } from './present';
import { checkPicture, receivePicture, type ReceivedPicture } from './receive';
import { asLogEntry, waitUntilSettled, type LogEntry } from './wait';

/**
 * A photo comes in: checked while it streams, stored, written with its launch in one transaction, started, and waited for.
 *
 * 1  From the moment the row is written the photo is analysed, whatever happens to this process or to the client.
 * 2  The answer is read from MongoDB; a client that hung up reads the same later under the same id.
 * 3  The same bytes of the same user for the same meal are one entry.
 */
const sameMealMs = 10 * 60_000;
const anonymousLifeMs = 24 * 3600_000;

const fieldsOf = (clock: () => Date) =>
  z
    .object({
      caption: z.string().trim().min(1).max(2000).optional(),
      grams: z.coerce.number().positive().max(20_000).optional(),
      meal_date: MealTime(clock).optional(),
      consumed_at: MealTime(clock).optional(),
    })
    .transform(({ meal_date, consumed_at, ...rest }) => ({ ...rest, statedAt: consumed_at ?? meal_date ?? null }));
type PhotoFields = z.output<ReturnType<typeof fieldsOf>>;

export const predictRoutes = (deps: PhotoDeps): Route[] => {
  const Fields = fieldsOf(deps.clock);
  const settled = z.union([PhotoView, RejectionView]);
  return [
    stream(
      {
        method: 'post',
        path: '/predict',
        access: 'optional',
        tag: 'photos',
        summary: 'A meal photo becomes nutrition',
        description:
          'Waits until the figures stand; answers 202 with `Location` where that takes longer. Send `Idempotency-Key` to make a repeat safe. ' +
          'With `caption` nothing is rejected: where the classifier is unsure, or none is configured, your words name the food.',
        idempotent: true,
        consumes: {
          contentType: 'multipart/form-data',
          schema: z.object({
            photo: z
              .string()
              .meta({ format: 'binary', description: 'The picture; the field may also be called `image`' }),
            caption: z.string().optional(),
            grams: z.number().optional(),
            meal_date: z.string().optional(),
            consumed_at: z.string().optional(),
          }),
        },
        responses: {
          200: { description: 'Analysed, waiting for a label, or rejected', schema: settled, headers: ['location'] },
          202: {
            description: 'Still being analysed, or a classifier is still being asked',
            schema: PhotoView,
            headers: ['location'],
          },
          ...(deps.settings.hfRejectionStatusCode !== 200 && {
            [deps.settings.hfRejectionStatusCode]: { description: 'Rejected', schema: RejectionView },
          }),
        },
      },
      async (context): Promise<Reply<200, z.input<typeof settled>> | Reply<202, PhotoView>> => {
        const { caller, signal } = context;
        const received = await receivePicture(deps, context.request, signal);
        try {
          const { body: fields } = await validate(
            { body: Fields },
            { params: undefined, query: undefined, body: received.fields },
          );
          await checkPicture(received);
          const digest = createHash('sha256').update(received.sha256).update(JSON.stringify(fields)).digest('hex');
          return await context.idempotent(digest, async (resourceId) => {
            const launched = await storePhoto(deps, {
              id: resourceId,
              caller,
              received,
              fields,
              requestId: context.requestId,
            });
            // Where the run could not be started, the launcher will: nothing is gained by waiting here.
            const entry = launched.started
              ? await waitUntilSettled(deps, launched.id, signal)
              : asLogEntry(await deps.store.photos.find(launched.id));
            return answer(deps, entry, caller, originOf(deps, context));
          });
        } finally {
          await received.discard();
        }
      },
    ),
  ];
};

async function storePhoto(
  deps: PhotoDeps,
  photo: { id: Id; caller: Caller | null; received: ReceivedPicture; fields: PhotoFields; requestId: string },
): Promise<{ id: Id; started: boolean }> {
  const { id, caller, received, fields } = photo;
  const { photos, launches, transaction } = deps.store;
  const ownerId = caller?.id ?? null;
  const now = deps.clock();

  // Under one Idempotency-Key the id is the same: what an earlier attempt wrote is waited for, not written again.
  if (await photos.find(id)) return { id, started: true };

  const dedupeKey = ownerId === null ? null : dedupeKeyOf(ownerId, received.sha256, fields.statedAt);
  const earlier = dedupeKey === null ? null : await sameMeal(deps, dedupeKey, fields.statedAt);
  if (earlier) return { id: earlier.id, started: true };

  const launch: Launch = {
    workflowId: photoId(id),
    workflow: photoWorkflows.analyze,
    args: [
      {
        entryId: id,
        hasCaption: fields.caption !== undefined,
        timing: deps.settings.photoTiming,
      } satisfies AnalyzePhoto,
    ],
    taskQueue: taskQueues.main,
    ownerId,
    feature: 'photos',
    requestId: photo.requestId,
  };
  const keys = objectKeys(id);
  await photos.claimObjects(id, ownerId, keys.prefix);
  await deps.objects.put(keys.original, received.file, { contentType: received.contentType });
  try {
    await transaction(async (session) => {
      await photos.createPhoto(
        {
          id,
          ownerId,
          caption: fields.caption ?? null,
          statedGrams: fields.grams ?? null,
          consumedAt: fields.statedAt ?? now,
          consumedAtSource: fields.statedAt ? 'stated' : 'upload',
          dedupeKey,
          expiresAt: ownerId === null ? new Date(now.getTime() + anonymousLifeMs) : null,
        },
        session,
      );
      await launches.record(launch, session);
    });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const written = await photos.find(id);
    if (written) return { id, started: true };
    // Another request with the same meal was faster: this one's objects go, and its answer is the other's.
    await deps.objects.removePrefix(keys.prefix);
    await photos.releaseClaim(id);
    const other = dedupeKey === null ? null : await photos.findDuplicate(dedupeKey);
    if (!other) throw error;
    return { id: other.id, started: true };
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

/** What `/predict` says about an entry as it stands. */
function answer(deps: PhotoDeps, entry: LogEntry | null, caller: Caller | null, origin: string) {
  if (!entry) throw problem('gone', { detail: 'The photo was deleted while it was being analysed.' });
  if (entry.state === 'failed')
    throw problem('unprocessable', { detail: entry.failure?.message ?? 'The photo could not be analysed.' });
  if (entry.state === 'hf_rejected') return reply(deps.settings.hfRejectionStatusCode as 200, presentRejection(entry));
  const view = presentEntry(deps, entry, origin);
  const key = caller ? '' : `?key=${deps.capabilities.issue(`photo:${entry.id}`)}`;
  const location = { location: `/photos/${entry.id}${key}` };
  if (entry.state === 'analyzed' || (entry.state === 'needs_label' && !entry.retrying))
    return reply(200, view, location);
  return reply(202, view, location, { settled: false });
}

import { z } from 'zod';
import { Id } from '../../model/ids';
import { notFound, Problem, problem } from '../errors';
import { json, reply, stream, type Route } from '../route';
import { finishDeletion, hideEntry } from './delete';
import type { PhotoDeps } from './deps';
import { signedPicturePath } from './pictures';
import { receivePicture } from './receive';
import { ingestPicture } from './ingest';
import { validate } from '../validation';
import { waitForEntry } from './wait';

/** `POST /upload`: a bare picture is kept and served, and never analysed. */
const UploadView = z
  .object({ success: z.literal(true), id: Id, filename: z.string(), path: z.string(), image_url: z.string() })
  .meta({ id: 'Upload', description: '`image_url` is signed and expires; `path` is its address on this server' });

/** Beside the picture. */
const NoFields = z.strictObject({});

export const uploadRoutes = (deps: PhotoDeps): Route[] => [
  stream(
    {
      method: 'post',
      path: '/upload',
      access: 'optional',
      tag: 'photos',
      summary: 'Keep a picture without analysing it',
      description:
        'The picture is turned upright and stripped of place and camera. Without an account it is kept for 24 hours.',
      idempotent: true,
      consumes: {
        contentType: 'multipart/form-data',
        schema: z.strictObject({
          image: z.string().meta({
            format: 'binary',
            minLength: 1,
            description: 'The picture; the field may also be called `photo`, which counts where both are sent',
          }),
        }),
      },
      responses: {
        200: UploadView,
        202: { description: 'Kept; the picture can be fetched in a moment', schema: UploadView },
        410: { description: 'The picture was deleted while it was being made ready', schema: Problem },
      },
    },
    async (context) => {
      const received = await receivePicture(deps, context.request, context.signal);
      try {
        await validate({ body: NoFields }, { params: undefined, query: undefined, body: received.fields });
        return await context.idempotent(received.sha256, async (resourceId) => {
          const { id } = await ingestPicture(deps, {
            id: resourceId,
            kind: 'upload',
            caller: context.caller,
            ip: context.ip,
            received,
            fields: { statedAt: null },
            requestId: context.requestId,
          });
          const entry = await waitForEntry(deps, id, context.signal);
          if (!entry) throw problem('gone', { detail: 'The picture was deleted.' });
          if (entry.failure) throw problem('unprocessable', { detail: entry.failure.message });
          const path = signedPicturePath(deps, id, 'picture.jpg');
          const view = {
            success: true as const,
            id,
            filename: `${id}.jpg`,
            path,
            image_url: context.origin + path,
          };
          return entry.state === 'analyzed' ? reply(200, view) : reply(202, view, {}, { settled: false });
        });
      } finally {
        await received.discard();
      }
    },
  ),

  json(
    {
      method: 'delete',
      path: '/upload/:id',
      access: 'user',
      tag: 'photos',
      summary: 'Delete a picture that was kept by POST /upload',
      params: z.object({ id: Id }),
      responses: { 204: { description: 'Deleted' } },
    },
    async (context) => {
      const entry = await deps.store.photos.find(context.params.id);
      if (entry?.kind !== 'upload' || entry.ownerId !== context.caller.id) notFound('upload');
      if (!(await hideEntry(deps, entry.id))) notFound('upload');
      context.afterAnswer(() => finishDeletion(deps, entry.id));
      return reply(204, null);
    },
  ),
];

import { z } from 'zod';
import { Id } from '../../model/ids';
import { objectKeys } from '../../model/photos';
import { ObjectMissing } from '../../services/objects';
import { notFound, Problem, problem } from '../errors';
import { file, type Route } from '../route';
import type { PhotoDeps } from './deps';

/**
 * Pictures by signed addresses that expire, on every object store: an `<img>` sends no token.
 * Addresses stay the same for an hour, so that browsers can cache.
 */
const PictureFile = z.enum(['picture.jpg', 'thumbnail.jpg']);
export type PictureFile = z.infer<typeof PictureFile>;

const hourS = 3600;
/** An address lives at least this long. */
const leastLifeS = 6 * hourS;

const subject = (id: Id, name: PictureFile, expires: number) => `picture:${id}/${name}/${expires}`;

/** The path with its signature; the caller puts the origin before it. */
export function signedPicturePath(deps: Pick<PhotoDeps, 'capabilities' | 'clock'>, id: Id, name: PictureFile): string {
  const nowS = Math.floor(deps.clock().getTime() / 1000);
  const expires = Math.ceil((nowS + leastLifeS) / hourS) * hourS;
  return `/pictures/${id}/${name}?exp=${expires}&sig=${deps.capabilities.issue(subject(id, name, expires))}`;
}

export const pictureRoutes = (deps: PhotoDeps): Route[] => [
  file(
    {
      path: '/pictures/:id/:name',
      access: 'public',
      limit: 'none',
      tag: 'photos',
      summary: 'A picture by its signed address',
      params: z.object({ id: Id, name: PictureFile }),
      query: z.object({ exp: z.coerce.number().int(), sig: z.string().max(64) }),
      responses: {
        200: { description: 'The picture', contentType: 'image/jpeg' },
        403: { description: 'The address has expired or was changed', schema: Problem },
      },
    },
    async ({ params: { id, name }, query: { exp, sig } }) => {
      const nowS = deps.clock().getTime() / 1000;
      if (exp < nowS || !deps.capabilities.check(subject(id, name, exp), sig)) throw problem('signature-invalid');
      if (!(await deps.store.photos.find(id))?.picture) notFound('picture');
      try {
        const { stream, bytes, contentType } = await deps.objects.get(objectKeys(id).prefix + name);
        return {
          stream,
          bytes,
          contentType,
          etag: `${id}-${name}`,
          headers: {
            'cache-control': `private, max-age=${Math.floor(exp - nowS)}`,
            'cross-origin-resource-policy': 'cross-origin',
          },
        };
      } catch (error) {
        if (error instanceof ObjectMissing) notFound('picture');
        throw error;
      }
    },
  ),
];

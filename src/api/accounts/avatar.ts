import { z } from 'zod';
import { envelope, enveloped } from '../dialects/smartbite/envelope';
import { Problem, problem } from '../errors';
import type { AttachedPictures } from '../photos/attached';
import { json, type Route } from '../route';
import type { AccountDeps } from './deps';

/** The picture of a person, as SmartBite's app shows it. */
const Avatar = z.object({ avatar: z.object({ url: z.string().nullable() }) });

export const avatarRoutes = ({
  store,
  pictures,
}: Pick<AccountDeps, 'store'> & { readonly pictures: AttachedPictures }): Route[] => [
  json(
    {
      method: 'put',
      path: '/api/v1/users/avatar',
      access: 'user',
      tag: 'accounts',
      summary: 'Replace your picture (SmartBite)',
      description: 'A form with the picture in `avatar`. `url` is null where it takes longer; the user shows it later.',
      body: z.strictObject({}).optional(),
      form: { ...pictures.form('avatar'), required: true },
      responses: {
        200: enveloped(Avatar),
        401: Problem,
        410: { description: 'The picture was deleted meanwhile', schema: Problem },
        422: { description: 'The picture cannot be read', schema: Problem },
      },
    },
    async (context) => {
      const { caller, files, afterAnswer, origin } = context;
      if (!files.avatar) {
        const message = 'No picture was sent. Send one as multipart/form-data, in the field avatar.';
        throw problem('invalid-request', { detail: message, errors: [{ path: 'body.avatar', message }] });
      }
      const id = await pictures.take('avatar', files.avatar, context);
      const before = await store.transaction(async (session) => {
        const earlier = await store.accounts.setAvatar(caller.id, id, session);
        if (earlier === undefined) throw problem('token-invalid');
        await pictures.keep(id, caller.id, session);
        if (earlier !== null) await pictures.release(earlier, session);
        return earlier;
      });
      if (before !== null) afterAnswer(() => pictures.remove(before));
      return envelope({ avatar: { url: (await pictures.urls([id], origin)).get(id) ?? null } });
    },
  ),
];

import { z } from 'zod';
import { GivenPassword, MixedPassword } from '../../model/accounts';
import { Problem } from '../errors';
import { file, json, reply, type Route } from '../route';
import type { Accounts } from './accounts';
import { Done, done, LoginAnswer, presentLogin } from './present';

export const ErasureStarted = Done.extend({ id: z.string(), location: z.string() });

/** What the owner of an account may do with it, whichever client it was opened with: change its password, export it, erase it. */
export const ownAccountRoutes = (accounts: Accounts): Route[] => [
  json(
    {
      method: 'put',
      path: '/api/auth/password',
      access: 'user',
      tag: 'accounts',
      summary: 'Change the password; every other session ends',
      body: z.strictObject({ current_password: GivenPassword, new_password: MixedPassword }),
      responses: { 200: LoginAnswer, 400: Problem, 401: Problem },
    },
    async ({ caller, body, ip }) =>
      presentLogin(
        await accounts.changePassword(caller, ip, body.current_password, body.new_password),
        'The password is changed; every other session has ended.',
      ),
  ),
  file(
    {
      path: '/api/auth/export',
      access: 'user',
      tag: 'accounts',
      summary: 'Everything that is kept of the account, as JSON',
      description: 'One at a time. Sent as it is read, without a length; a transfer that breaks off is not whole.',
      responses: {
        200: {
          description: 'All of it',
          contentType: 'application/json',
          schema: z.record(z.string(), z.unknown()),
          headers: ['content-disposition'],
        },
        401: Problem,
        409: {
          description: 'An export of this account is under way',
          schema: Problem,
          headers: ['retry-after'],
        },
      },
    },
    async ({ caller }) => ({
      stream: await accounts.export(caller.id),
      contentType: 'application/json; charset=utf-8',
      bytes: null,
      headers: {
        'content-disposition': 'attachment; filename="palate-export.json"',
        'cache-control': 'no-store',
      },
    }),
  ),
  json(
    {
      method: 'delete',
      path: '/api/auth/me',
      access: 'user',
      tag: 'accounts',
      summary: 'Erase the account and everything of it; `Location` is the receipt',
      description: 'Send the password; within five minutes of a log-in it may be left out.',
      body: z.strictObject({ password: GivenPassword.nullish() }).nullish(),
      responses: {
        202: {
          description: 'Erasure has begun; no token of the account works any more',
          schema: ErasureStarted,
          headers: ['location'],
        },
        400: { description: 'The password is wrong', schema: Problem },
        401: Problem,
        403: { description: 'The log-in is more than five minutes ago, and no password was sent', schema: Problem },
      },
    },
    async ({ caller, body, ...request }) => {
      const { receiptId, location } = await accounts.erase(caller, { ...request, password: body?.password ?? null });
      return reply(202, { ...done('The account is being erased.'), id: receiptId, location }, { location });
    },
  ),
];

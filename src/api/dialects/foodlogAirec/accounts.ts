import { z } from 'zod';
import { Email, PersonName, PlainPassword } from '../../../model/accounts';
import { orEmpty } from '../../../model/stated';
import { Problem, problem } from '../../errors';
import { json, reply, type Route } from '../../route';
import { emailLogin } from '../../accounts/emailLogin';
import type { Accounts } from '../../accounts/accounts';
import { LoginAnswer, presentLogin, presentUser, User } from '../../accounts/present';

/** FoodLog and AiREC: their clients share these paths, cannot refresh, and read one answer in two shapes. */
const SignupBody = z.strictObject({
  name: orEmpty(PersonName),
  email: Email,
  password: PlainPassword,
});

export const foodlogAirecAccounts = (accounts: Accounts): Route[] => [
  json(
    {
      method: 'post',
      path: ['/auth/signup', '/signup'],
      access: 'public',
      tag: 'accounts',
      summary: 'Sign up (FoodLog, AiREC)',
      body: SignupBody,
      idempotent: 'secret',
      responses: { 201: LoginAnswer, 409: Problem },
    },
    async ({ body, resourceId, ...request }) => {
      const granted = await accounts.signUp({ ...body, name: body.name ?? null, id: resourceId }, 'long', request);
      if ('taken' in granted) throw problem('duplicate-email');
      return reply(201, presentLogin(granted, 'The account is ready.'));
    },
  ),
  emailLogin(accounts, { path: ['/auth/login', '/login'], summary: 'Log in (FoodLog, AiREC)', life: 'long' }),
  json(
    {
      method: 'get',
      path: '/auth/me',
      access: 'user',
      tag: 'accounts',
      summary: 'The account of the token (FoodLog)',
      responses: { 200: z.object({ user: User }), 401: Problem },
    },
    async ({ caller }) => ({ user: presentUser(await accounts.find(caller.id)) }),
  ),
];

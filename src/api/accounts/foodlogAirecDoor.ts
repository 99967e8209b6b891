import { z } from 'zod';
import { Email, GivenPassword, PersonName, PlainPassword } from '../../model/accounts';
import { Problem, problem } from '../errors';
import { json, reply, type Route } from '../route';
import type { Accounts } from './accounts';
import { LoginAnswer, presentLogin, presentUser, User } from './present';

/** FoodLog and AiREC: their clients share these paths, cannot refresh, and read one answer in two shapes. */
const SignupBody = z.object({
  name: z.preprocess((v) => (v === '' ? null : v), PersonName.nullish()),
  email: Email,
  password: PlainPassword,
});
const LoginBody = z.object({ email: z.string().max(254).trim().toLowerCase(), password: GivenPassword });

export const foodlogAirecDoor = (accounts: Accounts): Route[] => [
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
    async ({ body, resourceId }) => {
      const granted = await accounts.signUp({ ...body, name: body.name ?? null, id: resourceId }, 'long');
      if ('taken' in granted) throw problem('duplicate-email');
      return reply(201, presentLogin(granted, 'The account is ready.'));
    },
  ),
  json(
    {
      method: 'post',
      path: ['/auth/login', '/login'],
      access: 'public',
      tag: 'accounts',
      summary: 'Log in (FoodLog, AiREC)',
      body: LoginBody,
      responses: { 200: LoginAnswer, 401: Problem },
    },
    async ({ body, ip }) =>
      presentLogin(
        await accounts.signIn({ by: { email: body.email }, password: body.password, address: ip }, 'long'),
        'Logged in.',
      ),
  ),
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

import { z } from 'zod';
import { GivenEmail, GivenPassword } from '../../model/accounts';
import type { Id } from '../../model/ids';
import { emptyProfile } from '../../model/profiles';
import {
  AdditionalDataBody,
  applyFields,
  applyUpdate,
  envelope,
  enveloped,
  SignupBody,
  SmartbiteUser,
  userForSmartbite,
} from '../dialects/smartbite';
import { conflict, problem, Problem } from '../errors';
import { json, reply, type Route } from '../route';
import type { Accounts, AfterAnswer } from './accounts';
import type { AccountDeps } from './deps';
import { ErasureStarted } from './macromindDoor';
import { LoginAnswer, presentLogin } from './present';
import type { Granted } from './sessions';

const LoginBody = z
  .object({
    email: GivenEmail.nullish(),
    username: z.string().max(100).trim().nullish(),
    password: GivenPassword,
  })
  .refine(({ email, username }) => Boolean(email ?? username), {
    path: ['email'],
    message: 'is missing: send email or username',
  });
const RefreshBody = z.object({ refreshToken: z.string().max(500).nullish() }).nullish();
const Message = z.object({ message: z.string() });

const cookieName = 'refreshToken';

/** The refresh token in a cookie no script can read, sent to this door alone and never from another site. */
const cookieOf = (value: string, maxAgeS: number, secure: boolean) =>
  `${cookieName}=${value}; Path=/api/v1/users; Max-Age=${maxAgeS}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;

const cookieIn = (header: string | undefined): string | undefined =>
  header
    ?.split(';')
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(`${cookieName}=`))
    ?.slice(cookieName.length + 1);

/** SmartBite: `/api/v1/users/*`, answers in its envelope. */
export const smartbiteDoor = (accounts: Accounts, deps: Pick<AccountDeps, 'settings' | 'launches'>): Route[] => {
  const secure = deps.settings.nodeEnv === 'production';
  const days = (count: number) => count * 24 * 3600;
  const keep = ({ refreshToken }: Granted) => ({
    'set-cookie': cookieOf(refreshToken, days(deps.settings.jwtRefreshDays), secure),
    'cache-control': 'no-store',
  });
  const change = (id: Id, body: Parameters<typeof applyUpdate>[1], after: AfterAnswer) =>
    accounts.changeProfile(id, (account) => applyUpdate(account.profile, body), after);
  const forget = { 'set-cookie': cookieOf('', 0, secure) };

  return [
    json(
      {
        method: 'post',
        path: '/api/v1/users/signup',
        access: 'public',
        tag: 'accounts',
        summary: 'Sign up (SmartBite)',
        body: SignupBody,
        idempotent: 'secret',
        responses: { 201: LoginAnswer, 409: Problem },
      },
      async ({ body, resourceId, afterAnswer }) => {
        const { email, password, fullName, username, phone, profile, preferences } = body;
        const granted = await accounts.signUp(
          {
            id: resourceId,
            email,
            password,
            name: fullName ?? null,
            username: username ?? null,
            phone: phone ?? null,
            profile: applyFields(emptyProfile, { ...profile, ...preferences }),
          },
          'short',
          afterAnswer,
        );
        if (!('taken' in granted)) return reply(201, presentLogin(granted, 'The account is ready.'), keep(granted));
        if (granted.taken === 'email') throw problem('duplicate-email');
        return conflict('This username is taken; choose another one.');
      },
    ),
    json(
      {
        method: 'post',
        path: '/api/v1/users/login',
        access: 'public',
        tag: 'accounts',
        summary: 'Log in by e-mail address or username (SmartBite)',
        body: LoginBody,
        responses: { 200: LoginAnswer, 401: Problem },
      },
      async ({ body, ip }) => {
        const by = body.email ? { email: body.email } : { username: body.username ?? '' };
        const granted = await accounts.signIn({ by, password: body.password, address: ip }, 'short');
        return reply(200, presentLogin(granted, 'Logged in.'), keep(granted));
      },
    ),
    json(
      {
        method: 'post',
        path: '/api/v1/users/refresh-token',
        access: 'public',
        tag: 'accounts',
        summary: 'New tokens for a refresh token in the body, the cookie or `x-refresh-token` (SmartBite)',
        body: RefreshBody,
        responses: { 200: enveloped(z.object({ accessToken: z.string(), refreshToken: z.string() })), 401: Problem },
      },
      async ({ body, headers }) => {
        const header = headers['x-refresh-token'];
        const given =
          body?.refreshToken ?? cookieIn(headers.cookie) ?? (typeof header === 'string' ? header : undefined);
        if (!given)
          throw problem('not-authenticated', {
            detail: 'Send the refresh token in the body, the cookie or x-refresh-token.',
          });
        const granted = await accounts.refresh(given);
        const { accessToken, refreshToken } = granted;
        return reply(200, envelope({ accessToken, refreshToken }, 'Refreshed.'), keep(granted));
      },
    ),
    json(
      {
        method: 'post',
        path: '/api/v1/users/logout',
        access: 'user',
        tag: 'accounts',
        summary: 'End this session (SmartBite)',
        responses: { 200: enveloped(Message), 401: Problem },
      },
      async ({ caller }) => {
        await accounts.signOut(caller, false);
        return reply(200, envelope({ message: 'Logged out.' }, 'Logged out.'), forget);
      },
    ),
    json(
      {
        method: 'get',
        path: '/api/v1/users/me',
        access: 'user',
        tag: 'accounts',
        summary: 'The account and its profile (SmartBite)',
        responses: { 200: enveloped(SmartbiteUser), 401: Problem },
      },
      async ({ caller }) => envelope(userForSmartbite(await accounts.find(caller.id))),
    ),
    json(
      {
        method: 'put',
        path: '/api/v1/users/update',
        access: 'user',
        tag: 'accounts',
        summary: 'Merge into the profile (SmartBite)',
        body: AdditionalDataBody,
        responses: { 200: enveloped(SmartbiteUser), 401: Problem },
      },
      async ({ caller, body, afterAnswer }) => envelope(userForSmartbite(await change(caller.id, body, afterAnswer))),
    ),
    json(
      {
        method: 'put',
        path: '/api/v1/users/additional-data',
        access: 'user',
        tag: 'accounts',
        summary: 'Merge into the profile, fields flat (SmartBite)',
        body: AdditionalDataBody,
        responses: { 200: enveloped(SmartbiteUser), 401: Problem },
      },
      async ({ caller, body, afterAnswer }) => envelope(userForSmartbite(await change(caller.id, body, afterAnswer))),
    ),
    json(
      {
        method: 'delete',
        path: '/api/v1/users/me',
        access: 'user',
        tag: 'accounts',
        summary: 'Erase the account and everything of it; `Location` is the receipt (SmartBite)',
        responses: {
          202: { description: 'Erasure has begun', schema: enveloped(ErasureStarted), headers: ['location'] },
          401: Problem,
        },
      },
      async (context) => {
        const { receiptId, location, launch } = await accounts.erase(context.caller, context.requestId);
        context.afterAnswer(() => deps.launches.start(launch));
        const message = 'The account is being erased.';
        return reply(202, envelope({ success: true as const, message, id: receiptId, location }, message), {
          location,
          ...forget,
        });
      },
    ),
  ];
};

import { z } from 'zod';
import { GivenEmail, GivenPassword, type Account } from '../../../model/accounts';
import { emptyProfile } from '../../../model/profiles';
import { someTextOf } from '../../../model/stated';
import { AdditionalDataBody, applyFields, applyUpdate, SignupBody, SmartbiteUser } from './profile';
import { createSmartbiteUsers } from './users';
import { conflict, problem, Problem } from '../../errors';
import { json, reply, type Route } from '../../route';
import type { Accounts } from '../../accounts/accounts';
import type { AccountDeps } from '../../accounts/deps';
import { ErasureStarted } from '../../accounts/own';
import { loggedIn, LoginAnswer, presentLogin, refreshRule } from '../../accounts/present';
import { envelope, enveloped } from './envelope';
import type { Granted } from '../../accounts/sessions';

const LoginBody = someTextOf(
  z.strictObject({
    email: GivenEmail.nullish(),
    username: z.string().max(100).trim().nullish(),
    password: GivenPassword,
  }),
  ['email', 'username'],
  'is missing: send email or username',
);
const RefreshBody = z.strictObject({ refreshToken: z.string().max(500).nullish() }).nullish();
/** Its client reads them in `tokens` only, its document names them beside it. */
const Pair = z.object({ accessToken: z.string(), refreshToken: z.string() });
const ErasureScheduled = ErasureStarted.extend({ erasesAt: z.string() });
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
export const smartbiteAccounts = (accounts: Accounts, deps: AccountDeps): Route[] => {
  const users = createSmartbiteUsers(deps);
  const secure = deps.settings.nodeEnv === 'production';
  const days = (count: number) => count * 24 * 3600;
  const keep = ({ refreshToken }: Granted) => ({
    'set-cookie': cookieOf(refreshToken, days(deps.settings.jwtRefreshDays), secure),
    'cache-control': 'no-store',
  });
  const merging = (path: string, summary: string) =>
    json(
      {
        method: 'put',
        path,
        access: 'user',
        tag: 'accounts',
        summary,
        body: AdditionalDataBody,
        responses: { 200: enveloped(SmartbiteUser), 401: Problem },
      },
      async ({ caller, body, afterAnswer, origin }) => {
        const writeNotes = await users.notesWriter(caller.id);
        const change = ({ profile }: Account) => applyUpdate(profile, body, writeNotes);
        return envelope(await users.present(await accounts.changeProfile(caller.id, change, afterAnswer), origin));
      },
    );
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
      async ({ body, resourceId, origin, ...request }) => {
        const { email, password, fullName, username, phone, profile, preferences } = body;
        const granted = await accounts.signUp(
          {
            id: resourceId,
            email,
            password,
            name: fullName ?? null,
            username: username ?? null,
            phone: phone ?? null,
            ...(profile?.medicalNotes && { medicalNotes: users.seal(resourceId, profile.medicalNotes) }),
            profile: applyFields(emptyProfile, { ...profile, ...preferences }),
          },
          'short',
          request,
        );
        if (!('taken' in granted)) {
          const user = await users.present(granted.account, origin);
          return reply(201, presentLogin(granted, 'The account is ready.', user), keep(granted));
        }
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
      async ({ body, ip, origin }) => {
        const by = body.email ? { email: body.email } : { username: body.username ?? '' };
        const granted = await accounts.signIn({ by, password: body.password, address: ip }, 'short');
        const user = await users.present(granted.account, origin);
        return reply(200, presentLogin(granted, loggedIn(granted), user), keep(granted));
      },
    ),
    json(
      {
        method: 'post',
        path: '/api/v1/users/refresh-token',
        access: 'public',
        tag: 'accounts',
        summary: 'New tokens for a refresh token in the body, the cookie or `x-refresh-token` (SmartBite)',
        description: refreshRule,
        body: RefreshBody,
        responses: { 200: enveloped(Pair.extend({ tokens: Pair })), 401: Problem },
      },
      async ({ body, headers }) => {
        const places = [body?.refreshToken, cookieIn(headers.cookie), headers['x-refresh-token']];
        const given = places.find((token): token is string => typeof token === 'string' && token !== '');
        if (given === undefined)
          throw problem('not-authenticated', {
            detail: 'Send the refresh token in the body, the cookie or x-refresh-token.',
          });
        const granted = await accounts.refresh(given);
        const { accessToken, refreshToken } = granted;
        const pair = { accessToken, refreshToken };
        return reply(200, envelope({ ...pair, tokens: pair }, 'Refreshed.'), keep(granted));
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
      async ({ caller, origin }) => envelope(await users.present(await accounts.find(caller.id), origin)),
    ),
    merging('/api/v1/users/update', 'Merge into the profile (SmartBite)'),
    merging('/api/v1/users/additional-data', 'Merge into the profile, fields flat (SmartBite)'),
    json(
      {
        method: 'delete',
        path: '/api/v1/users/me',
        access: 'user',
        tag: 'accounts',
        summary:
          'Erase the account a day from now, unless its owner logs in before; `Location` is the receipt (SmartBite)',
        description: 'Every session ends at once. A log-in within the 24 hours cancels the erasure, and says so.',
        responses: {
          202: { description: 'Erasure is scheduled', schema: enveloped(ErasureScheduled), headers: ['location'] },
          401: Problem,
        },
      },
      async ({ caller }) => {
        const { receiptId, location, dueAt } = await accounts.eraseLater(caller);
        const message = 'The account will be erased in 24 hours. Log in before then to keep it.';
        const scheduled = { success: true as const, message, id: receiptId, location, erasesAt: dueAt.toISOString() };
        return reply(202, envelope(scheduled, message), { location, ...forget });
      },
    ),
  ];
};

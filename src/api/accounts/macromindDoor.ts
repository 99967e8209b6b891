import { z } from 'zod';
import { GivenPassword, MixedPassword } from '../../model/accounts';
import {
  applyOnboarding,
  applyProfile,
  applyRegistration,
  MacromindProfile,
  MacromindUser,
  OnboardingBody,
  profileForMacromind,
  ProfileBody,
  RegisterBody,
  userForMacromind,
} from '../dialects/macromind';
import { emptyProfile } from '../../model/profiles';
import { invalid, Problem } from '../errors';
import { json, reply, type Route } from '../route';
import { emailLogin } from './emailLogin';
import type { Accounts } from './accounts';
import type { AccountDeps } from './deps';
import { LoginAnswer, presentLogin } from './present';

const RefreshBody = z.object({ refresh_token: z.string().min(1, 'is empty').max(500) });
const Said = z.object({ success: z.literal(true), message: z.string() });
const said = (message: string) => ({ success: true as const, message });
export const ErasureStarted = Said.extend({ id: z.string(), location: z.string() });

/** MacroMind, whose clients refresh; and what belongs to an account whichever door it came through. */
export const macromindDoor = (accounts: Accounts, deps: Pick<AccountDeps, 'clock' | 'launches'>): Route[] => [
  json(
    {
      method: 'post',
      path: '/api/auth/register',
      access: 'public',
      tag: 'accounts',
      summary: 'Sign up (MacroMind)',
      body: RegisterBody,
      idempotent: 'secret',
      responses: { 201: LoginAnswer, 400: Problem },
    },
    async ({ body, resourceId, afterAnswer }) => {
      const { email, password, full_name } = body;
      const profile = applyRegistration(emptyProfile, body);
      const granted = await accounts.signUp(
        { id: resourceId, email, password, name: full_name ?? null, profile },
        'short',
        afterAnswer,
      );
      // Its contract answers 400 here, where the others answer 409.
      if ('taken' in granted) invalid('body.email', 'An account with this e-mail address exists; log in instead.');
      return reply(201, presentLogin(granted, 'The account is ready.'));
    },
  ),
  emailLogin(accounts, { path: '/api/auth/login', summary: 'Log in (MacroMind)', life: 'short' }),
  json(
    {
      method: 'post',
      path: '/api/auth/refresh',
      access: 'public',
      tag: 'accounts',
      summary: 'A new access token and refresh token for a refresh token',
      description:
        'The refresh token is spent. Sent again within 30 s (a lost reply) it gives the same next one; later it ends the session.',
      body: RefreshBody,
      responses: { 200: LoginAnswer, 401: Problem },
    },
    async ({ body }) => presentLogin(await accounts.refresh(body.refresh_token), 'Refreshed.'),
  ),
  json(
    {
      method: 'post',
      path: '/api/auth/logout',
      access: 'user',
      tag: 'accounts',
      summary: 'End this session, or with `everywhere` every session of the account',
      body: z.object({ everywhere: z.boolean().nullish(), refresh_token: z.string().max(500).nullish() }).nullish(),
      responses: { 200: Said, 401: Problem },
    },
    async ({ caller, body }) => {
      await accounts.signOut(caller, body?.everywhere ?? false);
      if (body?.refresh_token) await accounts.endRefreshToken(body.refresh_token, caller.id);
      return said('Logged out.');
    },
  ),
  json(
    {
      method: 'get',
      path: '/api/auth/me',
      access: 'user',
      tag: 'accounts',
      summary: 'The account and its profile (MacroMind)',
      responses: { 200: MacromindUser, 401: Problem },
    },
    async ({ caller }) => userForMacromind(await accounts.find(caller.id)),
  ),
  json(
    {
      method: 'put',
      path: '/api/auth/profile',
      access: 'user',
      tag: 'accounts',
      summary: 'Change goal, diet, daily calories, activity or time zone (MacroMind)',
      body: ProfileBody,
      responses: { 200: z.object({ message: z.string(), profile: MacromindProfile }), 401: Problem },
    },
    async ({ caller, body, afterAnswer }) => {
      const { profile } = await accounts.changeProfile(
        caller.id,
        (account) => applyProfile(account.profile, body),
        afterAnswer,
      );
      return { message: 'The profile is saved.', profile: profileForMacromind(profile) };
    },
  ),
  json(
    {
      method: 'post',
      path: '/api/auth/onboarding',
      access: 'user',
      tag: 'accounts',
      summary: 'Answers of the onboarding questionnaire (MacroMind)',
      body: OnboardingBody,
      responses: { 200: MacromindUser, 401: Problem },
    },
    async ({ caller, body, afterAnswer }) =>
      userForMacromind(
        await accounts.changeProfile(
          caller.id,
          (account) => ({ profile: applyOnboarding(account.profile, body, deps.clock()) }),
          afterAnswer,
        ),
      ),
  ),
  json(
    {
      method: 'put',
      path: '/api/auth/password',
      access: 'user',
      tag: 'accounts',
      summary: 'Change the password; every other session ends',
      body: z.object({ current_password: GivenPassword, new_password: MixedPassword }),
      responses: { 200: LoginAnswer, 400: Problem, 401: Problem },
    },
    async ({ caller, body, ip }) =>
      presentLogin(
        await accounts.changePassword(caller, ip, body.current_password, body.new_password),
        'The password is changed; every other session has ended.',
      ),
  ),
  json(
    {
      method: 'get',
      path: '/api/auth/export',
      access: 'user',
      tag: 'accounts',
      summary: 'Everything that is kept of the account, as JSON',
      responses: { 200: z.record(z.string(), z.unknown()), 401: Problem },
    },
    async ({ caller }) =>
      reply(200, await accounts.export(caller.id), {
        'content-disposition': 'attachment; filename="palate-export.json"',
        'cache-control': 'no-store',
      }),
  ),
  json(
    {
      method: 'delete',
      path: '/api/auth/me',
      access: 'user',
      tag: 'accounts',
      summary: 'Erase the account and everything of it; `Location` is the receipt',
      responses: {
        202: {
          description: 'Erasure has begun; no token of the account works any more',
          schema: ErasureStarted,
          headers: ['location'],
        },
        401: Problem,
      },
    },
    async (context) => {
      const { receiptId, location, launch } = await accounts.erase(context.caller, context.requestId);
      context.afterAnswer(() => deps.launches.start(launch));
      return reply(202, { ...said('The account is being erased.'), id: receiptId, location }, { location });
    },
  ),
];

import { z } from 'zod';
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
} from './profile';
import { emptyProfile } from '../../../model/profiles';
import { invalid, Problem } from '../../errors';
import { json, reply, type Route } from '../../route';
import { emailLogin } from '../../accounts/emailLogin';
import type { Accounts } from '../../accounts/accounts';
import type { AccountDeps } from '../../accounts/deps';
import { Done, done, LoginAnswer, presentLogin, refreshRule } from '../../accounts/present';

const RefreshBody = z.strictObject({ refresh_token: z.string().min(1, 'is empty').max(500) });

/** MacroMind, whose clients refresh. */
export const macromindAccounts = (accounts: Accounts, deps: Pick<AccountDeps, 'clock'>): Route[] => [
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
    async ({ body, resourceId, ...request }) => {
      const { email, password, full_name } = body;
      const profile = applyRegistration(emptyProfile, body);
      const granted = await accounts.signUp(
        { id: resourceId, email, password, name: full_name ?? null, profile },
        'short',
        request,
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
      description: refreshRule,
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
      body: z
        .strictObject({ everywhere: z.boolean().nullish(), refresh_token: z.string().max(500).nullish() })
        .nullish(),
      responses: { 200: Done, 401: Problem },
    },
    async ({ caller, body }) => {
      await accounts.signOut(caller, body?.everywhere ?? false);
      if (body?.refresh_token) await accounts.endRefreshToken(body.refresh_token, caller.id);
      return done('Logged out.');
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
];

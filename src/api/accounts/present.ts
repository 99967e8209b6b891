import { z } from 'zod';
import type { Account } from '../../model/accounts';
import { SmartbiteUser, userForSmartbite } from '../dialects/smartbite/profile';
import type { SignedIn } from './accounts';
import type { Granted } from './sessions';

/** What a client is told of refreshing, at every door that has it. */
export const refreshRule =
  'Store the new refresh token. The one that was sent is spent once you use the new one, or the access token that came with it; until then it gives the same ' +
  'new one again. A spent one still gives the latest for 30 s; sent later it ends the session.';

/** An answer that says no more than that it went well. */
export const Done = z.object({ success: z.literal(true), message: z.string() });
export const done = (message: string): z.input<typeof Done> => ({ success: true, message });

/** FoodLog's user, which carries AiREC's name. */
export const User = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string().nullable(),
  created_at: z.string(),
});

export const presentUser = ({ id, email, name, createdAt }: Account): z.input<typeof User> => ({
  id,
  email,
  name,
  created_at: createdAt.toISOString(),
});

/** One answer for every door: each system's client finds the keys it reads. */
export const LoginAnswer = z
  .object({
    access_token: z.string(),
    refresh_token: z.string(),
    token_type: z.literal('bearer'),
    expires_in: z.int().meta({ description: 'Seconds' }),
    token: z.string(),
    jwttoken: z.string(),
    success: z.literal(true),
    message: z.string(),
    id: z.string(),
    user: User,
    email: z.string(),
    name: z.string().nullable(),
    data: z.object({
      user: SmartbiteUser,
      tokens: z.object({ accessToken: z.string(), refreshToken: z.string() }),
      accessToken: z.string(),
      refreshToken: z.string(),
      message: z.string(),
    }),
    error: z.null(),
  })
  .meta({ id: 'LoginAnswer' });

export const loggedIn = ({ erasureCancelled }: SignedIn): string =>
  erasureCancelled ? 'Logged in. Your account was to be erased; it is kept.' : 'Logged in.';

export const presentLogin = (
  { account, accessToken, refreshToken, expiresInS }: Granted,
  message: string,
  user: z.input<typeof SmartbiteUser> = userForSmartbite(account),
): z.input<typeof LoginAnswer> => ({
  access_token: accessToken,
  refresh_token: refreshToken,
  token_type: 'bearer',
  expires_in: expiresInS,
  token: accessToken,
  jwttoken: accessToken,
  success: true,
  message,
  id: account.id,
  user: presentUser(account),
  email: account.email,
  name: account.name,
  data: { user, tokens: { accessToken, refreshToken }, accessToken, refreshToken, message },
  error: null,
});

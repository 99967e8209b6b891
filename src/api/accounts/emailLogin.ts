import { z } from 'zod';
import { GivenEmail, GivenPassword } from '../../model/accounts';
import { Problem } from '../errors';
import { json, type Route } from '../route';
import type { Accounts } from './accounts';
import { loggedIn, LoginAnswer, presentLogin } from './present';
import type { Life } from './sessions';

const LoginBody = z.strictObject({ email: GivenEmail, password: GivenPassword });

/** Log-in by e-mail address, the same behind every door that has it; `life` is that of the door's access tokens. */
export const emailLogin = (
  accounts: Accounts,
  { path, summary, life }: { path: Route['path']; summary: string; life: Life },
): Route =>
  json(
    {
      method: 'post',
      path,
      access: 'public',
      tag: 'accounts',
      summary,
      body: LoginBody,
      responses: { 200: LoginAnswer, 401: Problem },
    },
    async ({ body, ip }) => {
      const { email, password } = body;
      const granted = await accounts.signIn({ by: { email }, password, address: ip }, life);
      return presentLogin(granted, loggedIn(granted));
    },
  );

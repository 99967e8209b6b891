/** An account with the role support, as an operator makes one: by `npm run admin`, where the database is. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import { root } from '../checkout/dependencies.mjs';

const script = path.join(root, 'scripts', 'admin.mjs');

/** Its last line where it could not be done; null where it was. */
async function admin(args, env, password) {
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...env, ...(password && { PALATE_ADMIN_PASSWORD: password }) },
  });
  let told = '';
  child.stderr.on('data', (chunk) => (told += chunk));
  const [code] = await once(child, 'close');
  return code === 0 ? null : (told.trim().split('\n').at(-1) ?? '');
}

/** Makes one in the database of `env`, if that has `email` of the demo; a text says why there is none. */
export async function makeSupportAccount(email, env) {
  // In the database of another server it would stay for good.
  const elsewhere = await admin(['role', '--email', email, '--role', 'user'], env);
  if (elsewhere !== null) return elsewhere;
  const password = `Demo-${randomBytes(18).toString('base64url')}1a`;
  const own = `demo-support-${randomBytes(6).toString('hex')}@example.com`;
  const refused = await admin(['create', '--email', own, '--role', 'support'], env, password);
  if (refused !== null) return refused;
  return {
    email: own,
    password,
    /** Null: done. */
    takeRoleAway: () => admin(['role', '--email', own, '--role', 'user'], env),
  };
}

import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { operatorId } from '../../../src/model/audit';
import { ask, openPalate, signUp, type House } from '../palate';
import { staff } from './rows';

/** What `npm run admin` gives and takes is in the audit. */
let house: House;
let url: string;
beforeAll(async () => {
  house = await openPalate('support-roles');
  ({ url } = await house.start());
}, 60_000);
afterAll(() => house.close());

const script = path.resolve(__dirname, '../../../scripts/admin.mjs');
const admin = (...args: string[]) =>
  promisify(execFile)(process.execPath, [script, ...args], {
    env: { ...process.env, MONGODB_URI: house.mongodbUri, PALATE_ADMIN_PASSWORD: 'Correct-horse-1' },
  });

it('records each role that is given or taken, and none that stays', async () => {
  const helper = await staff(house, url, 'support');
  const person = await signUp(url);
  for (const role of ['support', 'admin', 'admin', 'user'])
    await admin('role', '--email', person.email, '--role', role);
  await admin('create', '--email', 'new-admin@example.com', '--role', 'admin');
  await admin('create', '--email', 'new-user@example.com', '--role', 'user');

  const audit = async (query: string) =>
    (await ask<{ items: object[] }>(url, 'GET', `/api/support/audit?${query}`, { token: helper.token })).body.items;
  const by = { actor: { id: operatorId, email: null }, target: person.id };
  expect(await audit(`target=${person.id}`)).toMatchObject([
    { ...by, action: 'role.take', reason: 'user (was admin)' },
    { ...by, action: 'role.give', reason: 'admin (was support)' },
    { ...by, action: 'role.give', reason: 'support (was user)' },
  ]);
  const [created] = await house.store.accounts.list({ limit: 2, role: 'admin' });
  expect(created?.email).toBe('new-admin@example.com');
  expect(await audit(`actor=${operatorId}`)).toHaveLength(4);
  expect(await audit('action=role.give&limit=1')).toMatchObject([{ target: created?.id, reason: 'admin (was user)' }]);
}, 120_000);

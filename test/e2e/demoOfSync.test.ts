import { eventually } from '../eventually';
import { freePort } from '../../scripts/engines/network.mjs';
import { freshDatabaseUri } from '../integration/engines';
import { demo, expectOutageAndReplay, from, startShown } from './demo';
import { openPeople } from './people';

/** `npm run demo` with an ML service that it plays itself, of which the server that is shown was told. */
let shown: Awaited<ReturnType<typeof startShown>>;
let both: Record<string, string>;
let quick: Record<string, string>;
beforeAll(async () => {
  both = { FLASK_AI_BASE_URL: `http://127.0.0.1:${await freePort()}`, INTERNAL_HMAC_SECRET: 'a secret of the demo' };
  quick = { CONTEXT_SYNC_MAX_ATTEMPTS: '2', CONTEXT_SYNC_RETRY_MS: '200', CONTEXT_SYNC_DEBOUNCE_MS: '200' };
  shown = await startShown({ ...both, ...quick });
}, 60_000);
afterAll(() => shown.stop());

it('shows a change, an outage, the failed list and a replay, and leaves nobody behind', async () => {
  const { code, said } = await demo(shown.url, { ...both, MONGODB_URI: shown.mongodbUri });
  expect(`${code}\n${said}`).toMatch(/^0\n/);
  expectOutageAndReplay(said);
  const erased = from(said, 'The account is erased');
  expect(erased).toMatch(/demo-support-\w+@example\.com lost the role and is erased too/);
  expect(erased).toContain('the ML service has forgotten it');
  expect(erased).toMatch(/\/erasures\/[0-9a-f]{24}: done/);

  const people = await openPeople(shown.mongodbUri);
  try {
    // Both are gone for good, or on their way.
    await eventually(async () => (await people.store.accounts.list({ limit: 10 })).length === 0, 30_000);
  } finally {
    await people.close();
  }
}, 200_000);

it('goes on without support where the database is not', async () => {
  const elsewhere = { ...both, MONGODB_URI: freshDatabaseUri('demo-elsewhere') };
  const { code, said } = await demo(shown.url, elsewhere);
  expect(`${code}\n${said}`).toMatch(/^0\n/);
  expect(from(said, 'A change')).toMatch(/cooking may take 20 minutes/);
  expect(from(said, 'Someone of support')).toMatch(/not shown, as the database is not here: No account has demo-/);
  expect(said).not.toContain('failed list');
  expect(from(said, 'The account is erased')).toContain('the ML service has forgotten it');
}, 200_000);

it('says that the secrets differ', async () => {
  const { code, said } = await demo(shown.url, { ...both, INTERNAL_HMAC_SECRET: 'another secret' });
  expect(`${code}\n${said}`).toMatch(/^0\n/);
  expect(from(said, 'A change')).toContain('signed by another secret');
}, 200_000);

it('plays the ML service on this machine alone', async () => {
  const { code, said } = await demo(shown.url, { ...both, FLASK_AI_BASE_URL: 'http://ml.example.com' });
  expect(`${code}\n${said}`).toMatch(/^0\n/);
  expect(from(said, 'A change')).toContain('not shown: FLASK_AI_BASE_URL leads to another machine');
}, 200_000);

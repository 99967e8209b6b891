import { spawn } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import mongoose, { type Connection } from 'mongoose';
import pino from 'pino';
import { parseSettings } from '../../../src/config/settings';
import { startPalate } from '../../../src/palate';
import { createIndexes } from '../../../src/store/indexes';
import { newId } from '../../../src/store/ids';
import { createStore } from '../../../src/store/store';
import { onDatabase } from '../../scripts/programs';
import { freshDatabaseUri, freshTaskQueue, temporalAddress } from '../engines';

jest.setTimeout(60_000);

/** `npm run migrate` as the program that an operator runs, and starts beside it, on a database of 0.2.0: accounts without contexts. */
const script = path.resolve(__dirname, '../../../scripts/migrate.mjs');
const run = onDatabase(script);
const uri = freshDatabaseUri('migrate');
let connection: Connection;

/** As 0.2.0 signs people up. */
const signUp = async (people: number) => {
  const accounts = Array.from({ length: people }, () => newId()).map((_id) => ({
    _id,
    email: `${_id}@example.com`,
    state: 'active',
    role: 'user',
  }));
  await connection.collection<{ _id: string }>('accounts').insertMany(accounts);
  return accounts.map(({ _id }) => _id);
};
const contexts = () => connection.collection('context_syncs').countDocuments({});
const ledger = () => connection.collection<{ _id: number | string } & Record<string, unknown>>('migrations');

const start = (env: Record<string, string> = {}) =>
  startPalate({
    settings: parseSettings({
      NODE_ENV: 'test',
      MONGODB_URI: uri,
      TEMPORAL_ADDRESS: temporalAddress(),
      TEMPORAL_TASK_QUEUE: freshTaskQueue('migrate'),
      PALATE_HOME: os.tmpdir(),
      JWT_SECRET: 'a secret for tests only, long enough to be taken',
      PALATE_ENCRYPTION_KEYS: Buffer.alloc(32, 7).toString('base64'),
      PORT: '0',
      METRICS_PORT: '0',
      ...env,
    }),
    log: pino({ level: 'silent' }),
    clock: () => new Date(),
    version: '0',
  });

beforeAll(async () => {
  connection = await mongoose.createConnection(uri, { autoIndex: false, autoCreate: false }).asPromise();
  await signUp(5_000);
  await createIndexes(connection, 'accounts', [{ name: 'by_hand', key: { state: 1 } }]);
});
afterAll(async () => {
  await connection.dropDatabase();
  await connection.close();
});

it.each([[['--dryrun']], [['--dry-run', '--again']], [['now']]])(
  'refuses %j and says how it is used',
  async (words) => {
    const { code, out, err } = await run(uri, words);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^npm run migrate \[-- --dry-run \| --again\]/);
  },
);

it('refuses to go without a database, or to one that has no address', async () => {
  const [none, bad] = await Promise.all([run('', []), run('postgres://127.0.0.1/palate', [])]);
  expect(none).toMatchObject({ code: 1, err: expect.stringMatching(/^MONGODB_URI is not set: /) as string });
  expect(bad).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^MONGODB_URI is not an address of MongoDB \(/) as string,
  });
});

it.each(['api', 'worker', 'trainer', 'all'])(
  'a start of role %s refuses before, and names the command',
  async (role) => {
    await expect(start({ PALATE_ROLE: role })).rejects.toMatchObject({
      name: 'CannotStart',
      message: expect.stringMatching(/migration 1 \(adopt-accounts\) is pending.*Run `npm run migrate`/) as string,
    });
  },
);

it('a dry run counts rows, lists indexes, and changes nothing', async () => {
  const contents = async () => {
    const { collections, md5 } = (await connection.db!.command({ dbHash: 1 })) as Record<string, unknown>;
    return { collections, md5 };
  };
  const before = await contents();
  const { code, out } = await run(uri, ['--dry-run']);
  expect(code).toBe(0);
  expect(out).toContain('  build context_syncs dueAt_1\n');
  expect(out).toContain('  keep accounts by_hand, which this version does not know\n');
  expect(out).toContain('  1 adopt-accounts: pending; accounts without a context: 5,000\n');
  expect(out).toMatch(/Nothing was changed\.\n$/);
  expect(await contents()).toEqual(before);
  expect(await connection.collection('accounts').indexes()).toHaveLength(2);
});

it('killed in the middle, it goes on where it was; a start is content afterwards', async () => {
  const killed = await run(uri, [], (out, kill) => out.includes('so far') && kill());
  expect(killed.code).toBeNull();
  const row = await ledger().findOne({ _id: 1 });
  expect(row).toMatchObject({ state: 'running' });
  // Its lease runs out.
  await ledger().updateOne({ _id: 'lease' }, { $set: { expiresAt: new Date(0) } });

  const { code, out, err } = await run(uri, []);
  expect([code, err]).toEqual([0, '']);
  expect(out).not.toContain('1 adopt-accounts: 1,000 changed so far');
  expect(out).toContain('1 adopt-accounts: done, 5,000 changed.\n');
  expect(await contexts()).toBe(5_000);
  await (await start({ PALATE_ROLE: 'trainer' })).stop();
});

it('accounts that the old version makes afterwards are not lost: a change begins their context, and so does running again', async () => {
  const [changed, quiet] = await signUp(2);
  const store = createStore(connection);
  const touched = store.transaction((session) => store.contextSyncs.touch(changed!, ['user'], 0, session));
  expect(await touched).toBe(1);
  expect((await run(uri, ['--dry-run'])).out).toContain(
    '1 adopt-accounts: done; since then accounts without a context: 1 (npm run migrate -- --again)\n',
  );
  expect((await run(uri, ['--again'])).out).toContain('1 adopt-accounts: done, 1 changed.\n');
  expect(await store.contextSyncs.find(quiet!)).toMatchObject({ version: 1, behind: true });
});

it('Ctrl-C while another runner is at work ends the wait', async () => {
  await ledger().updateOne(
    { _id: 'lease' },
    { $set: { holder: 'somebody else', expiresAt: new Date(Date.now() + 60_000) } },
  );
  const child = spawn(process.execPath, [script, '--again'], { env: { ...process.env, MONGODB_URI: uri } });
  let out = '';
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    if (out.includes('waiting')) child.kill('SIGINT');
  });
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(1);
  expect(out).toMatch(/^somebody else has been migrating this database since 2\S+; waiting\.\n$/);
  expect(err).toBe('Stopped while waiting; nothing was changed.\n');
});

it('a newer ledger is refused, by every start too', async () => {
  await ledger().insertOne({ _id: 99, name: 'from-later', state: 'done' });
  const sentence =
    'This database was written by a newer Palate: its migration 99 (from-later) is not known to this version.';
  expect(await run(uri, [])).toMatchObject({ code: 1, err: expect.stringContaining(sentence) as string });
  for (const MONGODB_INDEXES of ['check', 'build'])
    await expect(start({ PALATE_ROLE: 'api', MONGODB_INDEXES })).rejects.toMatchObject({
      name: 'CannotStart',
      message: expect.stringContaining(sentence) as string,
    });
});

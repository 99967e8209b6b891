import mongoose, { type Connection } from 'mongoose';
import { buildIndexes } from '../../../src/store/indexes';
import { fillEmailKeys } from '../../../src/store/migrations/0003-fill-email-keys';
import type { MigrationProgress } from '../../../src/store/migrations/run';
import { createStore, type Store } from '../../../src/store/store';
import { freshDatabaseUri } from '../engines';
import { runnerOn } from './database';

let connection: Connection;
let store: Store;
beforeEach(async () => {
  connection = await mongoose.createConnection(freshDatabaseUri('email-keys')).asPromise();
  store = createStore(connection);
  await buildIndexes(connection);
});
afterEach(async () => {
  await connection.dropDatabase();
  await connection.close();
});

const rows = () => connection.collection<{ _id: string; email: string; emailKey?: string }>('accounts');
/** As earlier versions sign up. */
const signUp = async (email: string): Promise<string> => {
  const account = await store.accounts.create({ email, passwordHash: 'none' });
  if ('taken' in account) throw new Error(`${email} is taken`);
  await rows().updateOne({ _id: account.id }, { $unset: { emailKey: 1 } });
  return account.id;
};
const idFor = async (email: string) => (await store.accounts.findForLogin({ email }))?.account.id;

it('fills what is missing in batches, says the conflicts by count and leaves them, and is safe beside the previous version', async () => {
  const plain = await signUp('ada@example.com');
  const wide = await signUp('\uff41da@example.com');
  const many: string[] = [];
  for (let n = 0; n < 25; n += 1) many.push(await signUp(`p${String(n)}@example.com`));
  const ligature = await signUp('\ufb01na@example.com');
  // Before it ran, each is found as it is written.
  expect([await idFor('ada@example.com'), await idFor('\uff41da@example.com')]).toEqual([plain, wide]);
  expect(await fillEmailKeys.count(connection)).toBe(28);

  const done: MigrationProgress[] = [];
  const onProgress = (progress: MigrationProgress) => {
    if (progress.kind === 'done') done.push(progress);
  };
  await runnerOn(connection, fillEmailKeys, { onProgress });
  expect(done).toMatchObject([{ changed: 27, left: 1 }]);
  expect(await rows().countDocuments({ emailKey: { $exists: false } })).toBe(1);

  // Both are kept, and answer to their own address; the others to every way of writing.
  expect([await idFor('ada@example.com'), await idFor('\uff41da@example.com')]).toEqual([plain, wide]);
  expect(await idFor('fina@example.com')).toBe(ligature);
  expect(await store.accounts.create({ email: '\uff50' + '1@example.com', passwordHash: 'none' })).toEqual({
    taken: 'email',
  });

  // What the previous version signs up later is found as it is written, and filled by another run.
  const late = await signUp('\uff4cate@example.com');
  expect(await idFor('\uff4cate@example.com')).toBe(late);
  expect(await idFor('late@example.com')).toBeUndefined();
  await runnerOn(connection, fillEmailKeys, { again: true });
  expect(await idFor('late@example.com')).toBe(late);
  expect(await fillEmailKeys.count(connection)).toBe(1);
});

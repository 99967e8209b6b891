import mongoose, { Schema, type Connection, type IndexDefinition, type IndexOptions } from 'mongoose';
import { createIndexes } from '../../../src/store/indexes';
import { createStore } from '../../../src/store/store';
import type { RetiredIndex } from '../../../src/store/migrations/indexPlan';
import { assertMigrated, migrate, planMigrations } from '../../../src/store/migrations/run';
import { freshDatabaseUri } from '../engines';

/** Indexes of an earlier version, and what becomes of them under schemas that declare others. */
let connection: Connection;
let nth = 0;
/** A collection of each test's own. */
let name: string;
beforeAll(async () => {
  const uri = freshDatabaseUri('index-plan');
  connection = await mongoose.createConnection(uri, { autoIndex: false, autoCreate: false }).asPromise();
});
beforeEach(() => {
  name = `pots_${(nth += 1)}`;
});
afterAll(async () => {
  await connection.dropDatabase();
  await connection.close();
});

type Index = [IndexDefinition, IndexOptions];
const pots = () => connection.collection<{ _id: number } & Record<string, unknown>>(name);

/** A version that declares these. */
async function version(indexes: Index[], retired: RetiredIndex[] = []) {
  connection.deleteModel(/Pot/);
  const schema = new Schema({ _id: Number, at: Date, word: String, size: Number }, { collection: name });
  for (const [keys, options] of indexes) schema.index(keys, options);
  connection.model('Pot', schema);
  const set = { migrations: [], retired };
  const { changes, kept } = await planMigrations(connection, set);
  return {
    changes: changes.map(({ kind }) => kind),
    kept: kept.map((index) => index.name),
    isRefused: () =>
      assertMigrated(connection, set).then(
        () => false,
        () => true,
      ),
    async migrate() {
      await migrate(connection, { holder: 'a test', ...set });
      expect((await planMigrations(connection, set)).changes).toEqual([]);
    },
  };
}
const standing = async () =>
  Object.fromEntries(
    (await pots().listIndexes().toArray()).map(({ name, v: _v, key: _key, ...options }) => [name as string, options]),
  );

/** The version before, with a row. */
async function before(indexes: Index[]) {
  await pots().insertOne({ _id: 1, word: 'a', size: 1, at: new Date() });
  await (await version(indexes)).migrate();
}

it.each<[string, IndexOptions, IndexOptions]>([
  ['is changed', { expireAfterSeconds: 3_600 }, { expireAfterSeconds: 7_200 }],
  ['begins', {}, { expireAfterSeconds: 7_200 }],
])('a TTL that %s is changed in place', async (_, old, now) => {
  await before([[{ at: 1 }, old]]);
  const next = await version([[{ at: 1 }, now]]);
  expect(next.changes).toEqual(['expire']);
  expect(await next.isRefused()).toBe(true);
  await next.migrate();
  expect(await standing()).toMatchObject({ at_1: { expireAfterSeconds: 7_200 } });
});

it.each<[string, IndexOptions, IndexOptions]>([
  [
    'a partial filter',
    { partialFilterExpression: { size: { $gt: 1 } } },
    { partialFilterExpression: { size: { $gt: 2 } } },
  ],
  ['sparse', {}, { sparse: true }],
  ['no TTL', { expireAfterSeconds: 3_600 }, {}],
  ['no uniqueness', { unique: true }, {}],
])('other options under the same name are built anew: %s', async (_, old, now) => {
  await before([[{ at: 1 }, old]]);
  const next = await version([[{ at: 1 }, now]]);
  expect(next.changes).toEqual(['rebuild']);
  expect(await next.isRefused()).toBe(true);
  await next.migrate();
  expect(await standing()).toEqual({ _id_: {}, at_1: { name: undefined, ...now } });
});

it('other keys under the same name are built anew', async () => {
  await before([[{ word: 1 }, { name: 'search' }]]);
  const next = await version([[{ word: 1, size: -1 }, { name: 'search' }]]);
  expect(next.changes).toEqual(['rebuild']);
  await next.migrate();
  expect((await pots().listIndexes().toArray()).map(({ key }) => key as unknown)).toEqual([
    { _id: 1 },
    { word: 1, size: -1 },
  ]);
});

describe('an index that becomes unique', () => {
  it('does so in place', async () => {
    await before([[{ word: 1 }, {}]]);
    const next = await version([[{ word: 1 }, { unique: true }]]);
    expect(next.changes).toEqual(['makeUnique']);
    await next.migrate();
    await expect(pots().insertOne({ _id: 2, word: 'a' })).rejects.toMatchObject({ code: 11_000 });
  });

  it('stays as it is where there are duplicates', async () => {
    await before([[{ word: 1 }, {}]]);
    await pots().insertOne({ _id: 2, word: 'a' });
    const next = await version([[{ word: 1 }, { unique: true }]]);
    await expect(next.migrate()).rejects.toThrow(`The index word_1 of ${name} cannot become unique`);
    await pots().insertOne({ _id: 3, word: 'a' });
    expect(await standing()).toEqual({ _id_: {}, word_1: {} });
  });
});

it('a unique index is never dropped to be built anew: nothing is changed', async () => {
  const partial = { unique: true, partialFilterExpression: { size: { $gt: 1 } } };
  await before([[{ word: 1 }, partial]]);
  const next = await version([
    [{ size: 1 }, {}],
    [{ word: 1 }, { unique: true }],
  ]);
  expect(next.changes).toEqual(['build', 'conflict']);
  expect(await next.isRefused()).toBe(true);
  await expect(next.migrate()).rejects.toThrow('which must give it another name; nothing was changed');
  expect(await standing()).toEqual({ _id_: {}, word_1: partial });
});

it('a unique index under another name is built before the old one is dropped', async () => {
  await before([[{ word: 1 }, { unique: true, partialFilterExpression: { size: { $gt: 1 } } }]]);
  const next = await version(
    [[{ word: 1 }, { unique: true, name: 'word_always' }]],
    [{ collection: name, name: 'word_1' }],
  );
  expect(next.changes).toEqual(['build', 'drop']);
  await next.migrate();
  expect(await standing()).toEqual({ _id_: {}, word_always: { unique: true } });
});

describe('an index that nothing declares', () => {
  it('is dropped where an earlier version declared it, and keeps no start away', async () => {
    await before([
      [{ word: 1 }, {}],
      [{ size: 1 }, {}],
    ]);
    const next = await version([[{ size: 1 }, {}]], [{ collection: name, name: 'word_1' }]);
    expect(next.changes).toEqual(['drop']);
    expect(await next.isRefused()).toBe(false);
    await next.migrate();
    expect(await standing()).toEqual({ _id_: {}, size_1: {} });
  });

  it('is kept where an operator made it', async () => {
    await before([[{ size: 1 }, {}]]);
    await createIndexes(connection, name, [{ name: 'word_1', key: { word: 1 } }]);
    const next = await version([[{ size: 1 }, {}]], [{ collection: 'others', name: 'word_1' }]);
    expect(next).toMatchObject({ changes: [], kept: ['word_1'] });
    await next.migrate();
    expect(Object.keys(await standing())).toContain('word_1');
  });
});

it('an index that an operator has built already counts, under whatever name', async () => {
  await before([]);
  await createIndexes(connection, name, [{ name: 'by_hand', key: { word: 1, size: -1 }, sparse: true }]);
  expect(await version([[{ word: 1, size: -1 }, { sparse: true }]])).toMatchObject({ changes: [], kept: [] });
});

it('every index of Palate, once built, is the one that is declared', async () => {
  const own = await mongoose.createConnection(freshDatabaseUri('all-indexes'), { autoIndex: false }).asPromise();
  createStore(own);
  const { indexes } = await migrate(own, { holder: 'a test' });
  expect(indexes.length).toBeGreaterThan(70);
  expect(await planMigrations(own)).toMatchObject({ changes: [], kept: [], pending: [] });
  await own.dropDatabase();
  await own.close();
});

it('indexes that 0.8.0 declared and that nothing reads by are dropped', async () => {
  const own = await mongoose.createConnection(freshDatabaseUri('retired-indexes'), { autoIndex: false }).asPromise();
  createStore(own);
  const of080 = {
    imported_foods: { name: 'release_1_words_1', key: { release: 1, words: 1 } },
    own_foods: { name: 'ownerId_1_nameKey_1', key: { ownerId: 1, nameKey: 1 } },
  };
  for (const [collection, index] of Object.entries(of080)) await createIndexes(own, collection, [index]);
  await migrate(own, { holder: 'a test' });
  for (const [collection, { name }] of Object.entries(of080))
    expect(await own.collection(collection).indexExists(name)).toBe(false);
  expect(await planMigrations(own)).toMatchObject({ changes: [], kept: [], pending: [] });
  await own.dropDatabase();
  await own.close();
});

import { createIndexes } from '../../../src/store/indexes';
import { assertMigrated, planMigrations, type MigrationProgress } from '../../../src/store/migrations/run';
import { eventually } from '../../eventually';
import { dishId, fillNameKey, openDishes, runnerOn, type Dishes } from './database';

/** Migrations of real rows: one runner at a time, whatever becomes of it, and beside a version that writes the old form. */
let db: Dishes;
beforeAll(async () => {
  db = await openDishes('run');
});
afterEach(() => db.clear());
afterAll(() => db.close());

const rowOf = (number = 1) => db.ledger.findOne({ _id: number });
const lease = () => db.ledger.findOne({ _id: 'lease' });

describe('a runner', () => {
  it('brings every row into the new form, once, and says so in the ledger', async () => {
    await db.cook(0, 25);
    const places: (string | null)[] = [];
    const migration = fillNameKey({ onBatch: (after) => places.push(after) });
    expect((await runnerOn(db.connection, migration)).migrations).toEqual([{ migration, changed: 25 }]);
    expect(await db.unfilled()).toBe(0);
    expect(await db.dishes.findOne({ _id: dishId(24) })).toEqual({
      _id: dishId(24),
      name: 'Dish 24',
      nameKey: 'dish 24',
    });
    const pass = [null, dishId(9), dishId(19)];
    expect(places).toEqual([...pass, ...pass]);
    expect(await rowOf()).toMatchObject({
      name: 'fill-name-key',
      state: 'done',
      changed: 25,
      finishedAt: expect.any(Date) as Date,
    });

    expect(await runnerOn(db.connection, migration)).toEqual({ indexes: [], migrations: [] });
    expect(places).toHaveLength(6);
  });

  it('records everything as done in a database that has no rows, and builds its indexes', async () => {
    const migration = fillNameKey({ run: () => Promise.reject(new Error('there is nothing to migrate')) });
    expect((await runnerOn(db.connection, migration)).migrations).toEqual([]);
    expect(await rowOf()).toMatchObject({ state: 'done', changed: 0 });
    expect(await db.dishes.indexExists('nameKey_1')).toBe(true);
    await db.cook(0, 1);
    expect(await runnerOn(db.connection, migration)).toEqual({ indexes: [], migrations: [] });
    expect(await assertMigrated(db.connection, { migrations: [migration], retired: [] })).toEqual([]);
  });

  it('that is told to stop ends before its next batch, and another one goes on at once', async () => {
    await db.cook(0, 25);
    const stop = new AbortController();
    const stopped = runnerOn(db.connection, fillNameKey({ onBatch: (after) => after !== null && stop.abort() }), {
      signal: stop.signal,
    });
    await expect(stopped).rejects.toThrow('Stopped in migration 1 (fill-name-key)');
    expect(await db.unfilled()).toBe(5);
    expect(await rowOf()).toMatchObject({ state: 'running', after: dishId(19), finishedAt: null });
    const places: (string | null)[] = [];
    await runnerOn(db.connection, fillNameKey({ onBatch: (after) => places.push(after) }));
    expect(places[0]).toBe(dishId(19));
    expect(await db.unfilled()).toBe(0);
  });

  it('that is killed is followed by another one, which goes on from the last batch once the lease has run out', async () => {
    await db.cook(0, 35);
    const doomed = await db.open();
    const killed = runnerOn(
      doomed,
      fillNameKey({ onBatch: (after) => (after === dishId(19) ? doomed.close() : undefined) }),
      { leaseMs: 2_000, holder: 'the one that is killed' },
    );
    await expect(killed).rejects.toThrow();
    expect(await rowOf()).toMatchObject({ state: 'running', after: dishId(19), changed: 20 });

    const places: (string | null)[] = [];
    const heard: MigrationProgress[] = [];
    const { migrations } = await runnerOn(db.connection, fillNameKey({ onBatch: (after) => places.push(after) }), {
      onProgress: (progress) => heard.push(progress),
    });
    expect(heard[0]).toMatchObject({ kind: 'waiting', by: { holder: 'the one that is killed' } });
    expect(places[0]).toBe(dishId(19));
    expect(migrations).toMatchObject([{ changed: 35 }]);
    expect(await db.unfilled()).toBe(0);
  });

  it('waits for another one, for as long as that is at work, and finds everything done', async () => {
    await db.cook(0, 5);
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const leaseMs = 1_500;
    const first = runnerOn(db.connection, fillNameKey({ onBatch: () => gate }), { holder: 'the first', leaseMs });
    await eventually(async () => (await rowOf()) !== null);
    const heard: MigrationProgress[] = [];
    const other = await db.open();
    const second = runnerOn(other, fillNameKey({ run: () => Promise.reject(new Error('two at once')) }), {
      onProgress: (progress) => heard.push(progress),
    });
    // Longer than a lease lives: it is renewed while a batch takes its time.
    await eventually(async () => {
      const held = await lease();
      return heard.length > 0 && held!.heartbeatAt.getTime() - held!.takenAt.getTime() > leaseMs;
    }).finally(open);
    expect((await first).migrations).toMatchObject([{ changed: 5 }]);
    expect(await second).toEqual({ indexes: [], migrations: [] });
    expect(heard).toMatchObject([{ kind: 'waiting', by: { holder: 'the first' } }]);
    await other.close();
  });

  it('that has lost its lease ends before its next batch', async () => {
    await db.cook(0, 35);
    const lost = runnerOn(
      db.connection,
      fillNameKey({
        // Silent for too long, and another one is at work.
        onBatch: (after) => after === dishId(9) && db.ledger.updateOne({ _id: 'lease' }, { $inc: { token: 1 } }),
      }),
    );
    await expect(lost).rejects.toThrow('Another process has taken over');
    expect(await db.unfilled()).toBe(15);
    expect((await lease())!.expiresAt.getTime()).toBeGreaterThan(Date.now());
  });

  it('writes nothing into the ledger once another one goes on with the migration', async () => {
    await db.cook(0, 35);
    const other = await db.open();
    const late = runnerOn(
      db.connection,
      fillNameKey({
        onBatch: async (after) => {
          if (after !== dishId(9)) return;
          await db.ledger.updateOne({ _id: 'lease' }, { $set: { expiresAt: new Date(0) } });
          await runnerOn(other, fillNameKey());
        },
      }),
    );
    await expect(late).rejects.toThrow('Migration 1 has been taken over by another process');
    expect(await rowOf()).toMatchObject({ state: 'done', changed: 35, token: 2 });
    await other.close();
  });
});

describe('beside the version before', () => {
  it('rows that it writes behind the place of the runner are found, too', async () => {
    await db.cook(10, 35);
    let passes = 0;
    const onBatch = async (after: string | null) => {
      if (after === null) passes += 1;
      if (passes === 1 && after === dishId(29)) await db.cook(0, 5);
    };
    expect((await runnerOn(db.connection, fillNameKey({ onBatch }))).migrations).toMatchObject([{ changed: 30 }]);
    expect(await db.unfilled()).toBe(0);
  });

  it('rows that it writes afterwards are found by running again, which keeps no start away', async () => {
    await db.cook(0, 3);
    const set = { migrations: [fillNameKey()], retired: [] };
    await runnerOn(db.connection, fillNameKey());
    const { finishedAt } = (await rowOf())!;
    await db.cook(3, 25);
    await runnerOn(db.connection, fillNameKey());
    expect(await db.unfilled()).toBe(22);

    const stop = new AbortController();
    const onBatch = (after: string | null) => after !== null && stop.abort();
    await expect(
      runnerOn(db.connection, fillNameKey({ onBatch }), { again: true, signal: stop.signal }),
    ).rejects.toThrow('Stopped');
    expect(await rowOf()).toMatchObject({ state: 'running', after: dishId(19), finishedAt });
    expect(await assertMigrated(db.connection, set)).toEqual([]);

    expect((await runnerOn(db.connection, fillNameKey())).migrations).toMatchObject([{ changed: 22 }]);
    expect(await db.unfilled()).toBe(0);
    expect((await runnerOn(db.connection, fillNameKey(), { again: true })).migrations).toMatchObject([{ changed: 0 }]);
  });
});

describe('a start', () => {
  it('refuses where a required migration is pending, and names the command', async () => {
    await db.cook(0, 1);
    const set = { migrations: [fillNameKey()], retired: [] };
    await expect(assertMigrated(db.connection, set)).rejects.toThrow(
      /migration 1 \(fill-name-key\) is pending, 1 indexes are missing or changed \(build dishes nameKey_1\)\. Run `npm run migrate`/,
    );
    await runnerOn(db.connection, fillNameKey());
    expect(await assertMigrated(db.connection, set)).toEqual([]);
  });

  it('hears of one that is pending and not required', async () => {
    await db.cook(0, 1);
    await runnerOn(db.connection, fillNameKey());
    const later = fillNameKey({ number: 2, name: 'later', required: false });
    expect(await assertMigrated(db.connection, { migrations: [fillNameKey(), later], retired: [] })).toEqual([later]);
  });

  it.each([
    ['a later number', fillNameKey({ number: 2 })],
    ['another name', fillNameKey({ name: 'another' })],
  ])('and a runner refuse a ledger with %s, and change nothing', async (_, newer) => {
    await db.cook(0, 5);
    await runnerOn(db.connection, newer, { migrations: newer.number === 2 ? [fillNameKey(), newer] : [newer] });
    await db.cook(5, 6);
    const before = await db.contents();
    const sentence = `This database was written by a newer Palate: its migration ${newer.number} (${newer.name})`;
    const set = { migrations: [fillNameKey()], retired: [] };
    await expect(assertMigrated(db.connection, set)).rejects.toThrow(sentence);
    await expect(planMigrations(db.connection, set)).rejects.toThrow(sentence);
    await expect(runnerOn(db.connection, fillNameKey())).rejects.toThrow(sentence);
    await expect(runnerOn(db.connection, fillNameKey(), { again: true })).rejects.toThrow(sentence);
    expect(await db.contents()).toEqual(before);
  });
});

it('a plan says what would be done, and changes nothing', async () => {
  await db.cook(0, 5);
  await createIndexes(db.connection, 'dishes', [{ name: 'name_1', key: { name: 1 } }]);
  const before = await db.contents();
  const migration = fillNameKey();
  const plan = await planMigrations(db.connection, { migrations: [migration], retired: [] });
  expect(plan).toMatchObject({
    changes: [{ kind: 'build', collection: 'dishes', index: { name: 'nameKey_1' } }],
    kept: [{ collection: 'dishes', name: 'name_1' }],
    pending: [migration],
    empty: false,
  });
  expect(await migration.count(db.connection)).toBe(5);
  expect(await db.contents()).toEqual(before);
});

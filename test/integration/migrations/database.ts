import mongoose, { Schema, type Connection } from 'mongoose';
import type { LedgerRow } from '../../../src/store/migrations/ledger';
import type { Migration } from '../../../src/store/migrations/migration';
import { migrate, type MigrateOptions } from '../../../src/store/migrations/run';
import { freshDatabaseUri } from '../engines';

/** Dishes of an imagined version, whose next one finds them by a key. */
export interface Dish {
  _id: string;
  name: string;
  nameKey?: string;
}

const dishSchema = new Schema({ _id: String, name: String, nameKey: String }, { collection: 'dishes' });
dishSchema.index({ nameKey: 1 }, { partialFilterExpression: { nameKey: { $exists: true } } });

type LeaseTimes = Record<'takenAt' | 'heartbeatAt' | 'expiresAt', Date>;

export async function openDishes(name: string) {
  const uri = freshDatabaseUri(`migrations-${name}`);
  const open = async () => {
    const connection = await mongoose.createConnection(uri, { autoIndex: false, autoCreate: false }).asPromise();
    connection.model('Dish', dishSchema);
    return connection;
  };
  const connection = await open();
  const dishes = connection.collection<Dish>('dishes');
  return {
    uri,
    connection,
    dishes,
    ledger: connection.collection<{ _id: number | string } & Omit<LedgerRow & LeaseTimes, '_id'>>('migrations'),
    /** Another runner's. */
    open,
    /** As the version before writes them. */
    cook: (from: number, to: number) =>
      dishes.insertMany(
        Array.from({ length: to - from }, (_, n) => ({ _id: dishId(from + n), name: `Dish ${from + n}` })),
      ),
    unfilled: () => dishes.countDocuments({ nameKey: { $exists: false } }),
    /** Everything that is in the database, and its indexes. */
    async contents() {
      const { collections, md5 } = (await connection.db!.command({ dbHash: 1 })) as Record<string, unknown>;
      const names = (await connection.listCollections()).map(({ name }) => name).sort();
      const indexes = await Promise.all(names.map((name) => connection.collection(name).listIndexes().toArray()));
      return { collections, md5, names, indexes };
    },
    clear: () => connection.dropDatabase(),
    async close() {
      await connection.dropDatabase();
      await connection.close();
    },
  };
}
export type Dishes = Awaited<ReturnType<typeof openDishes>>;

export const dishId = (n: number) => String(n).padStart(4, '0');

export interface FillOptions extends Partial<Migration> {
  /** Called before each batch, with the place that it begins at. */
  onBatch?: (after: string | null) => unknown;
}

export const fillNameKey = ({ onBatch, ...own }: FillOptions = {}): Migration => ({
  number: 1,
  name: 'fill-name-key',
  required: true,
  counts: 'dishes without a key',
  count: (connection) => connection.collection('dishes').countDocuments({ nameKey: { $exists: false } }),
  async run(connection, after, limit) {
    await onBatch?.(after);
    const dishes = connection.collection<Dish>('dishes');
    const batch = await dishes
      .find(after === null ? {} : { _id: { $gt: after } })
      .sort({ _id: 1 })
      .limit(limit)
      .toArray();
    const { modifiedCount } = await dishes.updateMany(
      { _id: { $in: batch.map(({ _id }) => _id) }, nameKey: { $exists: false } },
      [{ $set: { nameKey: { $toLower: '$name' } } }],
    );
    return { changed: modifiedCount, next: batch.length < limit ? null : (batch.at(-1)?._id ?? null) };
  },
  ...own,
});

export const runnerOn = (connection: Connection, migration: Migration, options: Partial<MigrateOptions> = {}) =>
  migrate(connection, { holder: 'a test', migrations: [migration], retired: [], batchRows: 10, ...options });

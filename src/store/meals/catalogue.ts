import { Schema, type ClientSession, type Connection, type mongo } from 'mongoose';
import type { Meal } from '../../model/meals';
import type { Id } from '../../model/ids';
import { newId } from '../ids';
import type { Transaction } from '../transaction';
import { fromRow, type MealRow, mealRows } from './row';

/** The catalogue as a whole: its version, and all of it as it stood at one moment. `index.ts` states the rules. */
interface CatalogueRow {
  _id: 'current';
  /** Names this catalogue: versions of another database say nothing of this one. */
  lineage: Id;
  version: number;
  /** When the version last rose for counts of likes alone. */
  countedAt?: Date;
}

const schema = new Schema<CatalogueRow>(
  {
    _id: { type: String, required: true },
    lineage: { type: String, required: true },
    version: { type: Number, required: true },
    countedAt: Date,
  },
  { versionKey: false, collection: 'meal_catalogue' },
);

/** The whole catalogue at one moment. `close` it, read or not. */
export interface CatalogueSnapshot {
  /** Another one wherever anything of the catalogue is another. */
  version: string;
  /** The latest first, some at a time: no more than `rows` of them are in memory. */
  meals(rows: number): AsyncIterable<Meal[]>;
  close(): Promise<void>;
}

export interface Share {
  /** Null: nobody stated it. */
  _id: string | null;
  count: number;
}
export interface MealStats {
  total: number;
  /** The most first. */
  cuisines: Share[];
  mealTypes: Share[];
  skillLevels: Share[];
}

/** The version rises for counts of likes at most once in this time: a like is no reason to read the whole catalogue again. */
const countsMs = 60_000;

export function createCatalogue(connection: Connection, clock: () => Date, transaction: Transaction) {
  const rows = mealRows(connection);
  const catalogue = connection.model('MealCatalogue', schema);

  const snapshot = async (): Promise<ClientSession> => connection.startSession({ snapshot: true });

  let countsReadAt = -Infinity;
  /** Raises the version where likes were counted since it last rose for that, and that is long enough ago. */
  const raiseForCounts = async (): Promise<void> => {
    const now = clock();
    if (now.getTime() - countsReadAt < countsMs) return;
    countsReadAt = now.getTime();
    const counted = { countChanged: true };
    if ((await rows.exists(counted)) === null) return;
    await transaction(async (session) => {
      const { matchedCount } = await catalogue.updateOne(
        { _id: 'current', countedAt: { $not: { $gt: new Date(now.getTime() - countsMs) } } },
        { $inc: { version: 1 }, $set: { countedAt: now } },
        { session },
      );
      // Of a like and this at once one starts again: its count is in this version, or raises the next.
      if (matchedCount > 0) await rows.updateMany(counted, { $unset: { countChanged: 1 } }, { session });
    });
  };

  return {
    /** The last write of a transaction that changes what the catalogue shows: all who write share this row. */
    async raise(session: ClientSession): Promise<void> {
      await catalogue.updateOne(
        { _id: 'current' },
        { $inc: { version: 1 }, $setOnInsert: { lineage: newId() } },
        { upsert: true, session },
      );
    },

    async open(): Promise<CatalogueSnapshot> {
      await raiseForCounts();
      const session = await snapshot();
      try {
        const row = await catalogue.findById('current', null, { session }).lean<CatalogueRow>();
        let cursor: mongo.FindCursor<MealRow> | undefined;
        return {
          version: row ? `${row.lineage}-${row.version}` : 'none',
          async *meals(size) {
            cursor = rows.collection.find<MealRow>({ active: true }, { session }).sort({ _id: -1 }).batchSize(size);
            let part: Meal[] = [];
            // Not `for await`, which closes the cursor in its own way.
            for (let found = await cursor.next(); found !== null; found = await cursor.next()) {
              part.push(fromRow(found));
              if (part.length < size) continue;
              yield part;
              part = [];
            }
            if (part.length > 0) yield part;
          },
          async close() {
            // The driver would send the session's read concern with it, which MongoDB refuses, and a cursor would stand for ten minutes.
            const id = cursor?.closed === false ? cursor.id : undefined;
            await cursor?.close();
            if (id !== undefined && !id.isZero())
              await connection.db?.command({ killCursors: rows.collection.collectionName, cursors: [id] });
            await session.endSession();
          },
        };
      } catch (error) {
        await session.endSession();
        throw error;
      }
    },

    /** Counts of one moment, so that the shares add up to the total. */
    async stats(): Promise<MealStats> {
      const session = await snapshot();
      const shares = (field: 'cuisine' | 'mealType' | 'skillLevel') =>
        rows
          .aggregate<Share>([
            { $match: { active: true } },
            { $group: { _id: `$${field}`, count: { $sum: 1 } } },
            { $sort: { count: -1, _id: 1 } },
          ])
          .session(session);
      try {
        const cuisines = await shares('cuisine');
        const mealTypes = await shares('mealType');
        const skillLevels = await shares('skillLevel');
        return { total: mealTypes.reduce((sum, { count }) => sum + count, 0), cuisines, mealTypes, skillLevels };
      } finally {
        await session.endSession();
      }
    },
  };
}
export type MealCatalogue = ReturnType<typeof createCatalogue>;

import { isDeepStrictEqual } from 'node:util';
import type { Connection } from 'mongoose';
import type { Id } from '../../model/ids';
import { laterFacts, type MealFacts } from '../../model/meals';
import { isDuplicateKey } from '../faults';
import { newId } from '../ids';
import type { Transaction } from '../transaction';
import type { MealCatalogue } from './catalogue';
import { factFields, factsOf, mealRows, type DerivedFacts, type MealRow } from './row';

/** Meals that an operator's catalogue file brings. */
export interface ImportedMeal {
  /** What the meal is known by in its file: the same one again is the same meal. */
  key: string;
  /** The meal of this id, where it stands here: files are also made of what this catalogue says. Null: the file's id is no such id. */
  mealId: Id | null;
  /** Of what the file says of it. */
  digest: string;
  facts: MealFacts;
  /** Worked out for those that are written alone: of a catalogue that is known there are few. */
  derive: () => DerivedFacts;
}

export interface ImportedBatch {
  added: number;
  changed: number;
  /** The file says the same as the last time, and what was changed here since stands; or the same as the meal whose id it names. */
  unchanged: number;
  /** Deleted here; the file does not bring it back. */
  deleted: number;
}

/** A file of before 0.6.0 and the catalogue for ML say nothing of some facts: of a meal that is named by its id here these stay. */
const withStanding = (said: MealFacts, stands: MealFacts): MealFacts => ({
  ...said,
  ...Object.fromEntries(laterFacts.filter((fact) => said[fact] === null).map((fact) => [fact, stands[fact]])),
});

export function createMealImports(
  connection: Connection,
  clock: () => Date,
  catalogue: MealCatalogue,
  transaction: Transaction,
) {
  const rows = mealRows(connection);

  const write = (batch: readonly ImportedMeal[]): Promise<ImportedBatch> =>
    transaction(async (session) => {
      const standing = await rows
        .find(
          {
            $or: [
              { importKey: { $in: batch.map(({ key }) => key) } },
              { _id: { $in: batch.flatMap(({ mealId }) => mealId ?? []) } },
            ],
          },
          { embedding: 0, words: 0 },
          { session },
        )
        .lean<Omit<MealRow, 'embedding' | 'words'>[]>();
      const byKey = new Map(standing.map((row) => [row.importKey, row]));
      const byId = new Map(standing.map((row) => [row._id, row]));
      const count: ImportedBatch = { added: 0, changed: 0, unchanged: 0, deleted: 0 };
      const added: MealRow[] = [];
      const changes: Parameters<typeof rows.bulkWrite>[0] = [];
      const now = clock();
      for (const { key, mealId, digest, facts: said, derive } of batch) {
        const imported = byKey.get(key);
        const row = imported ?? (mealId === null ? undefined : byId.get(mealId));
        const facts = row && !imported ? withStanding(said, factsOf(row)) : said;
        // A meal of another source, named by its id here, keeps what its own catalogue last said of it.
        const told = imported && { importDigest: digest };
        const same = imported ? imported.importDigest === digest : row && isDeepStrictEqual(factsOf(row), facts);
        if (row?.active === false) count.deleted += 1;
        else if (same) count.unchanged += 1;
        else if (row) {
          count.changed += 1;
          changes.push({
            updateOne: {
              filter: { _id: row._id },
              update: {
                $set: { ...factFields(facts, derive()), ...told, updatedAt: now },
                $inc: { revision: 1 },
              },
            },
          });
        } else {
          count.added += 1;
          added.push({
            _id: newId(),
            ...factFields(facts, derive()),
            createdBy: null,
            likeCount: 0,
            active: true,
            importKey: key,
            importDigest: digest,
            revision: 1,
            createdAt: now,
            updatedAt: now,
          });
        }
      }
      // As they are: they were checked row by row, and documents of mongoose's own take longer than the database.
      if (added.length > 0) await rows.insertMany(added, { session, lean: true });
      if (changes.length > 0) await rows.bulkWrite(changes, { session, ordered: false });
      if (added.length + changes.length > 0) await catalogue.raise(session);
      return count;
    });

  return {
    /** In one transaction, with one new version of the catalogue where anything changed. Safe to repeat. */
    async write(batch: readonly ImportedMeal[]): Promise<ImportedBatch> {
      try {
        return await write(batch);
      } catch (error) {
        // Another import added one of them a moment ago; now it stands.
        if (!isDuplicateKey(error)) throw error;
        return write(batch);
      }
    },
  };
}
export type MealImportStore = ReturnType<typeof createMealImports>;

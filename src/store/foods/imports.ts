import type { Connection } from 'mongoose';
import type { ImportedDataType, ImportedFood, ReleaseName } from '../../model/importedFoods';
import { isDuplicateKey } from '../faults';
import { catalogueRows, importedFoodRows, releaseRows, toRow, type ReleaseRow } from './imported';

/** Writing releases; `index.ts` states the rules. */
export type ImportLease = { taken: true } | { taken: false; until: Date };

const nothingWritten = { written: 0, through: 0 } as const;

export function createFoodImports(connection: Connection, clock: () => Date) {
  const foods = importedFoodRows(connection);
  const releases = releaseRows(connection);
  const catalogue = catalogueRows(connection);
  const from = (ms: number) => new Date(clock().getTime() + ms);

  return {
    /** Lets one import at a time write; one that died loses its lease after `ms` at most. */
    async takeLease(lease: string, ms: number): Promise<ImportLease> {
      try {
        await catalogue.updateOne(
          { _id: 'current', $or: [{ lease: null }, { leaseUntil: { $lte: clock() } }] },
          { $set: { lease, leaseUntil: from(ms) }, $setOnInsert: { releases: {}, revision: 0 } },
          { upsert: true },
        );
        return { taken: true };
      } catch (error) {
        // The row is there and did not fit the filter: somebody holds it.
        if (!isDuplicateKey(error)) throw error;
      }
      const held = await catalogue.findById('current', { leaseUntil: 1 }).lean<{ leaseUntil: Date }>();
      return { taken: false, until: held?.leaseUntil ?? clock() };
    },

    /** False where the lease was lost to another import. */
    async renewLease(lease: string, ms: number): Promise<boolean> {
      return (
        (await catalogue.updateOne({ _id: 'current', lease }, { $set: { leaseUntil: from(ms) } })).matchedCount === 1
      );
    },

    async endLease(lease: string): Promise<void> {
      await catalogue.updateOne({ _id: 'current', lease }, { $set: { lease: null, leaseUntil: clock() } });
    },

    /** The releases that count, by kind of food. */
    async current(): Promise<Partial<Record<ImportedDataType, ReleaseName>>> {
      const row = await catalogue
        .findById('current', { releases: 1 })
        .lean<{ releases: Partial<Record<ImportedDataType, ReleaseName>> }>();
      return row?.releases ?? {};
    },

    async findRelease(name: ReleaseName): Promise<ReleaseRow | null> {
      return releases.findById(name).lean<ReleaseRow>();
    },

    /** Notes a release whose rows are about to be written. */
    async beginRelease(release: Pick<ReleaseRow, '_id' | 'dataType' | 'publishedOn' | 'foods'>): Promise<void> {
      await releases.insertMany([
        { ...release, ...nothingWritten, state: 'importing', startedAt: clock(), finishedAt: null },
      ]);
    },

    /** Writes some foods of one release, in order of FDC id, and then how far it has come. Safe to repeat. */
    async write(part: readonly ImportedFood[], written: number): Promise<void> {
      const last = part.at(-1);
      if (!last) return;
      await foods.bulkWrite(
        part.map((food) => {
          const row = toRow(food);
          return { replaceOne: { filter: { _id: row._id }, replacement: row, upsert: true } };
        }),
        { ordered: false },
      );
      await releases.updateOne({ _id: last.release, state: 'importing' }, { $set: { written, through: last.fdcId } });
    },

    /** Whole from now on. False where rows are missing, and then the next import writes all of them again. */
    async finishRelease(name: ReleaseName, expected: number): Promise<boolean> {
      if ((await foods.countDocuments({ release: name })) !== expected) {
        await releases.updateOne({ _id: name, state: 'importing' }, { $set: nothingWritten });
        return false;
      }
      await releases.updateOne({ _id: name }, { $set: { state: 'ready', finishedAt: clock() } });
      return true;
    },

    /** In one step these releases count, in the place of those of their kinds. False where the lease was lost. */
    async publish(lease: string, names: Partial<Record<ImportedDataType, ReleaseName>>): Promise<boolean> {
      const fields = Object.fromEntries(Object.entries(names).map(([type, name]) => [`releases.${type}`, name]));
      const done = await catalogue.updateOne({ _id: 'current', lease }, { $set: fields, $inc: { revision: 1 } });
      return done.matchedCount === 1;
    },

    /** Releases of these kinds that an import began and none will end; they never counted, so nothing points at them. */
    async removeUnfinished(dataTypes: readonly ImportedDataType[], but: readonly ReleaseName[]): Promise<number> {
      const left = await releases
        .find({ dataType: { $in: [...dataTypes] }, state: 'importing', _id: { $nin: [...but] } }, { _id: 1 })
        .lean<Pick<ReleaseRow, '_id'>[]>();
      for (const { _id } of left) {
        // First of all, so that an import of this very release never goes on after rows that are gone.
        await releases.updateOne({ _id, state: 'importing' }, { $set: nothingWritten });
        await foods.deleteMany({ release: _id });
        await releases.deleteOne({ _id });
      }
      return left.length;
    },
  };
}
export type FoodImportStore = ReturnType<typeof createFoodImports>;

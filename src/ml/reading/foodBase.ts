/**
 * Every generic food that a process knows, for reading and for search: our table, and the imported releases in use.
 *
 * B1  Each process builds one index for reading and one for search, in slices of counted work, so that requests are served meanwhile.
 * B2  `current` compares the revision of the releases with that of the indexes, which is one small query, and rebuilds them where it is newer.
 *     One build runs at a time, and an older revision never replaces a newer one. Where a build fails, the indexes before stay in use, and
 *     the next call of `current` tries again.
 * B3  A row of our table and the imported food that it cites are one food (`merge`): the figures are those of the import.
 */
import type { Food } from '../../model/foods';
import type { ImportedDataType, ImportedFood } from '../../model/importedFoods';
import { buildSearchIndex, type SearchEntry, type SearchIndex } from '../foods/search';
import type { FoodTable, TableFood } from '../foods/table';
import { buildFoodIndex, type FoodIndex, type ReadableFood } from './foodIndex';
import { readableImported, readableRow } from './rows';
import { atOnce, createMeter, inSlices } from '../foods/slices';

export interface KnownFoods {
  /** For reading words. */
  readonly index: FoodIndex;
  /** For finding foods by name. */
  readonly search: SearchIndex;
  /** Whether any food was imported. */
  readonly hasImports: boolean;
  /** By key; a row that cites an imported food is known under the key of that one alone. */
  find(key: string): Food | null;
  /** The food of a row of our table: the imported one that it cites, else its own. */
  ofRow(row: TableFood): Food;
  /** The row of our table that a food is, or that cites it. */
  rowOf(key: string): TableFood | null;
}

export interface FoodBase {
  /** Our own table. */
  readonly table: FoodTable;
  current(): Promise<KnownFoods>;
}

export interface FoodBaseDeps {
  readonly table: FoodTable;
  readonly imported: {
    current(): Promise<{ revision: number; releases: string[] }>;
    all(releases: readonly string[]): AsyncIterable<ImportedFood>;
  };
  readonly dataTypeNames: Readonly<Record<ImportedDataType, string>>;
  /** Lets others run, between two slices of work. */
  readonly pause: () => Promise<void>;
}

const searchEntryOf = ({ food, names, dataType = '' }: ReadableFood): SearchEntry => ({
  key: food.key,
  names: [food.name, ...names.filter((name) => name !== food.name)],
  dataType,
});

const hasEnergy = ({ food }: ReadableFood): boolean => food.per100G.kcal !== null;

function* steps(table: FoodTable, imported: readonly ReadableFood[]): Generator<number, KnownFoods> {
  const meter = createMeter();
  const rows = table.rows.flatMap(({ slug }) => table.bySlug(slug) ?? []);
  // What has no energy can be looked up, and is what nobody means.
  const index = yield* buildFoodIndex([...rows.map(readableRow), ...imported.filter(hasEnergy)]);
  const all = [...index.foods, ...imported.filter((one) => !hasEnergy(one))];
  const search = yield* buildSearchIndex(all.map(searchEntryOf));
  const byKey = new Map<string, Food>();
  const byFdcId = new Map<number, Food>();
  const rowByKey = new Map<string, TableFood>();
  for (const { food } of all) {
    byKey.set(food.key, food);
    if (food.fdcId !== null && food.release !== undefined) byFdcId.set(food.fdcId, food);
    meter.add(1);
    if (meter.isFull()) yield meter.take();
  }
  const ofRow = ({ row, food }: TableFood): Food => (row.fdcId === null ? undefined : byFdcId.get(row.fdcId)) ?? food;
  for (const row of rows) {
    const { key } = ofRow(row);
    if (!rowByKey.has(key)) rowByKey.set(key, row);
  }
  return {
    index,
    search,
    hasImports: imported.length > 0,
    find: (key) => byKey.get(key) ?? null,
    ofRow,
    rowOf: (key) => rowByKey.get(key) ?? null,
  };
}

/** The same at once, for tests and scripts. */
export const knownFoodsOf = (table: FoodTable, imported: readonly ReadableFood[]): KnownFoods =>
  atOnce(steps(table, imported));

export const createFoodBase = ({ table, imported, dataTypeNames, pause }: FoodBaseDeps): FoodBase => {
  let made: { revision: number; known: KnownFoods } | null = null;
  let making: Promise<KnownFoods> | null = null;

  const make = async (releases: readonly string[]): Promise<KnownFoods> => {
    const foods: ReadableFood[] = [];
    for await (const { dataType, ...food } of imported.all(releases))
      foods.push({ ...readableImported(food), dataType: dataTypeNames[dataType] });
    return inSlices(steps(table, foods), pause);
  };

  return {
    table,
    async current() {
      const { revision, releases } = await imported.current();
      for (;;) {
        if (made !== null && made.revision >= revision) return made.known;
        const before = made;
        if (making === null) {
          making = make(releases);
          making
            .then((foods) => (made = { revision, known: foods }))
            .catch(() => undefined)
            .finally(() => (making = null));
        }
        try {
          await making;
        } catch (error) {
          if (before === null) throw error;
          return before.known;
        }
      }
    },
  };
};

import { createHash } from 'node:crypto';
import { cp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { mkdtemp } from 'node:fs/promises';
import mongoose from 'mongoose';
import { importFoods, type ImportProgress } from '../../../src/imports/foods';
import { buildIndexes } from '../../../src/store/indexes';
import { createStore } from '../../../src/store/store';
import { DownloadsDouble } from '../../doubles/downloads';
import { folderOf, stews } from '../../imports/download';
import { zipOf } from '../../imports/zipOf';
import { freshDatabaseUri, testData } from '../engines';
import { onDatabase } from '../../scripts/programs';

jest.setTimeout(120_000);

/** Imports into real MongoDB, by the function and by the program that an operator runs. */
/** The script as a program. */
const run = onDatabase(path.resolve(__dirname, '../../../scripts/foods-import.mjs'));
const folders: string[] = [];
const made = async (files: Parameters<typeof folderOf>[0]) => {
  const folder = await folderOf(files);
  folders.push(folder);
  return folder;
};

async function openBase() {
  const uri = freshDatabaseUri('foods-import');
  const connection = await mongoose.createConnection(uri, { autoIndex: false }).asPromise();
  const { foods } = createStore(connection);
  await buildIndexes(connection);
  const rows = async () => {
    const all = await connection.collection('imported_foods').find().sort({ _id: 1 }).toArray();
    return all.map((row) => JSON.stringify(row));
  };
  return { uri, connection, foods, rows, close: () => connection.dropDatabase().then(() => connection.close()) };
}
type Base = Awaited<ReturnType<typeof openBase>>;
const bases: Base[] = [];
const base = async () => {
  const one = await openBase();
  bases.push(one);
  return one;
};
afterAll(async () => {
  for (const one of bases) await one.close();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

const count = (one: Base, collection: string) => one.connection.collection(collection).countDocuments();

test('a folder is imported, its foods count, and the same folder again is nothing to do', async () => {
  const one = await base();
  const folder = await made(stews(3));
  const first = await importFoods({ imports: one.foods.imports, folder });
  const [release] = first.releases;
  expect(first.releases).toEqual([
    {
      release: expect.stringMatching(/^survey_fndds_food:2024-10-31:[0-9a-f]{12}$/) as unknown,
      dataType: 'survey_fndds_food',
      foods: 3,
      outcome: 'written',
      before: null,
    },
  ]);
  expect(await one.foods.imported.find(2_700_002)).toMatchObject({
    key: 'fdc:2700002',
    name: 'Stew 2',
    category: 'Stews',
    release: release!.release,
    defaultPortionG: 240,
  });
  const again = await importFoods({ imports: one.foods.imports, folder });
  expect(again.releases).toMatchObject([{ outcome: 'unchanged' }]);
  expect((await one.foods.imported.current()).revision).toBe(1);
});

test('a download that was cut off does not take the place of a whole one, unless it is told to', async () => {
  const one = await base();
  const whole = await importFoods({ imports: one.foods.imports, folder: await made(stews(300)) });
  const half = await made(stews(150, 100, '2026-10-31'));
  await expect(importFoods({ imports: one.foods.imports, folder: half })).rejects.toThrow(
    /150 foods .* 300 stand.*--anyway/,
  );
  expect((await one.foods.imported.current()).releases).toEqual([whole.releases[0]!.release]);
  const told = await importFoods({ imports: one.foods.imports, folder: half, anyway: true });
  expect(told.releases).toMatchObject([{ foods: 150, outcome: 'written' }]);
});

test('a newer release takes its place in one step; what an older one stated can still be read', async () => {
  const one = await base();
  const old = await importFoods({ imports: one.foods.imports, folder: await made(stews(4, 100)) });
  const seen: number[] = [];
  const next = await importFoods({
    imports: one.foods.imports,
    folder: await made(stews(3, 120, '2026-10-31')),
    batchFoods: 1,
    onProgress: ({ kind }) => {
      if (kind === 'writing') seen.push(1);
    },
  });
  expect(seen).toHaveLength(3);
  const [before] = old.releases;
  expect(next.releases).toMatchObject([{ outcome: 'written', before: before!.release }]);
  const { imported } = one.foods;
  expect((await imported.find(2_700_001))?.per100G.kcal).toBe(120);
  expect((await imported.find(2_700_001, before!.release))?.per100G.kcal).toBe(100);
  // Gone from the newer one.
  expect(await imported.find(2_700_004)).toBeNull();
  expect(await imported.find(2_700_004, before!.release)).not.toBeNull();
  const back = await importFoods({ imports: one.foods.imports, folder: await made(stews(4, 100)) });
  expect(back.releases).toMatchObject([{ outcome: 'kept' }]);
  expect((await imported.find(2_700_001))?.per100G.kcal).toBe(100);
  expect(await count(one, 'imported_foods')).toBe(7);
});

test('readers see the old release until the new one is whole', async () => {
  const one = await base();
  await importFoods({ imports: one.foods.imports, folder: await made(stews(6, 100)) });
  const looks: Promise<number | null | undefined>[] = [];
  const look = ({ kind }: ImportProgress) => {
    if (kind === 'writing') looks.push(one.foods.imported.find(2_700_001).then((food) => food?.per100G.kcal));
  };
  await importFoods({ imports: one.foods.imports, folder: await made(stews(6, 120)), batchFoods: 2, onProgress: look });
  expect(looks).toHaveLength(3);
  expect((await Promise.all(looks)).slice(0, 2)).toEqual([100, 100]);
  expect((await one.foods.imported.find(2_700_001))?.per100G.kcal).toBe(120);
});

test('an import that is killed goes on where it was, and ends as an undisturbed one', async () => {
  const folder = await made(stews(6_000));
  const [killed, quiet] = [await base(), await base()];
  const ended = await run(killed.uri, [folder], (out, kill) => {
    if (out.includes(': 1,000 of 6,000 foods written')) kill();
  });
  expect(ended.code).toBeNull();
  const written = await count(killed, 'imported_foods');
  expect(written).toBeGreaterThanOrEqual(1_000);
  expect(written).toBeLessThan(6_000);
  expect((await killed.foods.imported.current()).releases).toEqual([]);

  const resumed = await run(killed.uri, [folder]);
  expect(resumed.err).toBe('');
  expect(resumed).toMatchObject({ code: 0 });
  expect(resumed.out).toMatch(
    /Going on with survey_fndds_food:\S+ where an earlier import ended: [1-5],\d00 of 6,000 foods stand\./,
  );
  expect(resumed.out).toMatch(/6,000 foods, current now\./);
  await run(quiet.uri, [folder]);
  const rows = await killed.rows();
  expect(rows).toHaveLength(6_000);
  expect(rows).toEqual(await quiet.rows());
  expect((await killed.foods.imported.current()).releases).toEqual((await quiet.foods.imported.current()).releases);
});

test('what a killed import of another folder left is removed by the next', async () => {
  const one = await base();
  await halfway(one, await made(stews(6, 90)));
  expect(await count(one, 'imported_foods')).toBe(2);
  await importFoods({ imports: one.foods.imports, folder: await made(stews(3, 100)) });
  expect(await count(one, 'imported_foods')).toBe(3);
  expect(await count(one, 'food_releases')).toBe(1);
});

/** Begins a folder of six stews and ends after the first two. */
async function halfway(one: Base, folder: string) {
  const stop = new Error('stopped in the middle');
  const imports = {
    ...one.foods.imports,
    write: (...[part, written]: Parameters<typeof one.foods.imports.write>) =>
      written > 2 ? Promise.reject(stop) : one.foods.imports.write(part, written),
  };
  await expect(importFoods({ imports, folder, batchFoods: 2 })).rejects.toBe(stop);
}

test('one that is killed while it removes what another left does not keep that folder from being imported', async () => {
  const one = await base();
  const folder = await made(stews(6, 90));
  await halfway(one, folder);
  const stop = new Error('killed between rows and release');
  const killed = jest.spyOn(one.connection.model('FoodRelease'), 'deleteOne').mockImplementationOnce(() => {
    throw stop;
  });
  await expect(importFoods({ imports: one.foods.imports, folder: await made(stews(3)) })).rejects.toBe(stop);
  killed.mockRestore();
  expect(await count(one, 'imported_foods')).toBe(0);
  expect(await importFoods({ imports: one.foods.imports, folder })).toMatchObject({
    releases: [{ foods: 6, outcome: 'written' }],
  });
  expect(await count(one, 'imported_foods')).toBe(6);
});

test('where rows are gone that were written, the import says so, and run again it writes all of them', async () => {
  const one = await base();
  const folder = await made(stews(6, 90));
  await halfway(one, folder);
  await one.connection.collection('imported_foods').deleteMany({});
  await expect(importFoods({ imports: one.foods.imports, folder })).rejects.toThrow(/run the import again/);
  await importFoods({ imports: one.foods.imports, folder });
  expect(await count(one, 'imported_foods')).toBe(6);
});

test('two imports at the same time exclude each other', async () => {
  const one = await base();
  const folder = await made(stews(40));
  let second: Promise<unknown> | undefined;
  const begin = () =>
    (second ??= importFoods({ imports: one.foods.imports, folder, leaseMs: 2_000 }).catch((error: unknown) => error));
  const slow = {
    ...one.foods.imports,
    // The first one writes nothing more until the second has ended.
    write: async (...args: Parameters<typeof one.foods.imports.write>) => {
      await begin();
      return one.foods.imports.write(...args);
    },
  };
  const first = await importFoods({ imports: slow, folder, leaseMs: 2_000, batchFoods: 10 });
  expect(first.releases).toMatchObject([{ outcome: 'written' }]);
  expect(await second).toMatchObject({
    name: 'ImportRefused',
    message: expect.stringMatching(/Another import is under way/) as unknown,
  });
});

test('an import that lost its lease publishes nothing', async () => {
  const one = await base();
  const folder = await made(stews(4));
  const stolen = {
    ...one.foods.imports,
    finishRelease: async (...args: Parameters<typeof one.foods.imports.finishRelease>) => {
      await one.connection
        .collection<{ _id: string }>('food_catalogue')
        .updateOne({ _id: 'current' }, { $set: { lease: 'another' } });
      return one.foods.imports.finishRelease(...args);
    },
  };
  await expect(importFoods({ imports: stolen, folder })).rejects.toThrow(/Another import took over/);
  expect((await one.foods.imported.current()).releases).toEqual([]);
});

test('the program refuses what is no download in one sentence and changes nothing', async () => {
  const one = await base();
  const folder = await made({
    'food.csv': [
      ['user_id', 'item_id'],
      [1, 2],
    ],
  });
  for (const [args, said] of [
    [[], /^npm run foods:import -- <folder>/],
    [['/nowhere/at/all'], /is no folder: name the unpacked CSV download/],
    [[folder], /^food\.csv has no column fdc_id/],
    [['--download', 'branded'], /^npm run foods:import -- <folder>/],
    [['--download', 'survey', folder], /^npm run foods:import -- <folder>/],
    [['--download', 'survey', '--sha256', 'abc'], /takes 64 hexadecimal digits/],
  ] as const) {
    const { code, out, err } = await run(one.uri, [...args]);
    expect(code).toBe(1);
    expect(err).toMatch(said);
    expect(err).not.toMatch(/\n\s+at /);
    expect(out).not.toMatch(/current now/);
  }
  expect(await count(one, 'imported_foods')).toBe(0);
});

describe('--download', () => {
  const script = path.resolve(__dirname, '../../../scripts/foods-import.mjs');
  let server: DownloadsDouble;
  afterEach(() => server.stop());

  const archive = async (count: number) => {
    const folder = await made(stews(count));
    const files = await Promise.all(
      (await readdir(folder)).map(
        async (name) => [`release/${name}`, await readFile(path.join(folder, name))] as const,
      ),
    );
    return zipOf(Object.fromEntries(files));
  };
  const downloading = async (home: string, one: Base, ...args: string[]) =>
    onDatabase(script, { FDC_SURVEY_DOWNLOAD: server.urlOf('survey.zip'), PALATE_HOME: home })(one.uri, [
      '--download',
      'survey',
      ...args,
    ]);

  test('fetches, unpacks and imports, says the digest, and leaves no file', async () => {
    const [one, home] = [await base(), await made({})];
    const content = await archive(3);
    server = await new DownloadsDouble(content).start();
    const digest = createHash('sha256').update(content).digest('hex');
    const { code, out, err } = await downloading(home, one, '--sha256', digest);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain(`SHA-256 ${digest}.`);
    expect(out).toMatch(/survey_fndds_food:2024-10-31:[0-9a-f]{12}: 3 foods, current now/);
    expect(await count(one, 'imported_foods')).toBe(3);
    expect(await readdir(path.join(home, 'downloads'))).toEqual([]);
  });

  test('a page in the place of the archive is refused in one sentence', async () => {
    const [one, home] = [await base(), await made({})];
    server = await new DownloadsDouble(Buffer.alloc(0)).start();
    server.next({ kind: 'page' });
    const { code, err } = await downloading(home, one);
    expect([code, err]).toEqual([1, expect.stringMatching(/answered a page, not an archive: .*\n$/)]);
    expect(await count(one, 'imported_foods')).toBe(0);
  });
});

const data = testData();
if (data === null) console.warn('PALATE_TEST_DATA is not set: the import of USDA’s survey foods is skipped.');
(data === null ? describe.skip : describe)('USDA’s survey foods', () => {
  const survey = path.join(data ?? '', 'fdc-survey');
  let quirk: string;
  beforeAll(async () => {
    quirk = await mkdtemp(path.join(os.tmpdir(), 'palate-quirk-'));
    folders.push(quirk);
    for (const file of ['food', 'food_portion', 'nutrient', 'measure_unit', 'wweia_food_category'])
      await cp(path.join(survey, `${file}.csv`), path.join(quirk, `${file}.csv`));
    await cp(path.join(survey, 'official-quirk', 'food_nutrient.csv'), path.join(quirk, 'food_nutrient.csv'));
  });

  test('are 5,431, whether nutrients are named by id or by number: the very same database', async () => {
    const [byId, byNumber] = [await base(), await base()];
    const ids = await importFoods({ imports: byId.foods.imports, folder: survey });
    const numbers = await importFoods({ imports: byNumber.foods.imports, folder: quirk });
    expect(ids).toMatchObject({ withoutFigures: 1, releases: [{ foods: 5431 }], faults: { count: 0 } });
    expect(numbers.nutrientsBy.ids).toBe(0);
    expect(numbers.nutrientsBy.numbers).toBeGreaterThan(30_000);
    const rows = await byId.rows();
    expect(rows).toHaveLength(5431);
    expect(await byNumber.rows()).toEqual(rows);

    expect(await byId.foods.imported.find(2709224)).toMatchObject({
      name: 'Banana, raw',
      per100G: { kcal: 97, proteinG: 0.74, fatG: 0.28, carbohydrateG: 22.71, fibreG: 1.7, sugarG: 15.8, sodiumMg: 0 },
      defaultPortionG: 126,
      category: 'Bananas',
    });
    expect(await byId.foods.imported.find(2705383)).toBeNull();
    const defaults = rows.map((row) => (JSON.parse(row) as { defaultPortionG: number | null }).defaultPortionG);
    expect(defaults.filter((grams) => grams !== null)).toHaveLength(5325);
    // What another database holds already is nothing to do, however the nutrients are named.
    expect((await importFoods({ imports: byId.foods.imports, folder: quirk })).releases).toMatchObject([
      { outcome: 'unchanged' },
    ]);
  });
});

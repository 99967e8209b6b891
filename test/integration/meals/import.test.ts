import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import mongoose from 'mongoose';
import { presentInCatalogue } from '../../../src/api/dialects/smartbite/meals';
import { importMeals } from '../../../src/imports/meals';
import { newId } from '../../../src/store/ids';
import { buildIndexes } from '../../../src/store/indexes';
import { createStore } from '../../../src/store/store';
import { freshDatabaseUri } from '../engines';
import { derivedOf, factsOf } from './catalogueMeals';
import { onDatabase } from '../../scripts/programs';

jest.setTimeout(120_000);

/** Catalogues into real MongoDB, by the function and by the program that an operator runs. */
/** The script as a program. */
const run = onDatabase(path.resolve(__dirname, '../../../scripts/meals-import.mjs'));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'palate-meals-'));
});
afterAll(async () => {
  for (const one of bases) await one.close();
  await rm(folder, { recursive: true, force: true });
});

const bases: Base[] = [];
async function openBase() {
  const uri = freshDatabaseUri('meals-import');
  const connection = await mongoose.createConnection(uri, { autoIndex: false }).asPromise();
  const { meals } = createStore(connection);
  await buildIndexes(connection);
  return {
    uri,
    meals,
    rows: connection.collection<{
      _id: string;
      name: string;
      importKey: string;
      importDigest: string;
      revision: number;
      nutrition: object;
    }>('meals'),
    version: async () => {
      const row = await connection.collection<{ _id: string; version: number }>('meal_catalogue').findOne();
      return row?.version ?? 0;
    },
    close: () => connection.dropDatabase().then(() => connection.close()),
  };
}
type Base = Awaited<ReturnType<typeof openBase>>;
const base = async () => {
  const one = await openBase();
  bases.push(one);
  return one;
};

const stews = (count: number, calories = 300) =>
  `id,name,mealType,calories\n${Array.from({ length: count }, (_, n) => `s${n},Stew ${n},dinner,${calories + n}\n`).join('')}`;
const written = async (content: string, name = 'meals.csv') => {
  const file = path.join(folder, name);
  await writeFile(file, content);
  return file;
};

test('the same file again writes nothing; a change in it changes that meal, and each batch is one version', async () => {
  const { meals, rows, version } = await base();
  const load = async (content: string) => importMeals({ imports: meals.imports, file: await written(content), batchMeals: 10 });
  expect(await load(stews(25))).toMatchObject({ added: 25, changed: 0, unchanged: 0 });
  expect(await version()).toBe(3);
  const before = await rows.find().sort({ _id: 1 }).toArray();
  expect(await load(stews(25))).toMatchObject({ added: 0, changed: 0, unchanged: 25 });
  expect(await rows.find().sort({ _id: 1 }).toArray()).toEqual(before);
  expect(await version()).toBe(3);

  expect(await load(stews(26).replace('Stew 3,', 'Stew three,'))).toMatchObject({ added: 1, changed: 1, unchanged: 24 });
  expect(await rows.findOne({ importKey: 'id:s3' })).toMatchObject({ name: 'Stew three', revision: 2 });
  expect(await version()).toBe(5);
  expect(await rows.countDocuments()).toBe(26);
}); // prettier-ignore

test('without ids a meal is known by name, cuisine and type', async () => {
  const { meals, rows } = await base();
  const load = async (content: string) => importMeals({ imports: meals.imports, file: await written(content) });
  const head = 'name,cuisine,mealType,calories';
  await load(`${head}\nOmelette,french,breakfast,300\nOmelette,french,dinner,400\nOmelette,,dinner,500\n`);
  const again = await load(`${head}\nOMELETTE,French,Breakfast,310\n`);
  expect(again).toMatchObject({ added: 0, changed: 1 });
  expect(await rows.countDocuments()).toBe(3);
});

test('what was changed here stands until the file says something else, and what was deleted stays deleted', async () => {
  const { meals, rows } = await base();
  const load = async (content: string) => importMeals({ imports: meals.imports, file: await written(content) });
  await load(stews(3));
  const [one, two] = [(await rows.findOne({ importKey: 'id:s1' }))!, (await rows.findOne({ importKey: 'id:s2' }))!];
  const mended = factsOf({ name: 'Mended by an admin' });
  expect(await meals.replace(one._id, one.revision, mended, derivedOf(mended))).toBe(true);
  expect(await meals.remove(two._id)).toBe(true);
  expect(await load(stews(3))).toMatchObject({ unchanged: 2, deleted: 1, added: 0 });
  expect((await meals.findOne(one._id))?.name).toBe('Mended by an admin');
  expect(await load(stews(3, 400))).toMatchObject({ changed: 2, deleted: 1 });
  expect((await meals.findOne(one._id))?.name).toBe('Stew 1');
  expect(await meals.findOne(two._id)).toBeNull();
});

test('digests of files that were imported before there were descriptions and diets stand', async () => {
  const { meals, rows } = await base();
  await importMeals({ imports: meals.imports, file: await written(stews(1)) });
  const facts = { name: 'Stew 0', cuisine: null, mealType: 'dinner', nutrition: {}, ingredients: [], allergens: [], costLevel: null, cookTimeMinutes: null, skillLevel: null, appliances: [] };
  const row = await rows.findOne({ name: 'Stew 0' });
  const digest = createHash('sha256').update(JSON.stringify({ ...facts, nutrition: row!.nutrition })).digest('base64url');
  expect(row!.importDigest).toBe(digest);
}); // prettier-ignore

test('diets and descriptions come with a file', async () => {
  const { meals, rows } = await base();
  const file = 'name,mealType,description,vegetarian,isVegan,Gluten free,prepTimeMinutes\nPie,dinner,Of apples,yes,FALSE,,15\nCake,dinner,,maybe,,,\n';
  const { added, faults } = await importMeals({ imports: meals.imports, file: await written(file), anyway: true });
  expect([added, faults.first[0]?.reason]).toEqual([1, 'isVegetarian: "maybe" is neither true nor false']);
  expect(await rows.findOne({ name: 'Pie' })).toMatchObject({ description: 'Of apples', isVegetarian: true, isVegan: false, isGlutenFree: null, prepTimeMinutes: 15 });
}); // prettier-ignore

test('what was exported here and imported again is the same meals, with what the file changed', async () => {
  const { meals, rows, version } = await base();
  await importMeals({ imports: meals.imports, file: await written(stews(2)) });
  const own = factsOf({ name: 'Added by an app', description: 'Of an app', isVegan: true, appliances: ['oven'], nutrition: { calories: 310.5, sodium: 2 } });
  const id = newId();
  expect(await meals.create(id, 'somebody', own, derivedOf(own), Infinity)).toMatchObject({ id });
  const exported = async () => {
    const snapshot = await meals.catalogue.open();
    const lines: Record<string, unknown>[] = [];
    for await (const part of snapshot.meals(50)) lines.push(...part.map((meal) => presentInCatalogue(meal, (id) => id)));
    await snapshot.close();
    return lines;
  };
  const load = async (lines: object[]) =>
    importMeals({
      imports: meals.imports,
      file: await written(lines.map((line) => `${JSON.stringify(line)}\n`).join(''), 'export.jsonl'),
    });
  const before = await rows.find().sort({ _id: 1 }).toArray();
  const stood = await version();
  expect(await load(await exported())).toMatchObject({ added: 0, changed: 0, unchanged: 3 });
  expect(await rows.find().sort({ _id: 1 }).toArray()).toEqual(before);
  expect(await version()).toBe(stood);

  const mended = (await exported()).map((line) => ({ ...line, cookTime: 12 }));
  expect(await load(mended)).toMatchObject({ added: 0, changed: 3 });
  expect(await load(mended)).toMatchObject({ added: 0, changed: 0, unchanged: 3 });
  expect(await meals.findOne(id)).toMatchObject({ name: 'Added by an app', cookTimeMinutes: 12, createdBy: 'somebody', description: 'Of an app', isVegan: true });
  // Their own catalogue knows them as before.
  expect(await importMeals({ imports: meals.imports, file: await written(stews(2)) })).toMatchObject({ added: 0, unchanged: 2 });

  expect(await meals.remove(id)).toBe(true);
  expect(await load(mended)).toMatchObject({ added: 0, unchanged: 2, deleted: 1 });
}); // prettier-ignore

test('a check is made without a database', async () => {
  const file = await written(`${stews(2)}s9,Bad,supper,1\n`, 'check.csv');
  const { code, out, err } = await run('mongodb://127.0.0.1:1/nowhere', [file, '--check']);
  expect([code, err]).toEqual([1, 'check.csv, line 4: mealType: must be one of `breakfast`, `lunch`, `dinner`, `snack`\n']);
  expect(out).toBe('1 of 3 rows wrong; 2 meals right. Nothing was written.\n');
  expect((await run('mongodb://127.0.0.1:1/nowhere', [await written(stews(2), 'right.csv'), '--check'])).code).toBe(0);
}); // prettier-ignore

test('two imports of the same file at once are one', async () => {
  const { meals, rows } = await base();
  const file = await written(stews(200), 'twice.csv');
  const both = await Promise.all([1, 2].map(() => importMeals({ imports: meals.imports, file, batchMeals: 20 })));
  expect(both[0]!.added + both[1]!.added).toBe(200);
  expect(await rows.countDocuments()).toBe(200);
});

test('a file that is cut off or another table changes nothing', async () => {
  const { meals, rows, version } = await base();
  for (const content of [stews(30).slice(0, -12), 'user_id,item_id\n1,2\n'])
    await expect(importMeals({ imports: meals.imports, file: await written(content) })).rejects.toMatchObject({
      name: 'ImportRefused',
    });
  expect([await rows.countDocuments(), await version()]).toEqual([0, 0]);
});

test('the program that is killed is run again, and ends as an undisturbed one', async () => {
  const [killed, quiet] = [await base(), await base()];
  const file = await written(stews(4_000), 'large.csv');
  const ended = await run(killed.uri, [file], (out, kill) => {
    if (/\b[68]00 of 4,000 meals/.test(out)) kill();
  });
  expect(ended.code).toBeNull();
  const stood = await killed.rows.countDocuments();
  expect(stood).toBeGreaterThanOrEqual(600);
  expect(stood).toBeLessThan(4_000);
  const again = await run(killed.uri, [file]);
  expect(again).toMatchObject({ code: 0, err: '' });
  const [, added, as] = /([\d,]+) meals added; 0 changed; ([\d,]+) as they were/.exec(again.out)!;
  expect(Number(added!.replace(',', '')) + Number(as!.replace(',', ''))).toBe(4_000);
  expect(Number(as!.replace(',', ''))).toBe(stood);
  await run(quiet.uri, [file]);
  const shown = async ({ rows }: Base) =>
    (await rows.find({}, { projection: { _id: 0, createdAt: 0, updatedAt: 0 } }).sort({ importKey: 1 }).toArray()).map((row) => JSON.stringify(row));
  expect(await shown(killed)).toEqual(await shown(quiet));
}); // prettier-ignore

test('the program says what was wrong where, and refuses in one sentence', async () => {
  const one = await base();
  const file = await written(`${stews(3)}s9,Bad,dinner,much\n`, 'faulty.csv');
  const { code, out, err } = await run(one.uri, [file]);
  expect(code).toBe(0);
  expect(err).toBe(
    'faulty.csv, line 5: calories: "much" is no number; write it like 12.5, or leave it empty where it is not known\n',
  );
  expect(out).toMatch(/3 meals added; 0 changed; 0 as they were; 1 of 4 rows wrong and left out\. Done in/);
  for (const [args, said] of [
    [[], /^npm run meals:import -- <file/],
    [['/nowhere/at/all.csv'], /is no file: name the catalogue/],
    [[await written('a,b\n1,2\n', 'other.csv')], /^other\.csv, line 1: there is no column name, mealType/],
  ] as const) {
    const refused = await run(one.uri, [...args]);
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(said);
    expect(refused.err).not.toMatch(/\n\s+at /);
  }
});

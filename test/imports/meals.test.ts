import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { checkMeals, importMeals, type MealImportSummary } from '../../src/imports/meals';
import type { ImportedMeal } from '../../src/store/meals';

/** Catalogue files, read as an operator may bring them; what MongoDB makes of them has a test with MongoDB. */
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'palate-meals-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const read = async (content: string | Buffer, name = 'meals.csv', anyway = false) => {
  const file = path.join(folder, name);
  await writeFile(file, content);
  return readFileAt(file, anyway);
};
const readFileAt = async (file: string, anyway = false): Promise<{ meals: ImportedMeal[]; summary: MealImportSummary }> => {
  const meals: ImportedMeal[] = [];
  const write = (batch: readonly ImportedMeal[]) => {
    meals.push(...batch);
    return Promise.resolve({ added: batch.length, changed: 0, unchanged: 0, deleted: 0 });
  };
  return { summary: await importMeals({ imports: { write }, file, anyway }), meals };
}; // prettier-ignore
const names = (meals: ImportedMeal[]) => meals.map(({ facts }) => facts.name);
const said = (meals: ImportedMeal[]) =>
  meals.map(({ key, digest, facts, derive }) => ({ key, digest, facts, ...derive() }));
const told = ({ faults }: MealImportSummary) => faults.first.map(({ line, reason }) => `${line} ${reason}`);
const refusal = async (...given: Parameters<typeof read>) => {
  const error = await read(...given).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: 'ImportRefused' });
  expect((error as Error).message).not.toContain('\n');
  return (error as Error).message;
};

const head = 'name,cuisine,mealType,calories,protein,carbs,fats,ingredients,cookTime';
const soup = 'Lentil soup,Turkish,Lunch,310,17,45,7,red lentils|onion,35';

test('a row has its fields, and what is empty is not known', async () => {
  const { meals, summary } = await read(`${head}\n${soup}\nToast,,breakfast,,,,,"[""bread"", ""butter""]",\n`);
  expect(meals[0]!.facts).toEqual({
    name: 'Lentil soup',
    description: null,
    cuisine: 'turkish',
    mealType: 'lunch',
    nutrition: { kcal: 310, proteinG: 17, carbohydrateG: 45, fatG: 7, fibreG: null, sugarG: null, sodiumMg: null, glycemicIndex: null },
    ingredients: ['red lentils', 'onion'],
    allergens: [],
    costLevel: null,
    cookTimeMinutes: 35,
    prepTimeMinutes: null,
    skillLevel: null,
    appliances: [],
    isVegetarian: null,
    isVegan: null,
    isGlutenFree: null,
    isDairyFree: null,
    isNutFree: null,
  });
  expect(meals[1]!.facts).toMatchObject({ cuisine: null, nutrition: { kcal: null }, ingredients: ['bread', 'butter'], cookTimeMinutes: null });
  expect(summary).toMatchObject({ rows: 2, wrongRows: 0, added: 2, csv: { separator: ',', ignored: [] } });
}); // prettier-ignore

test.each([
  ['a byte order mark', `\uFEFF${head}\n${soup}\n`],
  ['CRLF', `${head}\r\n${soup}\r\n`],
  ['no newline at the end', `${head}\n${soup}`],
  ['semicolons', `${head}\n${soup}\n`.replaceAll(',', ';')],
  ['tabs', `${head}\n${soup}\n`.replaceAll(',', '\t')],
  ['other cases and blanks in the header', `${head.replace('mealType', ' Meal Type ').replace('calories', 'nutrition.Calories')}\n${soup}\n`],
  ['empty lines', `\n\n${head}\n\n${soup}\n,,,,,,,,\n\n`],
  ['more columns', `photo,${head}\nx.jpg,${soup}\n`],
])('with %s it is the same meal', async (_, content) => {
  const [plain, other] = [await read(`${head}\n${soup}\n`), await read(content)];
  expect(said(other.meals)).toEqual(said(plain.meals));
  expect(other.summary.faults.count).toBe(0);
}); // prettier-ignore

test('what is passed over and how it is separated is told', async () => {
  const { summary } = await read(`photo;name;mealType;url\nx;Soup;lunch;y\n`);
  expect(summary.csv).toEqual({ separator: ';', ignored: ['photo', 'url'] });
});

test('rows that are wrong are named by line and field, and the others are imported', async () => {
  const { meals, summary } = await read(
    [
      head,
      soup,
      'Two and a half,,lunch,"2,5",,,,,', // 3
      'Slow,,lunch,,,,,,30 min', // 4
      ',,lunch,,,,,,', // 5
      'Brunch,,brunch,,,,,,', // 6
      'Short,,lunch', // 7
      'Bad "quote,,lunch,,,,,,', // 8
      `"Two\nlines",,lunch,1,,,,"a,""b""",`, // 9 and 10
      'Nul\0,,lunch,,,,,,', // 11
      'Nan,,lunch,NaN,-1,,,,', // 12
      soup, // 13
      'Last,,snack,100,,,,,',
    ].join('\n'),
    'meals.csv',
    true,
  );
  expect(names(meals)).toEqual(['Lentil soup', 'Two lines', 'Last']);
  expect(meals[1]!.facts.ingredients).toEqual(['a,"b"']);
  expect(told(summary)).toEqual([
    '3 calories: "2,5" is no number; write it like 12.5, or leave it empty where it is not known',
    '4 cookTime: "30 min" is no number; write it like 12.5, or leave it empty where it is not known',
    '5 name: is empty',
    expect.stringMatching(/^6 mealType: .*breakfast/),
    '7 it has 3 fields, the header 9',
    '8 its quotes are not closed or not doubled',
    '11 name: holds characters that cannot be shown',
    expect.stringMatching(/^12 calories: "NaN" is no number/),
    '13 it is the same meal as line 2 (the same name, cuisine and type); the first counts',
  ]);
  expect(summary).toMatchObject({ rows: 12, wrongRows: 9 });
});

test.each(['\n', '\r\n'])('lines are those of the file after line breaks in quotes and quotes that are not doubled', async (end) => {
  const rows = [head, '"Long', 'name",,lunch,,,,,"a', 'b",', 'x,,supper,,,,,,', 'Bad "q",,lunch,,,,,,', '"y', 'z",,supper,,,,,,', '', 'Short,,lunch', 'Last,,snack,,,,,,']; // 2 to 4, 5, 6, 7 and 8, 9, 10, 11
  const { summary } = await read(`${rows.join(end)}${end}`, 'meals.csv', true);
  expect(told(summary).map((one) => one.slice(0, 20))).toEqual(['5 mealType: must be ', '6 its quotes are not', '8 mealType: must be ', '10 it has 3 fields, ']);
  const twice = await read(`${[head, '"A', 'b",,lunch,,,,,,', soup, '"A', 'b",,lunch,,,,,,', '"Stew,,lunch'].slice(0, -1).join(end)}${end}`);
  expect(told(twice.summary)).toEqual([expect.stringMatching(/^6 it is the same meal as line 3 /)]);
  expect(await refusal([head, '"A', 'b",,lunch,,,,,,', 'Bad "q,,lunch,,,,,,', '"Stew,,lunch,,,,,,', ''].join(end))).toMatch(/, line 5: the row that begins here/);
  expect(await refusal([head, '"A', 'b",,lunch,,,,,,', 'Stew,french,lun'].join(end))).toMatch(/breaks off in line 4/);
}); // prettier-ignore

test('lines may end with CR alone', async () => {
  const [plain, other] = [await read(`${head}\n${soup}\n`), await read(`${head}\r${soup}\r`)];
  expect(said(other.meals)).toEqual(said(plain.meals));
});

test('what is wrong is said with the words and bounds that are right', async () => {
  const line = (said: object) => JSON.stringify({ name: 'Soup', mealType: 'dinner', ...said });
  const { summary } = await read(
    [
      line({ mealType: 'supper' }), // 1
      line({ mealType: undefined, costLevel: 'cheap' }), // 2
      line({ calories: -1 }), // 3
      line({ calories: 10_001, sodium: 'much' }), // 4
      line({ appliances: ['oven', 'wok'] }), // 5
      line({ appliances: 3 }), // 6
      line({ ingredients: 'rice', cookTime: 1.5 }), // 7
      line({}),
    ].join('\n'),
    'meals.jsonl',
    true,
  );
  expect(told(summary)).toEqual([
    '1 mealType: must be one of `breakfast`, `lunch`, `dinner`, `snack`',
    '2 mealType: must be one of `breakfast`, `lunch`, `dinner`, `snack`',
    '2 costLevel: must be one of `low`, `medium`, `high`',
    '3 calories: must be at least 0',
    '4 calories: must be at most 10000',
    '4 sodium: must be a number',
    '5 appliances: [1] "wok" is not known; use stovetop, oven, microwave, air_fryer, blender',
    '6 appliances: must be a list, or must be an object',
    '7 ingredients: must be a list',
    '7 cookTime: must be a whole number',
  ]);
});

test('a check tells every fault, up to a bound, also where an import would refuse', async () => {
  const file = path.join(folder, 'bad.csv');
  await writeFile(file, `${head}\n${'x,,supper,,,,,,\n'.repeat(1_200)}${soup}\n`);
  await expect(readFileAt(file)).rejects.toThrow(/1200 rows are wrong and 1 right .* --check tells all that is wrong/);
  const { rows, meals, wrongRows, faults } = await checkMeals({ file });
  expect([rows, meals, wrongRows, faults.count, faults.first.length]).toEqual([1_201, 1, 1_200, 1_200, 1_000]);
});

test('only the first faults are kept, all are counted; figures that do not fit are told and imported', async () => {
  const bad = Array.from({ length: 50 }, () => 'x,,lunch,much,,,,,').join('\n');
  const good = Array.from({ length: 60 }, (_, n) => `Meal ${n},,lunch,900,1,1,1,,`).join('\n');
  const { summary } = await read(`${head}\n${bad}\n${good}\n`);
  expect([summary.faults.count, summary.faults.first.length]).toEqual([50, 20]);
  expect([summary.doubts.count, summary.doubts.first.length, summary.added]).toEqual([60, 20, 60]);
});

test('ids of the file tell meals apart, whatever they look like', async () => {
  const ids = ['007', '7', '7.0', '__proto__', 'constructor', '9007199254740993'];
  const { meals } = await read(`id,name,mealType\n${ids.map((id) => `${id},Same,lunch`).join('\n')}\n`);
  expect(meals.map(({ key }) => key)).toEqual(ids.map((id) => `id:${id}`));
});

test('the same meal has the same digest, however its file writes it', async () => {
  const [csv, json] = [
    await read(`id,${head}\n1,${soup}\n`),
    await read(
      `${JSON.stringify({ id: 1, name: 'Lentil soup', cuisine: 'Turkish', mealType: 'lunch', nutrition: { calories: 310, protein: 17, carbs: 45, fats: 7 }, ingredients: ['red lentils', 'onion'], cookTime: 35 })}\n`,
      'meals.jsonl',
    ),
  ];
  expect(said(json.meals)).toEqual(said(csv.meals));
}); // prettier-ignore

test('JSON lines: what is no meal is named by line, appliances come in both forms', async () => {
  const line = (said: object) => JSON.stringify({ mealType: 'dinner', ...said });
  const { meals, summary } = await read(
    [
      line({ name: 'One', appliances: { hasOven: true, hasBlender: false } }),
      '',
      '[1]', // 3
      '{"name": "Broken"', // 4
      line({ name: 'Two', appliances: ['hasGasStove'], fats: 3 }),
      line({ name: 5 }), // 6
      line({ name: 'Text', nutrition: { calories: '300' } }), // 7
      line({ name: 'Three' }),
      line({ name: 'Four' }),
      '"text"', // 10
      line({ name: 'Five' }),
    ].join('\n'),
    'meals.jsonl',
  );
  expect(names(meals)).toEqual(['One', 'Two', 'Three', 'Four', 'Five']);
  expect(meals.slice(0, 2).map(({ facts }) => facts.appliances)).toEqual([['oven'], ['stovetop']]);
  expect(meals[1]!.facts.nutrition.fatG).toBe(3);
  expect(summary.faults.first.map(({ line: at }) => at)).toEqual([3, 4, 6, 7, 10]);
});

test.each<[string, string | Buffer, string, RegExp]>([
  ['nothing', '', 'a.csv', /a\.csv is empty/],
  ['blanks', ' \n\n ', 'a.csv', /is empty/],
  ['a header only', `${head}\n`, 'a.csv', /holds no meal, only a header/],
  ['no column of names', 'mealType,calories\nlunch,1\n', 'a.csv', /line 1: there is no column name\./],
  ['one column twice', `${head},Fat\n${soup},3\n`, 'a.csv', /line 1: the columns fats and Fat both mean fats/],
  ['a quote that is never closed', `${head}\n${soup}\n"Stew,,lunch,,,,,,\n${'x,,lunch,,,,,,\n'.repeat(20)}`, 'a.csv', /line 3: the row that begins here/],
  ['a row without an end', `${head}\n${soup}\n${'x'.repeat(70_000)},,lunch,,,,,,\n`, 'a.csv', /line 3: the row that begins here has no end/],
  ['a last row that breaks off', `${head}\n${soup}\nStew,french,lun`, 'a.csv', /breaks off in line 3/],
  ['Latin-1', Buffer.from(`${head}\n${soup}\nCr\xe8me,,snack,,,,,,\n`, 'latin1'), 'a.csv', /not UTF-8 \(line 3\): save it as UTF-8/],
  ['UTF-16', Buffer.from(`\uFEFF${head}\n${soup}\n`, 'utf16le'), 'a.csv', /is UTF-16: save it as UTF-8/],
  ['UTF-16 without a mark', Buffer.from(`${head}\n${soup}\n`, 'utf16le'), 'a.csv', /is UTF-16/],
  ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 1, 2, 3]), 'a.csv', /not a text file/],
  ['half a letter at the end', Buffer.concat([Buffer.from(`${head}\n${soup}`), Buffer.from([0xc3])]), 'a.csv', /not UTF-8/],
  ['mostly wrong rows', `${head}\n${soup}\n${'x,,lunch,much,,,,,\n'.repeat(2)}`, 'a.csv', /2 rows are wrong and 1 right .*--anyway/],
  ['nothing but wrong rows', `${head}\nx,,lunch,much,,,,,\n`, 'a.csv', /holds no meal that can be imported \(the first: line 2, calories/],
  ['another kind', 'x', 'a.xlsx', /ends in neither \.csv nor \.jsonl/],
  ['one JSON list', '[{"name":"a"},\n{"name":"b"}]\n', 'a.jsonl', /one JSON list: write one meal a line/],
  ['a list over lines', '[\n{"name":"a","mealType":"lunch"},\n]\n', 'a.jsonl', /one JSON list/],
  ['a last line that breaks off', '{"name":"a","mealType":"lunch"}\n{"name":"b","meal', 'a.jsonl', /breaks off in line 2/],
  ['a line without an end', `{"name":"a","mealType":"lunch"}\n{"name":"${'x'.repeat(300_000)}`, 'a.jsonl', /line 2: it has no end/],
])('%s is refused in one sentence', async (_, content, name, said) => {
  expect(await refusal(content, name)).toMatch(said);
}); // prettier-ignore

test('most rows wrong and told to go on: those that are right are imported', async () => {
  const { meals } = await read(`${head}\n${soup}\n${'x,,lunch,much,,,,,\n'.repeat(9)}`, 'a.csv', true);
  expect(names(meals)).toEqual(['Lentil soup']);
});

test('a file that is not there is refused', async () => {
  await expect(readFileAt('/nowhere/at/all.csv')).rejects.toThrow(/is no file: name the catalogue/);
  await expect(readFileAt(`${folder}/none.jsonl`)).rejects.toThrow(/is no file/);
});

const data = process.env.PALATE_TEST_DATA ?? null;
if (data === null) console.warn('PALATE_TEST_DATA is not set: hostile tables are not read as catalogues.');
(data === null ? describe.skip : describe)('tables of other things, some made to hurt', () => {
  interface Hostile {
    file: string;
    kind: string;
    rows?: number;
    allowed: string[];
  }
  const hostile = path.join(data ?? '', 'csv-hostile');

  test('none of them is a catalogue, and each is refused in a sentence', async () => {
    const { files } = JSON.parse(await readFile(path.join(hostile, 'expected.json'), 'utf8')) as { files: Hostile[] };
    expect(files.length).toBeGreaterThan(25);
    for (const { file } of files) {
      const error = await readFileAt(path.join(hostile, file)).catch((reason: unknown) => reason);
      expect([file, error]).toEqual([file, expect.objectContaining({ name: 'ImportRefused' })]);
      expect((error as Error).message).not.toMatch(/\n|undefined|\[object/);
    }
  });

  /** Tables of items with their columns renamed are catalogues: they are taken, or refused where they may be. */
  test('as catalogues they are read as far as they can be', async () => {
    const { files } = JSON.parse(await readFile(path.join(hostile, 'expected.json'), 'utf8')) as { files: Hostile[] };
    const items = files.filter(({ kind }) => kind === 'items');
    expect(items.length).toBeGreaterThanOrEqual(4);
    for (const { file, rows, allowed } of items) {
      const bytes = await readFile(path.join(hostile, file));
      const end = bytes.indexOf(10);
      const renamed = bytes.subarray(0, end).toString('latin1').replace('item_id', 'id').replace('title', 'name').replace('genres', 'ingredients').replace('year', 'mealType');
      const body = bytes.subarray(end).toString('latin1').replace(/,(?:19|20)\d\d(?=\r?\n|$)/g, ',lunch');
      const result = await read(Buffer.from(renamed + body, 'latin1'), file).catch((reason: unknown) => reason);
      if (result instanceof Error) {
        expect(result).toMatchObject({ name: 'ImportRefused' });
        expect([file, allowed]).toEqual([file, expect.arrayContaining(['refuse'])]);
      } else {
        const { meals, summary } = result as Awaited<ReturnType<typeof read>>;
        expect([file, meals.length]).toEqual([file, rows]);
        if (summary.faults.count > 0) expect(allowed).toContain('accept-with-warning');
        expect(JSON.stringify(meals)).not.toContain('\uFFFD');
      }
    }
  }); // prettier-ignore
});

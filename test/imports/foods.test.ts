import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readDownload } from '../../src/imports/foods/download';
import { createNutrientScheme } from '../../src/imports/foods/nutrientScheme';
import { portionWords } from '../../src/imports/foods/portions';
import { foodHead, folderOf, nutrientHead, portionHead, stews, type Table } from './download';

const folders: string[] = [];
const read = async (files: Record<string, Table | string>) => {
  const folder = await folderOf(files);
  folders.push(folder);
  return readDownload(folder);
};
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

const stew = stews(1);
const only = async (more: Record<string, Table | string>) => {
  const download = await read({ ...stew, ...more });
  const [food] = [...download.foods.values()].flat();
  return { ...download, food: food! };
};

test('a survey food has its figures, category, portions and USDA’s default portion; what is absent is null', async () => {
  const { food, publishedOn, faults } = await only({});
  expect(food).toEqual({
    key: 'fdc:2700001',
    fdcId: 2700001,
    name: 'Stew 1',
    dataType: 'survey_fndds_food',
    category: 'Stews',
    per100G: { kcal: 100, proteinG: 7.5, fatG: null, carbohydrateG: null, fibreG: null, sugarG: null, sodiumMg: null },
    portions: [],
    defaultPortionG: 240,
  });
  expect(publishedOn.get('survey_fndds_food')).toBe('2024-10-31');
  expect(faults.count).toBe(0);
});

test('Foundation and SR Legacy foods are taken with portions in amount, unit and modifier; their samples are passed over', async () => {
  const { foods, otherFoods, faults } = await read({
    'food.csv': [
      foodHead,
      [321358, 'foundation_food', 'Hummus, commercial', 16, '2019-04-01'],
      [319874, 'sample_food', 'HUMMUS, SABRA CLASSIC', 16, '2019-04-01'],
      [167512, 'sr_legacy_food', 'Biscuits, plain', 18, '2019-04-01'],
    ],
    'food_nutrient.csv': [
      nutrientHead,
      [1, 321358, 2048, 229],
      [2, 321358, 2047, 243],
      [3, 319874, 1008, 1],
      [4, 167512, 1062, 418.4],
    ],
    'measure_unit.csv': [
      ['id', 'name'],
      [1000, 'cup'],
      [9999, 'undetermined'],
    ],
    'food_category.csv': [
      ['id', 'code', 'description'],
      [16, '1600', 'Legumes and Legume Products'],
    ],
    'food_portion.csv': [
      portionHead,
      [2, 167512, 2, '1.0', 9999, '', 'biscuit', 58],
      [1, 167512, 1, '0.5', 1000, '', 'chopped', 60.5],
      [3, 167512, 3, '1', 9999, '', '', 5],
      [4, 167512, 4, '1', 1000, '', '', 0],
    ],
  });
  expect(faults.first).toEqual([]);
  expect(otherFoods).toBe(1);
  expect(foods.get('foundation_food')).toMatchObject([
    { name: 'Hummus, commercial', category: 'Legumes and Legume Products', per100G: { kcal: 229 } },
  ]);
  const [biscuits] = foods.get('sr_legacy_food')!;
  expect(biscuits).toMatchObject({ category: null, defaultPortionG: null });
  expect(biscuits!.per100G.kcal).toBeCloseTo(100);
  expect(biscuits!.portions).toEqual([
    { description: '0.5 cup, chopped', grams: 60.5 },
    { description: '1 biscuit', grams: 58 },
  ]);
});

test.each([
  [{ amount: '1', unit: 'cup', description: '', modifier: 'chopped' }, '1 cup, chopped'],
  [{ amount: '2.0', unit: 'undetermined', description: '', modifier: 'slices' }, '2 slices'],
  [{ amount: '', unit: 'undetermined', description: '1  medium', modifier: '60998' }, '1 medium'],
  [{ amount: '1', unit: 'undetermined', description: '', modifier: '10205' }, ''],
])('%j reads %j', (row, said) => expect(portionWords(row)).toBe(said));

describe('nutrients', () => {
  test.each([
    ['1008', 1008],
    ['208', 1008],
    ['269', 2000],
    ['269.3', 1063],
    ['205.20', 1050],
  ])('%s is %d', (text, nutrientId) => expect(createNutrientScheme([]).nutrientOf(text)).toMatchObject({ nutrientId }));

  test('that are not read are others, and what is none is none', () => {
    const scheme = createNutrientScheme([]);
    const nutrientOf = (text: string) => scheme.nutrientOf(text);
    expect(['1106', '320', '9999'].map((text) => nutrientOf(text))).toEqual(['other', 'other', 'other']);
    expect(['', 'x', '-208', '1e3', '208; DROP'].map((text) => nutrientOf(text))).toEqual([
      null,
      null,
      null,
      null,
      null,
    ]);
  });

  test('come in the unit that the list states, and a list of other numbers is refused', () => {
    const list = (unit_name: string, nutrient_nbr: string) => [{ id: '1093', unit_name, nutrient_nbr }];
    expect(createNutrientScheme(list('G', '307')).nutrientOf('307')).toEqual({ nutrientId: 1093, unitName: 'G' });
    expect(() => createNutrientScheme(list('MG', '203'))).toThrow(/nutrient 1093 the number 203/);
  });
});

test('ids and numbers, even mixed and in another order, give the same foods', async () => {
  const plain = await read(stews(3));
  const [head = [], ...rows] = stews(3)['food_nutrient.csv']!;
  const numbered = rows.map(([id = 0, food = 0, nutrient, amount = 0], at) => [
    id,
    food,
    at === 0 ? (nutrient ?? 0) : nutrient === 1008 ? 208 : 203,
    amount,
  ]);
  const quirk = await read({ ...stews(3), 'food_nutrient.csv': [head, ...numbered.reverse()] });
  expect(quirk.foods).toEqual(plain.foods);
  expect(quirk.nutrientsBy).toEqual({ ids: 1, numbers: 5 });
});

test('a row that cannot be taken is named by file and line, and the others are taken', async () => {
  const download = await read({
    'food.csv': [
      '"fdc_id","data_type","description","food_category_id","publication_date"',
      '"2700001","survey_fndds_food","Stew","3002","2024-10-31"',
      '"x","survey_fndds_food","Bad id","3002","2024-10-31"',
      '"2700001","survey_fndds_food","Twice","3002","2024-10-31"',
      '"2700002","survey_fndds_food"," ","3002","2024-10-31"',
      '"2700003","survey_fndds_food","Short"',
      '"2700004","survey_fndds_food","Broken"" quote"x,"3002","2024-10-31"',
      '"2700005","survey_fndds_food","Soup, ""hot""\nand sour","3002","not a date"',
    ].join('\n'),
    'food_nutrient.csv': [
      nutrientHead,
      [1, 2700001, 1008, 100],
      [2, 2700001, 1003, 'much'],
      [3, 2700001, 1004, -1],
      [4, 2700099, 1008, 1],
      [5, 2700001, 'salt', 1],
      [6, 2700005, 208, 40],
    ],
    'food_portion.csv': [
      portionHead,
      [1, 2700001, 1, '', 9999, '1 cup', '', 'heavy'],
      [2, 2700001, 1, '', 9999, '1 bowl', '', 300],
    ],
  });
  const [stewed, soup] = download.foods.get('survey_fndds_food')!;
  expect(stewed).toMatchObject({
    name: 'Stew',
    per100G: { kcal: 100, proteinG: null, fatG: null },
    portions: [{ grams: 300 }],
  });
  expect(soup).toMatchObject({ name: 'Soup, "hot" and sour', per100G: { kcal: 40 } });
  expect(download.faults.first.map(({ file, line }) => `${file}:${line}`)).toEqual([
    'food.csv:3',
    'food.csv:4',
    'food.csv:5',
    'food.csv:6',
    'food.csv:7',
    'food_nutrient.csv:3',
    'food_nutrient.csv:4',
    'food_nutrient.csv:5',
    'food_nutrient.csv:6',
    'food_portion.csv:2',
  ]);
  expect(download.absent).toEqual(['nutrient.csv', 'measure_unit.csv', 'wweia_food_category.csv or food_category.csv']);
});

test.each(['\n', '\r\n'])('lines are those of the file, whatever line breaks are in quotes', async (end) => {
  const rows = [
    foodHead.join(','), '2700001,survey_fndds_food,"Stew,', 'hot",3002,2024-10-31', 'x,survey_fndds_food,Bad id,3002,', // 4
    '2700002,survey_fndds_food,"Soup', '', 'cold",3002,', '2700003,survey_fndds_food,Bad "quote",3002,', // 8
    '2700004,survey_fndds_food,"Short', 'row"', '2700005,survey_fndds_food,Tea,3002,', '2700006,survey_fndds_food,"Open,3002,', // 10, 12
    'more',
  ];
  const figures = [2700001, 2700002, 2700005].map((food, at) => [at, food, 1008, 5]);
  const download = await read({ 'food.csv': rows.join(end), 'food_nutrient.csv': [nutrientHead, ...figures] });
  expect(download.faults.first.map(({ line, reason }) => `${line} ${reason}`)).toEqual([
    expect.stringMatching(/^4 /), '8 its quotes are not closed or not doubled', '10 it has 3 fields, the header 5', '12 its quotes are not closed or not doubled',
  ]);
  expect(download.foods.get('survey_fndds_food')!.map(({ fdcId }) => fdcId)).toEqual([2700001, 2700002, 2700005]);
}); // prettier-ignore

test.each<BufferEncoding>(['utf8', 'utf16le'])('a byte order mark is left out, and tells that it is %s', async (encoding) => {
  const folder = await folderOf(stew);
  folders.push(folder);
  const file = path.join(folder, 'food.csv');
  await writeFile(file, Buffer.from(`\uFEFF${await readFile(file, 'utf8')}`, encoding));
  expect((await readDownload(folder)).foods).toEqual((await read(stew)).foods);
}); // prettier-ignore

test('only the first twenty faults are kept, all are counted', async () => {
  const rows = Array.from({ length: 30 }, (_, at) => [at, 2700001, 1003, 'x']);
  const { faults } = await only({ 'food_nutrient.csv': [nutrientHead, [0, 2700001, 1008, 5], ...rows] });
  expect([faults.count, faults.first.length]).toEqual([30, 20]);
});

test('a food without any figure is left out and counted', async () => {
  const { foods, withoutFigures } = await read({
    ...stews(2),
    'food_nutrient.csv': [nutrientHead, [1, 2700001, 1008, 5], [2, 2700002, 1106, 5]],
  });
  expect([foods.get('survey_fndds_food')!.length, withoutFigures]).toEqual([1, 1]);
});

test.each<[string, Record<string, Table | string>, RegExp]>([
  ['no file of foods', { 'food.csv': [] }, /food\.csv is empty/],
  ['another table', { 'food.csv': [['user_id', 'item_id']] }, /food\.csv has no column fdc_id, data_type, description/],
  [
    'brands only',
    { 'food.csv': [foodHead, [1, 'branded_food', 'X', '', '']] },
    /no survey, Foundation or SR Legacy food/,
  ],
  [
    'a picture',
    { 'food.csv': Buffer.from(Array.from({ length: 90_000 }, (_, at) => (at * 7919) % 251)).toString('latin1') },
    /food\.csv/,
  ],
  ['no figures at all', { ...stew, 'food_nutrient.csv': [nutrientHead] }, /None of the 1 foods/],
  [
    'a missing column',
    {
      ...stew,
      'food_nutrient.csv': [
        ['id', 'fdc_id', 'amount'],
        [1, 2700001, 5],
      ],
    },
    /food_nutrient\.csv has no column nutrient_id/,
  ],
  [
    'a quote that swallows the file',
    { ...stew, 'food.csv': `${foodHead.join(',')}\n1,survey_fndds_food,"${'x, '.repeat(50_000)}` },
    /food\.csv is no CSV file/,
  ],
])('%s is refused in one sentence', async (_, files, said) => {
  const error = await read(files).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: 'ImportRefused', message: expect.stringMatching(said) as unknown });
  expect((error as Error).message).not.toContain('\n');
});

test('a folder that is not there is refused', async () => {
  await expect(readDownload('/nowhere/at/all')).rejects.toThrow(/is no folder/);
  await expect(read({})).rejects.toThrow(/holds no food\.csv/);
});

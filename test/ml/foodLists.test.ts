import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { householdOf } from '../../scripts/foods/household';
import { readList } from '../../scripts/foods/list';
import { rawRowOf } from '../../scripts/foods/rawRow';
import { rowOf } from '../../scripts/foods/row';
import { readDownload } from '../../src/imports/foods/download';
import { foodRows } from './foodTable';

/** The lists that most rows of data/foods.json are made from. */
const folder = path.join(__dirname, '../../scripts/foods/rows');
const lists = readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name), 'utf8')] as const);

describe('a line of a list', () => {
  const [line] = readList(
    '# drinks\nCrème Cola | fizzy cola, M&M cola | 2710541 | generic portion=330 can=330 -cup take=coke:cola note=As sold, cold.',
    'a.txt',
  );

  test('states names, the food and what is ours', () => {
    expect(line).toEqual({
      name: 'Crème Cola',
      slug: 'creme_cola',
      aliases: ['fizzy cola', 'M&M cola', 'coke'],
      fdcId: 2710541,
      generic: true,
      portionG: 330,
      household: new Map([['can', 330]]),
      without: ['cup'],
      raw: null,
      takes: [{ alias: 'coke', from: 'cola' }],
      note: 'As sold, cold.',
    });
  });

  test.each([
    ['Cola | | 123', /a\.txt, line 1: no row/],
    ['Cola | | 2710541 | sweet', /"sweet" is no option/],
    ['Cola | | 2710541 | portion=much', /"portion=much" is no option/],
  ])('"%s" is refused', (text, said) => {
    expect(() => readList(text, 'a.txt')).toThrow(said);
  });
});

describe('portions of the survey', () => {
  const of = (portions: Record<string, number>, ...names: string[]) =>
    Object.fromEntries(
      householdOf(
        Object.entries(portions).map(([description, grams]) => ({ description, grams })),
        names,
      ).map(({ unit, grams }) => [unit, grams]),
    );

  test('the plainest of several counts', () => {
    expect(of({ '1 cup, cooked, diced': 135, '1 cup': 125, '1 cup, nfs': 130 })).toEqual({ cup: 125 });
    expect(of({ '1 slice, NFS': 30, '1 medium slice': 60 })).toEqual({ slice: 30 });
  });

  test('the food’s own name counts one whole, a measure in it does not', () => {
    expect(of({ '1 calzone or stromboli': 424 }, 'Calzone', 'stromboli')).toEqual({ each: 424 });
    expect(of({ '1 cup': 160 }, 'Peanut butter cup')).toEqual({ cup: 160 });
    expect(
      of({ '1 small chappatti or roti (6")': 27, '1 large chappatti or roti (8")': 52 }, 'Roti', 'chappatti'),
    ).toEqual({ small: 27, large: 52 });
  });

  test('sizes of different things are left out', () => {
    expect(of({ '1 small': 40, '1 medium': 30, '1 large fillet': 20 })).toEqual({ medium: 30 });
  });
});

const data = path.join(process.env.PALATE_TEST_DATA ?? '', 'fdc-survey');
const here = process.env.PALATE_TEST_DATA !== undefined && existsSync(path.join(data, 'food.csv'));
if (!here)
  console.log(
    'Skipped: the lists of foods against USDA data. Set PALATE_TEST_DATA to the folder that holds fdc-survey/.',
  );
(here ? test : test.skip)('the table holds what the lists make of the survey', async () => {
  const { foods } = await readDownload(data);
  const survey = new Map((foods.get('survey_fndds_food') ?? []).map((food) => [food.fdcId, food]));
  const bySlug = new Map(foodRows.map((row) => [row.slug, row]));
  for (const [name, text] of lists)
    for (const line of readList(text, name)) {
      const made = line.raw === null ? rowOf(line, survey) : rawRowOf(line, line.raw, survey);
      expect(made).toEqual({ row: bySlug.get(line.slug) });
    }
});

import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** Folders in the shape of FoodData Central's CSV downloads, made up here: every field quoted, as USDA does. */
export type Table = readonly (readonly (string | number)[])[];

const quoted = (rows: Table) =>
  rows.map((row) => row.map((field) => `"${String(field).replaceAll('"', '""')}"`).join(',')).join('\n');

export async function folderOf(files: Record<string, Table | string>): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'palate-download-'));
  await mkdir(folder, { recursive: true });
  for (const [name, rows] of Object.entries(files))
    await writeFile(path.join(folder, name), typeof rows === 'string' ? rows : `${quoted(rows)}\n`);
  return folder;
}

export const foodHead = ['fdc_id', 'data_type', 'description', 'food_category_id', 'publication_date'] as const;
export const nutrientHead = ['id', 'fdc_id', 'nutrient_id', 'amount'] as const;
export const portionHead = [
  'id',
  'fdc_id',
  'seq_num',
  'amount',
  'measure_unit_id',
  'portion_description',
  'modifier',
  'gram_weight',
] as const;

/** `count` survey foods called "Stew 1", …, each with energy and a default portion; `kcal` tells releases apart. */
export function stews(count: number, kcal = 100, date = '2024-10-31'): Record<string, Table> {
  const ids = Array.from({ length: count }, (_, at) => 2_700_001 + at);
  return {
    'food.csv': [foodHead, ...ids.map((id, at) => [id, 'survey_fndds_food', `Stew ${at + 1}`, '3002', date])],
    'food_nutrient.csv': [
      nutrientHead,
      ...ids.flatMap((id, at) => [
        [2 * at, id, 1008, kcal],
        [2 * at + 1, id, 1003, 7.5],
      ]),
    ],
    'food_portion.csv': [
      portionHead,
      ...ids.map((id, at) => [at, id, 1, '', 9999, 'Quantity not specified', '90000', 240]),
    ],
    'wweia_food_category.csv': [
      ['wweia_food_category', 'wweia_food_category_description'],
      ['3002', 'Stews'],
    ],
  };
}

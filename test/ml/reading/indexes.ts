import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readDownload } from '../../../src/imports/foods/download';
import { foodIndexOf, readableImported, readableRow, type FoodIndex, type ReadableFood } from '../../../src/ml/reading';
import { foodRows, foodTable } from '../foodTable';

/** The folder of reference data, or null where it is not at hand. */
export const testData: string | null = process.env.PALATE_TEST_DATA ?? null;
const surveyFolder = join(testData ?? '/nowhere', 'fdc-survey');
export const hasSurvey = existsSync(join(surveyFolder, 'food.csv'));

export const tableFoods: ReadableFood[] = foodRows.flatMap(({ slug }) => {
  const entry = foodTable.bySlug(slug);
  return entry === null ? [] : [readableRow(entry)];
});
export const tableIndex: FoodIndex = foodIndexOf(tableFoods);

/** USDA's survey foods as an operator imports them. */
export const surveyFoods = async (): Promise<ReadableFood[]> => {
  const { foods } = await readDownload(surveyFolder);
  return [...foods.values()]
    .flat()
    .map((food) => readableImported({ ...food, release: `${food.dataType}:test:000000000000` }));
};

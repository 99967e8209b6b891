import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { createFoodTable, type FoodTable } from '../ml/foods';
import { FoodRow } from '../model/foods';

const file = path.join(__dirname, '..', '..', 'data', 'foods.json');

/**
 * The FDC id of the survey food that our table takes its figures from; null where it takes them from several, or from one that is only
 * near (the row's note says so).
 */
export const citedIn =
  (table: FoodTable) =>
  (query: string): number | null => {
    const row = table.byLabel(query.trim().replaceAll(' ', '_'))?.row ?? table.find(query)?.row;
    return row?.note === null ? row.fdcId : null;
  };

/** Our own food table, checked row by row as it is read. */
export const loadFoodTable = async (): Promise<FoodTable> =>
  createFoodTable(z.array(FoodRow).parse(JSON.parse(await readFile(file, 'utf8'))));

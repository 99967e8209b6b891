import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { createFoodTable, type FoodTable } from '../ml/foods';
import { FoodRow } from '../model/foods';

const file = path.join(__dirname, '..', '..', 'data', 'foods.json');

/** Our own food table, checked row by row as it is read. */
export const loadFoodTable = async (): Promise<FoodTable> =>
  createFoodTable(z.array(FoodRow).parse(JSON.parse(await readFile(file, 'utf8'))));

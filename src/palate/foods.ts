import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import { createFoodTable, type FoodTable } from '../ml/foods';
import { createFoodBase, type FoodBase } from '../ml/reading';
import { FoodRow } from '../model/foods';
import { dataTypeNames } from '../model/importedFoods';
import type { FoodStore } from '../store/foods';

const file = path.join(__dirname, '..', '..', 'data', 'foods.json');

/** Our own food table, checked row by row as it is read. */
export const loadFoodTable = async (): Promise<FoodTable> =>
  createFoodTable(z.array(FoodRow).parse(JSON.parse(await readFile(file, 'utf8'))));

/** Our table, and the releases that count. */
export const openFoodBase = async ({ imported }: Pick<FoodStore, 'imported'>): Promise<FoodBase> =>
  createFoodBase({ table: await loadFoodTable(), imported, dataTypeNames, pause: () => nextTurn() });

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { FoodRow } from '../../src/model/foods';
import { createFoodTable } from '../../src/ml/foods';

/** The rows of data/foods.json, checked against their schema, and their look-ups. */
export const foodRows: FoodRow[] = z
  .array(FoodRow)
  .parse(JSON.parse(readFileSync(join(__dirname, '../../data/foods.json'), 'utf8')));
export const foodTable = createFoodTable(foodRows);

import { mealOf, type FoodTable } from '../../src/ml/foods';
import { analysisOfWords, knownFoodsOf, partsOfReading, readMeal, type Read } from '../../src/ml/reading';
import type { Analysis } from '../../src/model/photos';
import { foodTable } from './foodTable';

/** What a process knows that has our table alone. */
export const tableAlone = knownFoodsOf(foodTable, []);

const read = (text: string): Read => ({
  reading: readMeal(text, tableAlone.index),
  known: tableAlone,
  index: tableAlone.index,
});

export const partsOf = (text: string, table: FoodTable = foodTable) =>
  partsOfReading(read(text).reading, table, tableAlone);
export const mealIn = (text: string) => mealOf(partsOf(text));
/** Null where none of its foods is known. */
export const analysisIn = (text: string): Analysis | null => analysisOfWords(read(text), foodTable);

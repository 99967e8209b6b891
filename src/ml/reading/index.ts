/**
 * Reading meals: what a person wrote, as foods with grams. Pure: foods are handed in.
 *
 *   readableRow(entry: TableFood) · readableImported(food): ReadableFood
 *   buildFoodIndex(foods): Generator       drives to a FoodIndex, a slice of work each step
 *   foodIndexOf(foods): FoodIndex          the same at once
 *   readMeal(text, index, {languages?}): Reading
 *
 * A text becomes tokens (`tokens`), words that belong together one (`phrases`, `english/compounds`), numbers one (`numbers`), what people
 * call foods the words of their names (`english/lexicon`), further languages English (`translate`). Runs of words are scored against all names
 * (`spans`, `foodIndex`), amounts are found (`amounts`) and weighed (`weigh`), and the best reading of the whole sentence is chosen (`choose`).
 */
export { intervalLevel } from './doubt';
export { buildFoodIndex, foodIndexOf } from './foodIndex';
export type { FoodIndex, ReadableFood } from './foodIndex';
export type { Language, UnitWord } from './language';
export { maxMealItems, maxMealLength, readMeal } from './meal';
export type { Candidate, ReadItem, Reading, ReadOptions, Unrecognized } from './meal';
export { readableImported, readableRow } from './rows';

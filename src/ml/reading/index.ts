/**
 * Reading meals: what a person wrote, as foods with grams. Pure: foods are handed in.
 *
 *   createFoodBase(deps): FoodBase          every generic food of a process · createMealReader(base, own): MealReader
 *   partsOfReading(reading, table, known)   as parts of a meal
 *   readableRow(entry: TableFood) · readableImported(food): ReadableFood
 *   buildFoodIndex(foods): Generator       drives to a FoodIndex, a slice of work each step
 *   foodIndexOf(foods): FoodIndex          the same at once
 *   readMeal(text, index, {languages?}): Reading
 *
 * Once, for all foods (`foodIndex`):
 *   `names`      a name becomes words, each with its part in it: what the food is, what is further said, a brand, a remark
 *   `portions`   "1 large or thick slice" becomes a unit, sizes and grams; `densities` lends portions among foods that are alike
 *   `merge`      a row of our table and the imported food it cites are one; `slices` counts the work of a step
 *
 * For each text (`meal`), "2 cups of brown rice, no salt":
 *   `tokens`     words, numbers and marks, with their places in the text
 *   `detect`     which language it is in; `translate` leads another one's words to English, and leaves of one that is not read only what is called
 *                so everywhere: "pizza"
 *   `sentence`   numbers as one token (`numbers`; `writtenNumbers`: thousands, minus, percent; `eachOf`: of each of several foods; `kindNumbers`: those of a kind, "four cheese pizza"), words of kind
 *                before the amount they stand behind (`kindsBehind`), compounds (`vocabulary`) and what people call foods (`lexicon`) as words of names,
 *                misspelt words mended; then the role of each token: food, qualifier, filler, denied (`denials`, `forgone`), unknown, number, mark
 *   `spans`      runs of words (`runs`, `runCosts`), each with the ten foods whose names fit best: "brown rice" → Brown rice 1.9, White rice 0.6, …
 *   `amounts`    every way to read an amount (`measured`: of the scales and the jug) before a food, `suffixes` behind it, `bothAmounts` of the two: 2 cups
 *   `weigh`      amount × food → grams, and how well the two go together (`household`: what cans and glasses hold)
 *   `choose`     the best set of runs and amounts for the whole sentence (`unstated`: which food stands for what was left open); `components` are parts of a dish, not eaten beside it
 *   `takenBack`, `alternatives`, `wholes`
 *                what of that was not eaten: said not to have been, one of two, or a dish beside what it was made of
 *   `unrecognized`, `doubt`, `likeness`, `additions`
 *                what was not understood, how wide the interval is, whether the food is only the nearest, what milk in a coffee weighs
 *
 * Afterwards: `rivals` are foods that may be meant as well; `advice` is what a language model may say of them, and of words not understood.
 *
 * To teach it what people call a food, add a line to `english/lexicon`; a word of another language goes to `languages/`. Whether that made
 * others worse, test/ml/reading/labelFree.test.ts and `npm run bench:captions` say.
 */
export { buildFoodIndex, foodIndexOf } from './foodIndex';
export { createFoodBase, knownFoodsOf } from './foodBase';
export type { FoodBase, KnownFoods } from './foodBase';
export type { FoodIndex, ReadableFood } from './foodIndex';
export { languageName, notReadWarnings, unreadLanguage } from './languageName';
export { createMealReader } from './mealReader';
export type { MealReader, OwnFoodNames, Read } from './mealReader';
export type { Language, UnitWord } from './language';
export { analysisOfWords, partsOfReading } from './items';
export { maxMealItems, maxMealLength, readMeal } from './meal';
export type { Candidate, ReadItem, Reading, ReadOptions, Unrecognized } from './meal';
export { withFoods } from './overlay';
export { readableImported, readableRow } from './rows';

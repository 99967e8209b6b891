/**
 * Foods: our table, and the arithmetic of nutrition. Pure: the rows of data/foods.json are handed in. What people write is read in ../reading.
 *
 *   createFoodTable(rows: FoodRow[]): FoodTable          bySlug · byLabel · find · ingredientsOf(entry, grams?)
 *   itemOf(food, {label, grams, portionSource, measure?, approximate?}): AnalyzedItem
 *   dishOf(parts: {food, grams}[], options): AnalyzedItem           a dish from its ingredients
 *   mealOf(parts) · mealOfGrams(parts, grams) · mealOfServings(parts, servings): MealTotals
 *   regrammed(item, grams) · servingsOf(item, servings): AnalyzedItem
 *   energyKcal(stated, macronutrients) · atwaterKcal · implausible(nutrients, subject, {alcoholic?}) · isAlcoholic(category)
 *   scale · sum · per100GOf · composeDish
 *   descriptionWords(text) · queryWords(text) · fit(wanted, description, dataType): number | null
 *   createSearchIndex(entries): SearchIndex                           search as you type, typos forgiven
 */
export {
  allItems,
  amended,
  amendedItem,
  analysisOfItems,
  analysisOfStated,
  countParts,
  final,
  hasItem,
  isUnrecognized,
  mostItems,
  nameOf,
  newItem,
  withItem,
  withWordsInstead,
} from './analysis';
export { atwaterKcal, energyKcal, implausible, isAlcoholic } from './energy';
export { intervalLevel, measureOf } from './interval';
export type { Measure } from './interval';
export {
  composeDish,
  dishOf,
  itemOf,
  mixedDish,
  mostItemGrams,
  regrammed,
  servingsOf,
  sourceOf,
  unknownWords,
} from './items';
export type { UnknownWords, WeighedFood } from './items';
export { namesFood } from './labels';
export { descriptionWords, fit, queryWords } from './matching';
export { nameStems } from './names';
export { nutrientKeys, per100GOf, scale, sum, unknownNutrients } from './nutrients';
export { compareHits, createSearchIndex } from './search';
export type { SearchEntry, SearchHit, SearchIndex } from './search';
export { createFoodTable } from './table';
export type { FoodTable, Ingredient, TableFood } from './table';
export { beyond, mostInText, mealOf, mealOfGrams, mealOfServings } from './totals';
export type { Places } from './totals';

/**
 * Foods: our table, captions, and the arithmetic of nutrition. Pure: the rows of data/foods.json are handed in.
 *
 *   createFoodTable(rows: FoodRow[]): FoodTable          bySlug · byLabel · find · ingredientsOf(entry, grams?)
 *   parseCaption(text, table): CaptionItem[]
 *   itemOf(food, {label, grams, portionSource, measure?, approximate?}): AnalyzedItem
 *   dishOf(parts: {food, grams}[], options): AnalyzedItem           a dish from its ingredients
 *   partsOfCaption(items: CaptionItem[]): {items: AnalyzedItem[], unrecognized}
 *   mealOf(parts) · mealOfGrams(parts, grams) · mealOfServings(parts, servings): MealTotals
 *   regrammed(item, grams) · servingsOf(item, servings): AnalyzedItem
 *   energyKcal(stated, macronutrients) · atwaterKcal · implausible(nutrients, subject, {alcoholic?}) · isAlcoholic(category)
 *   scale · sum · per100GOf · composeDish
 *   descriptionWords(text) · queryWords(text) · fit(wanted, description, dataType): number | null
 *   createFoodIndex(entries): FoodIndex                             search as you type, typos forgiven
 */
export {
  amended,
  amendedItem,
  analysisOfCaption,
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
} from './analysis';
export { maxCaptionItems, maxCaptionLength, parseCaption } from './caption';
export type { CaptionItem } from './caption';
export { atwaterKcal, energyKcal, implausible, isAlcoholic } from './energy';
export type { StatedEnergy } from './energy';
export { measureOf, relativeSpread } from './interval';
export type { Measure } from './interval';
export {
  composeDish,
  dishOf,
  itemOf,
  mixedDish,
  partsOfCaption,
  regrammed,
  servingsOf,
  sourceOf,
  unknownWords,
} from './items';
export type { ItemOptions, UnknownWords, WeighedFood } from './items';
export { namesFood } from './labels';
export { descriptionWords, fit, queryWords } from './matching';
export { nameStems } from './names';
export { nutrientKeys, per100GOf, scale, sum, unknownNutrients } from './nutrients';
export type { NutrientSum } from './nutrients';
export { compareHits, createFoodIndex } from './search';
export type { FoodIndex, SearchEntry, SearchHit } from './search';
export { gramsOfCounted, mostItemGrams } from './portions';
export type { Counted } from './portions';
export { createFoodTable } from './table';
export type { FoodTable, Ingredient, TableFood } from './table';
export { mealOf, mealOfGrams, mealOfServings } from './totals';
export type { MealParts, MealTotals } from './totals';

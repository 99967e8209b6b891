import type { AnalyzedItem, Food, PortionSource } from '../../model/foods';
import { dishOf, itemOf, mixedDish, type Measure, type TableFood } from '../../ml/foods';
import type { MealReader } from '../../ml/reading';
import { firstAlone, type Asking } from './asking';
import { strategyOf, type Found, type Strategy } from './found';
import { words, type Named } from './named';

/**
 * Figures of the foods that a classifier named.
 *
 * F1  Asked in this order: ingredients of known weight, each looked up; the dish looked up; our own table. An imported food goes before
 *     FoodData Central, which goes before our table.
 * F2  The weight is the one that was stated, else USDA's default portion, else ours.
 */
export interface PlateFiguresDeps {
  reader: MealReader;
  /** Grams of ingredients in one portion of a dish, by label; over those of the table. */
  ingredientWeights: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export type PlateFigures = (named: readonly Named[], ask: Asking) => Promise<Found>;

interface Weight {
  grams: number;
  portionSource: PortionSource;
  measure?: Measure;
}

/** Of a food whose figures are known and whose usual portion is not. */
const unknownPortion = { grams: mixedDish.portionG, portionSource: 'estimate' as const };

export function createPlateFigures({ reader, ingredientWeights }: PlateFiguresDeps): PlateFigures {
  const foods = reader.base.table;

  /** An imported food, else what FoodData Central knows. */
  const looked = async (food: Food | null, name: string, ask: Asking): Promise<Food | null> =>
    food?.release === undefined ? ask.search(name) : food;

  /** Ingredients of one portion with their weights, where they are known. */
  const recipeOf = ({ label, entry }: Named): { name: string; entry: TableFood | null; grams: number }[] => {
    const overrides = ingredientWeights[entry?.row.slug ?? label] ?? ingredientWeights[words(label)];
    if (overrides)
      return Object.entries(overrides).map(([name, grams]) => ({ name: words(name), entry: foods.find(name), grams }));
    // A dish that USDA has figures of is better known than by our recipe for it.
    return entry?.row.fdcId === null
      ? foods.ingredientsOf(entry).map(({ entry: part, grams }) => ({ name: part.food.name, entry: part, grams }))
      : [];
  };

  const portionOf = (named: Named, found: Food | null): Weight | null => {
    if (named.stated) return named.stated;
    if (found?.defaultPortionG) return { grams: found.defaultPortionG, portionSource: 'usda' };
    if (named.entry) return { grams: named.entry.row.portionG, portionSource: named.entry.row.portionFrom };
    return named.food?.defaultPortionG ? { grams: named.food.defaultPortionG, portionSource: 'memory' } : null;
  };

  const fromIngredients = async (named: Named, ask: Asking): Promise<AnalyzedItem | null> => {
    const recipe = recipeOf(named);
    if (recipe.length === 0) return null;
    const known = await reader.base.current();
    const parts = await firstAlone(recipe, async ({ name, entry, grams }) => ({
      food: (await looked(entry && known.ofRow(entry), name, ask)) ?? entry?.food ?? null,
      grams,
    }));
    const all = parts.flatMap(({ food, grams }) => (food ? [{ food, grams }] : []));
    if (all.length < parts.length || !all.some(({ food }) => food.key.startsWith('fdc:'))) return null;
    const whole = all.reduce((sum, { grams }) => sum + grams, 0);
    const portion = portionOf(named, null) ?? { grams: whole, portionSource: 'table' as const };
    return dishOf(all, { label: named.label, ...portion, approximate: named.approximate });
  };

  const ingredientNames = ({ entry }: Named): string[] =>
    entry ? foods.ingredientsOf(entry).map((part) => part.entry.food.name) : [];

  const withFigures = (named: Named, food: Food, portion: Weight): AnalyzedItem => ({
    ...itemOf(food, { label: named.label, ...portion, approximate: named.approximate }),
    ingredients: ingredientNames(named),
  });

  /** Null item: nobody knows it. */
  const figure = async (named: Named, ask: Asking): Promise<{ item: AnalyzedItem | null; strategy: Strategy }> => {
    const { food, entry, label } = named;
    if (food?.key.startsWith('own:') === true)
      return { item: withFigures(named, food, portionOf(named, null) ?? unknownPortion), strategy: 'none' };
    const composed = await fromIngredients(named, ask);
    if (composed) return { item: composed, strategy: 'ingredients' };
    const dish = await looked(food, entry?.food.name ?? label, ask);
    if (dish) return { item: withFigures(named, dish, portionOf(named, dish) ?? unknownPortion), strategy: 'dish' };
    if (!food) return { item: null, strategy: 'none' };
    return {
      item: withFigures(named, entry?.food ?? food, portionOf(named, null) ?? unknownPortion),
      strategy: 'none',
    };
  };

  return async (named, ask) => {
    const found = await firstAlone(named, (one) => figure(one, ask));
    const isKnown = (_one: unknown, at: number) => found[at]?.item !== null;
    const places = named.map((_one, at) => at);
    return {
      items: found.flatMap(({ item }) => item ?? []),
      unrecognized: named.flatMap(({ label }, at) => (found[at]?.item === null ? [{ text: label }] : [])),
      places: { items: places.filter(isKnown), unrecognized: places.filter((_at, at) => !isKnown(_at, at)) },
      strategy: strategyOf(found.map(({ strategy }) => strategy)),
    };
  };
}

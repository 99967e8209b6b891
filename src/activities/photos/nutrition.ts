import { ApplicationFailure } from '@temporalio/common';
import type { AnalyzedItem, Food, PortionSource } from '../../model/foods';
import type { Analysis, Classification, Correction, Entry, InferenceSource } from '../../model/photos';
import { photoFailures } from '../../messages/photos';
import {
  dishOf,
  estimateOf,
  itemOf,
  mealOf,
  mealOfGrams,
  mealOfServings,
  parseCaption,
  type CaptionItem,
  type FoodTable,
  type Measure,
  type TableFood,
} from '../../ml/foods';
import { FooddataRefused, FooddataUnavailable, type FoodData } from '../../services/fooddata';

/**
 * From names of foods to figures.
 *
 * N1  In this order: ingredients of known weight, each looked up; the dish looked up; our own table; an estimate that says so.
 * N2  The weight is the user's, else the caption's, else USDA's default portion, else ours; whose it is, is always stated.
 * N3  What FoodData Central does not know is taken from the table, part by part; that it does not answer is for the workflow to judge.
 */
export interface NutritionDeps {
  foods: FoodTable;
  /** null: not configured. */
  fooddata: FoodData | null;
  /** Grams of ingredients in one portion of a dish, by label; over those of the table. */
  ingredientWeights: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export type Figures = 'fooddata' | 'table';

/** A food that was named, by whomever. */
interface Named {
  label: string;
  entry: TableFood | null;
  /** Only of the kind of `entry` ("mushroom pizza" as pizza). */
  approximate: boolean;
  stated: { grams: number; portionSource: PortionSource; measure: Measure } | null;
}

interface Weight {
  grams: number;
  portionSource: PortionSource;
  measure?: Measure;
}

type Strategy = Analysis['fdc']['strategy'];

const words = (label: string) => label.replaceAll('_', ' ');

export function createNutrition({ foods, fooddata, ingredientWeights }: NutritionDeps) {
  const search = async (query: string, signal: AbortSignal): Promise<Food | null> => {
    try {
      return (await fooddata?.search(query, signal)) ?? null;
    } catch (error) {
      if (error instanceof FooddataUnavailable)
        throw ApplicationFailure.create({
          type: photoFailures.fooddataUnavailable,
          message: error.message,
          ...(error.retryAfterMs !== undefined && { nextRetryDelay: error.retryAfterMs }),
        });
      if (error instanceof FooddataRefused)
        throw ApplicationFailure.nonRetryable(error.message, photoFailures.fooddataUnavailable);
      throw error;
    }
  };

  /** Ingredients of one portion with their weights, where they are known. */
  const recipeOf = ({ label, entry }: Named): { name: string; entry: TableFood | null; grams: number }[] => {
    const overrides = ingredientWeights[entry?.row.slug ?? label] ?? ingredientWeights[words(label)];
    if (overrides)
      return Object.entries(overrides).map(([name, grams]) => ({ name: words(name), entry: foods.find(name), grams }));
    return entry
      ? foods.ingredientsOf(entry).map(({ entry: part, grams }) => ({ name: part.food.name, entry: part, grams }))
      : [];
  };

  const portionOf = (named: Named, found: Food | null): Weight | null => {
    if (named.stated) return named.stated;
    if (found?.defaultPortionG) return { grams: found.defaultPortionG, portionSource: 'usda' };
    if (named.entry) return { grams: named.entry.row.portionG, portionSource: named.entry.row.portionFrom };
    return null;
  };

  const fromIngredients = async (named: Named, signal: AbortSignal): Promise<AnalyzedItem | null> => {
    const recipe = recipeOf(named);
    if (recipe.length === 0) return null;
    const parts = await Promise.all(
      recipe.map(async ({ name, entry, grams }) => ({
        food: (await search(name, signal)) ?? entry?.food ?? null,
        grams,
      })),
    );
    const known = parts.flatMap(({ food, grams }) => (food ? [{ food, grams }] : []));
    if (known.length < parts.length || !known.some(({ food }) => food.key.startsWith('fdc:'))) return null;
    const whole = known.reduce((sum, { grams }) => sum + grams, 0);
    const portion = portionOf(named, null) ?? { grams: whole, portionSource: 'table' as const };
    return dishOf(known, { label: named.label, ...portion, approximate: named.approximate });
  };

  const fromTable = (named: Named): AnalyzedItem => {
    const { label, entry, approximate, stated } = named;
    const portion = portionOf(named, null);
    if (!entry || !portion) return estimateOf(label, stated);
    const item = itemOf(entry.food, { label, ...portion, approximate });
    return { ...item, ingredients: foods.ingredientsOf(entry).map((part) => part.entry.food.name) };
  };

  const figure = async (named: Named, signal: AbortSignal): Promise<{ item: AnalyzedItem; strategy: Strategy }> => {
    const composed = await fromIngredients(named, signal);
    if (composed) return { item: composed, strategy: 'ingredients' };
    const dish = await search(named.entry?.food.name ?? named.label, signal);
    if (!dish) return { item: fromTable(named), strategy: 'none' };
    const portion = portionOf(named, dish) ?? estimatedPortion(named.label);
    return { item: itemOf(dish, { label: named.label, ...portion, approximate: named.approximate }), strategy: 'dish' };
  };

  const meal = async (
    named: readonly Named[],
    figures: Figures,
    signal: AbortSignal,
  ): Promise<{ items: AnalyzedItem[]; fdc: Analysis['fdc'] }> => {
    if (!fooddata || figures === 'table') {
      const reason = fooddata
        ? 'FoodData Central did not answer; figures are of our own table.'
        : 'FoodData Central is not configured.';
      return { items: named.map(fromTable), fdc: { strategy: 'none', reason } };
    }
    const found = await Promise.all(named.map((one) => figure(one, signal)));
    const strategies = found.map(({ strategy }) => strategy);
    const strategy = (['ingredients', 'dish'] as const).find((one) => strategies.includes(one)) ?? 'none';
    return {
      items: found.map(({ item }) => item),
      fdc: { strategy, reason: strategy === 'none' ? 'FoodData Central knows none of these foods.' : null },
    };
  };

  const ofCaption = (items: readonly CaptionItem[], text: string): Named[] =>
    items.length === 0
      ? [{ label: text.slice(0, 100), entry: null, approximate: false, stated: null }]
      : items.map(({ label, entry, approximate, grams, portionSource, measure }) => ({
          label,
          entry,
          approximate,
          // A usual portion is no statement: FoodData Central's default comes before it.
          stated:
            grams === null || portionSource === 'usda' || portionSource === 'table'
              ? null
              : { grams, portionSource, measure },
        }));

  const finish = (
    { items, fdc }: { items: AnalyzedItem[]; fdc: Analysis['fdc'] },
    said: {
      source: InferenceSource;
      classification: Classification | null;
      grams: number | null;
      servings: number | null;
      warnings?: string[];
    },
  ): Analysis => {
    let whole = mealOf(items);
    if (said.grams !== null) whole = mealOfGrams(whole.items, said.grams);
    if (said.servings !== null) whole = mealOfServings(whole.items, said.servings);
    return {
      food: items.map(({ label }) => label).join(', '),
      inferenceSource: said.source,
      classification: said.classification,
      ...whole,
      warnings: [...(said.warnings ?? []), ...whole.warnings],
      fdc,
    };
  };

  return {
    /** Figures for a photo: of the classifier's label, or of the caption. */
    async analyse(
      entry: Entry,
      classification: Classification | null,
      namedBy: 'classifier' | 'caption',
      figures: Figures,
      signal: AbortSignal,
    ): Promise<Analysis> {
      const caption = entry.caption === null ? [] : parseCaption(entry.caption, foods);
      const best = classification?.candidates[0];
      const said = { classification, grams: entry.statedGrams, servings: null };
      if (namedBy === 'caption' || !best) {
        return finish(await meal(ofCaption(caption, entry.caption ?? ''), figures, signal), {
          ...said,
          source: 'caption',
        });
      }
      const label = foods.byLabel(best.label);
      // Words that name what the picture shows know the amounts better than a default portion.
      const agrees = label !== null && caption.some((item) => item.entry?.row.slug === label.row.slug);
      const named = agrees
        ? ofCaption(caption, '')
        : [{ label: label?.food.name ?? words(best.label), entry: label, approximate: false, stated: null }];
      const others = caption.filter((item) => item.entry).map((item) => item.label);
      const warnings =
        agrees || others.length === 0
          ? []
          : [
              `The caption names ${others.join(', ')}, the picture shows ${words(best.label)}; correct the entry if the picture is wrong.`,
            ];
      return finish(await meal(named, figures, signal), { ...said, source: classification.source, warnings });
    },

    /** Figures for the user's own word. */
    async correct(entry: Entry, correction: Correction, figures: Figures, signal: AbortSignal): Promise<Analysis> {
      const text = correction.food ?? entry.analysis?.food ?? '';
      const named = ofCaption(parseCaption(text, foods), text);
      return finish(await meal(named, figures, signal), {
        source: 'user',
        classification: entry.analysis?.classification ?? null,
        grams: correction.grams,
        servings: correction.servings,
      });
    },
  };
}

const estimatedPortion = (label: string): { grams: number; portionSource: PortionSource } => ({
  grams: estimateOf(label, null).grams,
  portionSource: 'estimate',
});

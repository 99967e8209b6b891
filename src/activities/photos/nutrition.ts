import { ApplicationFailure } from '@temporalio/common';
import type { AnalyzedItem, Food, PortionSource } from '../../model/foods';
import type { Id } from '../../model/ids';
import { asFood, nameKey } from '../../model/ownFoods';
import type { Analysis, Classification, Correction, Entry, InferenceSource } from '../../model/photos';
import { photoFailures } from '../../messages/photos';
import {
  amendedItem,
  dishOf,
  gramsOfCounted,
  itemOf,
  mixedDish,
  mealOf,
  mealOfGrams,
  mealOfServings,
  nameOf,
  unknownWords,
  parseCaption,
  withItem,
  type FoodTable,
  type Measure,
  type TableFood,
  type UnknownWords,
} from '../../ml/foods';
import type { OwnFoodStore } from '../../store/foods';
import { CircuitOpen } from '../outbound/circuits';
import { createNaming, foodOf, words, type Named } from './named';
import { FooddataRefused, FooddataUnavailable, type FoodData } from '../../services/fooddata';

/**
 * From names of foods to figures.
 *
 * N1  In this order: ingredients of known weight, each looked up; the dish looked up; our own table. What none of them knows is told in the
 *     words that were used, and counted nowhere.
 * N2  The weight is the user's, else the caption's, else USDA's default portion, else ours; whose it is, is always stated.
 * N3  A food that the user described comes before all of these, under its very name.
 * N4  What FoodData Central does not know is taken from the table, part by part; that it does not answer is for the workflow to judge.
 * N5  A person's words go before what a classifier saw. Words that begin with "with" or "and" say what there is beside it.
 */
export interface NutritionDeps {
  foods: FoodTable;
  /** Imported foods, and FoodData Central after them where it is configured. */
  fooddata: FoodData;
  /** Imported foods alone. */
  importedFoods: FoodData;
  ownFoods: Pick<OwnFoodStore, 'named'>;
  /** Grams of ingredients in one portion of a dish, by label; over those of the table. */
  ingredientWeights: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export type Figures = 'fooddata' | 'table';

const longestPauseMs = 2_000;

interface Weight {
  grams: number;
  portionSource: PortionSource;
  measure?: Measure;
}

type Strategy = Analysis['fdc']['strategy'];
type Search = (query: string) => Promise<Food | null>;

interface Found {
  items: AnalyzedItem[];
  /** What nobody knows. */
  unrecognized: UnknownWords[];
  fdc: Analysis['fdc'];
  /** Of our table, as FoodData Central did not answer. */
  provisional: boolean;
}

/** A label, and what it may be the plural of: "2 oat bars" of the food "Oat bar". */
const singulars = (label: string): string[] => [label, label.replace(/s$/i, ''), label.replace(/es$/i, '')];

/** The first by itself, then the rest at once: after an outage it is the probe that lets the others through, and in one it spares them. */
async function firstAlone<T, R>(all: readonly T[], look: (one: T) => Promise<R>): Promise<R[]> {
  const [first, ...rest] = all;
  return first === undefined ? [] : [await look(first), ...(await Promise.all(rest.map(look)))];
}

export function createNutrition({ foods, fooddata, importedFoods, ownFoods, ingredientWeights }: NutritionDeps) {
  const { ofCaption, inPlaceOf, ofClassification, withAmounts } = createNaming(foods);

  const searchIn = async (source: FoodData, query: string, signal: AbortSignal): Promise<Food | null> => {
    try {
      return await source.search(query, signal);
    } catch (error) {
      if (error instanceof FooddataUnavailable)
        throw ApplicationFailure.create({
          type: photoFailures.fooddataUnavailable,
          message: error.message,
          // Somebody waits: a longer pause is not worth their while, as the figures correct themselves.
          nonRetryable: (error.retryAfterMs ?? 0) > longestPauseMs,
          ...(error.retryAfterMs !== undefined && { nextRetryDelay: error.retryAfterMs }),
        });
      if (error instanceof FooddataRefused || error instanceof CircuitOpen)
        throw ApplicationFailure.nonRetryable(error.message, photoFailures.fooddataUnavailable);
      throw error;
    }
  };

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
    const counted = found && named.counted ? gramsOfCounted(found, named.counted) : null;
    if (counted !== null) return { grams: counted, portionSource: 'caption' };
    if (found?.defaultPortionG) return { grams: found.defaultPortionG, portionSource: 'usda' };
    if (named.entry) return { grams: named.entry.row.portionG, portionSource: named.entry.row.portionFrom };
    return null;
  };

  const fromIngredients = async (named: Named, search: Search): Promise<AnalyzedItem | null> => {
    const recipe = recipeOf(named);
    if (recipe.length === 0) return null;
    const parts = await firstAlone(recipe, async ({ name, entry, grams }) => ({
      food: (await search(name)) ?? entry?.food ?? null,
      grams,
    }));
    const known = parts.flatMap(({ food, grams }) => (food ? [{ food, grams }] : []));
    if (known.length < parts.length || !known.some(({ food }) => food.key.startsWith('fdc:'))) return null;
    const whole = known.reduce((sum, { grams }) => sum + grams, 0);
    const portion = portionOf(named, null) ?? { grams: whole, portionSource: 'table' as const };
    return dishOf(known, { label: named.label, ...portion, approximate: named.approximate });
  };

  const ingredientNames = ({ entry }: Named): string[] =>
    entry ? foods.ingredientsOf(entry).map((part) => part.entry.food.name) : [];

  const fromTable = (named: Named): AnalyzedItem | null => {
    const { label, entry, approximate } = named;
    const portion = portionOf(named, null);
    if (!entry || !portion) return null;
    const item = itemOf(entry.food, { label, ...portion, approximate });
    return { ...item, ingredients: ingredientNames(named) };
  };

  /** Null item: nobody knows it. */
  const figure = async (named: Named, search: Search): Promise<{ item: AnalyzedItem | null; strategy: Strategy }> => {
    const composed = await fromIngredients(named, search);
    if (composed) return { item: composed, strategy: 'ingredients' };
    const dish = await search(named.entry?.food.name ?? named.label);
    if (!dish) return { item: fromTable(named), strategy: 'none' };
    const portion = portionOf(named, dish) ?? unknownPortion;
    const item = itemOf(dish, { label: named.label, ...portion, approximate: named.approximate });
    return { item: { ...item, ingredients: ingredientNames(named) }, strategy: 'dish' };
  };

  /** Foods that the owner described, by the key of their names. */
  const ownByName = async (ownerId: Id | null, named: readonly Named[]): Promise<Map<string, Food>> => {
    if (ownerId === null) return new Map();
    const own = await ownFoods.named(
      ownerId,
      named.flatMap(({ label }) => singulars(label)),
    );
    return new Map(own.map((food) => [nameKey(food.name), asFood(food)]));
  };

  /** What its owner said a serving weighs is as good as what they said of such a plate. */
  const ownItem = ({ stated, counted }: Named, food: Food): AnalyzedItem => {
    // Its own portions count, not those of a food of our table that happens to have the name.
    const grams = counted && gramsOfCounted(food, counted);
    if (grams !== null) return itemOf(food, { label: food.name, grams, portionSource: 'caption' });
    const usual =
      food.defaultPortionG === null
        ? unknownPortion
        : { grams: food.defaultPortionG, portionSource: 'memory' as const };
    return itemOf(food, { label: food.name, ...(stated ?? usual) });
  };

  const meal = async (
    ownerId: Id | null,
    named: readonly Named[],
    figures: Figures,
    signal: AbortSignal,
  ): Promise<Found> => {
    const own = await ownByName(ownerId, named);
    const source = figures === 'table' ? importedFoods : fooddata;
    const found = await firstAlone(named, async (one) => {
      const described = singulars(one.label).flatMap((name) => own.get(nameKey(name)) ?? [])[0];
      return described
        ? { item: ownItem(one, described), strategy: 'none' as const }
        : figure(one, (query) => searchIn(source, query, signal));
    });
    const unknown = named.filter((_one, at) => found[at]?.item === null);
    const strategies = found.map(({ strategy }) => strategy);
    const strategy = (['ingredients', 'dish'] as const).find((one) => strategies.includes(one)) ?? 'none';
    const provisional = figures === 'table';
    const whyNone = async () =>
      own.size === named.length
        ? 'These are foods that you described.'
        : ((await source.reason?.()) ?? 'FoodData Central knows none of these foods.');
    return {
      items: found.flatMap(({ item }) => item ?? []),
      unrecognized: unknown.map(({ label, amountText }) => unknownWords(label, amountText)),
      fdc: {
        strategy,
        reason: provisional
          ? 'FoodData Central did not answer; what was not imported from it is of our own table.'
          : strategy === 'none'
            ? await whyNone()
            : null,
      },
      provisional,
    };
  };

  const finish = (
    { items, unrecognized, fdc, provisional }: Found,
    said: {
      source: InferenceSource;
      classification: Classification | null;
      grams: number | null;
      servings: number | null;
      /** The highest item id that the entry had before. */
      lastItemId?: number | undefined;
      warnings?: string[];
    },
  ): Analysis => {
    let whole = mealOf({ items, unrecognized, lastItemId: said.lastItemId });
    if (said.grams !== null) whole = mealOfGrams(whole, said.grams);
    if (said.servings !== null) whole = mealOfServings(whole, said.servings);
    return {
      food: nameOf(whole),
      inferenceSource: said.source,
      classification: said.classification,
      ...whole,
      warnings: [...(said.warnings ?? []), ...whole.warnings],
      fdc,
      ...(provisional && { provisional }),
    };
  };

  const correctItem = async (
    ownerId: Id | null,
    analysis: Analysis,
    item: string,
    { food, grams, servings, request }: Correction,
    figures: Figures,
    signal: AbortSignal,
  ): Promise<Analysis> => {
    const text = food ?? '';
    const before = analysis.unrecognized?.find(({ id }) => id === item)?.amount ?? null;
    const named = ofCaption(parseCaption(text, foods), text);
    const { items, unrecognized, fdc, provisional } = await meal(
      ownerId,
      grams === null && servings === null ? inPlaceOf(before, text, named) : named,
      figures,
      signal,
    );
    const weighed =
      grams !== null
        ? mealOfGrams({ items }, grams)
        : servings !== null
          ? mealOfServings({ items }, servings)
          : { items };
    const asked = request === undefined ? {} : { request };
    return {
      ...withItem(analysis, item, {
        items: weighed.items.map(({ id: _id, ...one }) => ({ ...one, ...asked })),
        unrecognized: unrecognized.map((one) => ({
          ...one,
          ...(grams !== null && { amount: `${grams} g` }),
          ...asked,
        })),
      }),
      // One item that FoodData Central does not know does not make the others anybody else's.
      fdc: fdc.strategy === 'none' ? analysis.fdc : fdc,
      ...(provisional && { provisional }),
    };
  };

  return {
    /** Figures for a photo: of the classifier's label, or of the caption (N5). Null: nobody knows anything of what was named. */
    async analyse(
      entry: Entry,
      classification: Classification | null,
      namedBy: 'classifier' | 'caption',
      figures: Figures,
      signal: AbortSignal,
    ): Promise<Analysis | null> {
      const caption = entry.caption === null ? [] : parseCaption(entry.caption, foods);
      const best = classification?.candidates[0];
      const said = { classification, grams: entry.statedGrams, servings: null };
      const known = (found: Found) => (found.items.length === 0 && !found.provisional ? null : found);
      const inWords = () => meal(entry.ownerId, ofCaption(caption, entry.caption ?? ''), figures, signal);
      if (namedBy === 'caption' || !best) {
        const found = known(await inWords());
        return found && finish(found, { ...said, source: 'caption' });
      }
      const named = ofClassification(classification, best);
      const seen = new Set(named.map(foodOf));
      // Words that name what the picture shows know the amounts better than a default portion or a judgement by eye.
      const agrees = caption.filter((item) => seen.has(foodOf(item)));
      const others = caption.filter((item) => !seen.has(foodOf(item)));
      const isBeside = besideIt.test(entry.caption ?? '');
      const agreed = withAmounts(named, agrees);
      const isOneDish = agrees.length > 0 && named.length === 1;
      if (!isBeside && !isOneDish && others.some((item) => item.entry !== null)) {
        const told = new Set(caption.map(foodOf));
        const saw = named.filter((one) => !told.has(foodOf(one))).map(({ label }) => label.toLowerCase());
        const warnings =
          saw.length > 0 ? [`The picture looks like ${saw.join(', ')}; your words were taken for what it is.`] : [];
        const whole = [...agreed.filter((one) => told.has(foodOf(one))), ...ofCaption(others, '')];
        return finish(await meal(entry.ownerId, whole, figures, signal), { ...said, source: 'caption', warnings });
      }
      // Words beside foods that the picture shows are of that meal, also where nobody knows them.
      const beside = others.length > 0 && (isBeside || agrees.length > 0) ? ofCaption(others, '') : [];
      const whole = isOneDish ? ofCaption(caption, '') : [...agreed, ...beside];
      const found = known(await meal(entry.ownerId, whole, figures, signal));
      return found && finish(found, { ...said, source: classification.source });
    },

    /** Figures for the user's own word, said over those of the entry. */
    async correct(
      entry: Pick<Entry, 'ownerId' | 'analysis'>,
      correction: Correction,
      figures: Figures,
      signal: AbortSignal,
    ): Promise<Analysis> {
      if (typeof correction.item === 'string' && entry.analysis && correction.food === null)
        return amendedItem(entry.analysis, correction.item, correction);
      if (typeof correction.item === 'string' && entry.analysis)
        return correctItem(entry.ownerId, entry.analysis, correction.item, correction, figures, signal);
      const text = correction.food ?? entry.analysis?.food ?? '';
      const named = ofCaption(parseCaption(text, foods), text);
      return finish(await meal(entry.ownerId, named, figures, signal), {
        source: 'user',
        classification: entry.analysis?.classification ?? null,
        grams: correction.grams,
        servings: correction.servings,
        lastItemId: entry.analysis?.lastItemId,
      });
    },
  };
}

export type Nutrition = ReturnType<typeof createNutrition>;

/** "With a glass of milk": words about what is not the dish itself. */
const besideIt = /^\s*(?:with|and|plus|\+|&)\s/i;

/** Of a food whose figures are known and whose usual portion is not. */
const unknownPortion = { grams: mixedDish.portionG, portionSource: 'estimate' as const };

import { ApplicationFailure } from '@temporalio/common';
import type { AnalyzedItem, Food, PortionSource } from '../../model/foods';
import type { Id } from '../../model/ids';
import type { Analysis, Classification, Correction, Entry, InferenceSource } from '../../model/photos';
import { photoFailures } from '../../messages/photos';
import {
  amendedItem,
  dishOf,
  itemOf,
  mealOf,
  mealOfGrams,
  mealOfServings,
  mixedDish,
  nameOf,
  regrammed,
  withItem,
  type Measure,
  type Places,
  type TableFood,
  type UnknownWords,
} from '../../ml/foods';
import {
  languageName,
  partsOfReading,
  unreadLanguage,
  type MealReader,
  type Read,
  type ReadableFood,
} from '../../ml/reading';
import { CircuitOpen } from '../outbound/circuits';
import type { Advising } from './advising';
import { createNaming, meansSame, words, type Named } from './named';
import { FooddataRefused, FooddataUnavailable, type FoodData } from '../../services/fooddata';

/**
 * From names of foods to figures.
 *
 * N1  Of words: the foods that are known here, the writer's own first; FoodData Central is asked for what none of them is. What nobody
 *     knows is told in the words that were used, and counted nowhere.
 * N2  Of a classifier's label, in this order: ingredients of known weight, each looked up; the dish looked up; our own table. An imported
 *     food goes before FoodData Central, which goes before our table.
 * N3  The weight is the user's, else the caption's, else USDA's default portion, else ours; whose it is, is always stated.
 * N4  That FoodData Central does not answer is for the workflow to judge. Figures without it are provisional only where it would have been
 *     asked.
 * N5  Where words leave open what is meant, a language model may help to read them (advising.ts), after FoodData Central was asked. It is
 *     not called from our table's figures: those stand where somebody waits on the queue that every run needs.
 * N6  A person's words go before what a classifier saw. Words that begin with "with" or "and" say what there is beside it.
 */
export interface NutritionDeps {
  reader: MealReader;
  advising: Advising;
  /** Null: not configured. */
  fooddata: FoodData | null;
  /** Grams of ingredients in one portion of a dish, by label; over those of the table. */
  ingredientWeights: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export type Figures = 'fooddata' | 'table';

const longestPauseMs = 2_000;
/** Words of one text that FoodData Central is asked for. */
const mostLookups = 12;

interface Weight {
  grams: number;
  portionSource: PortionSource;
  measure?: Measure;
}

type Strategy = Analysis['fdc']['strategy'];

/** FoodData Central and a language model, as far as they may be asked. */
interface Asking {
  search(query: string): Promise<Food | null>;
  /** A reading as a language model has it, where one helps. */
  advise(read: Read, text: string): Promise<Read['reading']>;
  /** Whether it would have been asked, had it not been away. */
  wasSkipped(): boolean;
}

interface Found {
  items: AnalyzedItem[];
  /** What nobody knows. */
  unrecognized: UnknownWords[];
  places: Places;
  strategy: Strategy;
}

interface Told extends Found {
  read: Read['reading']['items'];
  /** What the words seem to be in, where none of them was understood. */
  writtenIn: string | null;
}

/** The first by itself, then the rest at once: after an outage it is the probe that lets the others through, and in one it spares them. */
async function firstAlone<T, R>(all: readonly T[], look: (one: T) => Promise<R>): Promise<R[]> {
  const [first, ...rest] = all;
  return first === undefined ? [] : [await look(first), ...(await Promise.all(rest.map(look)))];
}

/** A food that was looked up for words, under those words. */
const readableFound = (said: string, food: Food): ReadableFood => ({
  food,
  names: [said, food.name],
  category: food.category ?? null,
  portionFrom: 'usda',
});

const isOfFdc = ({ provenance }: AnalyzedItem): boolean => provenance.some(({ source }) => source === 'fdc');

export function createNutrition({ reader, advising, fooddata, ingredientWeights }: NutritionDeps) {
  const foods = reader.base.table;
  const { ofClassification } = createNaming(reader, foods);

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

  const asking = (figures: Figures, signal: AbortSignal): Asking => {
    let skipped = false;
    return {
      async search(query) {
        if (fooddata === null) return null;
        if (figures === 'fooddata') return searchIn(fooddata, query, signal);
        skipped = true;
        return null;
      },
      advise: ({ reading, index }, text) => advising.improve(reading, text, index, figures === 'fooddata', signal),
      wasSkipped: () => skipped,
    };
  };

  /** `first`: the text as it was read before anybody was asked. */
  const read = async (ownerId: Id | null, text: string, ask: Asking, first: Read): Promise<Read> => {
    const unknown = first.reading.unrecognized.map((one) => one.text).filter((said) => text.includes(said));
    const lookedUp = await firstAlone([...new Set(unknown)].slice(0, mostLookups), async (said) => {
      const food = await ask.search(said);
      return food === null ? [] : [readableFound(said, food)];
    });
    const found = lookedUp.flat();
    const again = found.length === 0 ? first : await reader.read(ownerId, text, found);
    const reading = await ask.advise(again, text);
    const keys = new Set(found.map(({ food }) => food.key));
    // Whoever wrote it knows their own words for it better than its description.
    const items = reading.items.map((item) => (keys.has(item.food.key) ? { ...item, label: item.text } : item));
    return { ...again, reading: { ...reading, items } };
  };

  const ofWords = async (ownerId: Id | null, text: string, ask: Asking, before?: Read): Promise<Told> => {
    const first = before ?? (await reader.read(ownerId, text));
    const { reading, known } = await read(ownerId, text, ask, first);
    const { items, unrecognized, places } = partsOfReading(reading, foods, known);
    const isNothing = items.length === 0 && unrecognized.length === 0;
    return {
      items,
      unrecognized: isNothing ? [{ text: text.slice(0, 100) }] : unrecognized,
      places,
      strategy: items.some(isOfFdc) ? 'dish' : 'none',
      read: reading.items.filter(({ absurd }) => !absurd),
      writtenIn: unreadLanguage(reading),
    };
  };

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

  const whyNone = async ({ items, unrecognized }: Found): Promise<string> => {
    if (items.length > 0 && items.every(({ provenance }) => provenance.every(({ source }) => source === 'own')))
      return 'These are foods that you described.';
    if (fooddata === null)
      return (await reader.base.current()).hasImports
        ? 'None of these foods is among those imported from FoodData Central, which is not asked itself: it is not configured.'
        : 'FoodData Central is not configured.';
    return unrecognized.length === 0
      ? 'All of these foods are known here.'
      : 'FoodData Central knows none of these foods.';
  };

  const fdcOf = async (found: Found, ask: Asking): Promise<Analysis['fdc']> => ({
    strategy: found.strategy,
    reason: ask.wasSkipped()
      ? 'FoodData Central did not answer; what was not imported from it is of our own table.'
      : found.strategy === 'none'
        ? await whyNone(found)
        : null,
  });

  const finish = async (
    found: Found,
    ask: Asking,
    said: {
      source: InferenceSource;
      classification: Classification | null;
      grams: number | null;
      servings: number | null;
      /** The highest item id that the entry had before. */
      lastItemId?: number | undefined;
      warnings?: string[];
    },
  ): Promise<Analysis> => {
    const { items, unrecognized, places } = found;
    let whole = mealOf({ items, unrecognized, places, lastItemId: said.lastItemId });
    if (said.grams !== null) whole = mealOfGrams(whole, said.grams);
    if (said.servings !== null) whole = mealOfServings(whole, said.servings);
    return {
      food: nameOf(whole),
      inferenceSource: said.source,
      classification: said.classification,
      ...whole,
      warnings: [...(said.warnings ?? []), ...whole.warnings],
      fdc: await fdcOf(found, ask),
      ...(ask.wasSkipped() && { provisional: true }),
    };
  };

  /** What `words` say of the foods of a plate, and the weights that were judged by eye where they say none. */
  const weighedByEye = (told: Told, named: readonly Named[]): AnalyzedItem[] =>
    told.items.map((item, at) => {
      const said = told.read[at];
      const seen = said?.amountText === null ? named.find((one) => meansSame(said, one)) : undefined;
      return seen?.stated ? { ...regrammed(item, seen.stated.grams), portionSource: seen.stated.portionSource } : item;
    });

  const strategyOf = (strategies: readonly Strategy[]): Strategy =>
    (['ingredients', 'dish'] as const).find((one) => strategies.includes(one)) ?? 'none';

  const figuresOf = async (named: readonly Named[], ask: Asking): Promise<Found> => {
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

  /** A picture that was named and, in `caption`, described. */
  const described = async (
    ownerId: Id | null,
    caption: string,
    named: readonly Named[],
    ask: Asking,
  ): Promise<Found & { by: 'words' | 'picture'; warnings: string[] }> => {
    const isBeside = besideIt.test(caption);
    const first = await reader.read(ownerId, caption);
    const { reading } = first;
    const agrees = (said: (typeof reading.items)[number]) => named.some((one) => meansSame(said, one));
    // Decided by what is known here: what FoodData Central makes of the rest must not change which item is which.
    const unknown = reading.unrecognized;
    const isStated = unknown.some(({ amount }) => amount !== undefined);
    if (reading.items.length === 0 && !isStated && !(isBeside && unknown.length > 0)) {
      const notUnderstood = unknown.map(({ text }) => `"${text}" was not understood, and is not counted.`);
      return { ...(await figuresOf(named, ask)), by: 'picture', warnings: notUnderstood };
    }
    const told = await ofWords(ownerId, caption, ask, first);
    const items = weighedByEye(told, named);
    if (named.length === 1 && reading.items.some(agrees)) return { ...told, items, by: 'picture', warnings: [] };
    if (!isBeside && reading.items.some((said) => !agrees(said))) {
      const saw = named.filter((one) => !told.read.some((said) => meansSame(said, one)));
      const looks = saw.map(({ label }) => label.toLowerCase()).join(', ');
      return {
        ...told,
        items,
        by: 'words',
        warnings: saw.length > 0 ? [`The picture looks like ${looks}; your words were taken for what it is.`] : [],
      };
    }
    // Words that name what the picture shows know it better; what they name besides is of that meal, too. All in the order of the plate.
    const placeOf = (said: (typeof told.read)[number] | undefined, at: number): number => {
      const onPlate = said === undefined ? -1 : named.findIndex((one) => meansSame(said, one));
      return onPlate === -1 ? named.length + (told.places.items[at] ?? 0) : onPlate;
    };
    const unsaid = named.flatMap((one, at) => (told.read.some((said) => meansSame(said, one)) ? [] : [{ one, at }]));
    const seen = await figuresOf(
      unsaid.map(({ one }) => one),
      ask,
    );
    const onPlate = (places: readonly number[]) => places.map((place) => unsaid[place]?.at ?? 0);
    const all = [
      ...seen.items.map((item, at) => ({ item, place: onPlate(seen.places.items)[at] ?? 0 })),
      ...items.map((item, at) => ({ item, place: placeOf(told.read[at], at) })),
    ].sort((a, b) => a.place - b.place);
    return {
      items: all.map(({ item }) => item),
      unrecognized: [...seen.unrecognized, ...told.unrecognized],
      places: {
        items: all.map(({ place }) => place),
        unrecognized: [
          ...onPlate(seen.places.unrecognized),
          ...told.places.unrecognized.map((place) => named.length + place),
        ],
      },
      strategy: strategyOf([seen.strategy, told.strategy]),
      by: 'picture',
      warnings: [],
    };
  };

  /** The words that were used before said how much it is: `text` in place of them says only what. */
  const inPlaceOf = async (ownerId: Id | null, amount: string | null, text: string): Promise<string> => {
    if (amount === null) return text;
    const [plain, measured] = await Promise.all([
      reader.read(ownerId, text),
      reader.read(ownerId, `${amount} ${text}`),
    ]);
    const partsIn = ({ reading: { items, unrecognized } }: Read) => [
      ...items.map(({ food, amountText }) => ({ what: food.key, amount: amountText })),
      ...unrecognized.map((one) => ({ what: one.text, amount: one.amount ?? null })),
    ];
    const [one, ...others] = partsIn(plain);
    const [other, ...more] = partsIn(measured);
    const isAlone = others.length === 0 && more.length === 0;
    return isAlone && one?.amount === null && other?.what === one.what ? `${amount} ${text}` : text;
  };

  const correctItem = async (
    ownerId: Id | null,
    analysis: Analysis,
    item: string,
    { food, grams, servings, request }: Correction,
    ask: Asking,
  ): Promise<Analysis> => {
    const text = food ?? '';
    const before = analysis.unrecognized?.find(({ id }) => id === item)?.amount ?? null;
    const isWeighed = grams !== null || servings !== null;
    const told = await ofWords(ownerId, isWeighed ? text : await inPlaceOf(ownerId, before, text), ask);
    const { items, unrecognized, places } = told;
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
        places,
      }),
      // One item that FoodData Central does not know does not make the others anybody else's.
      fdc: told.strategy === 'none' ? analysis.fdc : await fdcOf(told, ask),
      ...(ask.wasSkipped() && { provisional: true }),
    };
  };

  return {
    /** Figures for a photo: of the classifier's label, or of the caption (N6). Null: nobody knows anything of what was named. */
    async analyse(
      entry: Entry,
      classification: Classification | null,
      namedBy: 'classifier' | 'caption',
      figures: Figures,
      signal: AbortSignal,
    ): Promise<Analysis | null> {
      const ask = asking(figures, signal);
      const { ownerId, caption } = entry;
      const best = classification?.candidates[0];
      const said = { classification, grams: entry.statedGrams, servings: null };
      const known = <F extends Found>(found: F): F | null =>
        found.items.length === 0 && !ask.wasSkipped() ? null : found;
      if (namedBy === 'caption' || !best) {
        const found = known(await ofWords(ownerId, caption ?? '', ask));
        return found && finish(found, ask, { ...said, source: 'caption' });
      }
      const named = await ofClassification(ownerId, classification, best);
      if (caption === null) {
        const found = known(await figuresOf(named, ask));
        return found && finish(found, ask, { ...said, source: classification.source });
      }
      const found = known(await described(ownerId, caption, named, ask));
      return (
        found &&
        finish(found, ask, {
          ...said,
          source: found.by === 'words' ? 'caption' : classification.source,
          warnings: found.warnings,
        })
      );
    },

    /** Figures for the user's own word, said over those of the entry. */
    async correct(
      entry: Pick<Entry, 'ownerId' | 'analysis'>,
      correction: Correction,
      figures: Figures,
      signal: AbortSignal,
    ): Promise<Analysis> {
      if (typeof correction.item === 'string' && entry.analysis && correction.picked)
        return withItem(entry.analysis, correction.item, { items: [correction.picked] });
      if (typeof correction.item === 'string' && entry.analysis && correction.food === null)
        return amendedItem(entry.analysis, correction.item, correction);
      const ask = asking(figures, signal);
      if (typeof correction.item === 'string' && entry.analysis)
        return correctItem(entry.ownerId, entry.analysis, correction.item, correction, ask);
      const told = await ofWords(entry.ownerId, correction.food ?? entry.analysis?.food ?? '', ask);
      return finish(told, ask, {
        source: 'user',
        classification: entry.analysis?.classification ?? null,
        grams: correction.grams,
        servings: correction.servings,
        lastItemId: entry.analysis?.lastItemId,
        warnings: told.writtenIn === null ? [] : [notRead(told.writtenIn)],
      });
    },
  };
}

export type Nutrition = ReturnType<typeof createNutrition>;

/** "With a glass of milk": words about what is not the dish itself. */
const besideIt = /^\s*(?:with|and|plus|\+|&)\s/i;

const notRead = (code: string): string => `The words seem to be in ${languageName(code)}, which is not read here.`;

/** Of a food whose figures are known and whose usual portion is not. */
const unknownPortion = { grams: mixedDish.portionG, portionSource: 'estimate' as const };

import type { Id } from '../../model/ids';
import type { Analysis, Classification, Correction, Entry, InferenceSource } from '../../model/photos';
import {
  allItems,
  amendedItem,
  hasItem,
  isUnrecognized,
  mealOf,
  mealOfGrams,
  mealOfServings,
  nameOf,
  withItem,
  withWordsInstead,
  type UnknownWords,
} from '../../ml/foods';
import { notReadWarnings, type MealReader } from '../../ml/reading';
import { createAsking, type Asking, type AskingDeps, type Figures } from './asking';
import { createDescribedPlate } from './describedPlate';
import type { Found } from './found';
import { createNaming } from './named';
import { createPlateFigures, type PlateFiguresDeps } from './plateFigures';
import { createWordFigures } from './wordFigures';

/**
 * From names of foods to the figures of an entry: of words (wordFigures.ts), of a classifier's label (plateFigures.ts), of both
 * (describedPlate.ts).
 *
 * N1  The weight is the user's, else the caption's, else USDA's default portion, else ours; its source is always stated.
 * N2  Whether to wait for FoodData Central is decided by the workflow. Figures without it are provisional only where it would have been
 *     asked.
 * N3  Where words leave open what is meant, a language model may help to read them (advising.ts), after FoodData Central was asked for
 *     them. It is not called from our table's figures, which are worked out on the queue that every run needs.
 * N4  A person's words go before what a classifier saw.
 * N5  Words that nobody knows take no figures away: what they were said in place of stands, and they stand beside it, counted nowhere. Of one
 *     item that is so once FoodData Central was asked: until then they stand in its place.
 * N6  Words whose foods are known, and whose amounts nobody eats, are figures of nothing yet: the entry asks how much it was.
 */
export interface NutritionDeps extends AskingDeps, PlateFiguresDeps {
  reader: MealReader;
}

export function createNutrition(deps: NutritionDeps) {
  const { reader, fooddata } = deps;
  const { ofClassification } = createNaming(reader, reader.base.table);
  const asking = createAsking(deps);
  const words = createWordFigures(reader);
  const { ofWords, ofWordsInPlace } = words;
  const figuresOf = createPlateFigures(deps);
  const described = createDescribedPlate({ reader, words, figuresOf });

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

  /** The user's words about one item. Where nobody knows them an item with figures stays, and the words stand beside it (N5). */
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
    const told = await ofWordsInPlace(ownerId, isWeighed ? null : before, text, ask);
    const { items, places } = told;
    const unrecognized = weighedWords(told.unrecognized, grams);
    const isCounted = hasItem(analysis, item) && !isUnrecognized(analysis, item);
    if (items.length === 0 && !ask.wasSkipped() && isCounted) return withWordsInstead(analysis, item, unrecognized);
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
        unrecognized: unrecognized.map((one) => ({ ...one, ...asked })),
        places,
      }),
      // One item that FoodData Central does not know does not make the others anybody else's.
      fdc: told.strategy === 'none' ? analysis.fdc : await fdcOf(told, ask),
      ...(ask.wasSkipped() && { provisional: true }),
    };
  };

  return {
    /** Figures for a photo: of the classifier's label, or of the caption (N4). Null: nobody knows anything of what was named. */
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
      const known = <F extends Found>(found: F): F | null => (saysNothing(found) && !ask.wasSkipped() ? null : found);
      if (namedBy === 'caption' || !best) {
        const found = known(await ofWords(ownerId, caption ?? '', ask));
        return found && finish(found, ask, { ...said, source: 'caption', warnings: notReadWarnings(found.writtenIn) });
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

    /**
     * Figures for the user's own word, said over those of the entry. Null: of a photo without any figures, nobody knows what it names
     * either.
     */
    async correct(
      entry: Pick<Entry, 'ownerId' | 'kind' | 'analysis'>,
      correction: Correction,
      figures: Figures,
      signal: AbortSignal,
    ): Promise<Analysis | null> {
      if (typeof correction.item === 'string' && entry.analysis && correction.picked)
        return withItem(entry.analysis, correction.item, { items: [correction.picked] });
      if (typeof correction.item === 'string' && entry.analysis && correction.food === null)
        return amendedItem(entry.analysis, correction.item, correction);
      const ask = asking(figures, signal);
      if (typeof correction.item === 'string' && entry.analysis)
        return correctItem(entry.ownerId, entry.analysis, correction.item, correction, ask);
      const told = await ofWords(entry.ownerId, correction.food ?? entry.analysis?.food ?? '', ask);
      const warnings = notReadWarnings(told.writtenIn);
      const isNothing = told.items.length === 0;
      if (isNothing && entry.analysis && entry.analysis.items.length > 0) {
        const words = weighedWords(told.unrecognized, correction.grams);
        const standing = withWordsInstead(entry.analysis, allItems, words);
        return {
          ...standing,
          warnings: [...warnings, ...standing.warnings],
          ...(ask.wasSkipped() && { fdc: await fdcOf(told, ask), provisional: true }),
        };
      }
      if (saysNothing(told) && entry.kind === 'photo' && !ask.wasSkipped()) return null;
      return finish(told, ask, {
        source: 'user',
        classification: entry.analysis?.classification ?? null,
        grams: correction.grams,
        servings: correction.servings,
        lastItemId: entry.analysis?.lastItemId,
        warnings,
      });
    },
  };
}

export type Nutrition = ReturnType<typeof createNutrition>;

/** Whether there is neither a food with figures nor one to ask an amount of (N6). */
const saysNothing = ({ items, unrecognized }: Found): boolean =>
  items.length === 0 && !unrecognized.some(({ tooMuch }) => tooMuch === true);

const weighedWords = (words: readonly UnknownWords[], grams: number | null): UnknownWords[] =>
  words.map((one) => ({ ...one, ...(grams !== null && { amount: `${grams} g` }) }));

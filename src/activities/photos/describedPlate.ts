import type { AnalyzedItem } from '../../model/foods';
import type { Id } from '../../model/ids';
import { nameStems, regrammed } from '../../ml/foods';
import { notReadWarnings, unreadLanguage, type MealReader, type ReadItem, type Reading } from '../../ml/reading';
import type { Asking } from './asking';
import { strategyOf, type Found } from './found';
import { meansSame, words, type Named } from './named';
import type { PlateFigures } from './plateFigures';
import type { FoundInWords, WordFigures } from './wordFigures';

/**
 * Figures of a picture that a classifier named and its user described in words.
 *
 * D1  Which foods are meant is decided by the foods that are known here: FoodData Central's answers never change which item is which.
 * D2  Words that name another food than the picture shows replace what the classifier named, and a warning says so.
 * D3  Words that begin with "with" or "and" add to what the picture shows.
 * D4  What the words deny ("eggs and toast, no juice") is not on the plate, and what they name is not what they deny beside it.
 * D5  A weight that a model judged by eye stays where the words name the food and state no amount.
 */
export interface DescribedPlateDeps {
  reader: MealReader;
  words: WordFigures;
  figuresOf: PlateFigures;
}

/** `by`: whether the words or the picture named the foods. */
export type DescribedFigures = Found & { by: 'words' | 'picture'; warnings: string[] };

export type DescribePlate = (
  ownerId: Id | null,
  caption: string,
  named: readonly Named[],
  ask: Asking,
) => Promise<DescribedFigures>;

/** "With a glass of milk": words about what is not the dish itself. */
const besideIt = /^\s*(?:with|and|plus|\+|&)\s/i;

/** The last word of a name before what is further said of it: "Orange juice", "Pizza with cheese". */
const headOf = (label: string): string | undefined => nameStems(words(label).split(/,|\bwith\b/)[0] ?? '').at(-1);

/** "No juice" denies orange juice; "no orange" does not. */
const isDenied = ({ label }: Named, denied: Reading['denied']): boolean => {
  const stems = nameStems(words(label));
  const means = (text: string): boolean => {
    const said = nameStems(text);
    return said.at(-1) === headOf(label) && said.every((stem) => stems.includes(stem));
  };
  return denied.some(({ written, read }) => means(written) || means(read));
};

/** "An apple, no toast" as the apple alone. */
const withoutDenied = (item: ReadItem, caption: string, denied: Reading['denied']): ReadItem => {
  const beside = denied.filter(({ start, end }) => start >= item.start && end <= item.end);
  if (beside.length === 0) return item;
  let [text, from] = ['', item.start];
  for (const { start, end } of beside) {
    text += caption.slice(from, start);
    from = end;
  }
  return { ...item, text: text + caption.slice(from, item.end) };
};

const isNamed = (said: ReadItem, named: readonly Named[]): boolean => named.some((one) => meansSame(said, one));
const isSaid = (one: Named, said: readonly ReadItem[]): boolean => said.some((item) => meansSame(item, one));

/** The items of the words, with the weights that were judged by eye where the words state none (D5). */
const weighedByEye = ({ items, read }: FoundInWords, named: readonly Named[]): AnalyzedItem[] =>
  items.map((item, at) => {
    const said = read[at];
    const seen = said?.amountText === null ? named.find((one) => meansSame(said, one)) : undefined;
    return seen?.stated ? { ...regrammed(item, seen.stated.grams), portionSource: seen.stated.portionSource } : item;
  });

/** The words alone, with a warning about what only the picture shows (D2). */
const inPlaceOfPicture = (found: FoundInWords, items: AnalyzedItem[], named: readonly Named[]): DescribedFigures => {
  const unsaid = named.filter((one) => !isSaid(one, found.read));
  const looks = unsaid.map(({ label }) => label.toLowerCase()).join(', ');
  return {
    ...found,
    items,
    by: 'words',
    warnings: [
      ...(unsaid.length > 0 ? [`The picture looks like ${looks}; your words were taken for what it is.`] : []),
      ...notReadWarnings(found.writtenIn),
    ],
  };
};

export function createDescribedPlate({ reader, words: wordFigures, figuresOf }: DescribedPlateDeps): DescribePlate {
  /** The foods of the plate in their order, each as the words name it where they do, then what the words name besides. */
  const together = async (
    found: FoundInWords,
    items: AnalyzedItem[],
    named: readonly Named[],
    ask: Asking,
  ): Promise<DescribedFigures> => {
    const placeOf = (said: ReadItem | undefined, at: number): number => {
      const onPlate = said === undefined ? -1 : named.findIndex((one) => meansSame(said, one));
      return onPlate === -1 ? named.length + (found.places.items[at] ?? 0) : onPlate;
    };
    const unsaid = named.flatMap((one, at) => (isSaid(one, found.read) ? [] : [{ one, at }]));
    const seen = await figuresOf(
      unsaid.map(({ one }) => one),
      ask,
    );
    const onPlate = (places: readonly number[]) => places.map((place) => unsaid[place]?.at ?? 0);
    const all = [
      ...seen.items.map((item, at) => ({ item, place: onPlate(seen.places.items)[at] ?? 0 })),
      ...items.map((item, at) => ({ item, place: placeOf(found.read[at], at) })),
    ].sort((a, b) => a.place - b.place);
    return {
      items: all.map(({ item }) => item),
      unrecognized: [...seen.unrecognized, ...found.unrecognized],
      places: {
        items: all.map(({ place }) => place),
        unrecognized: [
          ...onPlate(seen.places.unrecognized),
          ...found.places.unrecognized.map((place) => named.length + place),
        ],
      },
      strategy: strategyOf([seen.strategy, found.strategy]),
      by: 'picture',
      warnings: notReadWarnings(found.writtenIn),
    };
  };

  return async (ownerId, caption, plate, ask) => {
    const isBeside = besideIt.test(caption);
    const first = await reader.read(ownerId, caption);
    const { unrecognized: unknown, denied } = first.reading;
    const said = first.reading.items.map((item) => withoutDenied(item, caption, denied));
    const named = plate.filter((one) => isSaid(one, said) || !isDenied(one, denied));
    const isStated = unknown.some(({ amount }) => amount !== undefined);
    if (said.length === 0 && !isStated && !(isBeside && unknown.length > 0)) {
      const notUnderstood = unknown.map(({ text }) => `"${text}" was not understood, and is not counted.`);
      return {
        ...(await figuresOf(named, ask)),
        by: 'picture',
        warnings: [...notUnderstood, ...notReadWarnings(unreadLanguage(first.reading))],
      };
    }
    const asRead = await wordFigures.ofWords(ownerId, caption, ask, first);
    const found = { ...asRead, read: asRead.read.map((item) => withoutDenied(item, caption, denied)) };
    const items = weighedByEye(found, named);
    if (named.length === 1 && said.some((item) => isNamed(item, named)))
      return { ...found, items, by: 'picture', warnings: notReadWarnings(found.writtenIn) };
    if (!isBeside && said.some((item) => !isNamed(item, named))) return inPlaceOfPicture(found, items, named);
    return together(found, items, named, ask);
  };
}

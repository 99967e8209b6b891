import type { AnalyzedItem, Food } from '../../model/foods';
import type { Id } from '../../model/ids';
import { unknownWords } from '../../ml/foods';
import {
  partsOfReading,
  unreadLanguage,
  type MealReader,
  type Read,
  type ReadableFood,
  type ReadItem,
} from '../../ml/reading';
import { firstAlone, type Asking } from './asking';
import type { Found } from './found';

/**
 * Figures of what a person wrote.
 *
 * W1  Words are read with the foods that are known here; FoodData Central is asked only for those that name none of them.
 * W2  FoodData Central is asked before the language model: what it knows needs no model, and a name that it knows as a whole is not taken
 *     apart. Parts in which the model then finds foods are looked up as well, with what it said; it is not asked again.
 * W3  Words that no source knows are reported as they were written, and counted nowhere.
 */
export interface FoundInWords extends Found {
  read: Read['reading']['items'];
  /** A language that is not read, in which the words seem to be. */
  writtenIn: string | null;
}

/** Words of one text that FoodData Central is asked for. */
const maxLookups = 12;

/** A food that was looked up for words, readable by those words. */
const readableFound = (said: string, food: Food): ReadableFood => ({
  food,
  names: [said, food.name],
  category: food.category ?? null,
  portionFrom: 'usda',
});

const isOfFdc = ({ provenance }: AnalyzedItem): boolean => provenance.some(({ source }) => source === 'fdc');

const holdsWords = (text: string, words: string): boolean => text.toLowerCase().includes(words.toLowerCase());

/** A food may be found in the whole text and once more in the part that a model took out of it: it was eaten once. */
const isRepeat = ({ start, end, food }: ReadItem, earlier: readonly ReadItem[]): boolean =>
  earlier.some((one) => one.food.key === food.key && one.start < end && start < one.end);

/** Whether a reading is of one food, and `amount` is how much of it was said. */
const isOneFoodOf = (amount: string, { items, unrecognized }: Read['reading']): boolean => {
  const amounts = [
    ...items.map(({ text, amountText }) => unknownWords(text, amountText).amount),
    ...unrecognized.map(({ text, amount: said }) => unknownWords(text, said ?? null).amount),
  ];
  return amounts.length === 1 && amounts[0] === amount;
};

export function createWordFigures(reader: MealReader) {
  const foods = reader.base.table;

  const lookUp = async (words: readonly string[], ask: Asking): Promise<ReadableFood[]> => {
    const lookedUp = await firstAlone(words, async (said) => {
      const food = await ask.search(said);
      return food === null ? [] : [readableFound(said, food)];
    });
    return lookedUp.flat();
  };

  /** `first`: the text as it was read before anybody was asked. */
  const read = async (ownerId: Id | null, text: string, ask: Asking, first: Read): Promise<Read> => {
    const unknown = first.reading.unrecognized.map((one) => one.text).filter((said) => text.includes(said));
    const words = [...new Set(unknown)].slice(0, maxLookups);
    const found = await lookUp(words, ask);
    const again = found.length === 0 ? first : await reader.read(ownerId, text, found);
    const advised = await ask.advise(again, text);

    const isUnknown = (said: string) => advised.unrecognized.some((one) => holdsWords(one.text, said));
    const parts = new Set(ask.foodsIn(again, text).filter((said) => !words.includes(said) && isUnknown(said)));
    const foundParts = await lookUp([...parts].slice(0, maxLookups - words.length), ask);
    const all = [...found, ...foundParts];
    const { index } = foundParts.length === 0 ? again : await reader.read(ownerId, text, all);
    const reading = foundParts.length === 0 ? advised : await ask.advise({ ...again, index }, text);

    const keys = new Set(all.map(({ food }) => food.key));
    // Of a food that was looked up, people know their own words better than its description.
    const items = reading.items
      .filter((item, at) => !(keys.has(item.food.key) && isRepeat(item, reading.items.slice(0, at))))
      .map((item) => (keys.has(item.food.key) ? { ...item, label: item.text } : item));
    return { ...again, reading: { ...reading, items } };
  };

  const ofWords = async (ownerId: Id | null, text: string, ask: Asking, before?: Read): Promise<FoundInWords> => {
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

  /** Figures of `text` in place of words of which `amount` was said: that much of it, unless the text states an amount itself. */
  const ofWordsInPlace = async (
    ownerId: Id | null,
    amount: string | null,
    text: string,
    ask: Asking,
  ): Promise<FoundInWords> => {
    if (amount === null) return ofWords(ownerId, text, ask);
    const measured = `${amount} ${text}`;
    const first = await reader.read(ownerId, measured);
    return isOneFoodOf(amount, first.reading) ? ofWords(ownerId, measured, ask, first) : ofWords(ownerId, text, ask);
  };

  return { ofWords, ofWordsInPlace };
}

export type WordFigures = ReturnType<typeof createWordFigures>;

/**
 * What a language model may add to a reading: which food of several is meant, and where foods stand among words that were not understood.
 *
 * A1  It is asked about what is uncertain only, and once for a text; where nothing is, there is no question.
 * A2  Foods and figures stay ours: it answers with ids of our candidates, or with words of the text, which are read by the same rules.
 * A3  An answer counts as a whole. One id that was not offered, or one word that is not there, and the reading stands as it was.
 * A4  Nothing goes away at its word: what is left of words that were not understood stays reported.
 * A5  The text is data. Whatever it asks for, an answer can do no more than A2 allows.
 */
import { z } from 'zod';
import { nameStems } from '../foods/names';
import type { FoodIndex } from './foodIndex';
import {
  maxMealItems,
  maxMealLength,
  readingOf,
  readMeal,
  type Candidate,
  type ReadItem,
  type Reading,
  type ReadOptions,
} from './meal';
import type { Unrecognized } from './meal';
import { rivalsOf } from './rivals';

/** Of what is asked at once; the rest stands as it was read. */
const maxUnsure = 8;
const maxNotUnderstood = 8;
/** Foods in one run of words that was not understood. */
const maxSpans = 8;

/** The answer where none of the candidates is more likely than the others, or all are wrong. */
export const unclear = 'unclear';

/** Ids name things within one question. */
export interface AdviceQuestion {
  readonly text: string;
  readonly unsure: readonly {
    readonly id: string;
    readonly words: string;
    readonly candidates: readonly { readonly id: string; readonly food: string; readonly grams: number }[];
  }[];
  readonly notUnderstood: readonly { readonly id: string; readonly words: string }[];
}

/**
 * By id: of an unsure item a candidate's id, or `unclear`; of words that were not understood the foods in them, in the words of the text.
 * Missing where nothing of the kind was asked.
 */
export interface Advice {
  readonly choices?: Readonly<Record<string, string>> | undefined;
  readonly foods?: Readonly<Record<string, readonly string[]>> | undefined;
}

const isNamed = ({ text, food }: ReadItem): boolean => {
  const [said, name] = [nameStems(text), nameStems(food.name)];
  return said.length === name.length && said.every((word) => name.includes(word));
};

/** Where only the nearest food is known all candidates may be meant; where the very name of a food was said, none but that. */
const doubtsAbout = (item: ReadItem): Candidate[] =>
  isNamed(item) && !item.approximate ? [] : rivalsOf(item, { unlikely: item.approximate });

interface Asked {
  readonly unsure: readonly { readonly item: ReadItem; readonly candidates: readonly Candidate[] }[];
  readonly notUnderstood: readonly Unrecognized[];
}

const askedOf = ({ items, unrecognized }: Reading, text: string): Asked => ({
  unsure: items
    .flatMap((item) => {
      const rivals = doubtsAbout(item);
      const [taken] = item.candidates;
      if (taken === undefined || rivals.length === 0) return [];
      return [{ item, candidates: [{ ...taken, grams: item.grams }, ...rivals] }];
    })
    .slice(0, maxUnsure),
  // What is reported in words of ours ("3 more items of the text") is not in the text.
  notUnderstood: unrecognized.filter((one) => placeOf(one, text) !== null).slice(0, maxNotUnderstood),
});

const itemId = (at: number): string => `item${at + 1}`;
const candidateId = (at: number, candidate: number): string => `${itemId(at)}${'abcdefghij'.charAt(candidate)}`;
const wordsId = (at: number): string => `words${at + 1}`;

/** What to ask of a reading of `text`; null where nothing is uncertain. */
export const adviceQuestion = (reading: Reading, text: string): AdviceQuestion | null => {
  const { unsure, notUnderstood } = askedOf(reading, text);
  if (unsure.length === 0 && notUnderstood.length === 0) return null;
  return {
    text: text.slice(0, maxMealLength),
    unsure: unsure.map(({ item, candidates }, at) => ({
      id: itemId(at),
      words: item.text,
      candidates: candidates.map(({ food, grams }, candidate) => ({
        id: candidateId(at, candidate),
        food: food.name,
        grams: Math.round(grams),
      })),
    })),
    notUnderstood: notUnderstood.map(({ text: words }, at) => ({ id: wordsId(at), words })),
  };
};

/** The one form of an answer: a key for each thing that was asked, and of each item nothing but its own candidates. */
export const adviceForm = ({ unsure, notUnderstood }: AdviceQuestion): z.ZodType<Advice> => {
  const choices: Record<string, z.ZodType<string>> = {};
  for (const { id, candidates } of unsure) choices[id] = z.enum([...candidates.map((one) => one.id), unclear]);
  const foods: Record<string, z.ZodType<string[]>> = {};
  for (const { id } of notUnderstood) foods[id] = z.array(z.string());
  const [chosen, found] = [z.strictObject(choices), z.strictObject(foods)];
  if (notUnderstood.length === 0) return z.object({ choices: chosen });
  return unsure.length === 0 ? z.object({ foods: found }) : z.object({ choices: chosen, foods: found });
};

interface Place {
  readonly start: number;
  readonly end: number;
}

const escaped = (words: string): string => words.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** Where words stand in a text, however they are spaced and capitalised there, and beside what is `taken`; null where they do not. */
const find = (words: string, text: string, taken: readonly Place[] = []): Place | null => {
  const parts = words.split(/[\p{C}\s]+/u).filter((part) => part !== '');
  if (parts.length === 0) return null;
  for (const found of text.matchAll(new RegExp(parts.map(escaped).join('[\\p{C}\\s]+'), 'giu'))) {
    const place = { start: found.index, end: found.index + found[0].length };
    if (taken.every(({ start, end }) => place.end <= start || place.start >= end)) return place;
  }
  return null;
};

const placeOf = ({ text: words }: Unrecognized, text: string) => find(words, text);

/** Where each of `foods` stands in `words`, in the order of the words; null where one does not. */
const placesOf = (foods: readonly string[], words: Unrecognized): Place[] | null => {
  if (foods.length > maxSpans) return null;
  const places: Place[] = [];
  for (const food of foods) {
    const place = find(food, words.text, places);
    if (place === null) return null;
    places.push(place);
  }
  return places.sort((one, other) => one.start - other.start);
};

interface Split {
  readonly items: readonly ReadItem[];
  readonly left: readonly Unrecognized[];
}

/** What is read of `words`, which begin at `start` of the text, where foods stand at `places`; null where nothing comes of it. */
const splitOf = (
  words: Unrecognized,
  places: readonly Place[],
  start: number,
  read: (text: string) => Reading,
): Split | null => {
  const items: ReadItem[] = [];
  const left: Unrecognized[] = [];
  const leave = (from: number, to: number): void => {
    const before = words.text.slice(from, to);
    const rest = before.trim();
    const shift = start + from + before.length - before.trimStart().length;
    const { items: others, unrecognized } = read(rest);
    if (others.length > 0) left.push({ start: shift, text: rest });
    else left.push(...unrecognized.map((one) => ({ ...one, start: one.start + shift })));
  };
  let at = 0;
  for (const place of places) {
    leave(at, place.start);
    at = place.end;
    const amount = words.amount === undefined ? '' : `${words.amount} `;
    const reading = read(`${amount}${words.text.slice(place.start, place.end)}`);
    const shift = start + place.start - amount.length;
    items.push(...reading.items.map((item) => ({ ...item, start: item.start + shift, end: item.end + shift })));
    left.push(...reading.unrecognized.map((one) => ({ ...one, start: one.start + shift })));
  }
  leave(at, words.text.length);
  return items.length === 0 ? null : { items, left };
};

/**
 * `reading` of `text` as `advice` has it; `reading` itself where the advice is no answer to what is asked of it (A3) or changes nothing.
 * `index` and `options` are those that it was read with.
 */
export const advised = (
  reading: Reading,
  advice: Advice,
  text: string,
  index: FoodIndex,
  options: ReadOptions = {},
): Reading => {
  const question = adviceQuestion(reading, text);
  if (question === null || !adviceForm(question).safeParse(advice).success) return reading;
  const { unsure, notUnderstood } = askedOf(reading, text);
  const meant = new Map<number, string>();
  unsure.forEach(({ item, candidates }, at) => {
    const chosen = candidates.find((_candidate, place) => candidateId(at, place) === advice.choices?.[itemId(at)]);
    if (chosen !== undefined) meant.set(item.start, chosen.food.key);
  });
  const splits = new Map<Unrecognized, Split>();
  for (const [at, words] of notUnderstood.entries()) {
    const places = placesOf(advice.foods?.[wordsId(at)] ?? [], words);
    if (places === null) return reading;
    const [first] = places;
    // How much was said of several foods together says of none how much of it.
    if (first === undefined || (words.amount !== undefined && places.length > 1)) continue;
    const start = placeOf(words, text)?.start ?? 0;
    const split = splitOf(words, places, start, (part) => readMeal(part, index, options));
    if (split !== null) splits.set(words, split);
  }
  if (meant.size === 0 && splits.size === 0) return reading;

  const again = meant.size === 0 ? reading : readMeal(text, index, { ...options, meant });
  const found = [...splits.values()].flatMap(({ items }) => items);
  if (again.items.length + found.length > maxMealItems) return reading;
  return readingOf({
    items: [...again.items, ...found].sort((one, other) => one.start - other.start),
    unrecognized: reading.unrecognized.flatMap((words) => splits.get(words)?.left ?? [words]),
    denied: again.denied,
    unread: again.unread,
    writtenIn: found.length > 0 ? null : again.writtenIn,
  });
};

/**
 * All foods that can be read, by the words of their names.
 *
 * F1  A food's score for some words is a sum over them, so that a run of words grows one by one: what a name's words cost unsaid is counted
 *     first (`base`), and each word that is said brings its gain and takes its cost back.
 * F2  It is built in slices of counted work (slices.ts): the caller drives a generator.
 * F3  Postings lie in typed arrays; 15,000 foods take less than 100 MiB.
 */
import type { Food } from '../../model/foods';
import { createSpeller } from '../foods/spelling';
import {
  companies,
  isQualifier,
  isSize,
  isRemarkable,
  isSubstitute,
  isUsual,
  relatedShare,
  relatedWords,
} from './english/weights';
import { parseName, type NamePart, type NameWord } from './names';
import { parsePortion, unitOf, type ParsedPortion } from './portions';
import { buildDensities, type Densities } from './densities';
import { mergeByFdcId } from './merge';
import { atOnce, createMeter } from '../foods/slices';

/** A food with everything that leads to it. */
export interface ReadableFood {
  readonly food: Food;
  /** Every name and alias; the first is shown. */
  readonly names: readonly string[];
  /** Foods of one category lend each other portions; null where unknown. */
  readonly category: string | null;
  /** Whose its usual portion is. */
  readonly portionFrom: 'usda' | 'table';
  /** Kind of food as FoodData Central names it; missing for foods that are not from there. */
  readonly dataType?: string;
}

export interface IndexedFood extends ReadableFood {
  readonly portions: readonly ParsedPortion[];
  /** Of its category, or of the last word of its name. */
  readonly group: string;
}

/** Postings [from, to) of a word. */
export interface Postings {
  readonly from: number;
  readonly to: number;
}

export interface Whole {
  readonly written: string;
  readonly word: string;
}

export interface FoodIndex {
  readonly foods: readonly IndexedFood[];
  readonly densities: Densities;
  /** Of each name: its food, and its score before any word is said. */
  readonly foodOf: Int32Array;
  readonly base: Float32Array;
  readonly names: Int32Array;
  readonly gains: Float32Array;
  /** Bits: 1, the food may be meant by the word alone; `lent`, a related word, or one against it; `nounOfName`, the word says what the food is; `oneOfMany`, not by it alone after all. */
  readonly heads: Uint8Array;
  /** Words of each name. */
  readonly lengths: Uint8Array;
  /** Every word that leads to a name. */
  readonly words: Iterable<string>;
  /** What is written and is read as one word, of as many letters, whatever its own words mean: names that a person gave. */
  readonly wholes?: readonly Whole[];
  /** Null for a word of no name. */
  postingsOf(word: string): Postings | null;
  /** The word of a name that a misspelt one must have meant; null where none is nearest. */
  spell(word: string): string | null;
}

const unsaid: Readonly<Record<NamePart, number>> = {
  head: 0.5,
  second: 0.3,
  tail: 0.2,
  brand: 0.3,
  without: 0.08,
  aside: 0,
  unstated: 0,
};
const said: Readonly<Record<NamePart, number>> = {
  head: 1,
  second: 0.9,
  tail: 0.7,
  brand: 0.7,
  without: 0.5,
  aside: 0.4,
  unstated: 0.2,
};
const qualifierUnsaid = 0.06;
const qualifierSaid = 0.4;
const remarkableUnsaid = 0.35;
/** Who eats an imitation says so. */
const substituteUnsaid = 1.5;
const usualUnsaid = 0.02;
/** The last of several words of a head says what it is: "ice cream sandwich". */
const nounUnsaid = 0.8;
const generalGain = 0.1;
/** What a food is called first, it is rather. */
const aliasCost = 0.03;
/** A head that stands before so many different second parts is a kind of food: "Cheese, cheddar". */
const kindFrom = 5;
/** A brand's name that so many foods bear at most is a product: "(Doritos)". */
const mostOfProduct = 6;

/** What a word costs that is said and is not in the name. */
export const mismatchOf = (word: string): number =>
  isSize(word) ? 0.05 : isQualifier(word) ? (isRemarkable(word) ? 0.4 : 0.25) : 0.6;

/** Work of a name or a portion that is parsed, beside that of a word that is put in place. */
const parseWork = 10;

interface Draft {
  readonly food: number;
  readonly words: readonly NameWord[];
  readonly general: boolean;
  readonly head: string;
  /** Not an alias. */
  readonly first: boolean;
}

const isUnit = (word: string): boolean => unitOf(word) !== undefined && isQualifier(word);

/** Marks postings of words that are not in the name. */
export const lent = 2;
/** Marks postings of the word that says what the food is: "sauce" of "pasta sauce with meat". */
export const nounOfName = 4;
/** Marks postings of a word that names its food only with another: "drop" of "egg drop soup" is neither its noun nor half of it. */
export const oneOfMany = 8;
/** Marks postings of a noun that stands alone: "muffin" of "muffin, bran with fruit". */
export const onlyNoun = 16;
const manyWords = 3;

/** Drives to an index; each `next()` does a slice of the work and answers how much that was (slices.ts). */
export function* buildFoodIndex(readable: readonly ReadableFood[]): Generator<number, FoodIndex> {
  const foods: IndexedFood[] = [];
  const drafts: Draft[] = [];
  const frequency = new Map<string, number>();
  const seconds = new Map<string, Set<string>>();
  const meter = createMeter();
  const merged = yield* mergeByFdcId(readable);
  for (const one of merged) {
    const portions = one.food.portions.flatMap(({ description, grams }) => parsePortion(description, grams) ?? []);
    const parsed = one.names.map(parseName);
    meter.add(parseWork * (one.food.portions.length + one.names.length));
    const heads = parsed[0]?.words.filter(({ part }) => part === 'head');
    const at = foods.push({ ...one, portions, group: one.category ?? heads?.at(-1)?.word ?? '' }) - 1;
    for (const [i, { words, general }] of parsed.entries()) {
      if (words.length === 0) continue;
      const head = words.flatMap(({ word, part }) => (part === 'head' ? [word] : [])).join(' ');
      drafts.push({ food: at, words, general, head, first: i === 0 });
      for (const { word } of words) frequency.set(word, (frequency.get(word) ?? 0) + 1);
      const second = words.find(({ part, word }) => part === 'second' && !isQualifier(word));
      if (second !== undefined) {
        const known = seconds.get(head);
        if (known === undefined) seconds.set(head, new Set([second.word]));
        else known.add(second.word);
      }
    }
    if (meter.isFull()) yield meter.take();
  }

  const base = new Float32Array(drafts.length);
  const foodOf = new Int32Array(drafts.length);
  const lengths = new Uint8Array(drafts.length);
  const byWord = new Map<string, { names: number[]; gains: number[]; heads: number[] }>();
  const post = (word: string, name: number, gain: number, head: boolean, own = 0): void => {
    let list = byWord.get(word);
    if (list === undefined) byWord.set(word, (list = { names: [], gains: [], heads: [] }));
    list.names.push(name);
    list.gains.push(gain);
    list.heads.push((head ? 1 : 0) + own);
  };
  const most = Math.log(drafts.length + 1);
  for (const [name, { food, words, general, head, first }] of drafts.entries()) {
    foodOf[name] = food;
    lengths[name] = Math.min(255, words.filter(({ part }) => part !== 'aside' && part !== 'unstated').length);
    const kind = (seconds.get(head)?.size ?? 0) >= kindFrom;
    let score = first ? (general ? generalGain : 0) : -aliasCost;
    const own = new Set(words.map(({ word }) => word));
    const last = words.findLastIndex(({ part }) => part === 'head');
    const worth = words.map(({ word, part, alternative }, i) => {
      // "Tamarind drink", "chicken patty": the last word of what it is says what it is.
      const noun = i === last;
      const qualifier = isQualifier(word) && !noun;
      const cost =
        part === 'without'
          ? unsaid.without
          : isUsual(word)
            ? usualUnsaid
            : part !== 'head' && isRemarkable(word)
              ? isSubstitute(word)
                ? substituteUnsaid
                : remarkableUnsaid
              : qualifier && part !== 'brand'
                ? isRemarkable(word)
                  ? remarkableUnsaid
                  : qualifierUnsaid
                : noun && i > 0 && !kind
                  ? nounUnsaid
                  : part === 'head' && kind
                    ? unsaid.head / 2
                    : unsaid[part];
      const rarity = 1 - Math.log(frequency.get(word) ?? 1) / most;
      const gain = (qualifier && part !== 'brand' ? qualifierSaid : said[part]) * (0.8 + 0.4 * rarity);
      const isHead =
        !qualifier &&
        !(noun && isQualifier(word)) &&
        (part === 'head' ||
          (part === 'second' && kind) ||
          (part === 'brand' && (frequency.get(word) ?? 0) <= mostOfProduct && !companies.has(word)));
      return { word, part, cost: alternative ? cost / 5 : cost, gain, isHead, noun };
    });
    // "Soup, egg drop" is an egg drop soup, and "fish, red snapper" a snapper.
    const inFront = kind && isRemarkable(words[last]?.word ?? '');
    const saying = worth.filter(
      ({ part, word, noun }) => part === 'head' || (inFront && part === 'second' && !isQualifier(word)) || noun,
    );
    const isMany = saying.length >= manyWords && (inFront || !words.some(({ part }) => part === 'second'));
    // Names that are nothing but qualifiers ("Popped whole grain") are still named by them.
    const nameless = first && !worth.some(({ isHead }) => isHead);
    // "Crisp, apple": of what it is made says more than what it is like.
    const bySecond = words.some(({ word, part }) => part === 'second' && !isQualifier(word));
    const namedBy = (word: string, part: NamePart): boolean =>
      bySecond ? part === 'second' && !isQualifier(word) : part === 'head' && !isUnit(word);
    const given = new Set<string>();
    for (const { word, part, cost, gain, isHead, noun } of worth) {
      if (part === 'aside' || part === 'unstated') {
        post(word, name, gain + mismatchOf(word), false, lent);
        if (part === 'aside') post(`no ${word}`, name, gain + mismatchOf(word), false, lent);
        continue;
      }
      score -= cost;
      if (part === 'without') {
        post(`no ${word}`, name, gain + cost + mismatchOf(word), false);
        if (!own.has(word)) post(word, name, -mismatchOf(word) / 2, false, lent);
        continue;
      }
      const few = isMany && !noun && (part === 'head' || part === 'second') ? oneOfMany : 0;
      post(
        word,
        name,
        gain + cost + mismatchOf(word),
        isHead || (nameless && namedBy(word, part)),
        (noun ? nounOfName + (words[last - 1]?.part === 'head' ? 0 : onlyNoun) : 0) + few,
      );
      for (const other of relatedWords(word)) {
        if (own.has(other) || given.has(other)) continue;
        given.add(other);
        post(other, name, relatedShare * (gain + cost) + mismatchOf(other), isHead && !isQualifier(other), lent + few);
      }
    }
    base[name] = score;
    meter.add(3 * words.length);
    if (meter.isFull()) yield meter.take();
  }

  let size = 0;
  for (const { names } of byWord.values()) size += names.length;
  meter.add(byWord.size);
  yield meter.take();
  const names = new Int32Array(size);
  const gains = new Float32Array(size);
  const heads = new Uint8Array(size);
  const places = new Map<string, Postings>();
  let at = 0;
  for (const [word, list] of byWord) {
    names.set(list.names, at);
    gains.set(list.gains, at);
    heads.set(list.heads, at);
    places.set(word, { from: at, to: at + list.names.length });
    at += list.names.length;
    meter.add(1 + list.names.length / 10);
    if (meter.isFull()) yield meter.take();
  }
  yield meter.take();
  const densities = yield* buildDensities(foods);
  return {
    foods,
    densities,
    foodOf,
    base,
    lengths,
    names,
    gains,
    heads,
    words: { [Symbol.iterator]: () => places.keys() },
    postingsOf: (word) => places.get(word) ?? null,
    spell: createSpeller(places.keys()),
  };
}

/** The whole index at once: of a few foods, for tests and for scripts. */
export const foodIndexOf = (readable: readonly ReadableFood[]): FoodIndex => atOnce(buildFoodIndex(readable));

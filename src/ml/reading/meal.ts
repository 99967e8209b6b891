/**
 * What a person wrote about a meal, as foods with grams.
 *
 * M1  Foods are found among all names that are known; what stays unmatched is not food, and what looks like food that nobody knows is reported
 *     and never counted.
 * M2  An amount is taken as it was written. One that nobody eats is marked for the person to be asked about, not replaced.
 * M3  Work grows with the length of the text alone, the text read and the items given back are bounded, and nothing throws.
 */
import type { Food, Interval, PortionSource } from '../../model/foods';
import { intervalAround, type Measure } from '../foods/interval';
import { mostInText } from '../foods/totals';
import { customaryG } from './additions';
import { withAlternatives } from './alternatives';
import { chooseItems, type Choice, type Chosen } from './choose';
import { itemDeviation, mealInterval, type Figure } from './doubt';
import { writtenIn } from './detect';
import type { FoodIndex, IndexedFood } from './foodIndex';
import type { Language } from './language';
import { languages as allLanguages } from './languages';
import { isSaidOf } from './likeness';
import { isParting } from './parting';
import { readSentence, type Sentence } from './sentence';
import { shareEaten } from './sharing';
import { isTakenBack } from './takenBack';
import { withoutWholesOrParts } from './wholes';
import { createSpanScorer, type SpanScorer } from './spans';
import { textAt, tokenize } from './tokens';
import { unreadShare, unrecognizedIn } from './unrecognized';
import type { Basis } from './weigh';

export interface Candidate {
  readonly food: Food;
  /** Higher is likelier; differences of 0.15 make a candidate e times less likely. */
  readonly score: number;
  /** What the words would weigh of this food. */
  readonly grams: number;
}

export interface ReadItem {
  /** The words that name the food, without the amount, and their offsets in the text. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** The food's name; the person's words where the food is only the nearest that is known. */
  readonly label: string;
  readonly food: Food;
  readonly grams: number;
  readonly portionSource: PortionSource;
  readonly measure: Measure;
  /** The words that gave the amount; null where there are none. */
  readonly amountText: string | null;
  /** Words were said that the food's name does not hold. */
  readonly approximate: boolean;
  /** Nobody eats so much of it, or less than nothing: the person should be asked. */
  readonly absurd: boolean;
  /** Foods that the words may mean, best first; the first is `food`. */
  readonly candidates: readonly Candidate[];
  /** Standard deviations, for those who add items up. */
  readonly deviation: Readonly<Record<Figure, number>>;
  /** Energy in kcal, to `intervalLevel`. */
  readonly interval: Interval;
}

export interface Unrecognized {
  /** Offset in the text. */
  readonly start: number;
  readonly text: string;
  readonly amount?: string;
  /** It stands for items past `maxMealItems`. */
  readonly pastLimit?: true;
}

/** What is said not to be there. */
export interface Denied {
  /** Offsets in the text, of what denies it as well: "no juice". */
  readonly start: number;
  readonly end: number;
  /** Without what denies it, as it was written ("Saft") and as it was read ("juice"). */
  readonly written: string;
  readonly read: string;
}

export interface Reading {
  readonly items: readonly ReadItem[];
  readonly unrecognized: readonly Unrecognized[];
  readonly denied: readonly Denied[];
  /** Something was eaten that is not among the items. */
  readonly incomplete: boolean;
  /** Share of the words of food that are part of no item, 0 to 1. */
  readonly unread: number;
  /**
   * What the text seems to be in, an ISO 639-1 code of a language or an ISO 15924 code of a script: where no food was found, and where the
   * language is not read, so that only foods that are called so everywhere were. Null elsewhere, and where it seems to be English or nothing tells.
   */
  readonly writtenIn: string | null;
  /** Of the whole meal, to `intervalLevel`. */
  readonly interval: Readonly<Record<Figure, Interval>>;
}

export interface ReadOptions {
  /** Languages that the text may be in, besides English; all that are known where left out. */
  readonly languages?: readonly Language[];
  /** Keys of foods that are meant, by the `start` of their item; one that is not among what its words may mean changes nothing. */
  readonly meant?: ReadonlyMap<number, string>;
}

/** Characters read; the rest is reported. */
export const maxMealLength = 2000;
/** Items given back; the rest is reported. */
export const maxMealItems = mostInText;
const maxCandidates = 5;
/** Grams of one food that nobody eats in a meal, and how many usual portions. */
const absurdG = 5000;
const absurdPortions = 60;

const measures: Readonly<Record<Basis, Measure>> = {
  weighed: 'weighed',
  volume: 'weighed',
  portion: 'household',
  unsized: 'household',
  scaled: 'household',
  likeness: 'household',
  usual: 'usual',
};

/** Words as they were written, on one line, at most 100 characters. */
const written = (text: string, start: number, end: number): string =>
  text
    .slice(start, Math.min(end, start + 400))
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 100);

const scorers = new WeakMap<FoodIndex, SpanScorer>();
const scorerOf = (index: FoodIndex): SpanScorer => {
  let scorer = scorers.get(index);
  if (scorer === undefined) scorers.set(index, (scorer = createSpanScorer(index)));
  return scorer;
};

const isStated = ({ amount }: Chosen): boolean => amount !== null && amount.stated !== 'none';

/** "A bag of cheese puffs, enjoying the cheesy snacks": what goes on about the same food, without an amount of its own. */
const goesOnAbout = (item: Chosen, before: Chosen | undefined, { tokens }: Sentence): boolean =>
  before !== undefined &&
  isStated(before) &&
  before.choices[0]?.food === item.choices[0]?.food &&
  !tokens.slice(before.end, item.start).some(({ text }) => isParting(text) || /^(?:and|[+;.])$/.test(text));

/** "Into my coffee" names the coffee that was listed before; so does "the nutty bar" where both words lead to one food. */
const isMentionedAgain = (item: Chosen, earlier: readonly Chosen[], sentence: Sentence): boolean => {
  if (isStated(item)) return false;
  if (goesOnAbout(item, earlier.at(-1), sentence)) return true;
  const { tokens } = sentence;
  if (!/^(?:my|your|his|her|our|their|the|this|that)$/.test(textAt(tokens, item.start - 1))) return false;
  const words = tokens
    .slice(item.span.start, item.span.end)
    .flatMap(({ kind, text }) => (kind === 'word' ? [text] : []));
  return earlier.some(({ span, choices }) => {
    if (choices[0]?.food === item.choices[0]?.food) return true;
    const said = new Set(tokens.slice(span.start, span.end).map(({ text }) => text));
    return words.every((word) => said.has(word));
  });
};

/** "Sushi: 6 nigiri, 8 rolls" names what is then counted. */
const isHeading = (item: Chosen, next: Chosen | undefined, { tokens }: Sentence): boolean =>
  next !== undefined && !isStated(item) && textAt(tokens, item.end) === ':';

const withoutBrand = (name: string): string => name.replace(/ \(.*/, '');

/** "50 g crisps, Pringles": the brand of what stands right before. */
const isBrandOf = (item: Chosen, before: Chosen | undefined, { tokens }: Sentence, index: FoodIndex): boolean => {
  if (before === undefined || item.amount !== null || textAt(tokens, item.start - 1) !== ',') return false;
  const [name, other] = [item, before].map(({ choices }) => index.foods[choices[0]?.food ?? -1]?.food.name ?? '');
  return before.end === item.start - 1 && name !== other && withoutBrand(name ?? '') === withoutBrand(other ?? '');
};

/** What is meant first, so much likelier than all others that `doubt` takes it for twice as likely and more. */
const meantGain = 0.15;
const withMeant = (item: Chosen, key: string | undefined, index: FoodIndex): Chosen => {
  const at = item.choices.findIndex(({ food }) => index.foods[food]?.food.key === key);
  const [first, meant] = [item.choices[0], item.choices[at]];
  if (key === undefined || first === undefined || meant === undefined) return item;
  const others = item.choices.filter((choice) => choice !== meant);
  return { ...item, choices: [{ ...meant, score: first.score + meantGain }, ...others] };
};

/** "Zest of one orange": of which nothing is eaten to speak of. */
const isFlavouring = ({ start }: Chosen, { tokens }: Sentence): boolean =>
  textAt(tokens, start - 1) === 'of' && /^(?:zest|rind|peel)$/.test(textAt(tokens, start - 2));

/** Of the words that name an item, the first: those before it that say what it is like are of it, too. */
const firstWordOf = ({ span, amount }: Chosen, { roles }: Sentence): number => {
  let first = span.start;
  while (roles[first - 1] === 'qualifier' && !(amount !== null && first - 1 >= amount.start && first - 1 < amount.end))
    first -= 1;
  return first;
};

const deniedIn = (text: string, { tokens, roles }: Sentence): Denied[] =>
  roles.flatMap((role, at): Denied[] => {
    if (role !== 'denied' || roles[at - 1] === 'denied') return [];
    let [first, end] = [at, at + 1];
    while (roles[first - 1] === 'filler') first -= 1;
    while (roles[end] === 'denied') end += 1;
    const [from, to] = [tokens[at]?.start ?? 0, tokens[end - 1]?.end ?? 0];
    const words = tokens.slice(at, end).map((token) => token.text);
    return [{ start: tokens[first]?.start ?? from, end: to, written: written(text, from, to), read: words.join(' ') }];
  });

/** Items and what was not understood, with what follows from them. */
export const readingOf = ({
  items,
  unrecognized,
  denied,
  unread,
  writtenIn,
}: Pick<Reading, 'items' | 'unrecognized' | 'denied' | 'unread' | 'writtenIn'>): Reading => {
  const intervalOfMeal = (figure: Figure): Interval =>
    mealInterval(
      items.map(({ grams, food, deviation }) => ({
        amount: (grams / 100) * (food.per100G[figure] ?? 0),
        deviation: deviation[figure],
      })),
      unrecognized.length,
      unread,
      figure,
    );
  return {
    items,
    unrecognized: unrecognized.slice(0, maxMealItems),
    denied,
    incomplete: unrecognized.length > 0,
    unread,
    writtenIn,
    interval: { kcal: intervalOfMeal('kcal'), carbohydrateG: intervalOfMeal('carbohydrateG') },
  };
};

/** The foods of a text with their grams, in the order in which they stand. Never throws, whatever the text. */
export const readMeal = (
  meal: string,
  index: FoodIndex,
  { languages = allLanguages, meant }: ReadOptions = {},
): Reading => {
  const text = meal.slice(0, maxMealLength);
  const sentence = readSentence(text, index, languages);
  const { tokens } = sentence;
  const { items: chosen, components } = chooseItems(sentence, scorerOf(index).spansOf(sentence), index);
  const startOf = ({ span }: Chosen): number => tokens[span.start]?.start ?? 0;
  const counted = withAlternatives(withoutWholesOrParts(chosen, sentence), sentence);
  const eaten = counted
    .filter(
      (item, at) =>
        item.amount?.quantity !== 0 &&
        item.choices[0]?.weight.grams !== 0 &&
        !isFlavouring(item, sentence) &&
        !isTakenBack(item, sentence) &&
        !isHeading(item, counted[at + 1], sentence) &&
        !isMentionedAgain(item, counted.slice(0, at), sentence) &&
        !isBrandOf(item, counted[at - 1], sentence, index),
    )
    .map((item) => (meant === undefined ? item : withMeant(item, meant.get(startOf(item)), index)));

  const between = (start: number, end: number): string =>
    written(text, tokens[start]?.start ?? 0, tokens[end - 1]?.end ?? 0);
  const foodOf = ({ food }: Choice): IndexedFood[] => {
    const known = index.foods[food];
    return known === undefined ? [] : [known];
  };

  /** "Coffee with 2 sugars and milk": the item that all of a list after a "with" is taken with. */
  const hostOf = (at: number): Chosen | undefined => {
    const before = textAt(tokens, (eaten[at]?.start ?? 0) - 1);
    if (before === 'with') return eaten[at - 1];
    return before === 'and' || before === ',' ? hostOf(at - 1) : undefined;
  };
  /** What is customary of a food after "with", where no amount is stated. */
  const customary = (item: Chosen, at: number, known: IndexedFood): number | null => {
    const host = item.amount === null ? hostOf(at)?.choices[0] : undefined;
    if (host === undefined) return null;
    const [hostFood] = foodOf(host);
    return hostFood === undefined ? null : customaryG(known, hostFood, host.weight.grams);
  };

  const items = eaten.slice(0, maxMealItems).flatMap((item, at): ReadItem[] => {
    const [first] = item.choices;
    const [known] = first === undefined ? [] : foodOf(first);
    if (first === undefined || known === undefined) return [];
    const beside = customary(item, at, known);
    const { basis } = first.weight;
    const share = shareEaten(sentence, item.start, item.end);
    const grams = share * (beside ?? first.weight.grams);
    const { span, amount } = item;
    const choices = item.choices.flatMap(({ weight, score, ...choice }) =>
      foodOf({ weight, score, ...choice }).map((food) => ({
        food,
        score,
        weight: { ...weight, grams: share * weight.grams },
      })),
    );
    const words = between(firstWordOf(item, sentence), span.end);
    const approximate = item.isOneOf === true || !isSaidOf(sentence, item, index);
    const deviation = {
      kcal: itemDeviation(choices, approximate, 'kcal'),
      carbohydrateG: itemDeviation(choices, approximate, 'carbohydrateG'),
    };
    const usual = known.food.defaultPortionG ?? grams;
    return [
      {
        text: words,
        start: startOf(item),
        end: tokens[span.end - 1]?.end ?? 0,
        label: approximate ? words : known.food.name,
        food: known.food,
        grams,
        portionSource: amount === null && beside === null ? known.portionFrom : 'caption',
        measure: measures[basis],
        amountText: amount === null ? null : between(amount.start, amount.end),
        approximate,
        absurd: grams < 0 || grams > absurdG || grams > absurdPortions * usual,
        candidates: choices
          .slice(0, maxCandidates)
          .map(({ food, score, weight }) => ({ food: food.food, score, grams: weight.grams })),
        deviation,
        interval: intervalAround((grams / 100) * (known.food.per100G.kcal ?? 0), deviation.kcal),
      },
    ];
  });

  const unrecognized: Unrecognized[] = unrecognizedIn(sentence, chosen, components).map(({ start, end, amount }) => ({
    start: tokens[start]?.start ?? 0,
    text: between(start, end),
    ...(amount === null ? {} : { amount: between(amount.start, amount.end) }),
  }));
  if (eaten.length > maxMealItems)
    unrecognized.push({
      start: text.length,
      text: `${eaten.length - maxMealItems} more items of the text`,
      pastLimit: true,
    });
  const rest = written(meal, maxMealLength, maxMealLength + 100);
  if (rest !== '') unrecognized.push({ start: text.length, text: rest });
  return readingOf({
    items,
    unrecognized,
    denied: deniedIn(text, sentence),
    unread: unreadShare(sentence, chosen),
    writtenIn: sentence.unreadLanguage ?? (items.length > 0 ? null : writtenIn(text, tokenize(text), index, languages)),
  });
};

/** Texts in languages that are not read: of their words only names are taken that foods have everywhere. */
import type { FoodIndex } from './foodIndex';
import type { Language } from './language';
import { metricUnits, type UnreadLanguage } from './languages/unread';
import { Phrases } from './phrases';
import type { Token } from './tokens';
import { phraseWords } from './vocabulary';

/** Begins a word of a language that is not read, so that it is none of English. */
const strangeMark = '~';
const metric: ReadonlySet<string> = new Set(metricUnits);
/** Of the languages read, in so many and in English a food has to be called by a word for that to be its name everywhere. */
const fewestAlike = 2;

/** "Pizza", "lasagne", "tiramisu": words that lead to the same food in several of `languages`, to the English words for it. */
const namesEverywhere = (languages: readonly Language[]): Phrases => {
  const counts = new Map<string, number>();
  const phrases = new Phrases();
  for (const { foods } of languages)
    for (const pair of new Set(
      Object.entries(foods).map(([word, food]) => `${phraseWords(word).join(' ')}\n${food}`),
    )) {
      const count = (counts.get(pair) ?? 0) + 1;
      counts.set(pair, count);
      const [words = '', food = ''] = pair.split('\n');
      if (count === fewestAlike) phrases.add(words.split(' '), phraseWords(food));
    }
  return phrases;
};

const everywhere = new WeakMap<readonly Language[], Phrases>();
const everywhereOf = (languages: readonly Language[]): Phrases => {
  let phrases = everywhere.get(languages);
  if (phrases === undefined) everywhere.set(languages, (phrases = namesEverywhere(languages)));
  return phrases;
};

const functionWords = new WeakMap<UnreadLanguage, ReadonlyMap<string, string>>();
const functionWordsOf = (language: UnreadLanguage): ReadonlyMap<string, string> => {
  let words = functionWords.get(language);
  if (words === undefined) {
    const led = (list: readonly string[], english: string): [string, string][] =>
      list.flatMap(phraseWords).map((word) => [word, english]);
    const { fillers, joins, negations } = language;
    words = new Map([...led(fillers, 'the'), ...led(joins, 'and'), ...led(negations, 'without')]);
    functionWords.set(language, words);
  }
  return words;
};

/**
 * Tokens of a text in a language that is not read: foods that are called so everywhere keep their names, every other word names nothing,
 * whatever it looks like: "latte" is milk, and a "fetta" no feta.
 */
export const withoutForeign = (
  tokens: readonly Token[],
  language: UnreadLanguage,
  languages: readonly Language[],
  index: FoodIndex,
): Token[] => {
  const own = new Set(language.own.flatMap(phraseWords));
  const given = new Set(index.wholes?.map(({ word }) => word));
  const isName = (from: number, to: number): boolean =>
    tokens.slice(from, to).every(({ text }) => !own.has(text) && index.postingsOf(text) !== null);
  const led = functionWordsOf(language);
  return everywhereOf(languages)
    .replace(tokens, isName)
    .map((token) => {
      const { instead: _instead, ...plain } = token;
      if (token.kind !== 'word' || token.instead !== undefined || metric.has(token.text) || given.has(token.text))
        return plain;
      return { ...plain, text: led.get(token.text) ?? `${strangeMark}${token.text}` };
    });
};

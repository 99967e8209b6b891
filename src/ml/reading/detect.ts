/**
 * Which language a text is in. Its function words, numbers and units decide, as names of foods travel: "chili con carne" and "two
 * croissants" are English, "paella" is read in any language.
 */
import { isFiller, isJoin } from './fillers';
import type { FoodIndex } from './foodIndex';
import type { Language } from './language';
import { metricUnits, unreadLanguages, type UnreadLanguage } from './languages/unread';
import { unitOf } from './portions';
import { Phrases } from './phrases';
import type { Token } from './tokens';
import { englishNumbers, joinCompounds, phraseWords } from './vocabulary';

const dishMark = '#';

interface Words {
  /** Articles, joins, numbers, units. */
  readonly structure: ReadonlySet<string>;
  readonly foods: ReadonlySet<string>;
  /** Foods of several words, each led to its words' count. */
  readonly dishes: Phrases;
}

const single = (phrases: readonly string[]): ReadonlySet<string> =>
  new Set(
    phrases.flatMap((phrase) => {
      const words = phraseWords(phrase);
      return words.length === 1 ? words : [];
    }),
  );

const compile = ({ numbers, units, fillers, joins, negations, foods, ...others }: Language): Words => {
  const dishes = new Phrases();
  for (const food of Object.keys(foods)) {
    const words = phraseWords(food);
    if (words.length > 1) dishes.add(words, [`${dishMark}${words.length}`]);
  }
  return {
    structure: single([
      ...[...Object.keys(numbers), ...Object.keys(units), ...fillers, ...joins, ...negations],
      ...[...(others.eating ?? []), ...(others.alternatives ?? [])],
    ]),
    foods: new Set(Object.keys(foods).flatMap(phraseWords)),
    dishes,
  };
};

const compiled = new WeakMap<Language, Words>();
const wordsOf = (language: Language): Words => {
  let words = compiled.get(language);
  if (words === undefined) compiled.set(language, (words = compile(language)));
  return words;
};

const isEnglish = (word: string): boolean =>
  isFiller(word) || isJoin(word) || unitOf(word) !== undefined || englishNumbers.numbers.has(word);
/** A word that some food bears may be of any language. */
const named = 0.5;

/** A food that is called so in English and in another language speaks for that one where nothing else does: "des pâtes". */
const shared = 0.1;

const englishScore = (tokens: readonly Token[], index: FoodIndex): number =>
  joinCompounds(tokens).reduce((score, { kind, text }) => {
    if (kind !== 'word') return score;
    return score + (isEnglish(text) ? 1 : index.postingsOf(text) !== null ? named : 0);
  }, 0);

const scoreOf = (language: Language, tokens: readonly Token[], index: FoodIndex): number => {
  const { structure, foods, dishes } = wordsOf(language);
  const isNamed = (word: string): boolean => index.postingsOf(word) !== null;
  const words = joinCompounds(tokens).flatMap(({ kind, text }) => (kind === 'word' ? [text] : []));
  // Without a word that no English name holds, it is the name of a dish that travelled.
  const isForeign = words.some((word) => structure.has(word) && !isEnglish(word) && !isNamed(word));
  const inDishes = dishes
    .replace(tokens)
    .reduce((count, { text }) => count + (text.startsWith(dishMark) ? Number(text.slice(1)) : 0), 0);
  return words.reduce((score, word) => {
    if (structure.has(word)) return score + (isForeign ? 1 : named);
    if (!foods.has(word) || isFiller(word)) return score;
    return score + (!isNamed(word) ? 1 : isForeign ? shared : 0);
  }, inDishes);
};

/** A language that a text is in, and how much speaks for it; English is none. */
interface Best {
  readonly language: Language | null;
  readonly score: number;
}

const bestOf = (
  tokens: readonly Token[],
  index: FoodIndex,
  languages: readonly Language[],
  inEnglish: number,
): Best => {
  let best: Best = { language: null, score: inEnglish };
  for (const language of languages) {
    const score = scoreOf(language, tokens, index);
    if (score > best.score) best = { language, score };
  }
  return best;
};

/** Fewer are no sentence of that language beside foods that English names: "linguine alle vongole". */
const fewestForeign = 2;

const unreadWords: readonly (readonly [language: UnreadLanguage, words: ReadonlySet<string>])[] = unreadLanguages.map(
  (language) => [
    language,
    single([...language.joins, ...language.negations, ...language.fillers, ...language.own, ...metricUnits]),
  ],
);

/** Words of any of them: most of a text in another language is none. */
const anyUnread: ReadonlySet<string> = new Set(unreadWords.flatMap(([, words]) => [...words]));

const scoresOfUnread = (
  tokens: readonly Token[],
  index: FoodIndex,
): readonly { language: UnreadLanguage; score: number; foreign: number }[] => {
  const words = tokens.flatMap(({ kind, text }) => (kind === 'word' && anyUnread.has(text) ? [text] : []));
  return unreadWords.map(([language, known]) => {
    const its = words.filter((word) => known.has(word));
    const foreign = its.filter((word) => !isEnglish(word) && index.postingsOf(word) === null).length;
    return { language, score: foreign === 0 ? named * its.length : its.length, foreign };
  });
};

/** The language of `languages` that a text is in, or the one that is not read; both null where it is English or cannot be told. */
export const languageOf = (
  tokens: readonly Token[],
  index: FoodIndex,
  languages: readonly Language[],
): { readonly read: Language | null; readonly unread: UnreadLanguage | null } => {
  if (languages.length === 0) return { read: null, unread: null };
  const inEnglish = englishScore(tokens, index);
  const best = bestOf(tokens, index, languages, inEnglish);
  let unread: UnreadLanguage | null = null;
  let most = best.score;
  for (const { language, score, foreign } of scoresOfUnread(tokens, index))
    if (score > most && (foreign >= fewestForeign || inEnglish === 0)) [unread, most] = [language, score];
  return unread === null ? { read: best.language, unread } : { read: null, unread };
};

/** Scripts by ISO 15924. */
const scripts: readonly (readonly [code: string, letter: RegExp])[] = [
  ['Jpan', /[\p{Script=Hiragana}\p{Script=Katakana}]/u],
  ['Hani', /\p{Script=Han}/u],
  ['Kore', /\p{Script=Hangul}/u],
  ['Cyrl', /\p{Script=Cyrillic}/u],
  ['Arab', /\p{Script=Arabic}/u],
  ['Deva', /\p{Script=Devanagari}/u],
  ['Grek', /\p{Script=Greek}/u],
  ['Hebr', /\p{Script=Hebrew}/u],
  ['Thai', /\p{Script=Thai}/u],
];

/** What a text in which no food was found is in: ISO 639-1 of a language, else ISO 15924 of a script; null where nothing tells. */
export const writtenIn = (
  text: string,
  tokens: readonly Token[],
  index: FoodIndex,
  languages: readonly Language[],
): string | null => {
  const script = scripts.find(([, letter]) => letter.test(text));
  if (script !== undefined) return script[0];
  const scores = [
    ...languages.map((language) => [language.code, scoreOf(language, tokens, index)] as const),
    ...scoresOfUnread(tokens, index).map(({ language, score }) => [language.code, score] as const),
  ];
  let best: string | null = null;
  let most = englishScore(tokens, index);
  for (const [code, score] of scores) if (score > most) [best, most] = [code, score];
  return best;
};

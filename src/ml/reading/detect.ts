/**
 * Which language a text is in. Its function words, numbers and units decide, as names of foods travel: "chili con carne" and "two
 * croissants" are English, "paella" is read in any language.
 */
import { isFiller, isJoin } from './fillers';
import type { FoodIndex } from './foodIndex';
import type { Language } from './language';
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

const compile = ({ numbers, units, fillers, joins, negations, foods }: Language): Words => {
  const dishes = new Phrases();
  for (const food of Object.keys(foods)) {
    const words = phraseWords(food);
    if (words.length > 1) dishes.add(words, [`${dishMark}${words.length}`]);
  }
  return {
    structure: single([...Object.keys(numbers), ...Object.keys(units), ...fillers, ...joins, ...negations]),
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
    return score + (foods.has(word) && !isNamed(word) && !isFiller(word) ? 1 : 0);
  }, inDishes);
};

/** The language of `languages` that a text is in; null where it is English or cannot be told. */
export const languageOf = (
  tokens: readonly Token[],
  index: FoodIndex,
  languages: readonly Language[],
): Language | null => {
  let best: Language | null = null;
  let most = languages.length === 0 ? 0 : englishScore(tokens, index);
  for (const language of languages) {
    const score = scoreOf(language, tokens, index);
    if (score > most) [best, most] = [language, score];
  }
  return best;
};

/** Function words of languages that are not read: enough to say which one it is. */
const unread: readonly (readonly [code: string, words: ReadonlySet<string>])[] = (
  [
    ['it', 'di con una uno un il gli della del dello alla al senza e ho mangiato fetta bicchiere due tre'],
    ['pt', 'de com uma um do da dos das sem e comi copo colher fatia duas dois tres o os'],
    ['nl', 'een met en van het zonder twee drie sneetje glas kopje ik heb gegeten de'],
    ['pl', 'z ze i bez oraz dwa dwie trzy szklanka kromka na zjadlem zjadlam'],
    ['sv', 'en ett med och utan tva tre skiva glas jag at'],
    ['tr', 've ile bir iki uc dilim bardak kase yedim tane'],
    ['id', 'dan dengan sepiring segelas dua tiga saya makan tanpa potong'],
    ['vi', 'va voi mot hai bat ly an toi khong'],
  ] as const
).map(([code, words]) => [code, new Set(words.split(' ').flatMap(phraseWords))] as const);

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
    ...unread.map(
      ([code, words]) => [code, tokens.filter(({ kind, text }) => kind === 'word' && words.has(text)).length] as const,
    ),
  ];
  let best: string | null = null;
  let most = englishScore(tokens, index);
  for (const [code, score] of scores) if (score > most) [best, most] = [code, score];
  return best;
};

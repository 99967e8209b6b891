/** Words of another language as the English words that they stand for; numbers and units as themselves. */
import type { Language, UnitWord } from './language';
import { Phrases } from './phrases';
import { numberToken, type Token } from './tokens';
import { phraseWords } from './vocabulary';

const englishUnit = (unit: UnitWord): string => {
  switch (unit.kind) {
    case 'mass':
      return unit.grams === 1 ? 'g' : `mass ${unit.grams}`;
    case 'volume':
      return unit.unit ?? (unit.ml === 1 ? 'ml' : `volume ${unit.ml}`);
    case 'household':
      return unit.unit;
    case 'size':
      return unit.size === 'extra large' ? 'xl' : unit.size;
  }
};

/** Marks a number among the words of a phrase. */
const numberMark = '#';

const compile = ({ numbers, units, fillers, joins, negations, foods, ...others }: Language): Phrases => {
  const phrases = new Phrases();
  for (const [word, english] of Object.entries(foods)) phrases.add(phraseWords(word), phraseWords(english));
  for (const [word, value] of Object.entries(numbers)) phrases.add(phraseWords(word), [`${numberMark}${value}`]);
  for (const [word, unit] of Object.entries(units)) phrases.add(phraseWords(word), [englishUnit(unit)]);
  for (const word of negations) phrases.add(phraseWords(word), ['without']);
  for (const word of joins) phrases.add(phraseWords(word), ['and']);
  for (const word of others.each ?? []) phrases.add(phraseWords(word), ['each']);
  for (const word of others.alternatives ?? []) phrases.add(phraseWords(word), ['or']);
  for (const word of others.eating ?? []) phrases.add(phraseWords(word), ['had']);
  for (const word of fillers) phrases.add(phraseWords(word), ['the']);
  return phrases;
};

const compiled = new WeakMap<Language, Phrases>();
const phrasesOf = (language: Language): Phrases => {
  let phrases = compiled.get(language);
  if (phrases === undefined) compiled.set(language, (phrases = compile(language)));
  return phrases;
};

/** "Weder Reis noch Bohnen": the second word as the first, where that stands before it in the clause. */
const withoutNor = (tokens: readonly Token[], [neither, nor]: readonly [string, string]): readonly Token[] => {
  let isOpen = false;
  return tokens.map((token) => {
    if (token.text === neither) isOpen = true;
    else if (token.kind === 'mark' && token.text !== ',') isOpen = false;
    return isOpen && token.text === nor ? { ...token, text: neither } : token;
  });
};

/** Tokens with the words of a language led to English. */
export const translate = (tokens: readonly Token[], language: Language): Token[] =>
  phrasesOf(language)
    .replace(language.neither === undefined ? tokens : withoutNor(tokens, language.neither))
    .map((token) =>
      token.text.startsWith(numberMark) ? numberToken(Number(token.text.slice(1)), token.start, token.end) : token,
    );

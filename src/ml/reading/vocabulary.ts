/** English as the reading of names, portions and meals uses it: text to tokens, phrases and numbers joined. */
import { compounds } from './english/compounds';
import { english } from './english/words';
import { joinNumbers, type NumberWords } from './numbers';
import { Phrases } from './phrases';
import { tokenize, type Token } from './tokens';

/** Shares of one. */
const fractionWords: ReadonlyMap<string, number> = new Map([
  ['half', 1 / 2],
  ['third', 1 / 3],
  ['quarter', 1 / 4],
  ['fourth', 1 / 4],
  ['eighth', 1 / 8],
]);
/** Counts that go on with "of": "a couple of". */
const looseCounts: ReadonlyMap<string, number> = new Map([
  ['couple', 2],
  ['pair', 2],
  ['few', 3],
  ['several', 4],
  ['dozen', 12],
]);

export const englishNumbers: NumberWords = {
  numbers: new Map(Object.entries(english.numbers)),
  fractions: fractionWords,
  loose: looseCounts,
};

/** How phrases see a token; '' for a mark, which no phrase goes over. */
export const phraseText = ({ kind, text, value }: Token): string =>
  kind === 'word' ? text : kind === 'number' ? String(value) : '';

/** The words of a written phrase, as phrases compare them. */
export const phraseWords = (text: string): string[] =>
  tokenize(text).flatMap((token) => (token.kind === 'mark' ? [] : [phraseText(token)]));

const compoundPhrases = new Phrases();
for (const line of compounds.split('\n')) {
  if (line.trim() === '') continue;
  const [from = '', to] = line.split('=');
  const words = phraseWords(from);
  compoundPhrases.add(words, to === undefined ? [words.join('')] : phraseWords(to));
}

/** Words that belong together as one, in text of either side. */
export const joinCompounds = (tokens: readonly Token[]): Token[] => compoundPhrases.replace(tokens);

export const joinEnglishNumbers = (tokens: readonly Token[]): Token[] => joinNumbers(tokens, englishNumbers);

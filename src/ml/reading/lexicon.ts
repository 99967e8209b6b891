/**
 * What people call foods, led to the words that names of foods are made of. For text only: names are not rewritten.
 *
 * L1  A phrase keeps its own words beside those it stands for (`Token.instead`): a food of that very name is found, too.
 * L2  "Salad" alone is lettuce, "tuna salad" is not: a phrase is led elsewhere only where no other food stands right beside it,
 *     unless its words are of no name, or the lexicon says that they bind.
 */
import { lexicon } from './english/lexicon';
import { isQualifier, isRemarkable, isSize } from './english/weights';
import { isFiller } from './fillers';
import type { FoodIndex } from './foodIndex';
import { silent } from './names';
import { Phrases } from './phrases';
import { unitOf } from './portions';
import { tokenize, wordAt, type Token } from './tokens';
import { joinCompounds, phraseText } from './vocabulary';

const wordsOf = (text: string): string[] =>
  joinCompounds(tokenize(text)).flatMap((token) => (token.kind === 'mark' ? [] : [phraseText(token)]));

const meanings = new Phrases();
const binding = new Set<string>();
const saidFor = new Set<string>();
for (const line of lexicon.split('\n')) {
  const [from = '', to = ''] = line.split(/=>?/);
  const words = wordsOf(from);
  if (words.length === 0) continue;
  for (const word of words) saidFor.add(word);
  meanings.add(
    words,
    wordsOf(to).filter((word) => !silent.has(word)),
  );
  if (line.includes('=>')) binding.add(words.join(' '));
}

/** Whether a word is part of what people say for foods. */
export const isSaidFor = (word: string): boolean => saidFor.has(word);

/** Tokens with the phrases of the lexicon led to the words of names. */
export const withMeanings = (tokens: readonly Token[], index: FoodIndex): Token[] => {
  const isNamed = (word: string): boolean => index.postingsOf(word) !== null;
  const isFood = (word: string): boolean => word !== '' && !isFiller(word) && !isQualifier(word) && isNamed(word);
  const saysKind = (word: string): boolean =>
    isQualifier(word) && !isSize(word) && unitOf(word) === undefined && (!isFiller(word) || isRemarkable(word));

  return meanings.replace(tokens, (from, to, meaning) => {
    // "Flavors other than chocolate, pudding"
    if (to - from > 1 && wordAt(tokens, from - 1) === 'than') return false;
    const words = tokens.slice(from, to);
    if (words.some(({ kind, text }) => kind === 'word' && !isFiller(text) && !isNamed(text))) return true;
    const [before, after] = [wordAt(tokens, from - 1), wordAt(tokens, to)];
    // "Vegetarian burger patty" is of no beef.
    if (/^(?:meatless|vegetarian|vegan)$/.test(before) && isNamed(before)) return false;
    if (isFood(before) || (to - from === 1 && saysKind(before))) return false;
    return !isFood(after) || meaning.includes(after) || binding.has(words.map(phraseText).join(' '));
  });
};

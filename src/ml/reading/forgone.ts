/**
 * What somebody did not eat: "skipped the bread", "swapped the fries for a salad", "I almost had cake but ate an apple", and what others ate.
 */
import type { FoodIndex } from './foodIndex';
import { isFiller } from './fillers';
import { isArticle } from './numbers';
import { textAt, wordAt, type Token } from './tokens';

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '));

/** With these, what was eaten begins. */
const eating = set('i we had ate have drank got took ordered chose');
export const beginsEating = (word: string): boolean => eating.has(word);

/** Words that end such a denial, besides marks and those with which eating begins. */
export type ForgoneUntil = ReadonlySet<string>;
const clause: ForgoneUntil = set('but instead');
const exchange: ForgoneUntil = set('for with');

const forgoing = set('skipped avoided refused declined resisted omitted');
const leaving = set('left');
const exchanging = set('swapped traded exchanged replaced');
const wishing = set('wanted craved');
const nearly = set('almost nearly');
const owned = set('the my all');
const relatives = set(
  'son daughter husband wife partner friend kid child brother sister mother father mom mum dad boyfriend girlfriend colleague',
);

/** Whether `word` stands behind `i`, before a mark that ends a sentence. */
const comes = (tokens: readonly Token[], i: number, word: string): boolean => {
  for (let at = i + 1; at < tokens.length && !/^[.;!?\n]$/.test(textAt(tokens, at)); at += 1)
    if (wordAt(tokens, at) === word) return true;
  return false;
};

/** Where token `i` says that what follows was not eaten: what ends that. */
export const forgoes = (tokens: readonly Token[], i: number, index: FoodIndex): ForgoneUntil | null => {
  const [word, next] = [wordAt(tokens, i), wordAt(tokens, i + 1)];
  const names = next !== '' && !isFiller(next) && index.postingsOf(next) !== null;
  const begins = names || owned.has(next) || isArticle(tokens[i + 1]);
  if (forgoing.has(word) && begins) return clause;
  if (leaving.has(word) && owned.has(next)) return clause;
  if (exchanging.has(word) && begins && (comes(tokens, i, 'for') || comes(tokens, i, 'with'))) return exchange;
  if (wishing.has(word) && comes(tokens, i, 'but')) return clause;
  if (nearly.has(word) && eating.has(next) && comes(tokens, i, 'but')) return clause;
  // "My son had fries, I had a salad"
  const isOther = relatives.has(wordAt(tokens, i - 1)) && wordAt(tokens, i - 2) === 'my';
  return isOther && eating.has(word) && comes(tokens, i, 'i') ? clause : null;
};

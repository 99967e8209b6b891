/** Whether a food is what was said, or only the nearest that is known. */
import { keepsInCans } from './components';
import { isQualifier, isSize, isSugarFree, isUsual } from './english/weights';
import { lent, type FoodIndex } from './foodIndex';
import { isFiller } from './fillers';
import { unitOf } from './portions';
import type { Chosen } from './choose';
import type { Sentence } from './sentence';
import { textAt } from './tokens';

/** Names of a food that hold a word: for each whether it is its own, or one that stands for it. */
const holds = (index: FoodIndex, word: string, food: number): 'own' | 'lent' | null => {
  const postings = index.postingsOf(word);
  let found: 'lent' | null = null;
  for (let p = postings?.from ?? 0; p < (postings?.to ?? 0); p += 1) {
    if (index.foodOf[index.names[p] ?? 0] !== food) continue;
    if (((index.heads[p] ?? 0) & lent) === 0) return 'own';
    found = 'lent';
  }
  return found;
};

/** Words that say of what kind a food is, though they stand outside the run of words that names it: "raw", "(canned)". */
const kindsBeside = ({ tokens, roles }: Sentence, { span }: Chosen): string[] => {
  const kinds: string[] = [];
  for (let i = span.start - 1; roles[i] === 'qualifier'; i -= 1) kinds.push(textAt(tokens, i));
  let at = span.end;
  if (/^[(,]$/.test(textAt(tokens, at))) at += 1;
  const after: string[] = [];
  for (; roles[at] === 'qualifier'; at += 1) after.push(textAt(tokens, at));
  // "Eggs, fried chicken"
  if (roles[at] !== 'food') kinds.push(...after);
  // "Fresh" and "plain" are meant anyway; who says "raw" weighs something else.
  return kinds.filter((word) => word === 'raw' || !isUsual(word));
};

/** True where the food's names hold every word that was said of it. */
export const isSaidOf = (sentence: Sentence, item: Chosen, index: FoodIndex): boolean => {
  const { span, choices } = item;
  const food = choices[0]?.food;
  if (food === undefined) return false;
  const isOfKind = (word: string): boolean => {
    if (isSize(word) || unitOf(word) !== undefined || isFiller(word)) return true;
    const held = holds(index, word, food);
    return held !== null && !(held === 'lent' && isQualifier(word) && !isSugarFree(word));
  };
  if (!kindsBeside(sentence, item).every(isOfKind)) return false;
  const { tokens, roles } = sentence;
  // A word of no name, right before: of another kind than any that is known.
  if (roles[span.start - 1] === 'unknown' || roles[span.end] === 'unknown') return false;
  for (let i = span.start; i < span.end; i += 1) {
    const role = roles[i];
    const token = tokens[i];
    if (token === undefined || token.instead !== undefined) continue;
    if (role === 'unknown') return false;
    if (role !== 'food' && role !== 'qualifier') continue;
    const isKept = textAt(tokens, i - 1) === 'in' && keepsInCans(token.text) && holds(index, 'canned', food) !== null;
    if (!isKept && !isOfKind(token.text)) return false;
  }
  return true;
};

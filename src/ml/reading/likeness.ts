/** Whether a food is what was said, or only the nearest that is known. */
import { isQualifier, isSize } from './english/weights';
import { lent, type FoodIndex } from './foodIndex';
import { isFiller } from './fillers';
import { unitOf } from './portions';
import type { Chosen } from './choose';
import type { Sentence } from './sentence';

/** Names of a food that hold a word: for each whether it is its own, or one that stands for it. */
const holds = (index: FoodIndex, word: string, food: number): 'own' | 'lent' | null => {
  const postings = index.postingsOf(word);
  let found: 'lent' | null = null;
  for (let p = postings?.from ?? 0; p < (postings?.to ?? 0); p += 1) {
    if (index.foodOf[index.names[p] ?? 0] !== food) continue;
    if ((index.heads[p] ?? 0) < lent) return 'own';
    found = 'lent';
  }
  return found;
};

/** True where the food's names hold every word that was said of it. */
export const isSaidOf = ({ tokens, roles }: Sentence, { span, choices }: Chosen, index: FoodIndex): boolean => {
  const food = choices[0]?.food;
  if (food === undefined) return false;
  // A word of no name, right before: of another kind than any that is known.
  if (roles[span.start - 1] === 'unknown' || roles[span.end] === 'unknown') return false;
  for (let i = span.start; i < span.end; i += 1) {
    const role = roles[i];
    const token = tokens[i];
    if (token === undefined || token.instead !== undefined) continue;
    if (role === 'unknown') return false;
    if (role !== 'food' && role !== 'qualifier') continue;
    const { text } = token;
    if (isSize(text) || unitOf(text) !== undefined || isFiller(text)) continue;
    const held = holds(index, text, food);
    if (held === null || (held === 'lent' && isQualifier(text))) return false;
  }
  return true;
};

/** What runs of words are made of: where one may begin, and which of its words a phrase of the lexicon stands for. */
import { isEveryday, isQualifier, isSize } from './english/weights';
import { isArticle } from './numbers';
import { unitOf } from './portions';
import type { Sentence } from './sentence';
import { textAt } from './tokens';

/** Units that no name of a food begins with, as "cup noodles" and "pot pie" do. */
const servings: ReadonlySet<string> = new Set('slice piece serving glass bottle can bowl handful scoop'.split(' '));

/** What a sandwich is on. */
export const breads: ReadonlySet<string> = new Set(
  'bun roll bread biscuit bagel englishmuffin croissant toast pita'.split(' '),
);

/** Whether token `at` goes on with the phrase that the one before it stands for. */
export const isInside = ({ tokens }: Sentence, at: number): boolean => tokens[at]?.instead?.length === 0;

/** What a word of a phrase of the lexicon counts for, so that a phrase counts for as many words as were written: "coke" is not worth more than "cola". */
export const shareOf = (sentence: Sentence, at: number): number => {
  const { tokens } = sentence;
  let first = at;
  while (isInside(sentence, first)) first -= 1;
  const written = tokens[first]?.instead;
  if (written === undefined) return 1;
  let end = first + 1;
  while (isInside(sentence, end)) end += 1;
  const worth = (sum: number, word: string): number => sum + (isQualifier(word) ? 0.4 : 1);
  const meant = tokens.slice(first, end).map(({ text }) => text);
  return Math.min(1, written.reduce(worth, 0) / meant.reduce(worth, 0));
};

/** The last word of the run of words of food that begins at `from`, an article passed over. */
export const nextFood = ({ tokens, roles }: Sentence, from: number): string => {
  let i = /^an?$/.test(textAt(tokens, from)) ? from + 1 : from;
  let last = '';
  for (; roles[i] === 'food' || roles[i] === 'qualifier'; i += 1) last = textAt(tokens, i);
  return last;
};

/** Whether the run of qualifiers and words of food that begins at `from` names a food. */
export const beginsFood = ({ roles }: Sentence, from: number): boolean => {
  let at = from;
  while (roles[at] === 'qualifier') at += 1;
  return roles[at] === 'food';
};

/**
 * Whether what begins at `from` and ends at the next mark or "and" says only of what kind a food is: "potato, [served without fat]".
 * `isName`: whether a word alone names a food, as "meat" does, which also says of what kind one is.
 */
export const isKindOnly = ({ tokens, roles }: Sentence, from: number, isName: (word: string) => boolean): boolean => {
  let kinds = 0;
  for (let at = from; ; at += 1) {
    const role = roles[at];
    if (role === undefined || role === 'mark' || role === 'join') return kinds > 0;
    if (role === 'denied') kinds += 1;
    else if (role === 'qualifier') {
      const word = textAt(tokens, at);
      if (isName(word) || isEveryday(word)) return false;
      if (!isSize(word)) kinds += 1;
    } else if (role !== 'filler') return false;
  }
};

/** Whether a run of words that names a food may begin at `i`. */
export const canBegin = ({ tokens, roles }: Sentence, i: number): boolean => {
  const role = roles[i];
  if (role !== 'food' && role !== 'qualifier' && role !== 'denied') return false;
  if (isInside({ tokens, roles }, i)) return false;
  // "3 slices ham" are slices of ham, not the deli's ham slice.
  if (
    role === 'qualifier' &&
    servings.has(textAt(tokens, i)) &&
    (roles[i - 1] === 'number' || isArticle(tokens[i - 1]))
  )
    return false;
  // "A sprinkle of" is no sprinkles, "cup of" measures what follows.
  if (unitOf(textAt(tokens, i)) !== undefined && textAt(tokens, i + 1) === 'of' && isArticle(tokens[i - 1]))
    return false;
  return !(role === 'qualifier' && textAt(tokens, i + 1) === 'of' && unitOf(textAt(tokens, i)) !== undefined);
};

/** Whether `word` is among those that the phrase of the lexicon which begins at `first` stands for. */
export const isMeant = ({ tokens, roles }: Sentence, first: number, word: string): boolean => {
  for (let at = first; at === first || isInside({ tokens, roles }, at); at += 1)
    if (textAt(tokens, at) === word) return true;
  return false;
};

/** Whether a word of a phrase of the lexicon is also among the words that were written in its place. */
export const isWritten = (sentence: Sentence, at: number): boolean => {
  let first = at;
  while (isInside(sentence, first)) first -= 1;
  return sentence.tokens[first]?.instead?.includes(textAt(sentence.tokens, at)) === true;
};

/** The word before `at`; with the one before it where it is "I". */
export const clauseBefore = (tokens: Sentence['tokens'], at: number): string => {
  const before = textAt(tokens, at - 1);
  return before === 'i' ? `${textAt(tokens, at - 2)} i` : before;
};

/** Meals that several people ate of: "a pizza shared with two friends", "we split a pizza between three". */
import { isArticle } from './numbers';
import type { Sentence } from './sentence';
import { textAt, wordAt, type Token } from './tokens';

const sharing: ReadonlySet<string> = new Set(['shared', 'share', 'sharing', 'split', 'splitting', 'divided']);
/** After these come those who ate too, after the others all who ate. */
const others = 'with';
const all: ReadonlySet<string> = new Set(['between', 'among', 'amongst']);
const somebody: ReadonlySet<string> = new Set(
  'my your his her our their him them me us someone somebody friend family'.split(' '),
);
const maxPassed = 2;

/** "I split a pizza", "a pizza split with a friend", and not "banana split". */
const isSplitting = (tokens: readonly Token[], i: number): boolean =>
  wordAt(tokens, i) === 'split' &&
  wordAt(tokens, i - 1) !== 'banana' &&
  (isArticle(tokens[i + 1]) ||
    tokens[i + 1]?.kind === 'number' ||
    /^(?:with|between|among|the|it)$/.test(wordAt(tokens, i + 1)));

/** "Split" as a word that names no food, where it is what people did. */
export const withoutSharing = (tokens: readonly Token[]): Token[] =>
  tokens.map((token, i) => (isSplitting(tokens, i) ? { ...token, text: 'shared' } : token));

/** How many ate of it whose words end before token `i`; null where that is not said. */
const eatersAfter = ({ tokens }: Sentence, i: number): number | null => {
  const word = textAt(tokens, i);
  const count = tokens[i + 1]?.kind === 'number' ? (tokens[i + 1]?.value ?? 1) : null;
  if (all.has(word)) return count ?? 2;
  if (word !== others) return null;
  if (count !== null) return count + 1;
  return isArticle(tokens[i + 1]) || somebody.has(textAt(tokens, i + 1)) ? 2 : null;
};

/** Of an item of tokens [start, end): the share of it that was eaten, 1 where nobody else is said to have eaten of it. */
export const shareEaten = (sentence: Sentence, start: number, end: number): number => {
  const { tokens, roles } = sentence;
  let at = end;
  while (at - end < maxPassed && !sharing.has(textAt(tokens, at)) && roles[at] === 'filler') at += 1;
  if (sharing.has(textAt(tokens, at))) return 1 / (eatersAfter(sentence, at + 1) ?? 1);
  return sharing.has(textAt(tokens, start - 1)) ? 1 / (eatersAfter(sentence, end) ?? 1) : 1;
};

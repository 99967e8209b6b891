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

const eating = /^(?:ate|eaten|eat|had|finished|finish|drank|drunk|drink)$/;
const betweenEaten = /^(?:i|we|but|and|only|just|about|of|it|them|[,;.(-])$/;
const mostBetween = 4;

/** "200 g of yoghurt, ate half", "a pizza, but I only ate a third of it": 1 where that is not said. */
const shareLeft = (tokens: readonly Token[], end: number): number => {
  let at = end;
  while (at - end < mostBetween && betweenEaten.test(textAt(tokens, at))) at += 1;
  if (!eating.test(textAt(tokens, at))) return 1;
  at += 1;
  while (/^(?:only|just|about)$/.test(textAt(tokens, at))) at += 1;
  const share = tokens[at]?.kind === 'number' ? (tokens[at]?.value ?? 1) : 1;
  if (!(share > 0 && share < 1)) return 1;
  // "Ate half a banana" is of something else.
  const [of, it] = [wordAt(tokens, at + 1), wordAt(tokens, at + 2)];
  const next = of === 'of' && /^(?:it|them|this|that)$/.test(it) ? tokens[at + 3] : tokens[at + 1];
  return next === undefined || next.kind === 'mark' || next.text === 'and' ? share : 1;
};

/** Of an item of tokens [start, end): the share of it that was eaten, 1 where nobody else is said to have eaten of it. */
export const shareEaten = (sentence: Sentence, start: number, end: number): number => {
  const { tokens, roles } = sentence;
  let at = end;
  while (at - end < maxPassed && !sharing.has(textAt(tokens, at)) && roles[at] === 'filler') at += 1;
  if (sharing.has(textAt(tokens, at))) return 1 / (eatersAfter(sentence, at + 1) ?? 1);
  return sharing.has(textAt(tokens, start - 1)) ? 1 / (eatersAfter(sentence, end) ?? 1) : shareLeft(tokens, end);
};

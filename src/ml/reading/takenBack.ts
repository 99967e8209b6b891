/** "Steak and chips, didn't eat the chips": what is named first, and then said not to have been eaten. */
import type { Chosen } from './choose';
import type { Sentence } from './sentence';
import { textAt, type Token } from './tokens';

/** The word of a token, and those that were written in its place. */
const wordsOf = ({ text, instead = [] }: Token): readonly string[] => [text, ...instead];
/** Of such nothing more was eaten than was said: "2 cookies, no more cookies". */
const further = /^(?:more|other|another|second|seconds|last|rest)$/;

/** Whether all words of the item come again behind a mark, among those that are denied. */
export const isTakenBack = ({ span }: Chosen, { tokens, roles }: Sentence): boolean => {
  const named = tokens.slice(span.start, span.end).filter((_, i) => roles[span.start + i] === 'food');
  const from = roles.indexOf('denied', span.start);
  if (from < 0 || named.length === 0) return false;
  const isApart = tokens.slice(span.start, from).some(({ kind, text }) => kind === 'mark' || text === 'minus');
  if (!isApart || further.test(textAt(tokens, from - 1))) return false;
  const denied = new Set(tokens.flatMap((token, i) => (i >= from && roles[i] === 'denied' ? wordsOf(token) : [])));
  return named.every((token) => wordsOf(token).some((word) => denied.has(word)));
};

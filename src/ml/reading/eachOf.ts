/**
 * An amount that is said once of several foods: "je 150 g Reis und Huhn", "150 g each of rice and chicken", "rice and chicken, 150 g each".
 * It is put before or behind each of them, with the place of the words that were written.
 */
import { measuredAt } from './measured';
import { wordAt, type Token } from './tokens';

const each: ReadonlySet<string> = new Set(['each', 'apiece']);
export const saysEach = (word: string): boolean => each.has(word);
const joins: ReadonlySet<string> = new Set(['and', 'plus']);

const isEach = (tokens: readonly Token[], i: number): boolean => saysEach(wordAt(tokens, i));
/** Where a list of foods ends: at a number, at "with", at any mark but a comma. */
const endsList = (token: Token | undefined): boolean =>
  token === undefined ||
  token.kind === 'number' ||
  (token.kind === 'mark' && token.text !== ',') ||
  token.text === 'with' ||
  token.text === 'without';
const parts = (token: Token | undefined): boolean =>
  token !== undefined && (joins.has(token.text) || (token.kind === 'mark' && token.text === ','));

/** Where the words of a list that goes from `from` on by `step` end. */
const reach = (tokens: readonly Token[], from: number, step: 1 | -1): number => {
  let i = from;
  while (!endsList(tokens[i])) i += step;
  return i;
};

export const withEach = (tokens: readonly Token[]): readonly Token[] => {
  const at = tokens.findIndex(
    ({ kind }, i) =>
      kind === 'number' && measuredAt(tokens, i + 1) !== null && (isEach(tokens, i - 1) || isEach(tokens, i + 2)),
  );
  if (at < 0) return tokens;
  const amount = tokens.slice(at, at + 2);
  const first = isEach(tokens, at - 1) ? at - 1 : at;
  const last = isEach(tokens, at + 2) ? at + 3 : at + 2;
  const end = reach(tokens, last, 1);
  const ahead = tokens.slice(last, end);
  if (ahead.some(({ text }) => joins.has(text)))
    return [
      ...tokens.slice(0, first),
      ...amount,
      ...ahead.flatMap((token, i) => (parts(token) && !parts(ahead[i + 1]) ? [token, ...amount] : [token])),
      ...tokens.slice(end),
    ];
  const start = reach(tokens, first - 1, -1) + 1;
  const behind = tokens.slice(start, tokens[first - 1]?.text === ',' ? first - 1 : first);
  if (!behind.some(({ text }) => joins.has(text))) return tokens;
  return [
    ...tokens.slice(0, start),
    ...behind.flatMap((token, i) => (parts(token) && !parts(behind[i - 1]) ? [...amount, token] : [token])),
    ...amount,
    ...tokens.slice(last),
  ];
};

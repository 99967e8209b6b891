/**
 * Numbers in every notation as one token each: "one and a half", "1 1/2", "half a dozen", "three quarters", "a couple of", "2-3", "two to three".
 * A range counts as its middle.
 */
import { numberToken, type Token } from './tokens';

export interface NumberWords {
  readonly numbers: ReadonlyMap<string, number>;
  readonly fractions: ReadonlyMap<string, number>;
  /** Loose counts that may have an article before them: couple, few, dozen. */
  readonly loose: ReadonlyMap<string, number>;
}

interface Read {
  readonly value: number;
  readonly next: number;
}

const isWord = (token: Token | undefined, ...words: string[]): boolean =>
  token?.kind === 'word' && words.includes(token.text);
const articles = ['a', 'an', 'one'];

const fraction = (tokens: readonly Token[], i: number, words: NumberWords): Read | null => {
  const token = tokens[i];
  if (token?.kind === 'number') return token.value > 0 && token.value < 1 ? { value: token.value, next: i + 1 } : null;
  if (token?.kind !== 'word') return null;
  const direct = words.fractions.get(token.text);
  if (direct !== undefined) return { value: direct, next: i + 1 };
  const count = token.text === 'a' || token.text === 'an' ? 1 : words.numbers.get(token.text);
  const part = tokens[i + 1]?.kind === 'word' ? words.fractions.get(tokens[i + 1]?.text ?? '') : undefined;
  return count === undefined || count > 9 || part === undefined ? null : { value: count * part, next: i + 2 };
};

const single = (tokens: readonly Token[], i: number, words: NumberWords): Read | null => {
  const token = tokens[i];
  if (token === undefined || token.kind === 'mark') return null;
  let read: Read | null = null;
  if (token.kind === 'number') {
    read = { value: token.value, next: i + 1 };
    const part = tokens[i + 1]?.kind === 'word' ? words.fractions.get(tokens[i + 1]?.text ?? '') : undefined;
    if (part !== undefined && Number.isInteger(token.value) && token.value < 10)
      return { value: token.value * part, next: i + 2 };
  } else {
    const article = token.text === 'a' || token.text === 'an' ? 1 : 0;
    const loose = words.loose.get(tokens[i + article]?.text ?? '');
    if (loose !== undefined) return { value: loose, next: i + article + 1 };
    const part = fraction(tokens, i, words);
    if (part !== null) {
      let { next } = part;
      if (isWord(tokens[next], 'of')) next += 1;
      if (isWord(tokens[next], 'a', 'an', 'the')) next += 1;
      if (isWord(tokens[next], 'dozen')) return { value: part.value * 12, next: next + 1 };
      return part;
    }
    let value = words.numbers.get(token.text);
    if (value === undefined) {
      if (article === 0 || !isWord(tokens[i + 1], 'hundred')) return null;
      value = 1;
    }
    let next = i + 1;
    if (value >= 20 && value < 100) {
      const ones = words.numbers.get(tokens[next]?.text ?? '');
      if (ones !== undefined && ones < 10) [value, next] = [value + ones, next + 1];
    }
    if (value < 100 && isWord(tokens[next], 'hundred')) {
      [value, next] = [value * 100, next + 1];
      const more = single(tokens, isWord(tokens[next], 'and') ? next + 1 : next, words);
      if (more !== null && Number.isInteger(more.value) && more.value < 100)
        [value, next] = [value + more.value, more.next];
    }
    read = { value, next };
  }
  if (isWord(tokens[read.next], 'dozen')) return { value: read.value * 12, next: read.next + 1 };
  if (Number.isInteger(read.value)) {
    // "1 1/2", "1½", "one and a half", "2 & 1/2"
    const joined =
      isWord(tokens[read.next], 'and', 'n') || tokens[read.next]?.text === '&' || tokens[read.next]?.text === '-';
    const direct = tokens[read.next]?.kind === 'number' ? fraction(tokens, read.next, words) : null;
    const rest = joined ? fraction(tokens, read.next + 1, words) : direct;
    if (rest !== null && rest.value < 1) return { value: read.value + rest.value, next: rest.next };
  }
  return read;
};

/** Tokens with each number as one token. */
export const joinNumbers = (tokens: readonly Token[], words: NumberWords): Token[] => {
  const joined: Token[] = [];
  let i = 0;
  while (i < tokens.length) {
    const token = tokens[i];
    if (token === undefined) break;
    const low = single(tokens, i, words);
    if (low === null) {
      joined.push(token);
      i += 1;
      continue;
    }
    let { value, next } = low;
    const between = tokens[next];
    if (
      between?.text === '-' ||
      isWord(between, 'to', 'or') ||
      (isWord(between, 'and') && isWord(tokens[i - 1], 'between'))
    ) {
      const high = single(tokens, next + 1, words);
      // A second whole thing ("1 to 2"), not a list ("1 or an apple"), and not the second part of "7-11".
      if (high !== null && high.value > value && high.value <= value * 10)
        [value, next] = [(value + high.value) / 2, high.next];
    }
    // Not "a quarter" of an hour: an article alone is no number, but what stands for one keeps its place.
    joined.push(numberToken(value, token.start, tokens[next - 1]?.end ?? token.end));
    i = next;
  }
  return joined;
};

export const isArticle = (token: Token | undefined): boolean => token?.kind === 'word' && articles.includes(token.text);

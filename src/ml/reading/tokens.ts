/**
 * Text as tokens: words, numbers and marks, each with its place in the text as it was written. Names of foods, descriptions of portions
 * and what people write go through the same function, so that case, accents, plurals and ways of writing a number never decide
 * whether two words are the same. One pass, no backtracking: time is linear in the length, whatever the text holds.
 */
import { stem } from '../foods/names';

export interface Token {
  readonly kind: 'word' | 'number' | 'mark';
  /** A word's stem, or the mark; '' for a number. */
  readonly text: string;
  /** Of a number; NaN for all others. */
  readonly value: number;
  /** Offsets into the text as it was given. */
  readonly start: number;
  readonly end: number;
  /** Of a word of the lexicon: the words that were written in its place, with the first of its phrase; [] with the others. */
  readonly instead?: readonly string[];
}

export const wordToken = (text: string, start: number, end: number): Token => ({
  kind: 'word',
  text,
  value: NaN,
  start,
  end,
});
export const numberToken = (value: number, start: number, end: number): Token => ({
  kind: 'number',
  text: '',
  value,
  start,
  end,
});

/** Numbers written as one character, as NFKC writes them out: "½" → "1⁄2". */
const vulgarFraction = /[\u00bc-\u00be\u2150-\u215f\u2189]/;
const number = /(\d{1,9})(?:\s?[/⁄]\s?(\d{1,3})(?![\d/])|([.,])(\d{1,9}))?/y;
const leadingPoint = /\.(\d{1,6})/y;
const word = /x(?=\d)|\p{L}[\p{L}\p{N}]*/uy;
const marks: ReadonlySet<string> = new Set(',;.!?•|()[]:/*-–—+&=~\n\r'.split(''));
/** Plurals that mean another food than their singular: "crisps" are no "crisp" apple, "pâtes" no "pâté". */
const unstemmed: ReadonlySet<string> = new Set(['crisps', 'greens', 'pates']);
/** "Pâtés" are what their singular is. */
const acutePlural = /(?:é|e\u0301)s$/i;
/** Longer words are no words of a food; what stands there is noise. */
const longestWord = 40;

/** Folded text, and for each of its code units where it came from. */
const foldWithPlaces = (text: string): { folded: string; places: number[] } => {
  let folded = '';
  const places: number[] = [];
  let at = 0;
  for (const char of text) {
    const plain =
      char < '\u0080'
        ? char.toLowerCase()
        : /['’`´]/.test(char)
          ? "'"
          : (vulgarFraction.test(char) ? ' ' : '') +
            char
              .normalize('NFKD')
              .replace(/\p{M}/gu, '')
              .replaceAll('ß', 'ss')
              .replaceAll('ø', 'o')
              .replaceAll('œ', 'oe')
              .replaceAll('æ', 'ae')
              .toLowerCase();
    for (const _ of plain.split('')) places.push(at);
    folded += plain;
    at += char.length;
  }
  places.push(at);
  return { folded, places };
};

/** "1,5" is one and a half; "1,500" is a thousand and five hundred; "0,250" a quarter. */
const decimal = (whole: string, mark: string | undefined, digits: string | undefined): number => {
  if (digits === undefined) return Number(whole);
  if (mark === ',' && digits.length === 3 && !whole.startsWith('0')) return Number(whole + digits);
  return Number(`${whole}.${digits}`);
};

const matchAt = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at;
  return pattern.exec(text);
};

const isLetter = (char: string | undefined): boolean => char !== undefined && /\p{L}/u.test(char);
const isDigit = (char: string | undefined): boolean => char !== undefined && char >= '0' && char <= '9';

/** Tokens of `text` in order. What is neither word, number nor mark parts words and is left out. */
export const tokenize = (text: string): Token[] => {
  const { folded: withApostrophes, places: allPlaces } = foldWithPlaces(text);
  // "McDonald's" and "McDonalds" are one word.
  let folded = '';
  const places: number[] = [];
  for (let i = 0; i < withApostrophes.length; i += 1) {
    const char = withApostrophes.charAt(i);
    if (char === "'" && isLetter(withApostrophes[i - 1]) && isLetter(withApostrophes[i + 1])) continue;
    folded += char;
    places.push(allPlaces[i] ?? 0);
  }
  places.push(text.length);

  const tokens: Token[] = [];
  const endOf = (i: number): number => {
    // The end of the character that the last code unit came from.
    const from = places[i - 1] ?? 0;
    let next = i;
    while (next < places.length - 1 && places[next] === from) next += 1;
    return Math.max(places[next] ?? text.length, from + 1);
  };
  let i = 0;
  while (i < folded.length) {
    const char = folded.charAt(i);
    const start = places[i] ?? 0;
    const digits = isDigit(char)
      ? matchAt(number, folded, i)
      : char === '.' && isDigit(folded[i + 1]) && !isDigit(folded[i - 1]) && !isLetter(folded[i - 1])
        ? matchAt(leadingPoint, folded, i)
        : null;
    if (digits !== null) {
      const end = i + digits[0].length;
      const [all, whole = '', divisor, mark, after] = digits;
      const value =
        char === '.'
          ? Number(`0${all}`)
          : divisor === undefined
            ? decimal(whole, mark, after)
            : Number(whole) / Number(divisor);
      if (Number.isFinite(value)) tokens.push(numberToken(value, start, endOf(end)));
      i = end;
      continue;
    }
    const letters = isLetter(char) ? matchAt(word, folded, i) : null;
    if (letters !== null) {
      const end = i + letters[0].length;
      const keeps = unstemmed.has(letters[0]) && !acutePlural.test(text.slice(start, endOf(end)));
      const stemmed = letters[0].length > longestWord ? '' : keeps ? letters[0] : stem(letters[0]);
      tokens.push(wordToken(stemmed, start, endOf(end)));
      i = end;
      continue;
    }
    if (char === '&' && !(isLetter(folded[i - 1]) && isLetter(folded[i + 1])))
      tokens.push(wordToken('and', start, endOf(i + 1)));
    else if (char === '%') tokens.push(wordToken('percent', start, endOf(i + 1)));
    else if (char === '×') tokens.push(wordToken('x', start, endOf(i + 1)));
    else if ((char === '"' || char === '″' || char === '”') && isDigit(folded[i - 1]))
      tokens.push(wordToken('inch', start, endOf(i + 1)));
    else if (char === '&' && isLetter(folded[i - 1]) && isLetter(folded[i + 1])) {
      // "M&M", "PB&J"
    } else if (char === '-' && isLetter(folded[i - 1]) && isLetter(folded[i + 1])) {
      // "low-fat" is two words
    } else if (char === '/' && folded[i - 1] === 'w' && tokens.at(-1)?.text === 'w') {
      const out = folded[i + 1] === 'o' && !isLetter(folded[i + 2]);
      const before = tokens.pop();
      tokens.push(wordToken(out ? 'without' : 'with', before?.start ?? start, endOf(i + (out ? 2 : 1))));
      if (out) i += 1;
    } else if (marks.has(char))
      tokens.push({
        kind: 'mark',
        text: char === '–' || char === '—' ? '-' : char === '\r' ? '\n' : char,
        value: NaN,
        start,
        end: endOf(i + 1),
      });
    i += 1;
  }
  return tokens;
};

/** The text of token `i`; '' for a number, and beyond either end. */
export const textAt = (tokens: readonly Token[], i: number): string => tokens[i]?.text ?? '';
/** The word at `i`; '' where there is none. */
export const wordAt = (tokens: readonly Token[], i: number): string => {
  const token = tokens[i];
  return token?.kind === 'word' ? token.text : '';
};

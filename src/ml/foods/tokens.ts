/**
 * A caption as tokens: numbers, words and the marks that part one food from the next. One pass, no backtracking: time is
 * linear in the length whatever the text holds.
 */
import { fold, stem } from './names';

/** `stop` ends a food; `join` ("and", "&", "+") may be part of a name; `range` is the dash of "2-3". */
export type Token =
  | { readonly kind: 'word'; readonly stem: string; readonly start: number; readonly end: number }
  | { readonly kind: 'number'; readonly value: number; readonly start: number; readonly end: number }
  | { readonly kind: 'stop'; readonly mark: string; readonly start: number; readonly end: number }
  | { readonly kind: 'range'; readonly start: number; readonly end: number };

const vulgar: Readonly<Record<string, number>> = {
  '½': 1 / 2,
  '⅓': 1 / 3,
  '⅔': 2 / 3,
  '¼': 1 / 4,
  '¾': 3 / 4,
  '⅛': 1 / 8,
  '⅜': 3 / 8,
  '⅝': 5 / 8,
  '⅞': 7 / 8,
  '⅕': 1 / 5,
  '⅖': 2 / 5,
  '⅗': 3 / 5,
  '⅘': 4 / 5,
};

const number = /(\d{1,9})(?:\s{0,2}[/⁄]\s{0,2}(\d{1,3})|([.,])(\d{1,9}))?/y;
const word = /[\p{L}\p{M}](?:[\p{L}\p{M}]|['’`](?=\p{L}))*/uy;
const stops = new Set([',', ';', '\n', '\r', '.', '!', '?', '•', '|', '(', ')', '[', ']', ':', '/', '*']);

const at = (pattern: RegExp, text: string, from: number): RegExpExecArray | null => {
  pattern.lastIndex = from;
  return pattern.exec(text);
};

/** "1,5" is one and a half; "1,500" is a thousand and five hundred; "0,250" a quarter. */
const decimal = (whole: string, mark: string | undefined, digits: string | undefined): number => {
  if (digits === undefined) return Number(whole);
  if (mark === ',' && digits.length === 3 && whole !== '0') return Number(whole + digits);
  return Number(`${whole}.${digits}`);
};

/** Tokens of `text` in order; positions are offsets into `text`. What is neither word, number nor mark parts words and is left out. */
export const tokenize = (text: string): Token[] => {
  const tokens: Token[] = [];
  let i = 0;
  while (i < text.length) {
    const char = text.charAt(i);
    const share = vulgar[char];
    if (share !== undefined) {
      const last = tokens.at(-1);
      if (last?.kind === 'number' && Number.isInteger(last.value) && text.slice(last.end, i).trim() === '')
        tokens[tokens.length - 1] = { ...last, value: last.value + share, end: i + 1 };
      else tokens.push({ kind: 'number', value: share, start: i, end: i + 1 });
      i += 1;
      continue;
    }
    const digits = at(number, text, i);
    if (digits !== null) {
      const [all, whole = '0', below, mark, after] = digits;
      const divisor = below === undefined ? 0 : Number(below);
      const end = i + all.length;
      const last = tokens.at(-1);
      if (divisor > 0) {
        const value = Number(whole) / divisor;
        // "1 1/2": a whole number right before a fraction below one
        if (
          last?.kind === 'number' &&
          value < 1 &&
          Number.isInteger(last.value) &&
          text.slice(last.end, i).trim() === ''
        )
          tokens[tokens.length - 1] = { ...last, value: last.value + value, end };
        else tokens.push({ kind: 'number', value, start: i, end });
      } else tokens.push({ kind: 'number', value: decimal(whole, mark, after), start: i, end });
      i = end;
      continue;
    }
    const letters = at(word, text, i);
    if (letters !== null) {
      const end = i + letters[0].length;
      // A name has no words this long; what is longer is noise and stays whole only as text.
      tokens.push({ kind: 'word', stem: letters[0].length > 40 ? '' : stem(fold(letters[0])), start: i, end });
      i = end;
      continue;
    }
    if (char === '&' || char === '+') tokens.push({ kind: 'word', stem: 'and', start: i, end: i + 1 });
    else if (char === '%') tokens.push({ kind: 'word', stem: 'percent', start: i, end: i + 1 });
    else if (char === '×') tokens.push({ kind: 'word', stem: 'x', start: i, end: i + 1 });
    else if (
      (char === '-' || char === '–' || char === '—') &&
      tokens.at(-1)?.kind === 'number' &&
      /^\s{0,3}\d/.test(text.slice(i + 1, i + 5))
    )
      tokens.push({ kind: 'range', start: i, end: i + 1 });
    else if (
      (char === '–' || char === '—' || char === '-') &&
      /\s/.test(text.charAt(i - 1)) &&
      /\s/.test(text.charAt(i + 1))
    )
      tokens.push({ kind: 'stop', mark: '-', start: i, end: i + 1 });
    else if (char === '/' && /^w\/$/i.test(text.slice(i - 1, i + 1)) && tokens.at(-1)?.kind === 'word')
      tokens[tokens.length - 1] = { kind: 'word', stem: 'with', start: i - 1, end: i + 1 };
    else if (stops.has(char)) tokens.push({ kind: 'stop', mark: char, start: i, end: i + 1 });
    i += 1;
  }
  return tokens;
};

/**
 * Texts of items as terms that can be compared.
 *
 * W1  Case, accents and the forms of Unicode make no difference: "Crème" and "CREME" are one term.
 * W2  Scripts that put no blanks between words are read in pairs of characters, which needs no dictionary.
 */
const accents = /[\u0300-\u036f]+/g;
const word = /[\p{L}\p{M}\p{N}]+/gu;
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;
const separator = /[|;,]/;

/** Of a longer term nothing more says what an item is like. */
const mostTermChars = 60;
/** So that one long text takes no longer than many of usual length. */
const mostWords = 500;

const fold = (text: string): string => text.normalize('NFKD').replace(accents, '').toLowerCase();

/** The words of a text, in its order, repeated ones repeated. */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const [found] of fold(text).matchAll(word)) {
    if (unspaced.test(found)) words.push(...pairsOf(found));
    else words.push(found.slice(0, mostTermChars));
    if (words.length >= mostWords) return words.slice(0, mostWords);
  }
  return words;
}

function pairsOf(run: string): string[] {
  const chars = Array.from(run).slice(0, mostWords);
  if (chars.length < 3) return [chars.join('')];
  return chars.slice(1).map((char, at) => `${chars[at] ?? ''}${char}`);
}

/** The values of a cell such as "Thai|Vegan" or "oats, maple syrup": each whole, and its words where it has several. */
export function valuesOf(text: string): string[] {
  const terms: string[] = [];
  for (const part of partsOf(text)) {
    const words = wordsOf(part);
    if (words.length === 0) continue;
    terms.push(words.join(' ').slice(0, mostTermChars));
    if (words.length > 1) terms.push(...words);
    if (terms.length >= mostWords) return terms.slice(0, mostWords);
  }
  return terms;
}

/** The parts of a cell that separators part, without blanks around them. */
export const partsOf = (text: string): string[] =>
  text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '');

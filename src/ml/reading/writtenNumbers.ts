/**
 * Numbers as they are written where thousands are parted by a dot or a space, and marks that belong to an amount.
 *
 * W1  "1.500 g" is a thousand and five hundred in German, Spanish and French, which write decimals with a comma; of kilograms and litres,
 *     of which nobody eats a thousand, it is one and a half. In English it is one and a half of whatever follows.
 * W2  "1 200 g" is one number in those languages, and everywhere where a narrow or no-break space parts it. In English with a plain space
 *     "2 200 g steaks" are two; "1 200 g" is one number unless a vessel follows.
 * W3  The dot of "200 g. rice" is that of an abbreviation where the sentence goes on in lower case.
 * W4  "50 % of a pizza" is half of one.
 * W5  "-5 eggs" are less than nothing. A dash with a space behind it, or at the beginning of several lines, is that of a list; behind a food
 *     it parts the food from its amount.
 */
import { householdAt, measuredAt } from './measured';
import { isArticle } from './numbers';
import { numberToken, wordAt, type Token } from './tokens';

const dotted = /^[1-9]\d{0,2}\.\d{3}$/;
const smallUnitMl = 1;
const firstGroup = /^[1-9]\d{0,2}$/;
const furtherGroup = /^\d{3}$/;
const narrow = /^[\u00a0\u2009\u202f]$/;

/** Whether a unit of grams or millilitres stands at `i`. */
const isSmallUnit = (tokens: readonly Token[], i: number): boolean => {
  const measured = measuredAt(tokens, i);
  return measured?.kind === 'mass' ? measured.grams <= 1 : measured !== null && measured.ml <= smallUnitMl;
};

/** `text`: what the tokens were made of, whose offsets they have. `isForeign`: another language than English. */
export const joinThousands = (tokens: readonly Token[], text: string, isForeign: boolean): Token[] => {
  const joined: Token[] = [];
  for (let i = 0; i < tokens.length; i += 1) {
    const [token, next] = [tokens[i], tokens[i + 1]];
    if (token === undefined) break;
    const written = token.kind === 'number' ? text.slice(token.start, token.end) : '';
    if (isForeign && dotted.test(written) && isSmallUnit(tokens, i + 1)) {
      joined.push(numberToken(Number(written.replace('.', '')), token.start, token.end));
      continue;
    }
    const between = next === undefined ? '' : text.slice(token.end, next.start);
    const isGroup =
      next?.kind === 'number' &&
      firstGroup.test(written) &&
      furtherGroup.test(text.slice(next.start, next.end)) &&
      isSmallUnit(tokens, i + 2);
    const isOne = narrow.test(between) || (between === ' ' && (isForeign || isSingle(tokens, i)));
    if (next !== undefined && isGroup && isOne) {
      joined.push(numberToken(token.value * 1000 + next.value, token.start, next.end));
      i += 1;
    } else joined.push(token);
  }
  return joined;
};

/** "1 200 g rice", not "1 330 ml can". */
const isSingle = (tokens: readonly Token[], i: number): boolean =>
  tokens[i]?.value === 1 && measuredAt(tokens, i + 2)?.kind === 'mass' && householdAt(tokens, i + 3) === null;

const lowerCase = /^\p{Ll}/u;

/** Tokens without the dots of abbreviated units (W3). */
export const withoutUnitDots = (tokens: readonly Token[], text: string): Token[] =>
  tokens.filter((token, i) => {
    const [unit, next] = [tokens[i - 1], tokens[i + 1]];
    if (token.text !== '.' || unit?.end !== token.start || next?.kind !== 'word') return true;
    const isUnit = tokens[i - 2]?.kind === 'number' && measuredAt(tokens, i - 1) !== null;
    return !(isUnit && lowerCase.test(text.slice(next.start)));
  });

const lineBegins = /(?:^|\n)[ \t]*-\d/g;

/** Tokens with "-5" as one number (W5). */
export const withMinus = (tokens: readonly Token[], text: string): Token[] => {
  const isList = (text.match(lineBegins)?.length ?? 0) > 1;
  const signed: Token[] = [];
  for (let i = 0; i < tokens.length; i += 1) {
    const [token, before, next] = [tokens[i], tokens[i - 1], tokens[i + 1]];
    if (token === undefined) break;
    const begins = before === undefined || before.kind === 'mark' || before.text === 'and';
    if (token.text === '-' && !isList && begins && next?.kind === 'number' && next.start === token.end) {
      signed.push(numberToken(-next.value, token.start, next.end));
      i += 1;
    } else signed.push(token);
  }
  return signed;
};

/** Tokens with "50 % of a" as the number 0.5 (W4). */
export const joinShares = (tokens: readonly Token[]): Token[] => {
  const joined: Token[] = [];
  for (let i = 0; i < tokens.length; i += 1) {
    const token = tokens[i];
    if (token === undefined) break;
    let end = i + 1;
    const isShare =
      token.kind === 'number' && token.value > 0 && token.value <= 100 && wordAt(tokens, end) === 'percent';
    if (isShare) {
      end += 1;
      const isOf = wordAt(tokens, end) === 'of';
      if (isOf) end += 1;
      while (wordAt(tokens, end) === 'the') end += 1;
      // "50 % einer Pizza"
      const isOne = isArticle(tokens[end]) || tokens[end]?.value === 1;
      if (isOne) end += 1;
      if (isOf || isOne) {
        joined.push(numberToken(token.value / 100, token.start, tokens[end - 1]?.end ?? token.end));
        i = end - 1;
        continue;
      }
    }
    joined.push(token);
  }
  return joined;
};

/**
 * Amounts in a run of tokens: "two large", "1 1/2 cups of", "a 12-ounce can of", "1 lb 2 oz", "2 x 330 ml", "a cup and a half of".
 * Where an amount ends is for the foods around it to say ("2 granola bars", "one slice pizza"), so each way to end it is given.
 */
import { bracketedAt, furtherPart, householdAt, measuredAt, moreExact, times, type Measured } from './measured';
import { countsBeforeOf } from './household';
import type { SizeName } from './portions';
import { isFiller } from './fillers';
import { isArticle } from './numbers';
import { wordAt, type Token } from './tokens';

export interface Amount {
  /** Tokens [start, end). */
  readonly start: number;
  readonly end: number;
  readonly quantity: number;
  /** `number`: in digits or words; `article`: "a", "an"; `none`: a unit or a size alone ("slice of", "large"). */
  readonly stated: 'number' | 'article' | 'none';
  /** A unit that the scales or a jug know. */
  readonly measured: Measured | null;
  /** `slice`, `can`, …: what one is depends on the food. */
  readonly household: string | null;
  /** Content of one household unit: "12-ounce can". */
  readonly content: Measured | null;
  readonly size: SizeName | null;
  /** All words of it, for the descriptions of portions. */
  readonly words: readonly string[];
}

const sizeOf: ReadonlyMap<string, SizeName> = new Map<string, SizeName>([
  ['miniature', 'mini'],
  ['funsize', 'mini'],
  ['snacksize', 'mini'],
  ['small', 'small'],
  ['little', 'small'],
  ['medium', 'medium'],
  ['regular', 'medium'],
  ['average', 'medium'],
  ['large', 'large'],
  ['big', 'large'],
  ['xl', 'extra large'],
  ['jumbo', 'extra large'],
  ['huge', 'extra large'],
]);

/** The size that a word names; null for all others. */
export const sizeNamed = (word: string): SizeName | null => sizeOf.get(word) ?? null;

/** Words of an amount that portions know: "a thin slice", "a single-serving bag". */
const describing: ReadonlySet<string> = new Set(
  'thin thick singleserving individual snacksize funsize kingsize personal prepackaged cocktail dry cooked raw child kid microwave'.split(
    ' ',
  ),
);
const passed: ReadonlySet<string> = new Set(
  'of the my full heaped heaping rounded level generous good nice whole entire single about approximately around roughly another more additional sized size standard typical some very'.split(
    ' ',
  ),
);
/** Numbers before these measure no food. */
const otherMeasures: ReadonlySet<string> = new Set(
  'inch in cm percent am pm year minute min hour kcal calory calorie cal layer day people person degree week month mile km grade ply kj kilojoule joule'.split(
    ' ',
  ),
);
const maxTokens = 12;

/** Whether an amount is of the scales or the jug, or in a unit of the household: no bare number. */
export const hasUnit = (amount: Amount | null): boolean =>
  amount !== null && (amount.measured !== null || amount.household !== null);

/** "Of 330 ml" at `i`, behind a vessel; of a weight nobody says whether it is of one or of all: "two slices of 60 g bread". */
const contentAt = (tokens: readonly Token[], i: number): { measured: Measured; end: number } | null => {
  let at = i;
  while (/^(?:of|the)$/.test(wordAt(tokens, at))) at += 1;
  const number = tokens[at];
  const unit = at > i && number?.kind === 'number' ? measuredAt(tokens, at + 1) : null;
  return number === undefined || unit?.kind !== 'volume' ? null : { measured: times(unit, number.value), end: at + 2 };
};

/** Every amount that begins at token `i`, shortest first. */
export const amountsAt = (tokens: readonly Token[], i: number): Amount[] => {
  const first = tokens[i];
  if (first === undefined || first.kind === 'mark') return [];
  // "Package of" in "a fun-size package of" is no amount of its own.
  const before = tokens[i - 1];
  if (
    first.kind === 'word' &&
    !isArticle(first) &&
    (before?.kind === 'number' || isArticle(before) || sizeNamed(wordAt(tokens, i - 1)) !== null)
  )
    return [];
  let at = i;
  let quantity = 1;
  let stated: Amount['stated'] = 'none';
  let content: Measured | null = null;
  let size: SizeName | null = null;
  const words: string[] = [];
  const found: Amount[] = [];
  const give = (end: number, measured: Measured | null, household: string | null, count = quantity): void => {
    found.push({ start: i, end, quantity: count, stated, measured, household, content, size, words: [...words] });
  };

  if (first.kind === 'number') {
    if (otherMeasures.has(wordAt(tokens, tokens[i + 1]?.text === '-' ? i + 2 : i + 1))) return [];
    [quantity, stated, at] = [first.value, 'number', i + 1];
    const by = wordAt(tokens, at) === 'x' || wordAt(tokens, at) === 'time' || tokens[at]?.text === '*';
    const second = tokens[by ? at + 1 : at];
    if (by) at += 1;
    if (by && second?.kind === 'number' && measuredAt(tokens, at + 1) === null) {
      quantity *= second.value;
      at += 1;
    }
    // "200 g" is never 200 of something.
    const next = tokens[at]?.text === '-' ? at + 1 : at;
    if (measuredAt(tokens, next) === null) give(at, null, null);
  } else if (isArticle(first)) {
    [stated, at] = ['article', i + 1];
    give(at, null, null);
  }

  while (at < tokens.length && at - i < maxTokens) {
    const token = tokens[at];
    if (token === undefined) break;
    if (token.kind === 'number' || (token.text === '(' && tokens[at + 1]?.kind === 'number')) {
      // "two 330 ml cans", "a 12-ounce can", "1 small (8 oz) bag"
      if (stated === 'none') break;
      const inside = token.text === '(';
      const numberAt = inside ? at + 1 : at;
      const measured = measuredAt(
        tokens,
        wordAt(tokens, numberAt + 1) === '' && tokens[numberAt + 1]?.text === '-' ? numberAt + 2 : numberAt + 1,
      );
      if (measured === null || content !== null) break;
      const after = numberAt + (tokens[numberAt + 1]?.text === '-' ? 3 : 2);
      if (inside && tokens[after]?.text !== ')') break;
      content = times(measured, tokens[numberAt]?.value ?? 1);
      at = inside ? after + 1 : after;
      const again = bracketedAt(tokens, at);
      if (again !== null) [content, at] = [moreExact(content, again.measured), again.end];
      give(at, times(content, quantity), null, 1);
      continue;
    }
    if (token.kind === 'mark') {
      if ((token.text === '-' || token.text === '/') && at > i) {
        at += 1;
        continue;
      }
      break;
    }
    const sized = sizeOf.get(token.text);
    if (sized !== undefined && size === null) {
      size = sized;
      words.push(token.text);
      at += 1;
      give(at, null, null);
      continue;
    }
    const measured = measuredAt(tokens, at);
    if (measured !== null) {
      const unitAt = at;
      if (stated === 'none' && wordAt(tokens, at + 1) !== 'of') break;
      at += 1;
      let whole = times(measured, quantity);
      if (
        wordAt(tokens, at) === 'and' &&
        tokens[at + 1]?.kind === 'number' &&
        (tokens[at + 1]?.value ?? 1) < 1 &&
        measuredAt(tokens, at + 2) === null
      ) {
        // "a cup and a half"
        whole = times(measured, quantity + (tokens[at + 1]?.value ?? 0));
        give(at + 2, whole, null, 1);
        at += 2;
      } else {
        if (!(whole.kind === 'volume' && whole.unit === 'cup' && (size === 'mini' || words.includes('individual'))))
          give(at, whole, null, 1);
        // "12 oz (340 g)"
        const again = bracketedAt(tokens, at);
        if (again !== null) {
          [whole, at] = [moreExact(whole, again.measured), again.end];
          give(at, whole, null, 1);
        }
        // "an individual cup", "a small cup" is no measuring cup
        if (whole.kind === 'volume' && whole.unit === 'cup' && words.length > 0) {
          words.push('cup');
          give(at, null, 'cup');
          words.pop();
        }
        const further = furtherPart(tokens, unitAt, at);
        if (further !== null) {
          const sum: Measured =
            whole.kind === 'mass' && further.measured.kind === 'mass'
              ? { ...whole, grams: whole.grams + further.measured.grams, ounces: false }
              : whole.kind === 'volume' && further.measured.kind === 'volume'
                ? { ...whole, ml: whole.ml + further.measured.ml }
                : whole;
          give(further.end, sum, null, 1);
        }
      }
      // "12 ounce can", "330 ml bottles": one of them, with so much in it.
      if (stated === 'number' && content === null) {
        const vessel = householdAt(tokens, tokens[at]?.text === '-' ? at + 1 : at);
        if (vessel !== null) {
          const end = tokens[at]?.text === '-' ? at + 2 : at + 1;
          found.push({
            start: i,
            end,
            quantity: 1,
            stated,
            measured: null,
            household: vessel,
            content: whole,
            size,
            words: [...words, vessel],
          });
        }
      }
      break;
    }
    const household = householdAt(tokens, at);
    if (household !== null) {
      if (stated === 'none' && size === null && wordAt(tokens, at + 1) !== 'of') break;
      words.push(token.text, household);
      at += 1;
      let count = quantity;
      if (wordAt(tokens, at) === 'and' && tokens[at + 1]?.kind === 'number' && (tokens[at + 1]?.value ?? 1) < 1) {
        count += tokens[at + 1]?.value ?? 0;
        at += 2;
      }
      // What one holds: "1 can (12 fl oz) of", "a serving (about 150 g) of", "2 cans of 330 ml"
      const holds = stated === 'none' || content !== null ? null : (bracketedAt(tokens, at) ?? contentAt(tokens, at));
      if (holds !== null) [content, at] = [holds.measured, holds.end];
      give(at, null, household, count);
      // "a piece of extra-large pizza"
      const sizeAt = wordAt(tokens, at) === 'of' ? at + 1 : at;
      if (sizeNamed(wordAt(tokens, sizeAt)) !== null) {
        words.push(wordAt(tokens, sizeAt));
        give(sizeAt + 1, null, household, count);
      }
      // "a small single-serving bag", "a cake slice": a further unit says it better.
      if (householdAt(tokens, at) !== null) continue;
      break;
    }
    const mayCount = token.text.length > 2 && (!isFiller(token.text) || countsBeforeOf(token.text));
    if (stated !== 'none' && wordAt(tokens, at + 1) === 'of' && mayCount) {
      // "3 olives of", "2 drummettes of": any word may count its food
      words.push(token.text);
      at += 1;
      give(at, null, token.text === 'fistful' ? 'handful' : token.text);
      break;
    }
    // "3 dipping-size containers of", "2 breakfast size links of"
    if (stated !== 'none' && householdAt(tokens, at) === null) {
      const ahead = householdAt(tokens, at + 1) !== null ? at + 1 : householdAt(tokens, at + 2) !== null ? at + 2 : -1;
      if (ahead > 0 && wordAt(tokens, ahead + 1) === 'of') {
        while (at < ahead) {
          words.push(wordAt(tokens, at));
          at += 1;
        }
        continue;
      }
    }
    if (describing.has(token.text)) {
      words.push(token.text);
      at += 1;
      // "Raw chicken" states no amount.
      if (stated !== 'none' || size !== null) give(at, null, null);
      continue;
    }
    if ((passed.has(token.text) || isFiller(token.text)) && at > i) {
      // "A school carton"
      if (token.text === 'school') words.push('school');
      if (token.text === 'whole') {
        words.push('whole');
        give(at + 1, null, null);
      }
      at += 1;
      continue;
    }
    break;
  }
  return found;
};

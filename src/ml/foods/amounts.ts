/**
 * Amounts in a run of tokens: "two large", "1 1/2 cups of", "half a dozen", "2-3 slices", "2 x 330 ml".
 */
import { fractionWords, hesitantUnits, looseCounts, numberWords, sizes, units } from './units';
import type { Size, Unit } from './units';
import type { Token } from './tokens';

export interface Amount {
  /** How many units; of whole foods where `unit` is null. */
  readonly quantity: number;
  readonly unit: Unit | null;
  readonly size: Size | null;
  /** How many tokens it takes up. */
  readonly length: number;
}

const stemAt = (tokens: readonly Token[], i: number): string => {
  const token = tokens[i];
  return token?.kind === 'word' ? token.stem : '';
};

interface Read {
  readonly value: number;
  readonly length: number;
}

/** "half", "a half", "one third", "three quarters": a share of one. */
const share = (tokens: readonly Token[], i: number): Read | null => {
  const first = stemAt(tokens, i);
  const direct = fractionWords.get(first);
  if (direct !== undefined) return { value: direct, length: 1 };
  const count = first === 'a' || first === 'an' ? 1 : numberWords.get(first);
  const part = fractionWords.get(stemAt(tokens, i + 1));
  return count === undefined || count > 7 || part === undefined ? null : { value: count * part, length: 2 };
};

/** A share in words or digits: "half", "1/2". */
const fractionAt = (tokens: readonly Token[], i: number): Read | null => {
  const token = tokens[i];
  if (token?.kind === 'number') return token.value > 0 && token.value < 1 ? { value: token.value, length: 1 } : null;
  return share(tokens, i);
};

interface UnitRead {
  readonly unit: Unit;
  readonly length: number;
}

/** One number: digits, a word, a share, "one and a half", "a dozen", "a few", "a". */
const single = (tokens: readonly Token[], i: number): Read | null => {
  const token = tokens[i];
  if (token?.kind === 'number') {
    let value = token.value;
    let length = 1;
    if (stemAt(tokens, i + 1) === 'and') {
      const rest = fractionAt(tokens, i + 2);
      if (rest !== null && rest.value < 1) [value, length] = [value + rest.value, 2 + rest.length];
    } else if (stemAt(tokens, i + 1) === 'dozen') [value, length] = [value * 12, 2];
    return { value, length };
  }
  const word = stemAt(tokens, i);
  if (word === '') return null;
  const article = word === 'a' || word === 'an' ? 1 : 0;
  const loose = looseCounts.get(stemAt(tokens, i + article));
  if (loose !== undefined) return { value: loose, length: article + 1 };
  const part = share(tokens, i);
  if (part !== null) {
    let { length } = part;
    if (stemAt(tokens, i + length) === 'of') length += 1;
    if (['a', 'an', 'the'].includes(stemAt(tokens, i + length))) length += 1;
    if (stemAt(tokens, i + length) === 'dozen') return { value: part.value * 12, length: length + 1 };
    return { value: part.value, length };
  }
  if (stemAt(tokens, i + article) === 'hundred') return { value: 100, length: article + 1 };
  if (article === 1 || word === 'whole' || word === 'entire') return { value: 1, length: 1 };
  let value = numberWords.get(word);
  if (value === undefined) return null;
  let length = 1;
  if (value >= 20) {
    const ones = numberWords.get(stemAt(tokens, i + 1));
    if (ones !== undefined && ones < 10) [value, length] = [value + ones, 2];
  }
  if (stemAt(tokens, i + length) === 'hundred') [value, length] = [value * 100, length + 1];
  if (stemAt(tokens, i + length) === 'dozen') return { value: value * 12, length: length + 1 };
  if (stemAt(tokens, i + length) === 'and') {
    const rest = fractionAt(tokens, i + length + 1);
    if (rest !== null && rest.value < 1) return { value: value + rest.value, length: length + 1 + rest.length };
  }
  return { value, length };
};

/** A number or a range of two, which counts as its middle. */
const quantity = (tokens: readonly Token[], i: number): Read | null => {
  const low = single(tokens, i);
  if (low === null) return null;
  const between = tokens[i + low.length];
  const isRange =
    between?.kind === 'range' || (between?.kind === 'word' && (between.stem === 'to' || between.stem === 'or'));
  if (!isRange) return low;
  const high = single(tokens, i + low.length + 1);
  return high === null || high.value < low.value
    ? low
    : { value: (low.value + high.value) / 2, length: low.length + 1 + high.length };
};

/** "fl oz", "fluid ounces", "table spoon" are two words. */
const unitAt = (tokens: readonly Token[], i: number): UnitRead | null => {
  const word = stemAt(tokens, i);
  const next = stemAt(tokens, i + 1);
  if ((word === 'fl' || word === 'fluid') && (next === 'oz' || next === 'ounce'))
    return { unit: { kind: 'household', unit: 'floz' }, length: 2 };
  if ((word === 'fl' || word === 'oz') && tokens[i + 1]?.kind === 'stop' && stemAt(tokens, i + 2) === 'oz')
    return { unit: { kind: 'household', unit: 'floz' }, length: 3 };
  if (next === 'spoon' && (word === 'table' || word === 'tea'))
    return { unit: { kind: 'household', unit: word === 'table' ? 'tbsp' : 'tsp' }, length: 2 };
  const unit = units.get(word);
  return unit === undefined ? null : { unit, length: 1 };
};

const passable: ReadonlySet<string> = new Set(
  'of the my full heaped heaping generous good nice whole entire single level extra'.split(' '),
);
const isFiller = (word: string): boolean => passable.has(word);
/** Numbers before these measure no food: a 12-inch pizza, 100 % juice, 8 am. */
const otherMeasures: ReadonlySet<string> = new Set(
  'inch in cm percent am pm year minute min hour kcal calory calorie cal layer day people person'.split(' '),
);

/**
 * The amount that begins at token `i`, or null. `isFood(i)` tells whether a food's name begins there, so that "chocolate
 * bar" or "egg roll" is a food before its last word is a unit.
 */
export const amountAt = (tokens: readonly Token[], i: number, isFood: (i: number) => boolean): Amount | null => {
  const count = quantity(tokens, i);
  if (count !== null && tokens[i]?.kind === 'number' && otherMeasures.has(stemAt(tokens, i + count.length)))
    return null;
  let at = i + (count?.length ?? 0);
  let value = count?.value ?? 1;
  if (count !== null && (stemAt(tokens, at) === 'x' || stemAt(tokens, at) === 'time')) {
    at += 1;
    const each = quantity(tokens, at);
    if (each !== null) [value, at] = [value * each.value, at + each.length];
  } else if (count !== null && tokens[at]?.kind === 'number') {
    // "two 330 ml cans": the second number measures one of them
    const each = quantity(tokens, at);
    const measured = each === null ? null : unitAt(tokens, at + each.length);
    if (each !== null && measured !== null && (measured.unit.kind !== 'household' || measured.unit.unit === 'floz'))
      [value, at] = [value * each.value, at + each.length];
  }
  let size: Size | null = null;
  let unit: Unit | null = null;
  const skip = (): void => {
    while (isFiller(stemAt(tokens, at)) && !isFood(at)) at += 1;
  };
  if (count !== null) skip();
  for (let turn = 0; turn < 3 && !isFood(at); turn += 1) {
    const word = stemAt(tokens, at);
    const extra = word === 'extra' || word === 'very' ? 1 : 0;
    const sized = sizes.get(stemAt(tokens, at + extra));
    if (size === null && sized !== undefined) {
      size = extra === 1 && sized === 'large' ? 'xlarge' : sized;
      at += 1 + extra;
      continue;
    }
    const found: UnitRead | null = unit === null ? unitAt(tokens, at) : null;
    if (found === null) break;
    const follows = stemAt(tokens, at + found.length);
    // Without a number a unit must be followed by "of" ("slice of toast"); a doubtful one always, unless it ends the run.
    const sure =
      follows === 'of' ||
      (count !== null &&
        (!hesitantUnits.has(word) ||
          tokens[at + found.length] === undefined ||
          tokens[at + found.length]?.kind === 'stop' ||
          isFood(at + found.length)));
    if (!sure) break;
    unit = found.unit;
    at += found.length;
    skip();
  }
  if (count === null && size === null && unit === null) return null;
  skip();
  // "two 330 ml cans of cola": the vessel after a measure says nothing more
  if (unit !== null && unit.kind !== 'household' && !isFood(at)) {
    const vessel = unitAt(tokens, at);
    if (
      vessel?.unit.kind === 'household' &&
      ['can', 'bottle', 'glass', 'container', 'bag', 'packet', 'serving', 'piece'].includes(vessel.unit.unit)
    ) {
      at += vessel.length;
      skip();
    }
  }
  return { quantity: value, unit, size, length: at - i };
};

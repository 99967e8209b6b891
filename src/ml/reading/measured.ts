/** Units of the scales and the jug in a run of tokens, and amounts of two of them: "1 lb 2 oz". */
import { fluidOunceMl, ounceG } from './english/words';
import { isArticle } from './numbers';
import { unitOf } from './portions';
import { wordAt, type Token } from './tokens';

/** A weight or a volume, of one or of all. */
export type Measured =
  | { readonly kind: 'mass'; readonly grams: number; readonly ounces: boolean }
  | { readonly kind: 'volume'; readonly ml: number; readonly unit: string | null };

const smaller: readonly (readonly [string, readonly string[]])[] = [
  ['lb', ['oz']],
  ['kg', ['g']],
  ['gallon', ['quart', 'cup', 'pint']],
  ['quart', ['cup', 'pint', 'floz']],
  ['pint', ['floz', 'cup', 'tablespoon']],
  ['cup', ['tablespoon', 'teaspoon', 'floz']],
  ['tablespoon', ['teaspoon']],
  ['l', ['ml', 'dl', 'cl']],
];

/** The weight or volume that the unit at `i` stands for; null where none stands there. */
export const measuredAt = (tokens: readonly Token[], i: number): Measured | null => {
  const unit = unitOf(wordAt(tokens, i));
  if (unit?.kind === 'mass') return { kind: 'mass', grams: unit.grams, ounces: Math.abs(unit.grams - 28.35) < 0.01 };
  return unit?.kind === 'volume' ? { kind: 'volume', ml: unit.ml, unit: unit.unit ?? null } : null;
};
/** The household unit at `i`. */
export const householdAt = (tokens: readonly Token[], i: number): string | null => {
  const unit = unitOf(wordAt(tokens, i));
  return unit?.kind === 'household' ? unit.unit : null;
};

export const times = (measured: Measured, quantity: number): Measured =>
  measured.kind === 'mass'
    ? { ...measured, grams: measured.grams * quantity }
    : { ...measured, ml: measured.ml * quantity };

/** What a unit is called where pairs of units are asked for. */
const plainName = (tokens: readonly Token[], i: number): string => {
  const unit = unitOf(wordAt(tokens, i));
  if (unit?.kind === 'mass') return unit.grams > 900 ? 'kg' : unit.grams > 400 ? 'lb' : unit.grams > 20 ? 'oz' : 'g';
  if (unit?.kind === 'volume') return unit.unit ?? (unit.ml >= 1000 ? 'l' : unit.ml >= 100 ? 'dl' : 'ml');
  return '';
};

/** A further part of the same amount: "1 cup plus 2 tablespoons", "1 lb 2 oz". */
export const furtherPart = (
  tokens: readonly Token[],
  unitAt: number,
  from: number,
): { measured: Measured; end: number } | null => {
  let i = from;
  if (wordAt(tokens, i) === 'plus' || wordAt(tokens, i) === 'and' || ['+', ',', '&'].includes(tokens[i]?.text ?? ''))
    i += 1;
  const count = tokens[i]?.kind === 'number' ? (tokens[i]?.value ?? NaN) : isArticle(tokens[i]) ? 1 : NaN;
  if (Number.isNaN(count)) return null;
  const second = measuredAt(tokens, i + 1);
  if (second === null) return null;
  const pairs = smaller.find(([larger]) => larger === plainName(tokens, unitAt))?.[1];
  return pairs?.includes(plainName(tokens, i + 1)) === true ? { measured: times(second, count), end: i + 2 } : null;
};

const nearly = /^(?:about|approximately|around|roughly|circa|ca|~|=)$/;
/** Within what share two figures are one, rounded. */
const rounding = 0.06;

/** The fluid ounces that an amount in ounces must be, where millilitres say the same. */
const isFluid = (first: Measured, second: Measured): boolean =>
  first.kind === 'mass' &&
  first.ounces &&
  second.kind === 'volume' &&
  Math.abs(second.ml / ((first.grams / ounceG) * fluidOunceMl) - 1) < rounding;

/** An amount at `i` in brackets or behind a stroke, with `about` before it passed over: "(340 g)", "(about 3/4 cup)", "/ 340 g". */
export const bracketedAt = (tokens: readonly Token[], i: number): { measured: Measured; end: number } | null => {
  const opening = tokens[i]?.text ?? '';
  const closing = opening === '(' ? ')' : opening === '[' ? ']' : '';
  if (closing === '' && opening !== '/') return null;
  let at = i + 1;
  while (nearly.test(tokens[at]?.text ?? '')) at += 1;
  const number = tokens[at];
  const unitAt = tokens[at + 1]?.text === '-' ? at + 2 : at + 1;
  const unit = number?.kind === 'number' ? measuredAt(tokens, unitAt) : null;
  if (number === undefined || unit === null) return null;
  if (closing !== '' && tokens[unitAt + 1]?.text !== closing) return null;
  return { measured: times(unit, number.value), end: closing === '' ? unitAt + 1 : unitAt + 2 };
};

/** Two measures of the same: the scales are believed, and of two alike the one in brackets, which is a label's. */
export const moreExact = (first: Measured, second: Measured): Measured =>
  second.kind === 'mass' || first.kind === 'volume' || isFluid(first, second) ? second : first;

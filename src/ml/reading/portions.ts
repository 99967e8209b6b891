/** Descriptions of portions ("1 can (12 fl oz)", "1 large or thick slice", "1/2 bagel", "1 cup, diced") as what can be compared with a stated amount. */
import type { UnitWord } from './language';
import { english, fluidOunceMl, ounceG } from './english/words';
import { tokenize } from './tokens';
import { joinCompounds, joinEnglishNumbers } from './vocabulary';

export type SizeName = 'mini' | 'small' | 'medium' | 'large' | 'extra large';

export interface ParsedPortion {
  /** Grams of one: of a cup, a slice, an egg. */
  readonly grams: number;
  /** `cup`, `slice`, or a word of the food itself (`egg`, `bagel`); null where a size alone is said ("1 medium"). */
  readonly unit: string | null;
  /** Millilitres of one, where the unit is a volume. */
  readonly ml: number | null;
  readonly sizes: readonly SizeName[];
  /** The portion to take where no size is said. */
  readonly general: boolean;
  /** Words that are further said: "diced", "thin", "large pizza". */
  readonly words: readonly string[];
  /** Content that is stated beside a unit ("12 fl oz", "6 oz"), in the units they are stated in. */
  readonly content: number | null;
  /** What is customary of it beside another food: for each of such a unit of that food. */
  readonly beside: 'fluid ounce' | 'cup' | 'slice' | 'sandwich' | 'salad' | 'drink' | null;
}

const units: ReadonlyMap<string, UnitWord> = new Map(Object.entries(english.units));
const sizeWords: ReadonlyMap<string, SizeName> = new Map<string, SizeName>([
  ['miniature', 'mini'],
  ['bite', 'mini'],
  ['snacksize', 'mini'],
  ['funsize', 'mini'],
  ['cocktail', 'mini'],
  ['small', 'small'],
  ['thin', 'small'],
  ['medium', 'medium'],
  ['regular', 'medium'],
  ['large', 'large'],
  ['thick', 'large'],
  ['kingsize', 'large'],
  ['big', 'large'],
  ['xl', 'extra large'],
  ['jumbo', 'extra large'],
]);
const general: ReadonlySet<string> = new Set(['nf', 'nfs', 'any', 'whole', 'item', 'each', 'ns']);
const silent: ReadonlySet<string> = new Set(
  'a an the of or and in as to for ns size with any each about single'.split(' '),
);

/** A unit of another language by what it holds: "mass 500" is a pound of 500 g. */
const measuredUnit = /^(mass|volume) ([\d.]+)$/;

/** What a unit word means; undefined for all others. */
export const unitOf = (word: string): UnitWord | undefined => {
  const known = units.get(word);
  if (known !== undefined || !word.includes(' ')) return known;
  const [, kind, size] = measuredUnit.exec(word) ?? [];
  return kind === undefined
    ? undefined
    : kind === 'mass'
      ? { kind, grams: Number(size) }
      : { kind: 'volume', ml: Number(size) };
};

const besideOf = (text: string): ParsedPortion['beside'] => {
  if (/addition to a drink/i.test(text)) return 'drink';
  if (!/^guideline amount/i.test(text)) return null;
  if (/per fl oz/i.test(text)) return 'fluid ounce';
  if (/per cup/i.test(text)) return 'cup';
  if (/per slice/i.test(text)) return 'slice';
  if (/salad/i.test(text)) return 'salad';
  return /sandwich/i.test(text) ? 'sandwich' : 'drink';
};

/** Null where it says no countable portion. */
export const parsePortion = (description: string, grams: number): ParsedPortion | null => {
  const beside = besideOf(description.trim());
  if (beside !== null)
    return { grams, unit: null, ml: null, sizes: [], general: false, words: [], content: null, beside };
  // "1 half smoke sausage" is one, not half of one.
  const counted = description.replace(/\bhalf smoke sausage\b/i, 'halfsmoke');
  const tokens = joinEnglishNumbers(joinCompounds(tokenize(counted).filter(({ text }) => text !== '/')));
  let count = 1;
  let at = 0;
  if (tokens[0]?.kind === 'number' && tokens[0].value > 0) [count, at] = [tokens[0].value, 1];
  let unit: string | null = null;
  let ml: number | null = null;
  let content: number | null = null;
  let isGeneral = false;
  let mainPart = true;
  let depth = 0;
  const sizes = new Set<SizeName>();
  const words: string[] = [];
  let noun: string | null = null;
  for (let i = at; i < tokens.length; i += 1) {
    const token = tokens[i];
    if (token === undefined) break;
    if (token.kind === 'mark') {
      if (token.text === '(') depth += 1;
      if (token.text === ')') depth -= 1;
      if (token.text === ',') mainPart = false;
      continue;
    }
    if (token.kind === 'number') {
      // "6 oz container", "(12 fl oz)", '6" submarine'
      const measure = units.get(tokens[i + 1]?.text ?? '');
      if (measure?.kind === 'mass' && content === null) content = token.value * (measure.grams / ounceG);
      else if (measure?.kind === 'volume' && content === null) content = token.value * (measure.ml / fluidOunceMl);
      else words.push(String(token.value));
      if (measure?.kind === 'mass' || measure?.kind === 'volume') i += 1;
      continue;
    }
    const { text } = token;
    if (general.has(text)) isGeneral = true;
    const size = sizeWords.get(text);
    if (size !== undefined) {
      if (mainPart && depth === 0) sizes.add(size);
      words.push(text);
      continue;
    }
    if (silent.has(text) || (general.has(text) && text !== 'whole')) continue;
    const meant = units.get(text);
    if (depth === 0 && mainPart && unit === null && meant !== undefined && meant.kind !== 'size') {
      if (meant.kind === 'mass') {
        // "1 oz, cooked" says nothing that the scales do not; "1 oz, dry, yields" does.
        unit = 'ounce';
      } else if (meant.kind === 'volume') [unit, ml] = [meant.unit ?? 'ml', meant.ml];
      else unit = meant.unit;
      continue;
    }
    if (depth === 0 && mainPart) noun = text;
    words.push(text);
  }
  if (unit === null && noun !== null && noun !== 'whole') {
    unit = noun;
    words.splice(words.indexOf(noun), 1);
  }
  return {
    grams: grams / count,
    unit: unit === 'whole' || unit === 'each' ? null : unit,
    ml,
    sizes: [...sizes],
    general: isGeneral,
    words,
    content,
    beside: null,
  };
};

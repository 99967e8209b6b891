/**
 * From an amount and a food to grams.
 *
 * G1  A weight is taken as it stands; a volume goes through the food's own portions in a volume, else through those of foods like it.
 * G2  A household unit is the food's own portion of that unit, size and content; else that of foods like it; else its usual portion.
 * G3  How well an amount fits a food is part of the answer: it helps to tell which food is meant.
 */
import type { Amount } from './amounts';
import type { Measured } from './measured';
import type { Densities } from './densities';
import { fluidOunceMl, ounceG } from './english/words';
import type { IndexedFood } from './foodIndex';
import {
  areAlike,
  birdG,
  cuts,
  isCut,
  isHelping,
  packageG,
  stackPieces,
  standardG,
  tasteG,
  tubMl,
  vesselMl,
} from './household';
import type { ParsedPortion, SizeName } from './portions';

/**
 * How the weight is known: in grams or by volume, by a portion of the food, by a portion that comes in sizes and none was said, by one of
 * another size, by the usual portion for want of a better, not stated.
 */
export type Basis = 'weighed' | 'volume' | 'portion' | 'unsized' | 'scaled' | 'likeness' | 'usual';

export interface Weight {
  readonly grams: number;
  readonly basis: Basis;
  /** Above 0 where the amount speaks for this food, below where against it. */
  readonly fit: number;
}

/** Grams of a millilitre of foods of which nothing is known: loosely filled food, the median of our table. */
const solidDensity = 0.63;
/** Grams of a usual portion of foods of which no portion is known. */
const unknownPortionG = 100;

/** Medians of small and large over medium among USDA's survey foods that have all three. */
export const sizeFactor: Readonly<Record<SizeName, number>> = {
  mini: 0.5,
  small: 0.75,
  medium: 1,
  large: 1.385,
  'extra large': 1.9,
};

/** A handful is the usual portion of nuts or berries, and never a plateful. */
const handfulG = 75;

const isDrink = ({ portions }: IndexedFood): boolean => portions.some(({ unit }) => unit === 'floz');

const densityOf = (food: IndexedFood, densities: Densities): { value: number; fit: number } => {
  const own = densities.own(food);
  if (own !== null) return { value: own, fit: 0.05 };
  const like = densities.ofGroup(food);
  return like !== null ? { value: like, fit: -0.15 } : { value: solidDensity, fit: -0.3 };
};

const ouncesOf = (measured: Measured): number =>
  measured.kind === 'mass' ? measured.grams / ounceG : measured.ml / fluidOunceMl;

const measuredG = (food: IndexedFood, measured: Measured, words: ReadonlySet<string>, densities: Densities): Weight => {
  if (measured.kind === 'mass') {
    if (measured.ounces && isDrink(food)) {
      const { value, fit } = densityOf(food, densities);
      return { grams: (measured.grams / ounceG) * fluidOunceMl * value, basis: 'volume', fit };
    }
    return { grams: measured.grams, basis: 'weighed', fit: 0 };
  }
  // The food's own portion in that very unit, with its words: "1 cup, diced"
  let best: ParsedPortion | null = null;
  let bestFit = -Infinity;
  for (const portion of food.portions) {
    if (portion.ml === null || portion.unit !== measured.unit || portion.beside !== null) continue;
    const fit = wordsFit(portion, words) - (portion.content === null ? 0 : 0.05);
    if (fit > bestFit) [best, bestFit] = [portion, fit];
  }
  if (best !== null && best.ml !== null)
    return { grams: (measured.ml / best.ml) * best.grams, basis: 'volume', fit: 0.1 + Math.min(0, bestFit) };
  const { value, fit } = densityOf(food, densities);
  return { grams: measured.ml * value, basis: 'volume', fit };
};

const doubtful: ReadonlySet<string> = new Set([
  'yield',
  'dry',
  'shell',
  'raw',
  'uncooked',
  'unpopped',
  'frozen',
  'bone',
  'submarine',
  'guideline',
  'surface',
  'cubic',
]);

/** Words of a portion's description: said ones speak for it, others against. */
const wordsFit = (portion: ParsedPortion, said: ReadonlySet<string>): number => {
  let fit = 0;
  for (const word of portion.words) {
    if (said.has(word)) fit += 0.08;
    else fit -= doubtful.has(word) ? 0.15 : /^\d/.test(word) ? 0.06 : 0.02;
  }
  return fit;
};

const sizeFit = (portion: ParsedPortion, size: SizeName | null): number => {
  const { sizes } = portion;
  if (size !== null) {
    if (sizes.includes(size)) return 0.15;
    return sizes.length === 0 ? -0.02 : -0.2;
  }
  if (portion.general) return 0.06;
  if (sizes.length === 0) return 0.04;
  if (sizes.includes('medium')) return 0.05;
  return sizes.includes('mini') ? -0.1 : -0.05;
};

const scaleOf = (portion: ParsedPortion, size: SizeName | null): number =>
  size === null || portion.sizes.includes(size) ? 1 : sizeFactor[size] / sizeFactor[portion.sizes[0] ?? 'medium'];

/** Whether the food has such a portion in several sizes. */
const isSized = (food: IndexedFood, { unit, grams }: ParsedPortion): boolean =>
  food.portions.some(
    (other) => (other.unit === unit || other.unit === null) && other.sizes.length > 0 && other.grams !== grams,
  );

const packagings: ReadonlySet<string> = new Set(['pouch', 'package', 'packet', 'box', 'bag']);

/** "Chip" is the unit of "potatochip". */
const endsIn = (said: ReadonlySet<string>, unit: string): boolean => {
  if (unit.length < 4) return false;
  for (const word of said) if (word.length > unit.length && word.endsWith(unit)) return true;
  return false;
};

/** How well a portion's unit answers the unit that was said; null: not at all. */
const unitFit = (portion: ParsedPortion, amount: Amount, said: ReadonlySet<string>, usual: number): number | null => {
  const { unit } = portion;
  if (portion.beside !== null) return null;
  if (amount.household !== null) {
    // "A piece of naan" is one, where it is not cut into pieces.
    if (amount.household === 'piece' && unit === null && portion.ml === null && portion.grams <= 1.5 * usual)
      return -0.05;
    // A small cup is no measuring cup.
    if (unit === 'cup' && amount.household === 'cup' && portion.ml !== null && portion.words.length === 0) return null;
    if (unit === amount.household) return portion.ml === null || portion.words.length > 0 ? 0.25 : -0.1;
    if (unit !== null && areAlike(unit, amount.household)) return 0.05;
    if (portion.words.includes(amount.household)) return 0.2;
    // "A small piece of pizza" is no small pizza.
    const sized = (amount.size !== null || amount.household === 'cup') && !isCut(amount.household);
    return unit === null && portion.ml === null && portion.sizes.length > 0 && sized ? -0.1 : null;
  }
  if (portion.ml !== null || unit === 'ounce') return null;
  // What is large is not the one that is meant where no size is said.
  if (
    unit === null &&
    amount.size === null &&
    portion.sizes.length > 0 &&
    !portion.sizes.includes('medium') &&
    !portion.general
  )
    return null;
  if (unit === null) return 0.18;
  if (unit === 'piece') return amount.stated === 'number' && amount.quantity > 1 ? -0.1 : null;
  // "A large cola"
  if (unit === 'drink' && amount.size !== null) return 0.18;
  // "1 pouch/regular size"
  if (packagings.has(unit)) return portion.sizes.length > 0 ? 0.16 : null;
  // "10 potato chips" are chips, not bags of them.
  if (said.has(unit) || endsIn(said, unit)) return 0.3;
  return null;
};

/** Grams of what shops sell of it in such a package; undefined where that is not known. A loaf for one is no whole one, nor is a baby's jar. */
const soldG = (food: IndexedFood, { household, words }: Amount): number | undefined => {
  if (household === null || words.includes('individual') || words.includes('singleserving')) return undefined;
  const isSpooned = food.portions.some(({ unit }) => unit === 'tablespoon');
  return household === 'jar' && !isSpooned ? undefined : packageG[household];
};

const positive = (grams: number | null | undefined): number | null =>
  grams !== null && grams !== undefined && grams > 0 ? grams : null;

const usualG = (food: IndexedFood): number =>
  positive(food.food.defaultPortionG) ??
  food.portions.find(({ beside, ml }) => beside === null && ml === null)?.grams ??
  food.portions.find(({ beside }) => beside === null)?.grams ??
  unknownPortionG;

/** Grams of `amount` of `food`; `said`: the words of the amount and of the food as they were written. */
export const weigh = (
  food: IndexedFood,
  amount: Amount | null,
  said: ReadonlySet<string>,
  densities: Densities,
): Weight => {
  const usual = usualG(food);
  if (amount === null) return { grams: usual, basis: 'usual', fit: 0 };
  const { quantity, measured, household, content, size } = amount;
  // "A coffee", "2 coffees" are what people usually take, not the middle one of a shop's cups.
  if (amount.stated !== 'none' && measured === null && household === null && size === null && isDrink(food))
    return { grams: quantity * usual, basis: 'usual', fit: 0 };
  if (measured !== null) return measuredG(food, measured, said, densities);

  // "A whole chicken", "half a chicken"
  if (household === null && (said.has('whole') || quantity < 1) && ![...said].some((word) => cuts.test(word)))
    for (const [bird, grams] of Object.entries(birdG))
      // Half a bird is what is on the plate, off the bone; a whole one is what was bought.
      if (said.has(bird)) return { grams: quantity * (quantity < 1 ? grams / 2 : grams), basis: 'likeness', fit: 0.2 };
  if (household === 'handful' && !food.portions.some(({ unit }) => unit === 'handful'))
    return { grams: quantity * Math.min(usual, handfulG), basis: 'likeness', fit: 0 };

  const taste = household === null ? undefined : tasteG[household];
  if (taste !== undefined) return { grams: quantity * taste, basis: 'likeness', fit: 0 };
  if (household === 'stack') {
    const pieces = weigh(food, { ...amount, household: null, quantity: quantity * stackPieces }, said, densities);
    return { ...pieces, basis: 'likeness' };
  }

  // "Small fries", "fries x2" are helpings, not sticks.
  const ofHelpings =
    household === null && ((size !== null && amount.stated !== 'number') || amount.words.includes('x'));
  let best: ParsedPortion | null = null;
  let bestFit = -Infinity;
  for (const portion of food.portions) {
    const unit = unitFit(portion, amount, said, usual);
    const isStick = ofHelpings && portion.grams < usual / 4 && !(size !== null && portion.sizes.includes(size));
    if (unit === null || isStick) continue;
    let fit = unit + sizeFit(portion, size) + wordsFit(portion, said);
    if (size === null) fit += 0.06 - Math.min(0.12, 0.05 * Math.abs(Math.log(portion.grams / usual)));
    if (content !== null && portion.content !== null)
      fit += Math.abs(portion.content / ouncesOf(content) - 1) < 0.06 ? 0.3 : -0.3;
    else if (portion.content !== null && portion.unit !== 'can') fit -= 0.02;
    if (fit > bestFit) [best, bestFit] = [portion, fit];
  }
  if (content !== null) {
    const exact = best !== null && best.content !== null && Math.abs(best.content / ouncesOf(content) - 1) < 0.06;
    if (best === null || !exact) {
      const one = measuredG(food, content, said, densities);
      return { ...one, grams: one.grams * quantity, fit: one.fit + (best === null ? 0 : 0.1) };
    }
  }
  const isMicrowaved = household === null && said.has('microwave') && said.has('bag');
  const standard = standardG(
    isMicrowaved ? { ...amount, household: 'bag', words: ['microwave'] } : amount,
    isDrink(food),
  );
  const isOwn = best !== null && best.unit === household && (size === null || best.sizes.includes(size));
  if (standard !== null && !isOwn) return { grams: quantity * standard, basis: 'scaled', fit: 0 };
  const plain = household === null && size === null && amount.stated === 'article' ? 0.05 : 0.4;
  if (best !== null) {
    const scale = scaleOf(best, size);
    return {
      grams: quantity * best.grams * scale,
      basis: scale !== 1 ? 'scaled' : size === null && isSized(food, best) ? 'unsized' : 'portion',
      // "A cola" is no word for the kind of cola that comes in one.
      fit: Math.max(-plain, Math.min(plain, bestFit)) - (scale === 1 ? 0 : 0.05),
    };
  }

  const factor =
    size === null
      ? 1
      : ((isDrink(food) && (household === null || isHelping(household)) ? densities.sizeOfGroup(food, size) : null) ??
        sizeFactor[size]);
  if (household === null)
    return {
      grams: quantity * usual * factor,
      basis: amount.stated === 'number' ? 'likeness' : 'usual',
      fit: amount.stated === 'number' ? -0.15 : -0.02,
    };
  if (isHelping(household)) return { grams: quantity * usual * factor, basis: 'likeness', fit: 0 };
  const drink = isDrink(food);
  const vessel = vesselMl[household];
  if (drink && vessel !== undefined)
    return { grams: quantity * vessel * factor * densityOf(food, densities).value, basis: 'likeness', fit: 0.05 };
  const like = densities.unitOfGroup(food, household);
  const sold = soldG(food, amount);
  if (sold !== undefined && !drink && !(like !== null && household === 'bag'))
    return { grams: quantity * sold * factor, basis: 'likeness', fit: -0.1 };
  if (household === 'tub')
    return { grams: quantity * tubMl * factor * densityOf(food, densities).value, basis: 'likeness', fit: 0 };
  if (like !== null) return { grams: quantity * like * factor, basis: 'likeness', fit: -0.1 };
  // One piece of what has no pieces is a helping; a pinch of it next to nothing.
  return { grams: quantity * usual * factor, basis: 'likeness', fit: -0.3 };
};

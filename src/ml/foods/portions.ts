/**
 * From an amount to grams.
 * G1  A weight is taken as it stands; a volume goes through the food's own cup or fluid ounce, else through the density of
 *     water for a drink and of loosely filled food for the rest.
 * G2  A household unit is the table's figure for that food; where it has none, the nearest thing it has.
 */
import type { Food, FoodRow, PortionSource } from '../../model/foods';
import type { Amount } from './amounts';
import type { Measure } from './interval';
import { cupMl, flozMl, ounceG, sizeFactor } from './units';
import type { Size } from './units';

export interface Portion {
  readonly grams: number;
  readonly source: PortionSource;
  readonly measure: Measure;
}

/** USDA's household cup (US customary) of drinks weighs 240 to 248 g; of cooked and cut solid foods about 150 g (median of the table: 0.63 g/ml). */
const solidDensity = 0.63;
const spoonMl: Readonly<Record<string, number>> = {
  tbsp: 14.787,
  tsp: 4.929,
  // A sixteenth of a teaspoon.
  pinch: 0.308,
  spoon: 10,
  cup: cupMl,
  floz: flozMl,
  pint: 473.176,
};

/** Volumes of vessels for drinks (a glass and a mug 8 fl oz, a can 12 fl oz, a bottle 500 ml, a shot 1.5 fl oz) and of helpings for the rest. */
const vesselMl: Readonly<Record<string, number>> = {
  glass: 8 * flozMl,
  mug: 8 * flozMl,
  can: 12 * flozMl,
  bottle: 500,
  shot: 1.5 * flozMl,
};

/** No plate holds more: beyond it an amount is a slip of the pen and counts as not stated. */
export const mostItemGrams = 20_000;

const householdG = (row: FoodRow, unit: string): number | undefined =>
  row.household.find((portion) => portion.unit === unit)?.grams;

/** Grams of one millilitre of a food. */
export const density = (row: FoodRow): number => {
  for (const [unit, ml] of [
    ['floz', flozMl],
    ['cup', cupMl],
    ['tbsp', 14.787],
    ['tsp', 4.929],
  ] as const) {
    const grams = householdG(row, unit);
    if (grams !== undefined) return grams / ml;
  }
  return row.liquid ? 1 : solidDensity;
};

/** Grams of one whole: what "an apple" or "three tacos" counts. */
const eachG = (row: FoodRow): number =>
  householdG(row, 'each') ??
  (row.liquid ? row.portionG : (householdG(row, 'medium') ?? householdG(row, 'piece') ?? row.portionG));

/** "Small fries" is a helping, not one small stick: where one piece is a crumb of the usual portion, a size without a count is of the portion. */
const sizedG = (row: FoodRow, size: Size, quantity: number): number => {
  const one = householdG(row, 'medium') ?? eachG(row);
  const base = quantity === 1 && one < row.portionG / 4 ? row.portionG : one;
  if (size === 'xlarge') {
    const large = householdG(row, 'large');
    return large === undefined ? base * sizeFactor.xlarge : large * sizeFactor.large;
  }
  return householdG(row, size) ?? base * sizeFactor[size];
};

const cupG = (row: FoodRow): number => householdG(row, 'cup') ?? density(row) * cupMl;

/** Grams of one household unit of a food. */
const unitG = (row: FoodRow, unit: string): number => {
  const own = householdG(row, unit);
  if (own !== undefined) return own;
  const ml = spoonMl[unit];
  if (ml !== undefined) return ml * density(row);
  const vessel = vesselMl[unit];
  if (vessel !== undefined && (row.liquid || unit === 'glass' || unit === 'mug')) return vessel * density(row);
  switch (unit) {
    // A bowl holds a cup at least; USDA's default portion of many dishes is more.
    case 'bowl':
      return row.liquid ? row.portionG : Math.max(row.portionG, cupG(row));
    // One US ounce of nuts or crisps, half a cup of berries: the usual portion, but never a plateful.
    case 'handful':
      return Math.min(row.portionG, 75);
    case 'slice':
      return householdG(row, 'piece') ?? householdG(row, 'wedge') ?? row.portionG;
    case 'piece':
      return householdG(row, 'each') ?? householdG(row, 'slice') ?? eachG(row);
    case 'stalk':
    case 'stick':
    case 'clove':
    case 'leaf':
    case 'fillet':
    case 'each':
    case 'bar':
      return eachG(row);
    default:
      return row.portionG;
  }
};

const usual = (row: FoodRow): Portion => ({ grams: row.portionG, source: row.portionFrom, measure: 'usual' });

/** Grams of `amount` of a food; its usual portion where the amount is null or cannot be meant. */
export const portionOf = (row: FoodRow, amount: Amount | null): Portion => {
  if (amount === null) return usual(row);
  const { quantity, unit, size } = amount;
  let grams: number;
  let measure: Measure = 'household';
  if (unit === null) grams = quantity * (size === null ? eachG(row) : sizedG(row, size, quantity));
  else if (unit.kind === 'household') grams = quantity * unitG(row, unit.unit) * (size === null ? 1 : sizeFactor[size]);
  else {
    measure = 'weighed';
    if (unit.kind === 'volume') grams = quantity * unit.ml * density(row);
    else if (row.liquid && Math.abs(unit.grams - ounceG) < 0.01) grams = quantity * flozMl * density(row);
    else grams = quantity * unit.grams;
  }
  return Number.isFinite(grams) && grams > 0 && grams <= mostItemGrams
    ? { grams, source: 'caption', measure }
    : usual(row);
};

/** Grams of `amount` of a food nobody knows: only weights and volumes say anything. */
export const unknownPortionOf = (amount: Amount | null): number | null => {
  if (!amount?.unit) return null;
  const { quantity, unit } = amount;
  const grams =
    unit.kind === 'mass'
      ? quantity * unit.grams
      : unit.kind === 'volume'
        ? quantity * unit.ml
        : quantity * (spoonMl[unit.unit] ?? NaN) * solidDensity;
  return grams > 0 && grams <= mostItemGrams ? grams : null;
};

/** An amount in pieces or household units, as words gave it; what a food weighs by it depends on the food. */
export interface Counted {
  readonly quantity: number;
  /** `bowl`, `slice`, …; null: whole ones. */
  readonly unit: string | null;
}

export const countedOf = (amount: Amount | null): Counted | null =>
  amount === null || (amount.unit !== null && amount.unit.kind !== 'household')
    ? null
    : { quantity: amount.quantity, unit: amount.unit?.unit ?? null };

/**
 * Grams of a counted amount of a food that is not of our table: by the portion that names the unit, else by its default portion; null where
 * it has none, or where nobody could eat so much.
 */
export const gramsOfCounted = (food: Food, { quantity, unit }: Counted): number | null => {
  const named =
    unit === null || unit === 'serving'
      ? undefined
      : food.portions.find(({ description }) => new RegExp(`\\b${unit}s?\\b`, 'i').test(description));
  const one = named?.grams ?? food.defaultPortionG;
  const grams = one === null ? null : one * quantity;
  return grams !== null && grams > 0 && grams <= mostItemGrams ? grams : null;
};

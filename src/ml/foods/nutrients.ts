/**
 * Arithmetic on nutrients.
 * N1  null is "not known" and stays so: scaling null gives null.
 * N2  A sum is the sum of the known parts; it is null only where no part is known. Which nutrients lack a part is
 *     told beside it (`incomplete`), so that a total that is only a lower bound is never shown as complete.
 */
import type { Nutrient, Nutrients } from '../../model/foods';

/** In the order in which they are shown. */
export const nutrientKeys = [
  'kcal',
  'proteinG',
  'fatG',
  'carbohydrateG',
  'fibreG',
  'sugarG',
  'sodiumMg',
] as const satisfies readonly Nutrient[];

const eachNutrient = (amount: (key: Nutrient) => number | null): Nutrients => ({
  kcal: amount('kcal'),
  proteinG: amount('proteinG'),
  fatG: amount('fatG'),
  carbohydrateG: amount('carbohydrateG'),
  fibreG: amount('fibreG'),
  sugarG: amount('sugarG'),
  sodiumMg: amount('sodiumMg'),
});

export const unknownNutrients: Nutrients = eachNutrient(() => null);

/** Amounts of `grams` of a food with figures per 100 g. */
export const scale = (per100G: Nutrients, grams: number): Nutrients =>
  eachNutrient((key) => {
    const amount = per100G[key];
    return amount === null ? null : (amount * grams) / 100;
  });

export interface NutrientSum {
  readonly nutrients: Nutrients;
  /** Nutrients that at least one part does not state: their sum is a lower bound (null where no part states them). */
  readonly incomplete: readonly Nutrient[];
}

/** Sum of parts, by rule N2. The sum of nothing is unknown, not zero. */
export const sum = (parts: readonly Nutrients[]): NutrientSum => {
  const known = (key: Nutrient): number[] => parts.map((part) => part[key]).filter((amount) => amount !== null);
  return {
    nutrients: eachNutrient((key) => {
      const amounts = known(key);
      return amounts.length === 0 ? null : amounts.reduce((total, amount) => total + amount, 0);
    }),
    incomplete: parts.length === 0 ? [] : nutrientKeys.filter((key) => known(key).length < parts.length),
  };
};

/** Figures per 100 g of a mixture: a nutrient that any part does not state is not known of the mixture. */
export const per100GOf = (parts: readonly { readonly per100G: Nutrients; readonly grams: number }[]): Nutrients => {
  const grams = parts.reduce((total, part) => total + part.grams, 0);
  const { nutrients, incomplete } = sum(parts.map((part) => scale(part.per100G, part.grams)));
  return eachNutrient((key) => {
    const amount = nutrients[key];
    return amount === null || grams <= 0 || incomplete.includes(key) ? null : (amount * 100) / grams;
  });
};

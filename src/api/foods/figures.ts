import { z } from 'zod';
import type { Nutrients } from '../../model/foods';

/** Figures as clients read them, of foods and of what was eaten. They are rounded here and nowhere else; null is "not known". */
export const figure = z.number().nullable();
export const NutritionFacts = z
  .object({
    calories: figure,
    proteins: figure,
    fats: figure,
    carbohydrates: figure,
    fiber: figure,
    sugar: figure,
    sodium_mg: figure,
  })
  .meta({
    id: 'NutritionFacts',
    description: 'kcal, grams and milligrams; null is "not known", which is not zero',
  });
export type NutritionFacts = z.infer<typeof NutritionFacts>;
export type Fact = keyof NutritionFacts;
export const factNames: readonly Fact[] = NutritionFacts.keyof().options;

const nutrientOf = {
  calories: 'kcal',
  proteins: 'proteinG',
  fats: 'fatG',
  carbohydrates: 'carbohydrateG',
  fiber: 'fibreG',
  sugar: 'sugarG',
  sodium_mg: 'sodiumMg',
} as const satisfies Record<Fact, keyof Nutrients>;

export const round = (value: number, digits = 1) => Number(value.toFixed(digits));
/** To `digits` where it is in grams; kcal and milligrams have one less, as there are more of them. */
export const roundFact = (fact: Fact, value: number | null, digits = 1) =>
  value === null ? null : round(value, fact === 'calories' || fact === 'sodium_mg' ? digits - 1 : digits);

export const eachFact = (of: (fact: Fact) => number | null): NutritionFacts => ({
  calories: of('calories'),
  proteins: of('proteins'),
  fats: of('fats'),
  carbohydrates: of('carbohydrates'),
  fiber: of('fiber'),
  sugar: of('sugar'),
  sodium_mg: of('sodium_mg'),
});

/** Figures that a client sent, in the house's words; what it left out is not known. */
export const nutrientsOf = (sent: Partial<Record<Fact, number | null | undefined>>): Nutrients => ({
  kcal: sent.calories ?? null,
  proteinG: sent.proteins ?? null,
  fatG: sent.fats ?? null,
  carbohydrateG: sent.carbohydrates ?? null,
  fibreG: sent.fiber ?? null,
  sugarG: sent.sugar ?? null,
  sodiumMg: sent.sodium_mg ?? null,
});

/** Grams to `digits`; of 100 g of a food one more than of a portion, as clients multiply them. */
export const facts = (nutrients: Nutrients, digits = 1): NutritionFacts =>
  eachFact((fact) => roundFact(fact, nutrients[nutrientOf[fact]], digits));

/** Energy of a food whose source states it in one of several ways, and checks of figures against each other. */
import type { Nutrients } from '../../model/foods';

const kcalPerKj = 1 / 4.184;

/**
 * Energy by the general factors of Atwater, kcal: 4 a gram of protein, 9 of fat, 4 of carbohydrate (FAO Food and
 * Nutrition Paper 77, 2003). null where one of the three is not known. Alcohol (7 kcal/g) is not counted.
 */
export const atwaterKcal = ({
  proteinG,
  fatG,
  carbohydrateG,
}: Pick<Nutrients, 'proteinG' | 'fatG' | 'carbohydrateG'>): number | null =>
  proteinG === null || fatG === null || carbohydrateG === null ? null : 4 * proteinG + 9 * fatG + 4 * carbohydrateG;

/** Energy as FoodData Central states it, by nutrient id; null where a row lacks it. */
export interface StatedEnergy {
  /** 1008, "Energy" in kcal. */
  readonly energyKcal: number | null;
  /** 2048, Atwater specific factors. */
  readonly atwaterSpecificKcal: number | null;
  /** 2047, Atwater general factors. */
  readonly atwaterGeneralKcal: number | null;
  /** 1062, "Energy" in kJ. */
  readonly energyKj: number | null;
}

/** One figure from what a source states: 1008, else 2048, else 2047, else kJ / 4.184, else 4/4/9 of the macronutrients, else null. */
export const energyKcal = (
  stated: StatedEnergy,
  macronutrients: Pick<Nutrients, 'proteinG' | 'fatG' | 'carbohydrateG'>,
): number | null =>
  stated.energyKcal ??
  stated.atwaterSpecificKcal ??
  stated.atwaterGeneralKcal ??
  (stated.energyKj === null ? null : stated.energyKj * kcalPerKj) ??
  atwaterKcal(macronutrients);

/** Below this many kcal per portion a difference is rounding, not doubt. */
const negligibleKcal = 15;

/** The survey's categories of drinks whose energy is alcohol in part. */
const alcoholicCategories: ReadonlySet<string> = new Set(['Beer', 'Wine', 'Liquor and cocktails']);

/** By the survey's category of a food; false where it is not known. */
export const isAlcoholic = (category: string | null | undefined): boolean =>
  category !== null && category !== undefined && alcoholicCategories.has(category);

/**
 * What does not fit in figures of one portion or of 100 g, each in a sentence that names `subject`. Sugar may exceed
 * carbohydrate by 1 g (both are rounded and measured apart: 43 of 5,431 survey foods of USDA do, by at most 0.87 g);
 * energy may differ from 4/4/9 by 20 % (fibre, organic acids, alcohol). What a food that is `alcoholic` has more is its alcohol.
 */
export const implausible = (
  nutrients: Nutrients,
  subject: string,
  { alcoholic = false }: { alcoholic?: boolean } = {},
): string[] => {
  const warnings: string[] = [];
  const { kcal, sugarG, carbohydrateG } = nutrients;
  if (sugarG !== null && carbohydrateG !== null && sugarG > carbohydrateG + 1)
    warnings.push(
      `${subject}: ${sugarG.toFixed(1)} g of sugar is more than its ${carbohydrateG.toFixed(1)} g of carbohydrate; one of the two figures is wrong`,
    );
  const expected = atwaterKcal(nutrients);
  if (
    kcal !== null &&
    expected !== null &&
    !(alcoholic && kcal > expected) &&
    Math.abs(kcal - expected) > Math.max(negligibleKcal, 0.2 * Math.max(kcal, expected))
  )
    warnings.push(
      `${subject}: ${kcal.toFixed(0)} kcal differ from the ${expected.toFixed(0)} kcal of its protein, fat and carbohydrate by more than 20 % (alcohol and fibre can explain that)`,
    );
  return warnings;
};

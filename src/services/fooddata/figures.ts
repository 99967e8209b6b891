import { mostPer100G, type Nutrients } from '../../model/foods';

/**
 * Nutrients of FoodData Central, per 100 g. Each has an id (1008) and an older number ("208"); answers carry either or both.
 * What is absent, negative or impossible is null: not known is not zero.
 */
export interface NutrientValue {
  nutrientId?: number | undefined;
  nutrientNumber?: string | undefined;
  unitName?: string | undefined;
  value?: number | undefined;
}

interface Source {
  id: number;
  number: string;
  /** Units the figure may come in, with what makes it ours (kcal, g, mg). */
  units: Readonly<Record<string, number>>;
  /** The most that 100 g can hold, in our unit. */
  most: number;
}

const grams = { G: 1, MG: 0.001 };
const { grams: mostGrams, kcal: mostKcal, sodiumMg: mostSodiumMg } = mostPer100G;
/** Thermochemical calories. */
const kcalPerKj = 1 / 4.184;

const sources = {
  proteinG: [{ id: 1003, number: '203', units: grams, most: mostGrams }],
  fatG: [
    { id: 1004, number: '204', units: grams, most: mostGrams },
    { id: 1085, number: '298', units: grams, most: mostGrams },
  ],
  carbohydrateG: [
    { id: 1005, number: '205', units: grams, most: mostGrams },
    { id: 1050, number: '205.2', units: grams, most: mostGrams },
  ],
  fibreG: [{ id: 1079, number: '291', units: grams, most: mostGrams }],
  sugarG: [
    { id: 2000, number: '269', units: grams, most: mostGrams },
    { id: 1063, number: '269.3', units: grams, most: mostGrams },
  ],
  sodiumMg: [{ id: 1093, number: '307', units: { MG: 1, G: 1000 }, most: mostSodiumMg }],
} satisfies Record<Exclude<keyof Nutrients, 'kcal'>, Source[]>;

/** Energy as stated, then by specific and by general Atwater factors, then in kilojoules. */
const energy: Source[] = [
  { id: 1008, number: '208', units: { KCAL: 1 }, most: mostKcal },
  { id: 2048, number: '958', units: { KCAL: 1 }, most: mostKcal },
  { id: 2047, number: '957', units: { KCAL: 1 }, most: mostKcal },
  { id: 1062, number: '268', units: { KJ: kcalPerKj }, most: mostKcal },
];

const amountOf = (values: readonly NutrientValue[], wanted: readonly Source[]): number | null => {
  for (const { id, number, units, most } of wanted) {
    for (const { nutrientId, nutrientNumber, unitName, value } of values) {
      if ((nutrientId ?? id) !== id || (nutrientNumber ?? number) !== number) continue;
      if (nutrientId === undefined && nutrientNumber === undefined) continue;
      const factor = units[(unitName ?? '').toUpperCase()];
      if (factor === undefined || value === undefined) continue;
      const amount = value * factor;
      if (amount >= 0 && amount <= most) return amount;
    }
  }
  return null;
};

/** 4 kcal for a gram of protein and of carbohydrate, 9 for one of fat (Atwater's general factors); null unless all three are known. */
const byAtwater = (protein: number | null, fat: number | null, carbohydrate: number | null): number | null =>
  protein === null || fat === null || carbohydrate === null ? null : 4 * protein + 9 * fat + 4 * carbohydrate;

export const nutrientsOf = (values: readonly NutrientValue[]): Nutrients => {
  const proteinG = amountOf(values, sources.proteinG);
  const fatG = amountOf(values, sources.fatG);
  const carbohydrateG = amountOf(values, sources.carbohydrateG);
  return {
    kcal: amountOf(values, energy) ?? byAtwater(proteinG, fatG, carbohydrateG),
    proteinG,
    fatG,
    carbohydrateG,
    fibreG: amountOf(values, sources.fibreG),
    sugarG: amountOf(values, sources.sugarG),
    sodiumMg: amountOf(values, sources.sodiumMg),
  };
};

/** Every nutrient that is read here: id, number, and the unit in which FoodData Central keeps it. */
export const nutrientChoice: readonly { readonly id: number; readonly number: string; readonly unit: string }[] = [
  ...energy,
  ...Object.values(sources).flat(),
].map(({ id, number, units }) => ({ id, number, unit: Object.keys(units)[0] ?? '' }));

import type { FoodRow, Nutrient, Nutrients } from '../../src/model/foods';
import type { DownloadedFood } from '../../src/imports/foods/download';
import type { ListedFood } from './list';

/**
 * A raw or dry food that the survey does not hold, from the cooked one: all that it has is in what it becomes, with more water or
 * less. Salt that was added while it cooked is left out: sodium is not known.
 *
 * The weight cooked is the survey's own ("1 oz, dry, yields 90 g"), or follows from the solids that the dry food must have by its
 * standard: macaroni and noodles 87 % (21 CFR 139.110, 139.150), rice 85 % (Codex Standard 198-1995, at most 15 % of water), and the wheat
 * flour that macaroni is made of 84.5 % (Codex Standard 152-1985, at most 15.5 %).
 */
const standards: Readonly<Record<number, string>> = {
  87: '21 CFR 139',
  85: 'Codex Standard 198-1995',
  84.5: 'Codex Standard 152-1985',
};
const ounceG = 28.35;
const yieldOfOunce = /^1 oz,?(?: dry,?)? (?:yields|yield after cooking)$/i;
const yieldOfCup = /^1 cup, dry, yields$/i;
const nutrientKeys: readonly Nutrient[] = ['kcal', 'proteinG', 'fatG', 'carbohydrateG', 'fibreG', 'sugarG'];

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

/** Grams of the cooked food that 100 g of the dry one make, and why; null where the survey does not say. */
const cookedWeight = (
  food: DownloadedFood,
  raw: NonNullable<ListedFood['raw']>,
): { grams: number; by: string } | null => {
  if (raw === 'yields') {
    const made = food.portions.find(({ description }) => yieldOfOunce.test(description))?.grams;
    return made === undefined
      ? null
      : { grams: (made / ounceG) * 100, by: `USDA's survey, by which 1 oz (${ounceG} g) makes ${made} g` };
  }
  const { proteinG, fatG, carbohydrateG } = food.per100G;
  const standard = standards[raw.solids];
  if (proteinG === null || fatG === null || carbohydrateG === null || standard === undefined) return null;
  return {
    grams: (raw.solids / (proteinG + fatG + carbohydrateG)) * 100,
    by: `its solids, ${raw.solids} % (${standard})`,
  };
};

export const rawRowOf = (
  listed: ListedFood,
  raw: NonNullable<ListedFood['raw']>,
  survey: ReadonlyMap<number, DownloadedFood>,
): { row: FoodRow } | { fault: string } => {
  const { name, slug, aliases, fdcId, portionG } = listed;
  const food = survey.get(fdcId);
  if (food === undefined) return { fault: `"${name}": the survey holds no food ${fdcId}` };
  const weight = cookedWeight(food, raw);
  if (weight === null) return { fault: `"${name}": the survey does not say what ${fdcId} weighs before it is cooked` };
  if (portionG === null) return { fault: `"${name}": state portion=…, as that of the survey is of the cooked food` };
  const gramsPer100G = rounded(weight.grams, 1);
  const amountOf = (key: Nutrient): number | null => {
    const amount = food.per100G[key];
    return amount === null ? null : rounded((amount * gramsPer100G) / 100, 2);
  };
  const cup = food.portions.find(({ description }) => yieldOfCup.test(description))?.grams;
  const household = new Map(listed.household);
  if (cup !== undefined && !household.has('cup')) household.set('cup', rounded((cup / gramsPer100G) * 100, 0));
  return {
    row: {
      slug,
      name,
      label: false,
      aliases: [...aliases],
      per100G: {
        ...(Object.fromEntries(nutrientKeys.map((key) => [key, amountOf(key)])) as Nutrients),
        sodiumMg: null,
      },
      portionG,
      portionFrom: 'table',
      household: [...household].map(([unit, grams]) => ({ unit, grams, source: 'table' as const })),
      fdcId: null,
      fdcDescription: null,
      category: food.category,
      liquid: false,
      generic: false,
      ingredients: [],
      note: `Approximate, not in the USDA survey: computed from "${food.name}", ${gramsPer100G} g of which 100 g make by ${weight.by}.`,
      cookedAs: { fdcId, gramsPer100G },
    },
  };
};

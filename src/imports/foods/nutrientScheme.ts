import { nutrientChoice, type NutrientValue } from '../../services/fooddata/figures';
import { ImportRefused } from '../faults';

/**
 * Which nutrient a row of food_nutrient.csv is about. `nutrient_id` holds ids (1008) in most downloads, and numbers (208) in that of
 * the survey. Ids begin at 1000 and numbers end below, and none of those read here is the other of another nutrient, so each row
 * tells by itself which it is, also where a file mixes them.
 */
const leastId = 1000;

export interface NutrientScheme {
  /** The nutrient with its unit; `other` is one that is not read here, null no nutrient at all. */
  nutrientOf(text: string): Required<Pick<NutrientValue, 'nutrientId' | 'unitName'>> | 'other' | null;
  /** How many rows named a nutrient each way. */
  readonly seen: { ids: number; numbers: number };
}

/** `listed`: rows of nutrient.csv, whose units count where they are there. Refuses a list that contradicts FoodData Central's own. */
export function createNutrientScheme(
  listed: readonly { id: string; unit_name: string; nutrient_nbr: string }[],
): NutrientScheme {
  const units = new Map(listed.map((row) => [Number(row.id), row.unit_name]));
  const choice = nutrientChoice.map(({ id, number, unit }) => ({ id, number, unitName: units.get(id) ?? unit }));
  for (const row of listed) {
    const known = choice.find(({ id }) => id === Number(row.id));
    if (known && row.nutrient_nbr !== '' && Number(row.nutrient_nbr) !== Number(known.number))
      throw new ImportRefused(
        `nutrient.csv gives nutrient ${row.id} the number ${row.nutrient_nbr}, which is ${known.number} at FoodData Central: download the folder again.`,
      );
  }
  const byId = new Map(choice.map((nutrient) => [nutrient.id, nutrient]));
  const byNumber = new Map(choice.map((nutrient) => [Number(nutrient.number), nutrient]));
  const seen = { ids: 0, numbers: 0 };
  return {
    seen,
    nutrientOf(text) {
      if (!/^\d{1,6}(\.\d{1,2})?$/.test(text)) return null;
      const value = Number(text);
      const nutrient = value >= leastId ? byId.get(value) : byNumber.get(value);
      if (!nutrient) return 'other';
      if (value >= leastId) seen.ids += 1;
      else seen.numbers += 1;
      return { nutrientId: nutrient.id, unitName: nutrient.unitName };
    },
  };
}

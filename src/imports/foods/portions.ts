import type { Food, FoodPortion } from '../../model/foods';

/** Household portions of food_portion.csv. The survey says them in words, Foundation and SR Legacy in amount, unit and modifier. */
const defaultPortion = /^quantity not specified$/i;
const mostPortions = 60;
const heaviestG = 20_000;

export interface PortionRow {
  /** Place among the food's portions, then the row's own id. */
  order: readonly [number, number];
  amount: string;
  unit: string;
  description: string;
  modifier: string;
  grams: number;
}

const spaced = (text: string) => text.replace(/\s+/g, ' ').trim().slice(0, 200);
const meant = (text: string) => (/^undetermined$/i.test(text.trim()) ? '' : text.trim());
/** "1.0" is 1. */
const counted = (text: string) =>
  text.trim() !== '' && Number.isFinite(Number(text)) ? String(Number(text)) : text.trim();

/** In words: "1 medium", "1 cup, chopped", "0.5 cup"; '' where the row says nothing. A modifier that is a code says nothing. */
export const portionWords = ({ amount, unit, description, modifier }: Omit<PortionRow, 'order' | 'grams'>): string => {
  if (meant(description) !== '') return spaced(description);
  const further = /^\d+$/.test(modifier.trim()) ? '' : meant(modifier);
  const measure = [meant(unit), further].filter((part) => part !== '').join(', ');
  return measure === '' ? '' : spaced(`${counted(amount)} ${measure}`);
};

/** Weights of 0 are none: USDA's own "Milk, human" has such a default portion. */
export const portionsOf = (rows: readonly PortionRow[]): Pick<Food, 'portions' | 'defaultPortionG'> => {
  const portions: FoodPortion[] = [];
  let defaultPortionG: number | null = null;
  for (const row of [...rows].sort((a, b) => a.order[0] - b.order[0] || a.order[1] - b.order[1])) {
    const description = portionWords(row);
    if (!(row.grams > 0) || row.grams > heaviestG || description === '') continue;
    if (defaultPortion.test(description)) defaultPortionG ??= row.grams;
    else if (
      portions.length < mostPortions &&
      !portions.some((other) => other.description === description && other.grams === row.grams)
    )
      portions.push({ description, grams: row.grams });
  }
  return { portions, defaultPortionG };
};

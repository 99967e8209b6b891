/** Foods of our table and of imported releases, as the index takes them. */
import type { FoodRow } from '../../model/foods';
import type { TableFood } from '../foods/table';
import type { ReadableFood } from './foodIndex';

/** A row goes by its name, its aliases, its label and, where its figures are USDA's, by USDA's name for it. */
export const readableRow = ({ row, food }: TableFood): ReadableFood => ({
  food,
  names: [row.name, ...row.aliases, ...(row.label ? [row.slug.replaceAll('_', ' ')] : []), ...usdaName(row)],
  category: row.category,
  portionFrom: row.portionFrom,
});

const usdaName = ({ fdcDescription, fdcId }: FoodRow): string[] =>
  fdcId === null || fdcDescription === null ? [] : [fdcDescription];

export const readableImported = ({
  category,
  ...food
}: ReadableFood['food'] & { category: string | null }): ReadableFood => ({
  food,
  names: [food.name],
  category,
  portionFrom: 'usda',
});

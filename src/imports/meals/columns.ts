import { dietFlags } from '../../model/meals';

/** Which field a column or key of a catalogue is: case, blanks and signs do not matter, nor `nutrition.` before a figure. */
export const mealFields = [
  'externalId',
  'name',
  'cuisine',
  'mealType',
  'ingredients',
  'allergens',
  'costLevel',
  'cookTime',
  'prepTimeMinutes',
  'skillLevel',
  'appliances',
  'description',
  ...dietFlags,
] as const;
export const figureFields = [
  'calories',
  'protein',
  'carbs',
  'fats',
  'fiber',
  'sugar',
  'sodium',
  'glycemicIndex',
] as const;
export type Field = (typeof mealFields)[number] | (typeof figureFields)[number];

const folded = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]+/g, '');

const others: Readonly<Record<string, Field>> = {
  id: 'externalId',
  title: 'name',
  kcal: 'calories',
  proteins: 'protein',
  carbohydrates: 'carbs',
  fat: 'fats',
  fibre: 'fiber',
  sodiummg: 'sodium',
  cooktimeminutes: 'cookTime',
  preptime: 'prepTimeMinutes',
  vegetarian: 'isVegetarian',
  vegan: 'isVegan',
  glutenfree: 'isGlutenFree',
  dairyfree: 'isDairyFree',
  nutfree: 'isNutFree',
};
const fields = new Map<string, Field>([
  ...[...mealFields, ...figureFields].map((field): [string, Field] => [folded(field), field]),
  ...Object.entries(others),
]);

export const fieldOf = (column: string): Field | undefined => fields.get(folded(column).replace(/^nutrition(?=.)/, ''));

/** One row as it was read: nothing of it is checked. `line` is where it ends in the file; the first is 1. */
export interface RawRow {
  line: number;
  values: Partial<Record<Field, unknown>>;
}
/** One row that could not be read, and why. */
export interface UnreadRow {
  line: number;
  faults: string[];
}

import type { FoodRow } from '../../src/model/foods';
import { implausible, isAlcoholic } from '../../src/ml/foods';
import type { DownloadedFood } from '../../src/imports/foods/download';
import { householdOf } from './household';
import type { ListedFood } from './list';

/** Where the survey states no usual portion: the first of these that it weighs. */
const stands = ['each', 'medium', 'container', 'can', 'bottle', 'cup', 'slice', 'piece', 'small', 'tbsp'];

/** Categories of foods that the survey weighs by the fluid ounce, and that nobody drinks. */
const frozen = new Set([
  'Ice cream and frozen dairy desserts',
  'Gelatins, ices, sorbets',
  'Soy and meat-alternative products',
]);

/** The row of a listed food, or what is wrong: the survey does not hold it, nothing of it is weighed, its figures need a note. */
export const rowOf = (
  listed: ListedFood,
  survey: ReadonlyMap<number, DownloadedFood>,
): { row: FoodRow } | { fault: string } => {
  const { name, slug, aliases, fdcId, generic, note } = listed;
  const food = survey.get(fdcId);
  if (food === undefined) return { fault: `"${name}": the survey holds no food ${fdcId}` };
  const weighed = householdOf(food.portions, [food.name, name, ...aliases]).filter(
    ({ unit }) => !listed.household.has(unit) && !listed.without.includes(unit),
  );
  const ours = [...listed.household].map(([unit, grams]) => ({ unit, grams, source: 'table' as const }));
  const household = [...weighed, ...ours];
  const usual =
    listed.portionG ??
    food.defaultPortionG ??
    stands
      .map((unit) => household.find((portion) => portion.unit === unit)?.grams)
      .find((grams) => grams !== undefined);
  if (usual === undefined) return { fault: `"${name}": nothing of ${fdcId} is weighed; state portion=…` };
  if (note === null && needsNote(food))
    return { fault: `"${name}": its energy is not that of its macronutrients; say why in note=…` };
  const row: FoodRow = {
    slug,
    name,
    label: false,
    aliases: [...aliases],
    per100G: food.per100G,
    portionG: usual,
    portionFrom: listed.portionG === null && food.defaultPortionG !== null ? 'usda' : 'table',
    household,
    fdcId,
    fdcDescription: food.name,
    category: food.category,
    liquid: household.some(({ unit }) => unit === 'floz') && !frozen.has(food.category ?? ''),
    generic,
    ingredients: [],
    note,
  };
  return { row };
};

const needsNote = ({ name, per100G, category }: DownloadedFood): boolean =>
  implausible(per100G, name, { alcoholic: isAlcoholic(category) }).length > 0;

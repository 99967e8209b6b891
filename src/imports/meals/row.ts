import { faultWords } from '../../model/faultWords';
import { Id } from '../../model/ids';
import { MealInFile, newMealFacts, type MealFacts } from '../../model/meals';
import { figureFields, type RawRow } from './columns';

/** One row of a catalogue, checked. */
export interface CheckedMeal {
  /** What it is known by: its id in the catalogue, else its name, cuisine and type. */
  key: string;
  /** Its id in the catalogue, where it may be the id of a meal here. */
  mealId: Id | null;
  facts: MealFacts;
}
export type Checked = { meal: CheckedMeal } | { faults: string[] };

const longestId = 200;
const lowered = (value: unknown): unknown => (typeof value === 'string' ? value.trim().toLowerCase() : value);

export function checkRow({ values }: RawRow): Checked {
  const { externalId, ...rest } = values;
  const said = {
    ...rest,
    // Empty: where it is missing, too, the words that are right are told. A meal of this catalogue may have none, and its row says so.
    mealType: rest.mealType === undefined ? '' : lowered(rest.mealType),
    costLevel: lowered(rest.costLevel),
    skillLevel: lowered(rest.skillLevel),
    nutrition: Object.fromEntries(figureFields.map((field) => [field, values[field] ?? null])),
  };
  const checked = MealInFile.safeParse(said, { error: faultWords });
  const faults = checked.error?.issues.map(({ path, message }) => `${path.filter((part) => part !== 'nutrition').join('.') || 'row'}: ${message}`) ?? []; // prettier-ignore
  const id = typeof externalId === 'number' ? String(externalId) : (externalId ?? '');
  if (typeof id !== 'string' || id.length > longestId || /\p{Cc}/u.test(id))
    faults.push(`externalId: is no text of up to ${longestId} characters`);
  if (!checked.success || typeof id !== 'string' || faults.length > 0) return { faults };
  const facts = newMealFacts(checked.data);
  const key =
    id.trim() === ''
      ? `name:${JSON.stringify([facts.name.toLowerCase(), facts.cuisine, facts.mealType])}`
      : `id:${id.trim()}`;
  return { meal: { key, mealId: Id.safeParse(id.trim()).data ?? null, facts } };
}

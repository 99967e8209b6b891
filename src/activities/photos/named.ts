import type { Food, PortionSource } from '../../model/foods';
import type { Id } from '../../model/ids';
import type { Candidate, Classification } from '../../model/photos';
import { measureOf, nameStems, type FoodTable, type Measure, type TableFood } from '../../ml/foods';
import type { MealReader, ReadItem } from '../../ml/reading';

/** What a classifier named, as foods; `nutrition.ts` finds the figures. */

export interface Named {
  label: string;
  entry: TableFood | null;
  /** A food that is known here, of the name; null where none is. */
  food: Food | null;
  /** Only the nearest that is known. */
  approximate: boolean;
  stated: { grams: number; portionSource: PortionSource; measure: Measure } | null;
}

/** A class name as words. */
export const words = (label: string) => label.replaceAll('_', ' ');

/** Whether words of a person mean what a classifier named: the same food, or one of the other's kind ("pepperoni pizza" where it saw pizza). */
export const meansSame = (said: ReadItem, { label, food }: Pick<Named, 'label' | 'food'>): boolean => {
  if (food !== null && said.candidates.some((candidate) => candidate.food.key === food.key)) return true;
  const [one, other] = [nameStems(said.text), nameStems(words(label))];
  return one.length > 0 && other.length > 0 && (holds(one, other) || holds(other, one));
};
const holds = (all: readonly string[], some: readonly string[]): boolean => some.every((word) => all.includes(word));

export function createNaming(reader: MealReader, foods: FoodTable) {
  /** A class name of a classifier, or a name in a model's words. */
  const byLabel = async (ownerId: Id | null, label: string): Promise<Named> => {
    const text = words(label);
    const { reading, known } = await reader.read(ownerId, text);
    const [item, ...more] = reading.items;
    const read = more.length === 0 && reading.unrecognized.length === 0 ? item : undefined;
    // A food that its owner described comes before all others of the name.
    if (read !== undefined && !read.approximate && read.food.key.startsWith('own:'))
      return { label: read.label, entry: null, food: read.food, approximate: false, stated: null };
    const entry = foods.byLabel(label);
    if (entry) return { label: entry.food.name, entry, food: known.ofRow(entry), approximate: false, stated: null };
    if (read === undefined) return { label: text, entry: null, food: null, approximate: false, stated: null };
    const { food, approximate } = read;
    return { label: read.label, entry: known.rowOf(food.key), food, approximate, stated: null };
  };

  /** The foods of the plate where the classifier told them apart, else the dish. */
  const ofClassification = async (
    ownerId: Id | null,
    { source, rankedBy, foods: plate }: Classification,
    best: Candidate,
  ): Promise<Named[]> => {
    const portionSource = source === 'memory' || rankedBy !== undefined ? ('memory' as const) : ('picture' as const);
    if (!plate || plate.length === 0) return [await byLabel(ownerId, best.label)];
    return Promise.all(
      plate.map(async ({ label, grams }) => ({
        ...(await byLabel(ownerId, label)),
        stated: grams === null ? null : { grams, portionSource, measure: measureOf(portionSource) },
      })),
    );
  };

  return { ofClassification };
}

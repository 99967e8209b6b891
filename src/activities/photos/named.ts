import { nameKey } from '../../model/ownFoods';
import type { PortionSource } from '../../model/foods';
import type { Candidate, Classification } from '../../model/photos';
import {
  measureOf,
  parseCaption,
  type CaptionItem,
  type Counted,
  type FoodTable,
  type Measure,
  type TableFood,
} from '../../ml/foods';

/** From what was said, by a person or by a classifier, to named foods; `nutrition.ts` finds the figures. */

/** A food that was named, by whomever. */
export interface Named {
  label: string;
  /** How much of it was said, in the user's words. */
  amountText: string | null;
  entry: TableFood | null;
  /** Only of the kind of `entry` ("mushroom pizza" as pizza). */
  approximate: boolean;
  stated: { grams: number; portionSource: PortionSource; measure: Measure } | null;
  /** What words counted in pieces or household units. */
  counted: Counted | null;
}

/** Tells whether two names mean one food: by the row of our table, else by the words. */
export const foodOf = ({ label, entry }: Pick<Named, 'label' | 'entry'>): string => entry?.row.slug ?? nameKey(label);

/** A class name as words. */
export const words = (label: string) => label.replaceAll('_', ' ');

export function createNaming(foods: FoodTable) {
  const ofCaption = (items: readonly CaptionItem[], text: string): Named[] =>
    items.length === 0
      ? [{ label: text.slice(0, 100), amountText: null, entry: null, approximate: false, stated: null, counted: null }]
      : items.map(({ label, amountText, entry, approximate, grams, portionSource, measure, counted }) => ({
          label,
          amountText,
          entry,
          approximate,
          // A usual portion is no statement: FoodData Central's default comes before it.
          stated:
            grams === null || portionSource === 'usda' || portionSource === 'table'
              ? null
              : { grams, portionSource, measure },
          counted,
        }));

  /** `named`, read from `text`, in place of words of which `amount` was said: whoever only says what that was has said how much before. */
  const inPlaceOf = (amount: string | null, text: string, named: readonly Named[]): readonly Named[] => {
    const [one, ...others] = named;
    if (amount === null || one?.amountText !== null || others.length > 0) return named;
    const read = ofCaption(parseCaption(`${amount} ${text}`, foods), text);
    const [measured, ...more] = read;
    return measured !== undefined && foodOf(measured) === foodOf(one) && more.length === 0 ? read : named;
  };

  /** A class name of a classifier, or a name in a model's words. */
  const byLabel = (label: string): Named => {
    const unsaid = { amountText: null, stated: null, counted: null };
    const entry = foods.byLabel(label);
    if (entry) return { label: entry.food.name, entry, approximate: false, ...unsaid };
    const [item, ...more] = parseCaption(words(label), foods);
    return item?.entry && more.length === 0
      ? { label: item.label, entry: item.entry, approximate: item.approximate, ...unsaid }
      : { label: words(label), entry: null, approximate: false, ...unsaid };
  };

  /** The foods of the plate where the classifier told them apart, else the dish. */
  const ofClassification = ({ source, rankedBy, foods: plate }: Classification, best: Candidate): Named[] => {
    const portionSource = source === 'memory' || rankedBy !== undefined ? ('memory' as const) : ('picture' as const);
    return plate && plate.length > 0
      ? plate.map(({ label, grams }) => ({
          ...byLabel(label),
          stated: grams === null ? null : { grams, portionSource, measure: measureOf(portionSource) },
        }))
      : [byLabel(best.label)];
  };

  /** The caption's amounts for the foods of a plate that it names too. */
  const withAmounts = (named: readonly Named[], caption: readonly CaptionItem[]): Named[] =>
    named.map((one) => {
      const said = caption.find((item) => foodOf(item) === foodOf(one));
      const [stated] = said ? ofCaption([said], '') : [];
      return stated?.stated ? { ...one, stated: stated.stated } : one;
    });

  return { ofCaption, inPlaceOf, ofClassification, withAmounts };
}

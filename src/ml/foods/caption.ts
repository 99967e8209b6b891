/**
 * What a person wrote about a meal, as items with foods and grams.
 * C1  Names are matched longest first, before anything is split: "fish and chips" stays one dish.
 * C2  A food of the table is taken only where the words around it leave no doubt. "Almond butter" is not butter; a kind
 *     of dish ("mushroom soup") is taken as that kind and marked `approximate`.
 * C3  What is not known comes back as an item without food, under the person's own words: never dropped, never invented.
 *     Left out are only seasonings without weight to speak of, what is said not to be there ("no cheese"), and small talk.
 * C4  Work grows with the length of the text alone, and the text read and the items given back are bounded.
 */
import type { Food, PortionSource } from '../../model/foods';
import type { Amount } from './amounts';
import { amountOf, clausesOf, groupsOf, precision } from './clauses';
import type { Measure } from './interval';
import { countedOf, portionOf, unknownPortionOf, type Counted } from './portions';
import type { FoodTable, TableFood } from './table';
import { tokenize } from './tokens';

export interface CaptionItem {
  /** The table's name of the food; the person's words where the food is not known or only its kind is. */
  readonly label: string;
  /** The words of the caption that this item was read from, without the amount. */
  readonly text: string;
  /** null: not in the table. */
  readonly food: Food | null;
  readonly entry: TableFood | null;
  /** null only for an unknown food without a weight. */
  readonly grams: number | null;
  /** `caption`: the words gave an amount; `usda` or `table`: a usual portion; `estimate`: nothing is known. */
  readonly portionSource: PortionSource;
  readonly measure: Measure;
  /** The amount where it was counted in pieces or household units, for foods that others than the table know. */
  readonly counted: Counted | null;
  /** The words that gave the amount; null where there are none. */
  readonly amountText: string | null;
  /** True where `food` is only the kind of what was written. */
  readonly approximate: boolean;
}

/** Characters read of a caption; the rest comes back as one unknown item. */
export const maxCaptionLength = 2000;
/** Items given back; the rest comes back as one unknown item. */
export const maxCaptionItems = 30;

/** Words as they were written, on one line, at most 100 characters. */
const written = (text: string, start: number, end: number): string =>
  text
    .slice(start, Math.min(end, start + 400))
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 100);

/** The foods of a caption with their grams, in the order in which they stand. Never throws, whatever the text. */
export const parseCaption = (caption: string, table: FoodTable): CaptionItem[] => {
  const text = caption.slice(0, maxCaptionLength);
  const items: CaptionItem[] = [];
  let carried: Amount | null = null;

  const unknown = (label: string, amount: Amount | null, amountText: string | null): CaptionItem => {
    const grams = unknownPortionOf(amount);
    return {
      label,
      text: label,
      food: null,
      entry: null,
      grams,
      portionSource: grams === null ? 'estimate' : 'caption',
      measure: grams === null ? 'usual' : 'weighed',
      counted: countedOf(amount),
      amountText,
      approximate: false,
    };
  };
  const known = (
    entry: TableFood,
    words: string,
    amount: Amount | null,
    amountText: string | null,
    approximate: boolean,
  ): CaptionItem => {
    const { grams, source, measure } = portionOf(entry.row, amount);
    return {
      label: approximate ? words : entry.food.name,
      text: words,
      food: entry.food,
      entry,
      grams,
      portionSource: source,
      measure,
      counted: countedOf(amount),
      amountText,
      approximate,
    };
  };
  /** Milk with coffee is a splash, with cereal half a cup: USDA's guideline amounts, not a glass. The words say so: `caption`. */
  const added = (item: CaptionItem, join: string): CaptionItem => {
    const before = items.at(-1)?.entry;
    const splash = item.entry?.row.household.find(({ unit }) => unit === 'added');
    if (join !== 'with' || splash === undefined || item.portionSource === 'caption' || !before) return item;
    const cup = item.entry?.row.household.find(({ unit }) => unit === 'cup');
    if (before.row.liquid) return { ...item, grams: splash.grams, portionSource: 'caption' };
    return /cereal|flakes|granola|oatmeal/i.test(before.row.name) && cup !== undefined
      ? { ...item, grams: cup.grams / 2, portionSource: 'caption' }
      : item;
  };

  const clauses = clausesOf(text, tokenize(text), table);
  for (const { elements, join } of clauses) {
    for (const group of groupsOf(elements)) {
      const foods = group.filter((element) => element.kind === 'food');
      const styled = group.filter((element) => element.kind === 'style');
      const words = group.filter((element) => element.kind === 'word');
      const found = amountOf(group);
      const amountText = found === null ? null : written(text, found.start, found.end);
      const named = [...foods, ...words, ...styled].sort((a, b) => a.start - b.start);
      const first = named[0];
      const last = named.at(-1);
      if (first === undefined || last === undefined) {
        // An amount alone belongs to what stands before it ("steak (250 g)"), else to what follows.
        const before = items.at(-1);
        // A pinch is of a seasoning, which is left out.
        if (found === null || countedOf(found.amount)?.unit === 'pinch') continue;
        if (before?.amountText === null && join !== 'and') {
          items[items.length - 1] =
            before.entry === null
              ? unknown(before.label, found.amount, amountText)
              : known(before.entry, before.text, found.amount, amountText, before.approximate);
        } else if (before?.entry && precision(found.amount) >= 2) {
          items[items.length - 1] = known(before.entry, before.text, found.amount, amountText, before.approximate);
        } else carried = found.amount;
        continue;
      }
      const amount: Amount | null = found?.amount ?? carried;
      carried = null;
      if (amount?.quantity === 0) continue;
      const label = written(text, first.start, last.end);
      const head = last.kind === 'food' ? last : null;
      const only = foods.length === 1 && words.length === 0 ? foods[0] : undefined;
      if (only !== undefined)
        items.push(added(known(only.match.entry, label, amount, amountText, styled.length > 0), join));
      else if (head?.match.entry.row.generic === true && !foods.some(({ match }) => match.corrected))
        items.push(known(head.match.entry, label, amount, amountText, true));
      else if (words.length === 0 && foods.length > 1 && foods.slice(0, -1).every(({ plural }) => plural))
        foods.forEach(({ match, start, end }, at) =>
          items.push(
            known(
              match.entry,
              written(text, start, end),
              at === 0 ? amount : null,
              at === 0 ? amountText : null,
              false,
            ),
          ),
        );
      else items.push(unknown(label, amount, amountText));
    }
  }
  const rest = written(caption, maxCaptionLength, maxCaptionLength + 100);
  if (items.length > maxCaptionItems) {
    const more = items.length - maxCaptionItems + 1;
    items.length = maxCaptionItems - 1;
    items.push(unknown(`${more} more items of the caption`, null, null));
  }
  if (rest !== '') items.push(unknown(rest, null, null));
  return items;
};

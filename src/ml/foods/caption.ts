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
import { amountAt } from './amounts';
import type { Amount } from './amounts';
import type { Measure } from './interval';
import { stem } from './names';
import { portionOf, unknownPortionOf } from './portions';
import type { FoodTable, NameMatch, TableFood } from './table';
import { tokenize } from './tokens';
import type { Token } from './tokens';
import { hesitantUnits, units } from './units';
import type { Unit } from './units';

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
  /** The words that gave the amount; null where there are none. */
  readonly amountText: string | null;
  /** True where `food` is only the kind of what was written. */
  readonly approximate: boolean;
}

/** Characters read of a caption; the rest comes back as one unknown item. */
export const maxCaptionLength = 2000;
/** Items given back; the rest comes back as one unknown item. */
export const maxCaptionItems = 30;

const set = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/).filter(Boolean).map(stem));

/** Part one food from the next, unless inside a name. */
const joins = set(
  'and with w plus on in over under atop alongside topped served covered dipped stuffed filled then also or followed',
);
const negations = set('no without wo not minus except excluding skip hold');
/** After a food, these begin what is not food: "for lunch", "from the bakery". */
const context = set('for from at during before after by because while when between around near inspired style recipe');
/** What follows are the ingredients of the dish that was named, not more food: "omelette made with 3 eggs". */
const compositions = set('made containing contains consisting comprising');
/** Small talk, and words about a food that change neither what it is nor its figures. */
const fillers = set(`
  a an the of i im ive id would we you he she they it its my our his her their your this that these those is was are were be been had have having has ate eat eating eaten
  drank drink drinking got get made making make cooked today tonight yesterday morning afternoon evening night noon breakfast lunch dinner brunch supper snack dessert starter
  main course appetizer meal food plate photo picture here there just only some any more another other extra virgin about around approximately approx roughly circa ca nearly almost
  maybe perhaps probably so very really too super yum yummy tasty delicious nice good great best favourite favorite amazing lovely perfect simple classic traditional typical
  regular normal standard plain fresh freshly squeezed brewed organic natural local homemade home style leftover left warm hot cold chilled iced cool crispy crunchy creamy juicy
  tender fluffy soft thick thin hearty healthy sliced diced chopped cubed peeled shredded grated crumbled melted minced halved cut steamed grilled baked roasted roast boiled
  broiled pan seared toasted medium rare well done bone skinless boneless lean free range wild caught side us me quick late early lazy weekend sunday monday tuesday wednesday thursday friday saturday birthday post pre workout gym mum mom dad kid son daughter wife husband nothing anything inch percent cm grandma grandpa friend big small large little
  total together altogether each per well prepared to as whole own please thank thanks lol kcal x up out all`);
/** Weigh next to nothing on a plate. */
const negligible = set(
  'salt pepper spice herb seasoning ice cinnamon parsley cilantro coriander oregano thyme rosemary mint chive garnish cumin paprika turmeric',
);

/** Leave a food what it is and change its figures somewhat: it is taken as `approximate`. */
const styles = set(
  'buttered fried deep spicy sweetened salted unsalted seasoned glazed breaded braised sauteed poached smoked vegetarian veggie vegan mixed stuffed marinated bbq barbecued',
);

type Element =
  | {
      readonly kind: 'food';
      readonly match: NameMatch;
      readonly start: number;
      readonly end: number;
      readonly plural: boolean;
    }
  | { readonly kind: 'amount'; readonly amount: Amount; readonly start: number; readonly end: number }
  | { readonly kind: 'unit'; readonly unit: Unit; readonly start: number; readonly end: number }
  | { readonly kind: 'word' | 'style'; readonly start: number; readonly end: number };

interface Clause {
  readonly elements: Element[];
  /** The word that joined it to what came before: "with" makes an addition of it. */
  readonly join: string;
}

const endOf = (tokens: readonly Token[], i: number, length: number): number => tokens[i + length - 1]?.end ?? 0;

/** "2 pizza slices", "chocolate bars": a unit after a food; a doubtful one only where the table weighs that food by it ("fish sticks" are no sticks of fish). */
const measures = (word: string, unit: Unit, elements: readonly Element[]): boolean => {
  const named = elements.findLast((element) => element.kind === 'food');
  if (named === undefined) return false;
  return (
    !hesitantUnits.has(word) ||
    named.match.entry.row.household.some((portion) => unit.kind === 'household' && portion.unit === unit.unit)
  );
};

/** The number of a list, "1." or "2)", before a word; "(3)" is an amount. */
const isListMark = (tokens: readonly Token[], i: number): boolean => {
  const [before, number, mark, next] = [tokens[i - 1], tokens[i], tokens[i + 1], tokens[i + 2]];
  const bracketed = before?.kind === 'stop' && before.mark === '(';
  return (
    number?.kind === 'number' &&
    Number.isInteger(number.value) &&
    number.value <= 30 &&
    !bracketed &&
    mark?.kind === 'stop' &&
    (mark.mark === '.' || mark.mark === ')') &&
    mark.start === number.end &&
    next?.kind === 'word'
  );
};

/** Tokens → clauses: foods, amounts and unknown words between the words that join and the marks that stop. */
const clausesOf = (text: string, tokens: readonly Token[], table: FoodTable): Clause[] => {
  const stems = tokens.map((token) =>
    token.kind === 'word' ? token.stem : token.kind === 'number' ? String(token.value) : '',
  );
  const matches: (NameMatch | null | undefined)[] = [];
  const foodAt = (i: number): NameMatch | null => {
    const known = matches[i];
    if (known !== undefined) return known;
    const match = i < stems.length && stems[i] !== '' ? table.longestAt(stems, i) : null;
    matches[i] = match;
    return match;
  };
  const isFood = (i: number): boolean => foodAt(i) !== null;

  const clauses: Clause[] = [];
  let elements: Element[] = [];
  let join = '';
  let negated = false;
  let aside = false;
  let listing = false;
  const heard = (): boolean => !negated && !aside && !listing;
  const close = (next: string): void => {
    if (elements.length > 0) clauses.push({ elements, join });
    elements = [];
    join = next;
    aside = false;
  };

  let i = 0;
  while (i < tokens.length) {
    const token = tokens[i];
    if (token === undefined) break;
    const { start } = token;
    if (token.kind === 'stop') {
      close('');
      negated = false;
      listing = false;
      i += 1;
      continue;
    }
    const match = foodAt(i);
    if (match !== null) {
      const end = endOf(tokens, i, match.length);
      const written = text.slice(start, end).toLowerCase();
      if (heard()) elements.push({ kind: 'food', match, start, end, plural: /[^s]s$/.test(written) });
      i += match.length;
      continue;
    }
    if (isListMark(tokens, i)) {
      close('');
      i += 2;
      continue;
    }
    const amount = amountAt(tokens, i, isFood);
    if (amount !== null) {
      if (heard()) elements.push({ kind: 'amount', amount, start, end: endOf(tokens, i, amount.length) });
      i += amount.length;
      continue;
    }
    i += 1;
    if (token.kind !== 'word') continue;
    const word = token.stem;
    if (negations.has(word)) negated = true;
    else if (joins.has(word)) {
      close(word);
      if (word === 'with') negated = false;
    } else if (compositions.has(word) && elements.some(({ kind }) => kind === 'food')) listing = true;
    else if (context.has(word)) aside = elements.some(({ kind }) => kind !== 'amount');
    else if (heard() && !(word === 'like' && elements.length === 0)) {
      const unit = units.get(word);
      if (unit !== undefined && measures(word, unit, elements))
        elements.push({ kind: 'unit', unit, start, end: token.end });
      else if (styles.has(word)) elements.push({ kind: 'style', start, end: token.end });
      else if (!fillers.has(word) && !negligible.has(word)) elements.push({ kind: 'word', start, end: token.end });
    }
  }
  close('');
  return clauses;
};

const names = ({ kind }: Element): boolean => kind === 'food' || kind === 'word' || kind === 'style';

/**
 * A clause as groups of one food each. Amounts stand before their foods ("2 eggs 1 toast"), or after them where the clause
 * begins with a name and ends with an amount ("salmon 180 g potatoes 200 g").
 */
const groupsOf = (elements: readonly Element[]): Element[][] => {
  const [first, last] = [elements[0], elements.at(-1)];
  const trailing = first !== undefined && names(first) && last?.kind === 'amount';
  const groups: Element[][] = [];
  let group: Element[] = [];
  elements.forEach((element, i) => {
    const begins = trailing
      ? names(element) && group.at(-1)?.kind === 'amount'
      : element.kind === 'amount' && group.some(names) && elements.slice(i + 1, i + 4).some(names);
    if (begins) {
      groups.push(group);
      group = [];
    }
    group.push(element);
  });
  if (group.length > 0) groups.push(group);
  return groups;
};

/** A weight says more than a volume, a volume more than a cup, a cup more than a count. */
const precision = ({ unit }: Amount): number =>
  unit === null ? 0 : unit.kind === 'household' ? 1 : unit.kind === 'volume' ? 2 : 3;

interface Stated {
  readonly amount: Amount;
  readonly start: number;
  readonly end: number;
}

/** The amount of two that says more; two counts multiply ("two 6 piece"), and a unit after the food completes a count ("2 pizza slices"). */
const better = (best: Stated, next: Stated, trailingUnit: boolean): Stated => {
  const { amount } = next;
  if (trailingUnit)
    return best.amount.unit === null ? { ...best, amount: { ...best.amount, unit: amount.unit } } : best;
  if (amount.unit === null && best.amount.unit === null)
    return {
      ...best,
      amount: { ...amount, quantity: amount.quantity * best.amount.quantity, size: amount.size ?? best.amount.size },
    };
  return precision(amount) > precision(best.amount) ? next : best;
};

const amountOf = (group: readonly Element[]): Stated | null => {
  let best: Stated | null = null;
  for (const element of group) {
    if (element.kind !== 'amount' && element.kind !== 'unit') continue;
    const { start, end } = element;
    const next: Stated = {
      amount: element.kind === 'amount' ? element.amount : { quantity: 1, unit: element.unit, size: null, length: 1 },
      start,
      end,
    };
    best = best === null ? next : better(best, next, element.kind === 'unit');
  }
  return best;
};

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
      amountText,
      approximate,
    };
  };
  /** Milk with coffee is a splash, with cereal half a cup: USDA's guideline amounts, not a glass. */
  const added = (item: CaptionItem, join: string): CaptionItem => {
    const before = items.at(-1)?.entry;
    const splash = item.entry?.row.household.find(({ unit }) => unit === 'added');
    if (join !== 'with' || splash === undefined || item.portionSource === 'caption' || !before) return item;
    const cup = item.entry?.row.household.find(({ unit }) => unit === 'cup');
    if (before.row.liquid) return { ...item, grams: splash.grams };
    return /cereal|flakes|granola|oatmeal/i.test(before.row.name) && cup !== undefined
      ? { ...item, grams: cup.grams / 2 }
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
        if (found === null) continue;
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

/**
 * A caption's tokens as groups of one food each: its name, the words around it and its amount. Names are matched longest
 * first, before anything is split, so that "fish and chips" stays one dish.
 */
import { amountAt } from './amounts';
import type { Amount } from './amounts';
import { stem } from './names';
import type { FoodTable, NameMatch } from './table';
import type { Token } from './tokens';
import { hesitantUnits, units } from './units';
import type { Unit } from './units';

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
  a an the of lot ton plenty bit tiny i im ive id would we you he she they it its my our his her their your this that these those is was are were be been had have having has ate eat eating eaten
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

export type Element =
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

export interface Clause {
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
export const clausesOf = (text: string, tokens: readonly Token[], table: FoodTable): Clause[] => {
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
export const groupsOf = (elements: readonly Element[]): Element[][] => {
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
export const precision = ({ unit }: Amount): number =>
  unit === null ? 0 : unit.kind === 'household' ? 1 : unit.kind === 'volume' ? 2 : 3;

export interface Stated {
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

export const amountOf = (group: readonly Element[]): Stated | null => {
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

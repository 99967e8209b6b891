/**
 * The best reading of a whole sentence: runs of words that do not overlap, each with its food and its amount, by dynamic programming.
 *
 * C1  Foods and amounts are chosen together: an amount speaks for a food that has such a portion.
 * C2  Words between foods cost nothing; a word of a food that is left over does, and so does an amount that belongs to nothing.
 * C3  Where a food bears the very name that was said, a count or a size does not speak for another: "two fries" are no restaurant's.
 * C4  Words that follow each other without anything between them belong together: "almond butter" is no butter.
 * C5  Where foods fit alike, the one that stands for all of them is taken (unstated.ts).
 */
import { amountsAt, hasUnit, sizeNamed, type Amount } from './amounts';
import { isEveryday, isSize } from './english/weights';
import type { SizeName } from './portions';
import { mismatchOf, type FoodIndex } from './foodIndex';
import type { Role, Sentence } from './sentence';
import { unitOf } from './portions';
import type { Span } from './span';
import { isArticle } from './numbers';
import { componentsIn, type Component } from './components';
import { bothAmounts } from './bothAmounts';
import { suffixesAt } from './suffixes';
import { silent } from './names';
import { textAt } from './tokens';
import { middleFirst } from './unstated';
import { countsBeforeOf, isHelping } from './household';
import { weigh, type Weight } from './weigh';

export interface Choice {
  readonly food: number;
  readonly score: number;
  readonly weight: Weight;
}

export interface Chosen {
  /** Tokens of the whole item, its amount included. */
  readonly start: number;
  readonly end: number;
  readonly span: Span;
  readonly amount: Amount | null;
  /** Best first; the first is the one taken. */
  readonly choices: readonly Choice[];
  /** Another food was named as the one that may have been eaten instead. */
  readonly isOneOf?: boolean;
}

/** Foods weighed for a text; beyond, only the likeliest food of each run of words is. */
const maxWeighings = 2000;
const itemCost = 0.6;
/** Of a food without an amount, where others have one; and where none has: "bacon, eggs, toast". */
const noAmount = 0.4;
const noAmountAnywhere = 0.1;
const maxPassed = 8;
/** Of what it costs to be said and not meant, for a word of what kind a food is that stands right before it and is left out. */
const kindPassed = 0.8;
const partOf = 1;
const leftOver: Readonly<Record<Role, number>> = {
  food: 0.35,
  qualifier: 0.08,
  filler: 0,
  denied: 0,
  unknown: 0,
  number: 0.3,
  mark: 0,
  join: 0,
};
const cut = 1.5;
/** What a dish was made with is not eaten beside it. */
const component = 2;
const unknownBefore = 0.2;
const unknownBeforeBare = 0.6;
const unknownAfter = 1;
/** For a count or a container before a food, and a weight behind it. */
const bothSaid = 0.4;

const endsList: ReadonlySet<string> = new Set([',', ';', '\n']);

const isBareNumber = (amount: Amount): boolean =>
  amount.stated === 'number' && !hasUnit(amount) && amount.size === null;

/** Who weighs these does it before they are cooked: "40 g oats" are dry, and oatmeal is not. */
const weighedDry: ReadonlySet<string> = new Set(['oat', 'muesli']);
const uncooked = /\b(?:raw|dry|uncooked)\b/i;
const asWeighed = 0.2;

/** A size may stand among the words of the food: "breaded large shrimp". */
const amountWithSize = (amount: Amount | null, size: SizeName | null, { start }: Span): Amount | null => {
  if (size === null || (amount !== null && amount.size !== null)) return amount;
  return amount === null
    ? {
        start,
        end: start,
        quantity: 1,
        stated: 'none',
        measured: null,
        household: null,
        content: null,
        size,
        words: [],
      }
    : { ...amount, size };
};

export interface Choosing {
  readonly items: Chosen[];
  readonly components: readonly (Component | null)[];
  /** How often a food was weighed. */
  readonly weighings: number;
}

export const chooseItems = (sentence: Sentence, spans: readonly Span[], index: FoodIndex): Choosing => {
  const { tokens, roles } = sentence;
  const length = tokens.length;
  const amountCache = new Map<number, readonly Amount[]>();
  const amounts = (i: number): readonly Amount[] => {
    let known = amountCache.get(i);
    if (known === undefined) amountCache.set(i, (known = amountsAt(tokens, i)));
    return known;
  };
  /** "Zorbix 100 g, pizza", "zorbix: 100 g and pizza", "zorbix stew 100 g, pizza": an amount of what stands before it. */
  const standsBehind = ({ start, end }: Amount): boolean => {
    let before = start - 1;
    while (/^[:=(-]$/.test(textAt(tokens, before)) || (start - before <= 2 && roles[before] === 'filler')) before -= 1;
    const role = roles[before];
    const next = textAt(tokens, end);
    if (role === 'unknown') return endsList.has(next) || roles[end] === 'join';
    return before === start - 1 && (role === 'food' || role === 'qualifier') && endsList.has(next);
  };
  const prefixes = new Map<number, { amount: Amount; cost: number }[]>();
  /** Up to where an amount that is stated reaches: "cup of" in "an individual cup of" is none of its own. */
  let reach = 0;
  for (let i = 0; i < length; i += 1) {
    if (roles[i] === 'mark' || roles[i] === 'join' || roles[i] === 'denied') continue;
    for (const amount of amounts(i)) {
      if (amount.stated === 'none' && i < reach) continue;
      if (amount.stated !== 'none') reach = Math.max(reach, amount.end);
      // Up to the food: "200 g of savoury grilled chicken"
      let cost = 0;
      let strange = false;
      const isBehind = amount.stated === 'number' && standsBehind(amount);
      for (let at = amount.end; at < length && at - amount.end <= maxPassed; at += 1) {
        const list = prefixes.get(at);
        if (list === undefined) prefixes.set(at, [{ amount, cost }]);
        else list.push({ amount, cost });
        const role = roles[at];
        const { text } = tokens[at] ?? { text: '' };
        // Its own unit or size is not passed over: "a [cup of] popcorn".
        if (sizeNamed(text) !== null || (role !== 'food' && unitOf(text) !== undefined)) break;
        if (isBehind) break;
        // "A fistful of cashews": what the word before "of" counts is not counted by itself.
        const counter = textAt(tokens, at - 1);
        const isCounted = at === amount.end + 1 && (roles[at - 1] === 'unknown' || countsBeforeOf(counter));
        if (text === 'of' && isCounted && !hasUnit(amount) && amount.size === null) break;
        // "Table 5 and toast"
        if (role === 'join' && text !== 'with' && at === amount.end && isBareNumber(amount)) break;
        // "100 g zorbix and pizza": it is of the food that nobody knows.
        if (strange && (role === 'join' || role === 'mark')) break;
        strange = (role === 'unknown' && !silent.has(text)) || (strange && role === 'filler');
        if (role === 'unknown') cost += unknownBefore;
        else if (role === 'qualifier')
          cost += isSize(text) || unitOf(text) !== undefined ? 0.05 : kindPassed * mismatchOf(text);
        else if (role === 'mark' && text !== '/' && text !== '(' && !(text === ',' && roles[at - 1] !== 'number'))
          break;
        else if (role === 'number' || role === 'food') break;
        else if (role === 'join' && text !== 'with' && at > amount.end + 1 && roles[at - 1] === 'filler') break;
        else if (role === 'join') cost += 0.25;
      }
    }
  }

  const best = new Float64Array(length + 1).fill(-Infinity);
  best[0] = 0;
  const via: (Chosen | null)[] = new Array<Chosen | null>(length + 1).fill(null);
  const byStart = new Map<number, { value: number; chosen: Chosen }[]>();

  let weighings = 0;
  const choicesOf = (span: Span, amount: Amount | null): readonly Choice[] => {
    const said = new Set<string>(amount?.words);
    let size: SizeName | null = null;
    for (let i = span.start; i < span.end; i += 1) {
      if (roles[i] === 'mark') continue;
      said.add(tokens[i]?.text ?? '');
      size ??= sizeNamed(tokens[i]?.text ?? '');
    }
    const meant = amountWithSize(amount, size, span);
    const counts =
      meant === null || (meant.measured === null && (meant.household === null || isHelping(meant.household)));
    const candidates = weighings > maxWeighings ? span.candidates.slice(0, 1) : span.candidates;
    weighings += candidates.length;
    const isDryWeight = amount?.measured?.kind === 'mass' && weighedDry.has(textAt(tokens, span.end - 1));
    const weighed = candidates.map((given) => {
      const known = index.foods[given.food];
      const dry = isDryWeight && uncooked.test(known?.food.name ?? '') ? asWeighed : 0;
      const candidate = { ...given, score: given.score + dry };
      const weight: Weight =
        known === undefined ? { grams: 0, basis: 'usual', fit: -1 } : weigh(known, meant, said, index.densities);
      return { ...candidate, weight };
    });
    const fits = weighed.flatMap(({ whole, weight }) => (whole && counts ? [weight.fit] : []));
    const mostFit = fits.length === 0 ? Infinity : Math.max(...fits);
    const choices = weighed
      .map(({ food, score, whole, weight }) => ({
        food,
        score: score + (whole ? weight.fit : Math.min(weight.fit, mostFit)),
        weight,
      }))
      .sort((a, b) => b.score - a.score || a.food - b.food);
    const isNamed = weighed.some(({ food, whole }) => whole && food === choices[0]?.food);
    return isNamed ? choices : middleFirst(choices, index);
  };
  /** The word of a food that stands right before or after, qualifiers passed over. */
  const wordBeside = (i: number, step: 1 | -1): Role | undefined => {
    while (roles[i] === 'qualifier' || tokens[i]?.text === ')' || tokens[i]?.text === '(') i += step;
    return roles[i];
  };
  const components = componentsIn(sentence);
  const stating = roles.includes('number') || tokens.some((token) => isArticle(token));
  /** "Some delicious rice": that is how much. */
  const isSome = (start: number): boolean => {
    let i = start - 1;
    while (start - i <= 3 && roles[i] === 'filler' && textAt(tokens, i) !== 'some') i -= 1;
    return textAt(tokens, i) === 'some';
  };
  /** "Fillet of", "melon of": what is before the "of" only says what part. */
  const isPartOf = (i: number): boolean =>
    tokens[i]?.text === 'of' && (roles[i + 1] === 'food' || roles[i + 1] === 'qualifier');

  /** Nothing but words that mean something else where nobody says how much, "at a birthday party", and no whole name, "pig feet". */
  const isEverydayOnly = ({ start, end, candidates: [first] }: Span): boolean => {
    let words = 0;
    for (let i = start; i < end; i += 1) {
      if (roles[i] === 'food' || (roles[i] === 'qualifier' && !isEveryday(textAt(tokens, i)))) return false;
      if (roles[i] === 'qualifier') words += 1;
    }
    return words < 2 || first?.whole !== true;
  };
  /** "2 pizza slices", not "a trout fillet sandwich": of what a food before `i` is counted in. */
  const countedUnit = (i: number): string | null => {
    const unit = roles[i] === 'food' || roles[i + 1] === 'food' ? undefined : unitOf(textAt(tokens, i));
    return unit?.kind === 'household' ? unit.unit : null;
  };
  for (const span of spans) {
    const top = span.candidates[0];
    if (top === undefined || top.score < -0.2) continue;
    const everyday = isEverydayOnly(span);
    const consider = (amount: Amount | null, start: number, end: number, cost: number): void => {
      if (everyday && !hasUnit(amount)) return;
      const choices = choicesOf(span, amount);
      const first = choices[0];
      if (first === undefined) return;
      let value = first.score - itemCost - cost;
      if (amount === null) value -= stating && !isSome(start) ? noAmount : noAmountAnywhere;
      const part = components[span.start] ?? null;
      const isWeighed = amount?.stated === 'number' && amount.measured !== null;
      // "Tuna in water 100 g": behind it the amount is of what is kept in it.
      if (part !== null && (!isWeighed || (part === 'medium' && start === span.start)))
        value -= component + Math.max(0, first.score);
      if (start === span.start) {
        if (roles[start - 1] === 'qualifier') value -= kindPassed * mismatchOf(textAt(tokens, start - 1));
        if (wordBeside(start - 1, -1) === 'food') value -= cut;
        else if (roles[start - 1] === 'unknown') value -= unknownBeforeBare;
      }
      if (end === span.end) {
        if (wordBeside(end, 1) === 'food') value -= cut;
        else if (roles[end] === 'unknown') value -= unknownAfter;
        else if (isPartOf(end)) value -= partOf;
      }
      const list = byStart.get(start);
      const entry = { value, chosen: { start, end, span, amount, choices } };
      if (list === undefined) byStart.set(start, [entry]);
      else list.push(entry);
    };
    consider(null, span.start, span.end, 0);
    const unitBehind = countedUnit(span.end);
    for (const { amount, cost } of prefixes.get(span.start) ?? []) {
      consider(amount, amount.start, span.end, cost);
      if (unitBehind !== null && amount.stated !== 'none' && !hasUnit(amount))
        consider({ ...amount, household: unitBehind }, amount.start, span.end + 1, cost);
    }
    const suffixes = suffixesAt(sentence, span.end, amounts);
    for (const suffix of suffixes) {
      const { amount, end, cost } = suffix;
      consider(amount, span.start, end, cost);
      // "2 eggs (100 g)", "a can of cola 330 ml": both are of the same food, and the scales are believed.
      for (const { amount: before } of prefixes.get(span.start) ?? []) {
        const both = bothAmounts(before, suffix, tokens);
        if (both !== null) consider(both, before.start, end, cost - bothSaid);
        // "1 KitKat (4 fingers)": what is in one.
        else if (suffix.inBrackets && before.stated === 'number' && amount.household !== null)
          consider(before, before.start, end, cost);
      }
    }
  }

  for (let i = 0; i < length; i += 1) {
    const here = best[i] ?? -Infinity;
    const skipped = here - ((components[i] ?? null) !== null ? 0 : leftOver[roles[i] ?? 'filler']);
    if (skipped > (best[i + 1] ?? -Infinity)) {
      best[i + 1] = skipped;
      via[i + 1] = null;
    }
    for (const { value, chosen } of byStart.get(i) ?? [])
      if (here + value > (best[chosen.end] ?? -Infinity)) {
        best[chosen.end] = here + value;
        via[chosen.end] = chosen;
      }
  }
  const items: Chosen[] = [];
  for (let i = length; i > 0;) {
    const chosen = via[i] ?? null;
    if (chosen === null) i -= 1;
    else {
      items.push(chosen);
      i = chosen.start;
    }
  }
  return { items: items.reverse(), components, weighings };
};

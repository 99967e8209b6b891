/**
 * A dish beside what it was made of is one thing told twice: "porridge made with 50 g oats and 200 ml milk", "omelette of 3 eggs with cheese",
 * "smoothie (banana, milk)".
 *
 * W1  Where an amount is stated of all that is named, the parts are counted, and not the dish.
 * W2  Else the dish is counted, and none of its parts.
 * W3  What may be eaten beside it is no part: "omelette of 3 eggs and toast", "sandwich made with ham and cheese, 200 ml juice", and what is
 *     stirred into a drink is none of what it is made of: "coffee (milk, 2 sugars)".
 */
import type { Chosen } from './choose';
import type { Sentence } from './sentence';
import { textAt } from './tokens';

const stirredInto = /^(?:coffee|tea|espresso|latte|cappuccino)$/;
const isStated = ({ amount }: Chosen): boolean => amount?.stated === 'number';
/** Whether the dish is one, or as much as is usual: of three omelettes nobody says what is in each. */
const isOne = ({ amount }: Chosen): boolean => amount === null || (amount.measured === null && amount.quantity === 1);
const making = /^(?:made|prepared|cooked|mixed|blended)$/;
const makingOf = /^(?:with|from|of|using|out)$/;

interface Opening {
  readonly kind: 'brackets' | 'words';
  /** Some of the parts are among the words of the dish, or of no item: the rest alone is not all that was eaten. */
  readonly partly: boolean;
}

/** How parts are told of behind the dish; null where none are. */
const openingOf = (dish: Chosen, next: Chosen, { tokens, roles }: Sentence): Opening | null => {
  const told = tokens.slice(dish.span.start + 1, next.start).map(({ text }) => text);
  const placeOf = (at: number): number => dish.span.start + 1 + at;
  if (tokens.slice(dish.span.start, dish.span.end).some(({ text }) => stirredInto.test(text))) return null;
  const bracket = told.lastIndexOf('(');
  if (bracket >= 0 && !told.includes(')', bracket)) {
    const isJoined = roles[placeOf(bracket) + 1] === 'join';
    return isJoined ? null : { kind: 'brackets', partly: bracket < told.length - 1 };
  }
  if (!isStated(next)) return null;
  const made = told.findIndex((text, at) => making.test(text) && makingOf.test(told[at + 1] ?? ''));
  const behindMade = told.slice(made + 1);
  if (made >= 0 && placeOf(made) <= dish.span.end && behindMade.every((text) => !/^[.;:\n]$/.test(text)))
    return { kind: 'words', partly: !behindMade.every((text) => makingOf.test(text)) };
  // "Une omelette de trois œufs": words between, of other languages, are led to articles.
  const between = tokens.slice(dish.span.end, next.start);
  const isOf = between.length === 1 && /^(?:of|from|the)$/.test(between[0]?.text ?? '');
  return isOf ? { kind: 'words', partly: false } : null;
};

/** The place behind the last of the parts that begin at `from`. */
const endOfParts = (items: readonly Chosen[], from: number, { kind }: Opening, { tokens }: Sentence): number => {
  let at = from + 1;
  for (; at < items.length; at += 1) {
    const [before, item] = [items[at - 1], items[at]];
    if (before === undefined || item === undefined) break;
    const between = tokens.slice(before.end, item.start).map(({ text }) => text);
    if (between.some((text) => !/^(?:,|and|with)$/.test(text))) break;
    // "With cheese and mushrooms" is in it as soon as one is.
    const isWith = between.includes('with') || (textAt(tokens, item.start - 1) === 'and' && !isStated(before));
    if (kind === 'words' && !isStated(item) && (item.amount !== null || !isWith)) break;
  }
  return at;
};

/** Whether what follows is rather eaten beside the dish: its list was at an end, or the brackets hold one thing that was added. */
const isBeside = (dish: Chosen, parts: readonly Chosen[], { kind, partly }: Opening, { tokens }: Sentence): boolean => {
  if (!partly) return kind === 'brackets' && parts.length < 2;
  const [first, last] = [parts[0]?.start ?? 0, parts.at(-1)?.start ?? 0];
  if (kind === 'brackets' || textAt(tokens, first - 1) !== ',') return false;
  const isClosed = tokens.slice(dish.span.start, first).some(({ text }) => text === 'and');
  return isClosed || textAt(tokens, last - 1) !== 'and';
};

export const withoutWholesOrParts = (items: readonly Chosen[], sentence: Sentence): Chosen[] => {
  const counted: Chosen[] = [];
  for (let at = 0; at < items.length; at += 1) {
    const [dish, next] = [items[at], items[at + 1]];
    if (dish === undefined) break;
    const opening = next === undefined || !isOne(dish) ? null : openingOf(dish, next, sentence);
    if (opening === null) {
      counted.push(dish);
      continue;
    }
    const end = endOfParts(items, at + 1, opening, sentence);
    const parts = items.slice(at + 1, end);
    if (isBeside(dish, parts, opening, sentence)) {
      counted.push(dish);
      continue;
    }
    counted.push(...(!opening.partly && parts.every(isStated) ? parts : [dish]));
    at = end - 1;
  }
  return counted;
};

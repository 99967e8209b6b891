/** Amounts that stand behind their food: "(150 g)", "150 g", ", two scoops", "x2". */
import type { Amount } from './amounts';
import type { Sentence } from './sentence';
import { saysEach } from './eachOf';
import { textAt } from './tokens';

export interface Suffix {
  readonly amount: Amount;
  /** Token after it. */
  readonly end: number;
  readonly cost: number;
  /** It is of each one of those that are counted before the food: "(50 g each)". */
  readonly isEach: boolean;
  readonly inBrackets: boolean;
}

/** What may stand between a food and its amount, and what that costs. */
const openings: Readonly<Record<string, number>> = {
  '(': 0,
  '[': 0,
  ':': 0.05,
  '=': 0.05,
  '-': 0.05,
  ',': 0.2,
  '': 0.05,
};
const passed: ReadonlySet<string> = new Set(
  '~ = x about approximately around roughly totaling totalling total weighing weighed measuring measured at time'.split(
    ' ',
  ),
);
const maxPassed = 4;
const longestBracket = 8;
/** A bare number is more often something else. */
const bareNumber = 0.1;
/** Who puts amounts before foods means the food that follows: "80 g ham, 40 g bread". */
const nextFood = 0.5;

const plainly = (amount: Amount, end: number, cost: number): Suffix => ({
  amount,
  end,
  cost,
  isEach: false,
  inBrackets: false,
});

export const suffixesAt = (
  { tokens, roles }: Sentence,
  end: number,
  amountsAt: (i: number) => readonly Amount[],
): Suffix[] => {
  const mark = roles[end] === 'mark' ? textAt(tokens, end) : '';
  const opening = openings[mark];
  if (opening === undefined) return [];
  let at = mark === '' ? end : end + 1;
  while (at - end < maxPassed && passed.has(textAt(tokens, at))) at += 1;
  if (roles[at] !== 'number') return [];
  const firstFood = roles.findIndex((role) => role === 'food' || role === 'qualifier');
  const comesBefore = roles.slice(0, firstFood).includes('number');
  return amountsAt(at).flatMap((amount): Suffix[] => {
    if (amount.stated !== 'number') return [];
    if (textAt(tokens, at - 1) === 'x')
      return [plainly({ ...amount, words: [...amount.words, 'x'] }, amount.end, opening)];
    if (mark !== '(' && mark !== '[') {
      // "Coffee, 90 g of bread"
      if (textAt(tokens, amount.end) === 'of') return [];
      const bare = amount.measured === null && amount.household === null;
      // "Pizza, 100 g zorbix"
      if (mark === ',' && roles[amount.end] === 'unknown') return [];
      const before = comesBefore && (roles[amount.end] === 'food' || roles[amount.end] === 'qualifier');
      const isEach = saysEach(textAt(tokens, amount.end));
      const cost = opening + (bare ? bareNumber : 0) + (before ? nextFood : 0);
      return [{ ...plainly(amount, isEach ? amount.end + 1 : amount.end, cost), isEach }];
    }
    let close = amount.end;
    while (close - amount.end < longestBracket && close < tokens.length && !/^[)\]]$/.test(textAt(tokens, close)))
      close += 1;
    if (!/^[)\]]$/.test(textAt(tokens, close))) return [];
    const isEach = saysEach(textAt(tokens, close - 1)) && close > amount.end;
    return [{ amount, end: close + 1, cost: opening + 0.05 * (close - amount.end), isEach, inBrackets: true }];
  });
};

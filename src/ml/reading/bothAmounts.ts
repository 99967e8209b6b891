/** An amount before a food and a weight or volume behind it: "2 eggs (100 g)", "2 cans of cola 330 ml", "a quarter of the lasagne (1 kg)". */
import type { Amount } from './amounts';
import { vesselMl } from './household';
import { times } from './measured';
import type { Suffix } from './suffixes';
import { wordAt, type Token } from './tokens';

const farFrom = (ml: number, usual: number): number => Math.abs(Math.log(ml / usual));

/** "2 cans of cola 330 ml": what one holds, where that is nearer to what such vessels hold than if it were of all. */
const isOfEachVessel = ({ household, quantity }: Amount, { measured }: Amount): boolean => {
  const usual = household === null ? undefined : vesselMl[household];
  if (usual === undefined || measured?.kind !== 'volume' || quantity < 2) return false;
  return farFrom(measured.ml, usual) < farFrom(measured.ml / quantity, usual);
};

/** "A quarter of the lasagne (1 kg)": brackets behind a certain thing say what all of it weighs; "half an avocado (75 g)" is what was eaten. */
const isShareOfWhole = (before: Amount, { inBrackets }: Suffix, tokens: readonly Token[]): boolean =>
  inBrackets &&
  before.stated === 'number' &&
  before.household === null &&
  before.quantity > 0 &&
  before.quantity < 1 &&
  wordAt(tokens, before.start + 1) === 'of' &&
  /^(?:the|my|our|this|that|his|her|their)$/.test(wordAt(tokens, before.start + 2));

/** Both as one amount, in which the scales are believed; null where they are not of one food. */
export const bothAmounts = (before: Amount, suffix: Suffix, tokens: readonly Token[]): Amount | null => {
  const { amount, isEach } = suffix;
  if (amount.measured === null || before.measured !== null) return null;
  const isOfOne = isEach || isOfEachVessel(before, amount) || isShareOfWhole(before, suffix, tokens);
  return isOfOne ? { ...amount, measured: times(amount.measured, before.quantity) } : amount;
};

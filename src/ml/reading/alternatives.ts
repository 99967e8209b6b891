/**
 * "An apple or a banana": one of the two was eaten, and nobody knows which. The first is taken, the other is among what it may be; figures are
 * marked approximate.
 */
import type { Chosen } from './choose';
import type { Sentence } from './sentence';

/** How much less likely the other one is. */
const second = 0.05;

const isAlternativeTo = (item: Chosen, before: Chosen, { tokens, roles }: Sentence): boolean => {
  const between = tokens.slice(before.end, item.start);
  return (
    between.some(({ text }) => text === 'or') &&
    between.every(({ text }, i) => text === 'or' || text === ',' || roles[before.end + i] === 'filler')
  );
};

export const withAlternatives = (items: readonly Chosen[], sentence: Sentence): Chosen[] => {
  const taken: Chosen[] = [];
  let before: Chosen | undefined;
  for (const item of items) {
    const first = taken.at(-1);
    const [choice, other] = [first?.choices[0], item.choices[0]];
    if (first !== undefined && before !== undefined && choice && other && isAlternativeTo(item, before, sentence)) {
      const choices = [choice, { ...other, score: choice.score - second }, ...first.choices.slice(1)];
      taken[taken.length - 1] = { ...first, choices, isOneOf: true };
    } else taken.push(item);
    before = item;
  }
  return taken;
};

import { readMeal } from '../../../src/ml/reading';
import { tableIndex } from './indexes';
import { behind, containers, cookingWords, packages, parts, twoParts } from './kitchen.cases';

/** "Egg 100, Banana 630000 absurd, ?durian": foods with whole grams, then what was not understood. */
const read = (text: string): string => {
  const { items, unrecognized } = readMeal(text, tableIndex);
  return [
    ...items.map(({ food, grams, absurd }) => `${food.name} ${grams.toFixed(0)}${absurd ? ' absurd' : ''}`),
    ...unrecognized.map(({ text: words }) => `?${words}`),
  ].join(', ');
};

describe.each([
  ['words of cooking', cookingWords],
  ['amounts of two parts', twoParts],
  ['amounts behind their food', behind],
  ['what shops sell, and whole things', containers],
  ['packages that are the same for every food', packages],
  ['dishes and what they are made of', parts],
])('%s', (_, cases) => {
  test.each(cases)('%s', (text, expected) => expect(read(text)).toBe(expected));
});

import { readMeal, type FoodIndex } from '../../../src/ml/reading';
import { tableIndex } from './indexes';

/** "Egg 100, Stew 200 ~, ?zorbix [100 g]": foods with whole grams, `~` where only the nearest is known, then what was not understood. */
export const asText = (text: string, index: FoodIndex = tableIndex): string => {
  const { items, unrecognized } = readMeal(text, index);
  return [
    ...items.map(
      ({ food, grams, absurd, approximate }) =>
        `${food.name} ${grams.toFixed(0)}${absurd ? ' absurd' : ''}${approximate ? ' ~' : ''}`,
    ),
    ...unrecognized.map(({ text: words, amount }) => `?${words}${amount === undefined ? '' : ` [${amount}]`}`),
  ].join(', ');
};

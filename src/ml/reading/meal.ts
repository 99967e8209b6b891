import type { Food } from '../../model/foods';
import { chooseItems } from './choose';
import type { FoodIndex } from './foodIndex';
import { readSentence } from './sentence';
import { createSpanScorer, type SpanScorer } from './spans';

export interface ReadItem {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly label: string;
  readonly food: Food;
  readonly grams: number;
  readonly amountText: string | null;
  readonly candidates: readonly { readonly food: Food; readonly score: number; readonly grams: number }[];
}
export interface Reading {
  readonly items: readonly ReadItem[];
}

const scorers = new WeakMap<FoodIndex, SpanScorer>();

export const readMeal = (text: string, index: FoodIndex): Reading => {
  let scorer = scorers.get(index);
  if (scorer === undefined) scorers.set(index, (scorer = createSpanScorer(index)));
  const sentence = readSentence(text.slice(0, 2000), index);
  const chosen = chooseItems(sentence, scorer.spansOf(sentence), index);
  return {
    items: chosen.flatMap(({ span, amount, choices }) => {
      const [first] = choices;
      const food = first === undefined ? undefined : index.foods[first.food];
      if (first === undefined || food === undefined) return [];
      const start = sentence.tokens[span.start]?.start ?? 0;
      const end = sentence.tokens[span.end - 1]?.end ?? start;
      return [
        {
          text: text.slice(start, end),
          start,
          end,
          label: food.food.name,
          food: food.food,
          grams: first.weight.grams,
          amountText: amount === null ? null : text.slice(sentence.tokens[amount.start]?.start, sentence.tokens[amount.end - 1]?.end),
          candidates: choices.map(({ food: at, score, weight }) => ({ food: index.foods[at]?.food ?? food.food, score, grams: weight.grams })),
        },
      ];
    }),
  };
};

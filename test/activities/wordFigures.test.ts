import type { Asking } from '../../src/activities/photos/asking';
import { createWordFigures } from '../../src/activities/photos/wordFigures';
import { readMeal, type MealReader } from '../../src/ml/reading';
import { tableAlone } from '../ml/knownFoods';
import { foodTable } from '../ml/foodTable';

/** Figures of what a person wrote in place of other words. */
const texts: string[] = [];
const reader: MealReader = {
  base: { table: foodTable, current: () => Promise.resolve(tableAlone) },
  read(_owner, text) {
    texts.push(text);
    return Promise.resolve({
      reading: readMeal(text, tableAlone.index),
      known: tableAlone,
      index: tableAlone.index,
    });
  },
};
const nobody: Asking = {
  search: () => Promise.resolve(null),
  advise: ({ reading }) => Promise.resolve(reading),
  wasSkipped: () => false,
};
const inPlace = async (amount: string | null, text: string) => {
  texts.length = 0;
  const { items, unrecognized } = await createWordFigures(reader).ofWordsInPlace(null, amount, text, nobody);
  return {
    items: items.map(({ label, grams }) => [label, Math.round(grams)]),
    unrecognized: unrecognized.map(({ text: words, amount: said }) => [words, said]),
    reads: texts.length,
  };
};

it.each([
  ['300 g', 'strawberries'],
  ['two cups', 'strawberries'],
  ['300 g', 'gruntlefruit'],
])('%s of what "%s" names is read at once, as much as was said before', async (amount, text) => {
  const found = await inPlace(amount, text);
  const alone = await inPlace(null, `${amount} ${text}`);
  expect(found).toEqual({ ...alone, reads: 1 });
});

it('words that state an amount themselves keep it', async () => {
  expect((await inPlace('300 g', '50 g of strawberries')).items).toEqual([[expect.any(String), 50]]);
  expect((await inPlace('300 g', '50 g of gruntlefruit')).unrecognized).toEqual([['gruntlefruit', '50 g']]);
});

it('an amount that was said of one food is not that of the first of several', async () => {
  const several = await inPlace('300 g', 'strawberries and a banana');
  expect(several.items).toEqual((await inPlace(null, 'strawberries and a banana')).items);
});

it('an amount is no part of the name of a food', async () => {
  const milk = await inPlace('two', 'percent milk');
  expect(milk.items).toEqual((await inPlace(null, 'percent milk')).items);
});

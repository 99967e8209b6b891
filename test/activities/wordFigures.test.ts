import type { Asking } from '../../src/activities/photos/asking';
import { createWordFigures } from '../../src/activities/photos/wordFigures';
import type { Food } from '../../src/model/foods';
import { unknownNutrients } from '../../src/ml/foods';
import { readMeal, withFoods, type MealReader } from '../../src/ml/reading';
import { adviceQuestion, advised, type Advice } from '../../src/ml/reading/advice';
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
  foodsIn: () => [],
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

describe('foods that a model finds in words', () => {
  const quibblefish: Food = {
    key: 'fdc:1',
    name: 'Quibblefish, cooked',
    fdcId: 1,
    per100G: { ...unknownNutrients, kcal: 150 },
    portions: [],
    defaultPortionG: 120,
  };
  /** `choices`: candidates that the model takes, by the id of an item. */
  const ofWords = async (text: string, advice: Advice, foods: Readonly<Record<string, Food>>) => {
    const searched: string[] = [];
    const first = readMeal(text, tableAlone.index);
    const { items, unrecognized } = await createWordFigures({
      ...reader,
      read: (_owner, said, found = []) => {
        const index = withFoods(tableAlone.index, found, []);
        return Promise.resolve({ reading: readMeal(said, index), known: tableAlone, index });
      },
    }).ofWords(null, text, {
      search: (query) => {
        searched.push(query);
        return Promise.resolve(foods[query] ?? null);
      },
      advise: ({ reading, index }) => Promise.resolve(advised(reading, advice, text, index)),
      foodsIn: () => Object.values(advice.foods ?? {}).flat(),
      wasSkipped: () => false,
    });
    return {
      first,
      searched,
      items: items.map(({ label, grams }) => [label, Math.round(grams)]),
      unrecognized: unrecognized.map((words) => words.text),
    };
  };

  it('are looked up where they are not known here, after the words as a whole', async () => {
    const advice = { foods: { words1: ['quibblefish'] } };
    expect(await ofWords('200 g of glorp quibblefish', advice, { quibblefish })).toMatchObject({
      searched: ['glorp quibblefish', 'quibblefish'],
      items: [['quibblefish', 200]],
      unrecognized: ['glorp'],
    });
  });

  it('stay unknown with their words where nobody knows them', async () => {
    const advice = { foods: { words1: ['quibblefish'] } };
    expect(await ofWords('200 g of glorp quibblefish', advice, {})).toMatchObject({
      searched: ['glorp quibblefish', 'quibblefish'],
      items: [],
      unrecognized: ['glorp quibblefish'],
    });
  });

  it('are counted once, also where the model chose among other foods of the text', async () => {
    const text = 'a salad and 200 g of glorp quibblefish';
    const question = adviceQuestion(readMeal(text, tableAlone.index), text)!;
    const [salad] = question.unsure;
    const advice = { choices: { [salad!.id]: salad!.candidates[1]!.id }, foods: { words1: ['quibblefish'] } };
    const { items, unrecognized } = await ofWords(text, advice, { quibblefish });
    expect(items).toHaveLength(2);
    expect(items[1]).toEqual(['quibblefish', 200]);
    expect(unrecognized).toEqual(['glorp']);
  });

  it('are at most twelve of a text', async () => {
    const words = Array.from('abcdefghijklmnop', (letter) => `zorkle${letter}${letter}berry`);
    const { searched } = await ofWords(
      words.map((word) => `100 g of glorp ${word}`).join(', '),
      {
        foods: Object.fromEntries(words.map((word, at) => [`words${at + 1}`, [word]])),
      },
      {},
    );
    expect(searched).toHaveLength(12);
  });
});

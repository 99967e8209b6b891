import type { Language, UnitWord } from '../../../src/ml/reading/language';
import { german } from '../../../src/ml/reading/languages/de';
import { spanish } from '../../../src/ml/reading/languages/es';
import { french } from '../../../src/ml/reading/languages/fr';
import { foodList } from '../../../src/ml/reading/languages/list';
import { foodTable } from '../foodTable';
import { frenchMeals, germanMeals, spanishMeals } from './languages.cases';

const languages: readonly (readonly [string, Language])[] = [
  ['German', german],
  ['Spanish', spanish],
  ['French', french],
];
const wordsOf = ({ numbers, units, fillers, joins, negations, foods }: Language): string[] => [
  ...Object.keys(numbers),
  ...Object.keys(units),
  ...fillers,
  ...joins,
  ...negations,
  ...Object.keys(foods),
];

/** What a unit means, apart from what a pound weighs there. */
const meaning = (unit: UnitWord): string => {
  switch (unit.kind) {
    case 'mass':
      return unit.grams > 400 && unit.grams < 600 ? 'pound' : `${unit.grams} g`;
    case 'volume':
      return unit.unit ?? `${unit.ml} ml`;
    case 'household':
      return unit.unit;
    case 'size':
      return `size ${unit.size}`;
  }
};

describe.each(languages)('%s', (_, language) => {
  test('leads 300 foods or more to whole names of our table', () => {
    const targets = new Set(Object.values(language.foods));
    expect(targets.size).toBeGreaterThanOrEqual(300);
    expect([...targets].filter((name) => foodTable.find(name) === null)).toEqual([]);
  });

  test('gives no word two meanings', () => {
    const words = wordsOf(language);
    expect(words.filter((word, at) => words.indexOf(word) !== at)).toEqual([]);
  });

  test('writes its words in lower case and without accents', () => {
    const plain = wordsOf(language).filter((word) => !/^[a-z0-9.&]+(?:[ '][a-z0-9.&]+)*'?$/.test(word));
    expect(plain).toEqual([]);
  });

  test('names every number to a hundred, halves and quarters', () => {
    const values = new Set(Object.values(language.numbers));
    const wanted = [...Array.from({ length: 100 }, (__, at) => at + 1), 1 / 4, 1 / 3, 1 / 2, 3 / 4, 1.5];
    expect(wanted.filter((value) => !values.has(value))).toEqual([]);
  });

  test('has the units of every other language', () => {
    const units = (of: Language): string[] => [...new Set(Object.values(of.units).map(meaning))].sort();
    expect(units(language)).toEqual(units(german));
    expect(units(language).length).toBeGreaterThan(40);
  });
});

test('meals to read name foods of our table', () => {
  for (const meals of [germanMeals, spanishMeals, frenchMeals]) {
    expect(meals.length).toBeGreaterThanOrEqual(25);
    for (const { text, foods } of meals)
      expect([text, foods.filter(({ food }) => foodTable.find(food) === null)]).toEqual([text, []]);
  }
});

test('a list that leads a word to two foods is refused', () => {
  expect(foodList('Apple: apfel; Pear: birne, birnen')).toEqual({ apfel: 'Apple', birne: 'Pear', birnen: 'Pear' });
  expect(() => foodList('Apple: apfel; Pear: apfel')).toThrow(/"apfel" leads to "Apple" and to "Pear"/);
  expect(() => foodList('Apple: apfel, ')).toThrow(/names no food and its words/);
});

import { analysisOfWords, knownFoodsOf, readMeal } from '../../../src/ml/reading';
import { languageOf } from '../../../src/ml/reading/detect';
import { languages } from '../../../src/ml/reading/languages';
import { tokenize } from '../../../src/ml/reading/tokens';
import { asText } from './asText';
import { tableIndex } from './indexes';
import type { Language, UnitWord } from '../../../src/ml/reading/language';
import { german } from '../../../src/ml/reading/languages/de';
import { spanish } from '../../../src/ml/reading/languages/es';
import { french } from '../../../src/ml/reading/languages/fr';
import { foodList } from '../../../src/ml/reading/languages/list';
import { foodTable } from '../foodTable';
import { frenchMeals, germanMeals, spanishMeals } from './languages.cases';

const files: readonly (readonly [string, Language])[] = [
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

describe.each(files)('%s', (_, language) => {
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

/** What the reader takes in the place of two foods that the case counts apart. */
const asOne: ReadonlyMap<string, readonly string[]> = new Map([
  ['150 g griechischer Joghurt mit Heidelbeeren und Honig', ['Fruit Greek yogurt', 'Honey']],
  ['frijoles negros con arroz y aguacate', ['Black beans and rice', 'Avocado']],
]);

describe.each([
  ['German', germanMeals],
  ['Spanish', spanishMeals],
  ['French', frenchMeals],
])('meals in %s are read', (_, meals) => {
  test.each(meals.map((meal) => [meal.text, meal] as const))('%s', (text, { foods }) => {
    const { items, unrecognized, writtenIn } = readMeal(text, tableIndex);
    expect(items.map(({ food }) => food.name)).toEqual(asOne.get(text) ?? foods.map(({ food }) => food));
    expect({ unrecognized, writtenIn }).toEqual({ unrecognized: [], writtenIn: null });
    for (const { food, grams, count, unit } of foods) {
      const item = items.find((one) => one.food.name === food);
      if (grams !== undefined && item !== undefined) expect([food, Math.round(item.grams)]).toEqual([food, grams]);
      if (count === undefined || item === undefined) continue;
      // So many of them weigh what the English words for it weigh.
      const english = readMeal(`${count} ${unit === undefined ? '' : `${unit} of`} ${food}`, tableIndex).items[0];
      expect([food, Math.round(item.grams)]).toEqual([food, Math.round(english?.grams ?? NaN)]);
    }
  });
});

describe('what language a text is in', () => {
  test.each(['the tea', 'a croissant and a café au lait', 'Lo mein', 'paella'])(
    '%s is read as English words',
    (text) => {
      expect(languageOf(tokenize(text), tableIndex, languages)).toEqual({ read: null, unread: null });
    },
  );
  test.each([
    ['une pomme', 'fr'],
    ['tres tacos y un vaso de agua', 'es'],
    ['Hamburger ohne Käse', 'de'],
    ['mousse au chocolat', 'fr'],
  ])('%s is in %s', (text, code) => {
    expect(languageOf(tokenize(text), tableIndex, languages).read?.code).toBe(code);
  });
  test.each([
    ['chili con carne', 'Chili con carne'],
    ['pain au chocolat', 'Chocolate croissant'],
    ['café con leche', 'Café con leche'],
  ])('%s is a dish in every language', (text, name) => {
    expect(readMeal(text, tableIndex).items.map(({ food }) => food.name)).toEqual([name]);
  });
  test('"the" in English is no French tea, "des" in French no German "the"', () => {
    expect(readMeal('the milk', tableIndex).items.map(({ food }) => food.name)).toEqual(['Milk']);
    expect(readMeal("du lait et de l'eau", tableIndex).items.map(({ food }) => food.name)).toEqual(['Milk', 'Water']);
  });
  test.each([
    ['コーヒーとパン', 'Jpan'],
    ['тарелка борща', 'Cyrl'],
    ['due fette di pane', 'it'],
    ['een boterham met hagelslag', 'nl'],
    ['eine Schüssel Zorbel', 'de'],
    ['zorbleberry', null],
    ['I had a lovely evening', null],
    ['an apple', null],
  ])('where no food was found it is said: %s', (text, code) => {
    expect(readMeal(text, tableIndex).writtenIn).toBe(code);
  });
});

describe('of words in a language that is not read only foods are taken that are called so everywhere', () => {
  test.each([
    ['un bicchiere di latte', '?latte', 'it'],
    ['due uova e una fetta di pane', '?uova, ?pane', 'it'],
    ['una fetta di lasagne', 'Lasagna 250', 'it'],
    ['una pizza e un bicchiere di vino', 'Pizza 238, ?vino', 'it'],
    ['una pizza senza mozzarella', 'Pizza 238', 'it'],
    ['tiramisu e un caffe', 'Tiramisu 175, ?caffe', 'it'],
    ['een pizza met salami', 'Pizza 238, Salami 56', 'nl'],
    ['een glas melk', '?melk', 'nl'],
    ['um copo de leite e 200 g de pizza', 'Pizza 200, ?leite', 'pt'],
    ['kromka chleba z serem', '?chleba, ?serem', 'pl'],
    ['en skiva bröd och 1 cola', 'Cola 372, ?bröd', 'sv'],
  ])('%s', (text, expected, code) => {
    expect([asText(text), readMeal(text, tableIndex).writtenIn]).toEqual([expected, code]);
  });
  test('one foreign word does not make a language of the name of a dish', () => {
    for (const text of ['spaghetti alla carbonara', 'linguine alle vongole', 'pico de gallo', 'pollo alla cacciatora'])
      expect([text, readMeal(text, tableIndex).writtenIn]).toEqual([text, null]);
  });
  test('the answer says so beside what was found', () => {
    const reading = readMeal('una pizza e un bicchiere di vino', tableIndex);
    const analysis = analysisOfWords({ reading, known: knownFoodsOf(foodTable, []), index: tableIndex }, foodTable);
    expect(analysis?.warnings).toContain('The words seem to be in Italian, which is not read here.');
  });
});

test.each([
  ['des pâtes', 'Pasta 140'],
  ['des pates', 'Pasta 140'],
  ['du pâté', 'Foie gras 85'],
  ['deux pâtés', 'Foie gras 170'],
  ['pâté de foie', 'Foie gras 85'],
])('pasta and pâté in French, by accent and number: %s', (text, expected) => expect(asText(text)).toBe(expected));

test('a list that leads a word to two foods is refused', () => {
  expect(foodList('Apple: apfel; Pear: birne, birnen')).toEqual({ apfel: 'Apple', birne: 'Pear', birnen: 'Pear' });
  expect(() => foodList('Apple: apfel; Pear: apfel')).toThrow(/"apfel" leads to "Apple" and to "Pear"/);
  expect(() => foodList('Apple: apfel, ')).toThrow(/names no food and its words/);
});

import { analysisOfWords, knownFoodsOf, readMeal } from '../../../src/ml/reading';
import { foodTable } from '../foodTable';
import { asText } from './asText';
import { tableIndex } from './indexes';

describe('what a food is kept in chooses it, and is not drunk beside it', () => {
  test.each([
    ['tuna in water 100 g', 'Canned tuna 100'],
    ['tuna in oil 100 g', 'Canned tuna 100'],
    ['canned tuna in water, 100 g', 'Canned tuna 100'],
    ['tuna in water, 100 g, bread 50 g', 'Canned tuna 100, White bread 50'],
    ['a can of tuna in water and a glass of water', 'Canned tuna 115, Water 240'],
    ['pineapple in juice 100 g', 'Canned pineapple 100'],
    ['eggs fried in olive oil', 'Fried egg 55, Olive oil 14'],
    ['Thunfisch in Öl 100 g', 'Canned tuna 100'],
  ])('%s', (text, expected) => expect(asText(text)).toBe(expected));
});

describe('a word that chooses does so behind the amount, too', () => {
  test.each([
    ['skinless chicken breast 100 g raw', 'Baked chicken breast 100 ~'],
    ['broccoli 100 g raw', 'Raw broccoli 100'],
    ['beef 100 g raw, eggs', 'Raw beef 100, Egg 50'],
    ['salmon 150 g smoked', 'Smoked salmon 150'],
    ['milk 200 ml whole', 'Whole milk 206'],
    ['rice 100 g fried chicken', 'White rice 118, Fried chicken 100'],
  ])('%s', (text, expected) => expect(asText(text)).toBe(expected));
});

describe('a minus', () => {
  test.each([
    ['-5 eggs', 'Egg -250 absurd'],
    ['-100 g rice, toast', 'White rice -100 absurd, Toast 25'],
    ['-5 zorbix', '?zorbix [-5]'],
    ['- 5 eggs', 'Egg 250'],
    ['-2 eggs\n-1 apple', 'Egg 100, Apple 200'],
    ['chicken breast -150 g, rice -200 g', 'Grilled chicken breast 150, White rice 200'],
  ])('%s', (text, expected) => expect(asText(text)).toBe(expected));

  test('is asked about and says why', () => {
    const reading = readMeal('toast, -5 eggs', tableIndex);
    const analysis = analysisOfWords({ reading, known: knownFoodsOf(foodTable, []), index: tableIndex }, foodTable);
    expect(analysis?.items.map(({ label }) => label)).toEqual(['Toast']);
    expect(analysis?.warnings).toEqual(['eggs: -5 is less than nothing, and not counted; say how much it was']);
  });
});

test.each(['sugar-free cola', 'a can of zero sugar cola'])('%s is the diet one, and nothing is left open', (text) => {
  const reading = readMeal(text, tableIndex);
  expect(reading.items).toMatchObject([{ food: { name: 'Diet cola' }, approximate: false, label: 'Diet cola' }]);
});

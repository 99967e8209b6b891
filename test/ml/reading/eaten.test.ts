import { readMeal } from '../../../src/ml/reading';
import { asText } from './asText';
import { tableIndex } from './indexes';

describe('what was only wanted, left, swapped or eaten by others is not counted', () => {
  test.each([
    ['I almost had cake but ate an apple instead', 'Apple 200'],
    ['I wanted cake but had an apple instead', 'Apple 200'],
    ['I wanted an apple', 'Apple 200'],
    ['no cake, an apple instead', 'Apple 200'],
    ['skipped the bread, had an apple', 'Apple 200'],
    ['skipped the bread and the butter and had an apple', 'Apple 200'],
    ['left the fries, ate the burger', 'Hamburger 145'],
    ['swapped the fries for a salad, with a burger', 'Garden salad 73, Hamburger 145'],
    ['my son had fries, I had a salad', 'Garden salad 73'],
    ['my son had fries', 'French fries 110'],
    ['not even one cookie', ''],
  ])('%s', (text, expected) => expect(asText(text)).toBe(expected));
});

describe('what is named and then taken back is not counted', () => {
  test.each([
    ["steak and crisps, didn't eat the crisps", 'Steak 160'],
    ["pizza and salad. I didn't eat the salad", 'Pizza 238'],
    ['eggs, bacon and toast, minus the toast', 'Egg 50, Bacon 16'],
    ['2 cookies, no more cookies', 'Cookie 60'],
  ])('%s', (text, expected) => expect(asText(text)).toBe(expected));
});

describe('other languages deny whole foods, and with words of several words', () => {
  test.each([
    ['statt Brot ein Apfel', 'Apple 200'],
    ['statt Pommes gab es Salat', 'Garden salad 73'],
    ['Reis statt Brot', 'White rice 118'],
    ['au lieu du pain, une pomme', 'Apple 200'],
    ['en vez de patatas, ensalada', 'Garden salad 73'],
    ['arroz en lugar de pan', 'White rice 118'],
    ['ni pain ni beurre, une pomme', 'Apple 200'],
    ['ni pan ni mantequilla, solo arroz', 'White rice 118'],
    ['weder Brot noch Butter, nur Reis', 'White rice 118'],
    ['nicht gegessen: Brot. gegessen: zwei Eier', 'Egg 100'],
    ['Salat ohne Öl', 'Garden salad 73'],
  ])('%s', (text, expected) => expect(asText(text)).toBe(expected));
});

describe('"no" with a hyphen is part of a name where no food follows', () => {
  test.each([
    ['no-bake cheesecake and a coffee', 'Cheesecake 175, Coffee 360'],
    ['an apple and no-knead bread', 'Apple 200, White bread 28'],
  ])('%s', (text, expected) => expect(asText(text)).toBe(expected));
});

describe('of two foods one was eaten', () => {
  test.each([
    ['an apple or a banana', 'Apple 200 ~'],
    ['either an apple or a pear, and 2 eggs', 'Apple 200 ~, Egg 100'],
    ['ein Apfel oder eine Banane', 'Apple 200 ~'],
    ['an apple and a banana', 'Apple 200, Banana 126'],
  ])('%s', (text, expected) => expect(asText(text)).toBe(expected));

  test('and the other is what it may be as well', () => {
    const [item] = readMeal('an apple or a banana', tableIndex).items;
    expect(item?.candidates.slice(0, 2).map(({ food }) => food.name)).toEqual(['Apple', 'Banana']);
  });
});

describe('a dish beside what it was made of is counted once', () => {
  test.each([
    ['porridge made with 50 g oats and 200 ml semi-skimmed milk', 'Raw oats 50, Reduced fat milk 206'],
    ['oatmeal from 40 g oats', 'Raw oats 40'],
    ['omelette of 3 eggs with cheese and mushrooms', 'Omelette 110'],
    ['omelette of 3 eggs and toast', 'Egg 150, Toast 25'],
    ['une omelette de trois œufs', 'Egg 150'],
    ['a fruit smoothie made of a banana, 200 ml milk and 30 g oats', 'Fruit smoothie 324'],
    ['a ham sandwich made with butter, 200 ml apple juice', 'Ham sandwich 115, Apple juice 210'],
    ['pancakes made of 2 eggs and 100 g flour', 'Pancakes 100'],
    ['salad (50 g lettuce, 30 g tomato)', 'Lettuce 50, Tomato 30'],
  ])('%s', (text, expected) => expect(asText(text)).toBe(expected));
});

describe('one food is not taken for another', () => {
  test.each([
    ['pâtes à la bolognaise, 300 g', 'Spaghetti bolognese 300'],
    ['pâté de campagne', 'Foie gras 85'],
    ["half a tub of ben & jerry's", 'Ice cream 128'],
    ['1 c. à soupe de miel', 'Honey 20'],
    ['una tortilla de dos huevos', 'Omelette 55'],
    ['zero sugar coke', 'Diet cola 360'],
    ['Coke Zero Sugar', 'Diet cola 360'],
    ['Salat mit drei Eiern', 'Garden salad 73, Egg 150'],
    ['zwei Äpfeln', 'Apple 400'],
  ])('%s', (text, expected) => expect(asText(text)).toBe(expected));
});

import { asText } from './asText';

describe('what is said not to be eaten is neither counted nor asked about', () => {
  test.each([
    ['zero eggs and toast', 'Toast 25'],
    ['rice with zero beans', 'White rice 118'],
    ['zero zorbix and an apple', 'Apple 200'],
    ['an apple, neither rice nor beans', 'Apple 200'],
    ['a salad with neither eggs nor cheese', 'Garden salad 73'],
    ['neither eggs nor zorbix, toast', 'Toast 25'],
    ['neither rice nor beans', ''],
    ['weder Reis noch Bohnen, aber ein Apfel', 'Apple 200'],
    ['null Eier und ein Apfel', 'Apple 200'],
    ['ein Apfel und kein Brot', 'Apple 200'],
    ['noch ein Apfel', 'Apple 200'],
    ['des pâtes mais pas de fromage', 'Pasta 140'],
    ['zéro oeuf et une pomme', 'Apple 200'],
    ['salade sans tomates ni oignons', 'Garden salad 73'],
    ['ni arroz ni frijoles, una manzana', 'Apple 200'],
    ['tacos sin queso', 'Street taco 100'],
    ['pollo con arroz pero sin frijoles', 'Grilled chicken breast 120, White rice 118'],
    ['riz avec du maïs', 'White rice 118, Corn 85'],
  ])('%s', (text, expected) => expect(asText(text)).toBe(expected));
});

describe('"zero" in a name denies nothing', () => {
  test.each([
    ['Coke Zero', 'Diet cola 360'],
    ['a zero coke and 2 eggs', 'Diet cola 360, Egg 100'],
    ['pepsi zero', 'Diet cola 360'],
    ['sprite zero and fries', 'Diet lemon-lime soda 360, French fries 110'],
    ['eine Cola Zero', 'Diet cola 360'],
    ['zero fat yogurt', 'Nonfat plain yogurt 170'],
    ['zero calorie soda', 'Zero sugar soda 360'],
  ])('%s', (text, expected) => expect(asText(text)).toBe(expected));
});

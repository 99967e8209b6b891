import { asText } from './asText';

describe('thousands with a dot or a space', () => {
  test.each([
    ['1.500 g Kartoffeln', 'Boiled potatoes 1500'],
    ['1.500 g de patatas', 'Boiled potatoes 1500'],
    ['1.500 ml Wasser und ein Brot', 'Water 1522, White bread 28'],
    ['1.500 kg Kartoffeln', 'Boiled potatoes 1500'],
    ['1.500 g rice', 'White rice 2'],
    ['1.500 kg rice', 'White rice 1500'],
    ['1 200 g pommes de terre', 'Boiled potatoes 1200'],
    ['1 200 g rice', 'White rice 1200'],
    ['2\u2009200 g rice', 'White rice 2200'],
    ['2 200 g steaks', 'Steak 400'],
    ['1 330 ml can of cola', 'Cola 346'],
  ])('%s', (text, expected) => expect(asText(text)).toBe(expected));
});

describe('an amount of each of several foods', () => {
  test.each([
    ['je 150 g Reis und Huhn', 'White rice 150, Grilled chicken breast 150'],
    ['Reis und Huhn je 150 g', 'White rice 150, Grilled chicken breast 150'],
    [
      'je 150 g Reis, Bohnen und Huhn, dazu ein Apfel',
      'White rice 150, Beans 150, Grilled chicken breast 150, Apple 200',
    ],
    ['150 g each of rice and chicken', 'White rice 150, Grilled chicken breast 150'],
    ['rice, beans, and chicken, 100 g each', 'White rice 100, Beans 100, Grilled chicken breast 100'],
    ['riz et poulet 100 g chacun', 'White rice 100, Grilled chicken breast 100'],
    ['2 eggs, 60 g each', 'Egg 120'],
    ['ein Brot je Tag', 'White bread 28'],
  ])('%s', (text, expected) => expect(asText(text)).toBe(expected));
});

describe('dots of abbreviated units, and shares in percent', () => {
  test.each([
    ['200g. rice', 'White rice 200'],
    ['200 g. rice', 'White rice 200'],
    ['100 g. chicken breast, 50 ml. milk', 'Grilled chicken breast 100, Milk 52'],
    ['Ate 200 g. Rice was nice', 'White rice 118'],
    ['50 % of a pizza', 'Pizza 240'],
    ['50% of a pizza', 'Pizza 240'],
    ['50 % einer Pizza', 'Pizza 240'],
    ['2% milk 200 ml', 'Reduced fat milk 206'],
  ])('%s', (text, expected) => expect(asText(text)).toBe(expected));
});

import { asText } from './asText';

describe('a measure in brackets behind a measure', () => {
  test.each([
    ['12 oz (340 g) steak', 'Steak 340'],
    ['1 lb (454 g) strawberries', 'Strawberries 454'],
    ['1 pint (568 ml) beer', 'Beer 576'],
    ['2 oz (56 g) pasta', 'Pasta 56'],
    ['3/4 cup (150 g) rice', 'White rice 150'],
    ['100g (about 3/4 cup) rice', 'White rice 100'],
    ['1 tbsp (15 ml) olive oil', 'Olive oil 14'],
    ['12 oz (355 ml) coke', 'Cola 372'],
    ['a 12 oz (355 ml) can of coke', 'Cola 372'],
  ])('%s', (text, expected) => expect(asText(text)).toBe(expected));
});

describe('an amount of each one, and a share of a whole', () => {
  test.each([
    ['3 sausages (50 g each)', 'Sausage 150'],
    ['3 sausages (150 g)', 'Sausage 150'],
    ['2 cans of coke (330 ml each)', 'Cola 692'],
    ['2 cans of 330 ml coke', 'Cola 692'],
    ['2 Dosen Cola 330 ml', 'Cola 692'],
    ['2 cans of coke, 660 ml', 'Cola 692'],
    ['deux canettes de 33 cl de coca', 'Cola 692'],
    ['3 bottles of 0.5 l beer', 'Beer 1522'],
    ['a quarter of the lasagne (1 kg)', 'Lasagna 250'],
    ['half an avocado (75 g)', 'Avocado 75'],
    ['200 g of yoghurt, ate half', 'Yogurt 100'],
    ['200 g of yoghurt, but I only ate half of it', 'Yogurt 100'],
    ['200 g of yoghurt, ate half a banana', 'Yogurt 200, Banana 63'],
  ])('%s', (text, expected) => expect(asText(text)).toBe(expected));
});

describe('numbers of a hundred and more in words', () => {
  test.each([
    ['a hundred and fifty grams of rice', 150],
    ['a hundred grams of rice', 100],
    ['two hundred and five grams of rice', 205],
    ['cent cinquante grammes de riz', 150],
    ['deux cent cinquante grammes de riz', 250],
    ['deux cents grammes de riz', 200],
    ['cent vingt et un grammes de riz', 121],
    ['ciento cincuenta gramos de arroz', 150],
    ['doscientos gramos de arroz', 200],
    ['quinientos treinta y dos gramos de arroz', 532],
    ['hundertfünfzig Gramm Reis', 150],
    ['zweihundert Gramm Reis', 200],
    ['zweihundertfünfundzwanzig Gramm Reis', 225],
  ])('%s', (text, grams) => expect(asText(text)).toBe(`White rice ${grams}`));
});

describe('halves of every case', () => {
  test.each([
    ['Joghurt mit einem halben Apfel', 'Yogurt 170, Apple 100'],
    ['Joghurt mit einer halben Banane', 'Yogurt 170, Banana 63'],
    ['Scheiben eines halben Apfels', 'Apple 100'],
  ])('%s', (text, expected) => expect(asText(text)).toBe(expected));
});

describe('numbers that belong to a name, and numbers that count', () => {
  test.each([
    ['four cheese pizza', 'Pizza 238'],
    ['two four cheese pizzas', 'Pizza 960'],
    ['a three cheese lasagne', 'Lasagna 250 ~'],
    ['three cheese lasagne', 'Lasagna 250 ~'],
    ['two slices of six grain bread', 'Multigrain bread 72'],
    ['a five guys burger', 'Hamburger 145'],
    ['a slice of a 12 slice pizza', 'Pizza 119'],
    ['table 5 and toast', 'Toast 25'],
    ['1 kitkat (4 fingers)', 'Kit Kat 45'],
    ['3 bean burritos', 'Bean burrito 660'],
    ['2 cheese pizzas', 'Pizza 960'],
    ['4 cheese sandwiches', 'Cheese sandwich 408'],
  ])('%s', (text, expected) => expect(asText(text)).toBe(expected));
});

describe('vessels and tastes', () => {
  test.each([
    ['a fistful of cashews', 'Cashews 28'],
    ['a punnet of raspberries', 'Raspberries 200'],
    ['a smear of butter', 'Butter 7'],
    ['a sip of beer', 'Beer 15'],
    ['two bites of a burger', 'Hamburger 30'],
    ['a lick of ice cream', 'Ice cream 5'],
    ['a keg of beer', 'Beer 30433 absurd'],
    ['eggs=2', 'Egg 100'],
    ['80 kJ of honey', asText('honey')],
  ])('%s', (text, expected) => expect(asText(text)).toBe(expected));
});

import { asText } from './asText';

describe('an amount beside a food that nobody knows is of that food', () => {
  test.each([
    ['zorbix 100 g, pizza', 'Pizza 238, ?zorbix [100 g]'],
    ['pizza, zorbix 100 g', 'Pizza 238, ?zorbix [100 g]'],
    ['zorbix 100g and pizza', 'Pizza 238, ?zorbix [100g]'],
    ['zorbix (100 g), pizza', 'Pizza 238, ?zorbix [100 g]'],
    ['zorbix: 100 g, pizza', 'Pizza 238, ?zorbix [100 g]'],
    ['my zorbix was 100 g, pizza', 'Pizza 238, ?zorbix [100 g]'],
    ['zorbix 2 slices, pizza', 'Pizza 238, ?zorbix [2 slices]'],
    ['pizza 200 g zorbix 100 g', 'Pizza 200, ?zorbix [100 g]'],
    ['rice 100 g, zorbix 50 g, 2 eggs', 'White rice 100, Egg 100, ?zorbix [50 g]'],
    ['100 g zorbix, pizza', 'Pizza 238, ?zorbix [100 g]'],
  ])('%s', (text, expected) => expect(asText(text)).toBe(expected));
});

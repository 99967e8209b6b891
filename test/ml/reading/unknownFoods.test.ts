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

describe('what is cooked with is itself or not known, and never a food that is made of it', () => {
  test.each([
    ['200 g flour', 'Wheat flour 200'],
    ['200 g whole wheat flour', 'Whole wheat flour 200'],
    ['200 g Mehl und 7 g Hefe', 'Wheat flour 200, Yeast 7'],
    ['250 g de harina', 'Wheat flour 250'],
    ['100 g de farine et 2 oeufs', 'Wheat flour 100, Egg 100'],
    ['1 packet dry yeast', 'Yeast 7'],
    ['lard 10 g', 'Lard 10'],
    ['100 g almond flour', '?almond flour [100 g]'],
    ['200 g corn flour', '?corn flour [200 g]'],
    ['eggs, almond flour, milk', 'Egg 50, Milk 244, ?almond flour'],
    ['1 tsp baking powder', '?baking powder [1 tsp]'],
    ['2 tsp baking soda', '?baking soda [2 tsp]'],
    ['100 g breadcrumbs', '?breadcrumbs [100 g]'],
    ['vanilla extract', '?vanilla extract'],
    ['1 tsp cinnamon', '?cinnamon [1 tsp]'],
    ['2 tsp curry powder', '?curry powder [2 tsp]'],
    ['a flour tortilla', 'Flour tortilla 45'],
    ['vanilla ice cream', 'Vanilla ice cream 135'],
  ])('%s', (text, expected) => expect(asText(text)).toBe(expected));
});

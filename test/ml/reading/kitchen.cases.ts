/** Captions in the ways people write them, with what each comes to: foods of our table with whole grams. */
export type MealCase = readonly [text: string, expected: string];

/** Words of cooking are no food, and change none. */
export const cookingWords: readonly MealCase[] = [
  ['3 carrots, peeled and grated', 'Carrots 180'],
  ['150 g mushrooms, thinly sliced', 'Mushrooms 150'],
  ['1 avocado, pitted and mashed', 'Avocado 150'],
  ['200 g rice, rinsed and drained', 'White rice 200'],
  ['2 bananas, frozen and blended', 'Banana 252'],
  ['100 g cucumber, seeded and diced', 'Cucumber 100'],
  ['1 tbsp olive oil, divided', 'Olive oil 14'],
  ['2 eggs, lightly whisked', 'Egg 100'],
  ['120 g cod fillet (skinless)', 'Cod 120'],
  ['30 g almonds, roughly chopped, for garnish', 'Almonds 30'],
];

/** Amounts of two parts. */
export const twoParts: readonly MealCase[] = [
  ['2 cups plus 1 tablespoon milk', 'Milk 503'],
  ['1 tbsp + 2 tsp sugar', 'Sugar 21'],
  ['1 lb 4 oz potatoes', 'Boiled potatoes 567'],
  ['1 kg 500 g rice', 'White rice 1500'],
  ['a cup and a half of orange juice', 'Orange juice 372'],
  ['1 cup and 1 tbsp olive oil', 'Olive oil 238'],
  ['1 pint 4 fl oz milk', 'Milk 610'],
  ['3 lbs 2 oz chicken breast', 'Grilled chicken breast 1417'],
  ['2 tablespoons, 1 teaspoon honey', 'Honey 47'],
  ['1 1/2 cups plus 2 tbsp oatmeal', 'Oatmeal 390'],
];

/** Amounts behind their food. */
export const behind: readonly MealCase[] = [
  ['tea 300ml 2 tsp sugar', 'Tea 304, Sugar 8'],
  ['rice 150g chicken breast 120g', 'White rice 150, Grilled chicken breast 120'],
  ['bread 3 slices 2 eggs', 'White bread 84, Egg 100'],
  ['Greek yogurt 200gr 10 gram of honey', 'Greek yogurt 200, Honey 10'],
  ['pasta 80g 30 g parmesan', 'Pasta 80, Parmesan 30'],
  ['almonds 30g 1 apple', 'Almonds 30, Apple 200'],
  ['milk 250 ml, oats 50 g', 'Milk 258, Raw oats 50'],
  ['potatoes 200 g 1 tbsp olive oil', 'Boiled potatoes 200, Olive oil 14'],
  ['salmon 150 g 2 slices of bread', 'Grilled salmon 150, White bread 56'],
  ['orange juice 200ml bread 2 slices 10 g butter', 'Orange juice 210, White bread 56, Butter 10'],
];

/** What shops sell, and whole things. */
export const containers: readonly MealCase[] = [
  ['a can of corn', 'Corn 400'],
  ['a can of chickpeas', 'Chickpeas 400'],
  ['a tin of tuna', 'Canned tuna 115'],
  ['a pack of cookies', 'Cookie 250'],
  ['a carton of orange juice', 'Orange juice 1048'],
  ['a tub of yogurt', 'Yogurt 466'],
  ['a whole turkey', 'Turkey 5000'],
  ['2 cans of kidney beans', 'Kidney beans 800'],
  ['a bottle of wine', 'Red wine 740'],
  ['5000 bananas', 'Banana 630000 absurd'],
];

/** Dishes and what they are made of, hold or lie in. */
export const parts: readonly MealCase[] = [
  ['a chicken burrito filled with beans and a beer', 'Chicken and bean burrito 220, Beer 360'],
  ['a slice of pizza topped with peppers and onions', 'Pizza 119'],
  ['two pancakes topped with maple syrup', 'Pancakes 100, Pancake syrup 40'],
  ['a bagel filled with a slice of cheddar', 'Bagel 105, Cheddar cheese 21'],
  ['a cup of pasta topped with tomato sauce', 'Pasta with tomato sauce 250'],
  ['half a cup of pineapple in juice', 'Canned pineapple 125'],
  ['a small piece of cheese pizza', 'Pizza 89'],
  ['a large, crisp apple', 'Apple 242'],
  ['I relished a bowl of white rice', 'White rice 118'],
  ['90 g of bread, 210 g of orange juice', 'White bread 90, Orange juice 210'],
  ['some scrambled eggs and some rice', 'Scrambled eggs 110, White rice 118'],
  ['a burrito with a mix of beans, rice, and cheese, and a coke', 'Bean and rice burrito 220, Cola 372'],
];

/** Packages that are the same for every food. */
export const packages: readonly MealCase[] = [
  ['a medium bag of pretzels', 'Pretzels 57'],
  ['a small bag of potato chips', 'Potato chips 28'],
  ['a large bag of popcorn', 'Popcorn 85'],
  ['a sleeve of butter crackers', 'Butter crackers 115'],
  ['a regular microwave bag of popcorn', 'Microwave popcorn 85'],
  ['a school carton of orange juice', 'Orange juice 237'],
];

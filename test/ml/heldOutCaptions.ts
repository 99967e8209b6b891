import type { CaptionCase } from './captions';

/**
 * Captions written after the parser was finished and not used to change it: what to expect of captions nobody has seen.
 * When they have been used to mend the parser they belong to captions.ts, and new ones are due here.
 */
export const heldOutCaptions: readonly CaptionCase[] = [
  [
    'Overnight oats with almond milk, chia seeds and half a banana',
    'oatmeal_with_plant_milk 240, chia_seeds 9, banana 63',
  ],
  [
    '2 scrambled eggs, 2 rashers of bacon, grilled tomato and beans',
    'scrambled_eggs 110, bacon 16, cooked_tomatoes 120, beans 92',
  ],
  [
    'Sunday roast: roast beef 150g, 3 roast potatoes, carrots, gravy',
    'roast_beef 150, potato_roasted 510, carrots 60, gravy 60',
  ],
  ['a mug of hot chocolate and two chocolate chip cookies', 'hot_chocolate 248, chocolate_chip_cookie 60'],
  ['poke bowl', '?poke bowl'],
  ['tomato & mozzarella salad with olive oil', '?tomato & mozzarella salad, olive_oil 14'],
  ['chicken burger, onion rings (6) and a lemonade', 'chicken_sandwich 140, onion_rings 60, lemonade 248'],
  ['500 g plain yogurt with 2 tablespoons of jam', 'plain_yogurt 500, jam 40'],
  ['a pear and 30g of brie', 'pear 180, brie 30'],
  ['shrimp fried rice, one egg roll', 'shrimp_fried_rice 198, spring_rolls 64'],
  ['4 slices of salami on a baguette', 'salami 112, french_bread 324'],
  ['One bowl of lentil soup, two pieces of naan', 'lentil_soup 255, naan 354'],
  ['1.5 cups cooked quinoa with 1/2 cup chickpeas and feta', 'quinoa 255, chickpeas 92, feta 21'],
  ['a tin of sardines on toast', 'sardines 75, toast 25'],
  ['nachos with guacamole, sour cream and salsa', 'nachos 125, guacamole 60, sour_cream 30, salsa 32'],
  ['large coffee with cream and a blueberry muffin', 'coffee_with_cream 600, muffin 130'],
  ['prawns 120g, pasta 180g, 1 tbsp olive oil', 'shrimp 120, pasta 180, olive_oil 14'],
  ['chcolate mouse', '?chcolate mouse'],
  ['six oysters and a glass of champagne', 'oysters 90, sparkling_wine 180'],
  ['half a watermelon', 'watermelon 2600'],
];

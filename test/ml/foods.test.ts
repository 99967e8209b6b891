import { createFoodTable, implausible, isAlcoholic } from '../../src/ml/foods';
import { atwaterKcal } from '../../src/ml/foods/energy';
import { nameStems } from '../../src/ml/foods/names';
import { composeDish } from '../../src/ml/foods';
import { foodRows, foodTable } from './foodTable';

/** The classes of the Food-101 data set (Bossard, Guillaumin, Van Gool, ECCV 2014). */
const food101 =
  `apple_pie baby_back_ribs baklava beef_carpaccio beef_tartare beet_salad beignets bibimbap bread_pudding breakfast_burrito bruschetta caesar_salad cannoli caprese_salad
  carrot_cake ceviche cheese_plate cheesecake chicken_curry chicken_quesadilla chicken_wings chocolate_cake chocolate_mousse churros clam_chowder club_sandwich crab_cakes
  creme_brulee croque_madame cup_cakes deviled_eggs donuts dumplings edamame eggs_benedict escargots falafel filet_mignon fish_and_chips foie_gras french_fries
  french_onion_soup french_toast fried_calamari fried_rice frozen_yogurt garlic_bread gnocchi greek_salad grilled_cheese_sandwich grilled_salmon guacamole gyoza hamburger
  hot_and_sour_soup hot_dog huevos_rancheros hummus ice_cream lasagna lobster_bisque lobster_roll_sandwich macaroni_and_cheese macarons miso_soup mussels nachos omelette
  onion_rings oysters pad_thai paella pancakes panna_cotta peking_duck pho pizza pork_chop poutine prime_rib pulled_pork_sandwich ramen ravioli red_velvet_cake risotto
  samosa sashimi scallops seaweed_salad shrimp_and_grits spaghetti_bolognese spaghetti_carbonara spring_rolls steak strawberry_shortcake sushi tacos takoyaki tiramisu
  tuna_tartare waffles`
    .trim()
    .split(/\s+/);

describe('the table', () => {
  test('holds the 101 dishes of Food-101 under their labels, and 1,200 everyday foods or more', () => {
    expect(food101).toHaveLength(101);
    expect(
      foodRows
        .filter(({ label }) => label)
        .map(({ slug }) => slug)
        .sort(),
    ).toEqual([...food101].sort());
    expect(foodRows.filter(({ label }) => !label).length).toBeGreaterThanOrEqual(1200);
  });

  test('every row is found by its slug, its name and each alias', () => {
    for (const row of foodRows) {
      for (const name of [row.name, ...row.aliases])
        expect([name, foodTable.find(name)?.row.slug]).toEqual([name, row.slug]);
      expect(foodTable.byLabel(row.slug)?.row.slug).toBe(row.slug);
    }
  });

  test('figures fit: sugar within carbohydrate, macronutrients within 100 g, energy near 4/4/9 or explained', () => {
    for (const { slug, per100G, note, category } of foodRows) {
      const { kcal, proteinG, fatG, carbohydrateG, sugarG } = per100G;
      const mass = (proteinG ?? 0) + (fatG ?? 0) + (carbohydrateG ?? 0);
      expect([slug, mass <= 101]).toEqual([slug, true]);
      expect([slug, (sugarG ?? 0) <= (carbohydrateG ?? 0) + 1]).toEqual([slug, true]);
      const expected = atwaterKcal(per100G) ?? 0;
      const fits = Math.abs((kcal ?? 0) - expected) <= Math.max(5, 0.2 * Math.max(kcal ?? 0, expected));
      const alcohol = isAlcoholic(category) && (kcal ?? 0) > expected;
      expect([slug, fits || alcohol || note !== null]).toEqual([slug, true]);
    }
  });

  test('every row cites its survey food, or says that it is the sum of its ingredients or the raw form of a cooked food', () => {
    for (const row of foodRows) {
      if (row.fdcId !== null) expect(row.fdcDescription).toBeTruthy();
      else if (row.cookedAs !== undefined) expect(row.note).toMatch(/^Approximate, .* computed from/);
      else {
        expect(row.note).toMatch(/weighted sum/);
        expect(row.ingredients.length).toBeGreaterThan(1);
      }
    }
  });

  test('a row without a survey food is what its ingredients make', () => {
    for (const row of foodRows.filter(({ fdcId, cookedAs }) => fdcId === null && cookedAs === undefined)) {
      const entry = foodTable.bySlug(row.slug)!;
      const { per100G } = composeDish(
        foodTable.ingredientsOf(entry).map((part) => ({ food: part.entry.food, grams: part.grams })),
      );
      for (const [key, amount] of Object.entries(row.per100G)) {
        const own = per100G[key as keyof typeof per100G] ?? NaN;
        expect([row.slug, key, Math.abs(own - (amount ?? NaN)) <= 0.05 + 0.01 * own]).toEqual([row.slug, key, true]);
      }
    }
  });

  test('ingredients weigh one usual portion, and any other in proportion', () => {
    for (const row of foodRows.filter(({ ingredients }) => ingredients.length > 0)) {
      const entry = foodTable.bySlug(row.slug)!;
      const weight = (grams?: number): number =>
        foodTable.ingredientsOf(entry, grams).reduce((sum, part) => sum + part.grams, 0);
      expect(row.ingredients.reduce((sum, part) => sum + part.grams, 0)).toBeCloseTo(row.portionG, -0.3);
      expect(weight()).toBeCloseTo(row.portionG, 6);
      expect(weight(1000)).toBeCloseTo(1000, 6);
    }
  });

  test('sizes grow: small, medium, large', () => {
    for (const { slug, household } of foodRows) {
      const [small, medium, large] = ['small', 'medium', 'large'].map(
        (size) => household.find(({ unit }) => unit === size)?.grams,
      );
      if (small !== undefined && medium !== undefined) expect([slug, small < medium]).toEqual([slug, true]);
      if (medium !== undefined && large !== undefined) expect([slug, medium < large]).toEqual([slug, true]);
    }
  });

  test('refuses two rows with one name, a slug twice, an ingredient that is no row', () => {
    const [apple, banana] = [foodTable.bySlug('apple')!.row, foodTable.bySlug('banana')!.row];
    expect(() => createFoodTable([apple, { ...banana, aliases: ['apples'] }])).toThrow(
      /"apples" names both "apple" and "banana"/,
    );
    expect(() => createFoodTable([apple, apple])).toThrow(/"apple" occurs twice/);
    expect(() => createFoodTable([{ ...apple, ingredients: [{ food: 'pear', grams: 1 }] }])).toThrow(
      /ingredient "pear"/,
    );
  });
});

describe('look-ups', () => {
  test.each([
    ['french_fries', 'french_fries'],
    ['French Fries', 'french_fries'],
    ['FRENCH FRY', 'french_fries'],
    ['Cheese pizza', 'pizza'],
    ['cheese pizzas', 'pizza'],
    ['crème brûlée', 'creme_brulee'],
    ['Macaroni & cheese', 'macaroni_and_cheese'],
    ["devil's food cake", 'chocolate_cake'],
    ['choclate cake', 'chocolate_cake'],
    ['bannana', 'banana'],
    ['spagetti', 'pasta'],
    ['brocolli', 'broccoli'],
    ['tomatoes', 'tomato'],
    ['cherries', 'cherries'],
    ['loaves', null],
    ['cookies', 'cookie'],
    ['2% milk', 'reduced_fat_milk'],
  ])('%s is %s', (name, slug) => {
    expect(foodTable.find(name)?.row.slug ?? null).toBe(slug);
  });

  test.each([
    '',
    ' ',
    'durian',
    'pizza puffs',
    'hemp butter',
    'bitter',
    'broad',
    'bream',
    'perch',
    'wafer',
    'pasty',
    'money',
    'lemo',
    'toString',
    '__proto__',
    'x'.repeat(10_000),
  ])('"%.30s" is no food of the table', (name) => {
    expect(foodTable.find(name)).toBeNull();
  });

  test('singular and plural meet in one form', () => {
    for (const [one, many] of [
      ['berry', 'berries'],
      ['cookie', 'cookies'],
      ['potato', 'potatoes'],
      ['peach', 'peaches'],
      ['glass', 'glasses'],
      ['cheese', 'cheeses'],
      ['pie', 'pies'],
      ['leaf', 'leaves'],
      ['sandwich', 'sandwiches'],
      ['egg', 'eggs'],
    ] as const)
      expect(nameStems(one)).toEqual(nameStems(many));
  });
});

test('a plausible row warns of nothing', () => {
  const doubted = foodRows.filter(
    ({ note, per100G, name, category }) =>
      note === null && implausible(per100G, name, { alcoholic: isAlcoholic(category) }).length > 0,
  );
  expect(doubted.map(({ slug }) => slug)).toEqual([]);
});

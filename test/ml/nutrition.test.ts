import type { Food, Nutrients } from '../../src/model/foods';
import { AnalyzedItem } from '../../src/model/foods';
import {
  amended,
  amendedItem,
  analysisOfStated,
  composeDish,
  dishOf,
  energyKcal,
  hasItem,
  implausible,
  isUnrecognized,
  itemOf,
  mealOf,
  mealOfGrams,
  mealOfServings,
  mixedDish,
  nutrientKeys,
  per100GOf,
  regrammed,
  scale,
  servingsOf,
  sum,
  unknownNutrients,
  withItem,
} from '../../src/ml/foods';
import { intervalOfSum } from '../../src/ml/foods/interval';
import { analysisIn, mealIn } from './knownFoods';
import { foodRows, foodTable } from './foodTable';

const food = (slug: string): Food => foodTable.bySlug(slug)!.food;
const given = (slug: string, grams: number): AnalyzedItem =>
  itemOf(food(slug), { label: slug, grams, portionSource: 'given' });
const half: Nutrients = { kcal: 50, proteinG: 1, fatG: 2, carbohydrateG: 7, fibreG: null, sugarG: null, sodiumMg: 10 };

describe('arithmetic', () => {
  test('scaling is linear, keeps zero and keeps unknown', () => {
    for (const { per100G } of foodRows)
      for (const grams of [0, 1, 37.5, 238, 5000])
        for (const key of nutrientKeys) {
          const amount = per100G[key];
          if (amount === null) {
            expect(scale(per100G, grams)[key]).toBeNull();
            continue;
          }
          expect(scale(per100G, grams)[key]).toBeCloseTo((amount * grams) / 100, 9);
          expect(scale(per100G, 2 * grams)[key]).toBeCloseTo(2 * (scale(per100G, grams)[key] ?? NaN), 9);
        }
    expect(scale(half, 200)).toEqual({
      kcal: 100,
      proteinG: 2,
      fatG: 4,
      carbohydrateG: 14,
      fibreG: null,
      sugarG: null,
      sodiumMg: 20,
    });
  });

  test('a sum adds what is known and names what is not', () => {
    const whole: Nutrients = { ...half, fibreG: 3 };
    expect(sum([half, whole])).toEqual({
      nutrients: { kcal: 100, proteinG: 2, fatG: 4, carbohydrateG: 14, fibreG: 3, sugarG: null, sodiumMg: 20 },
      incomplete: ['fibreG', 'sugarG'],
    });
    expect(sum([])).toEqual({ nutrients: unknownNutrients, incomplete: [] });
    expect(sum([unknownNutrients, unknownNutrients]).nutrients).toEqual(unknownNutrients);
  });

  test('a mixture does not know what one part does not state', () => {
    expect(
      per100GOf([
        { per100G: half, grams: 100 },
        { per100G: { ...half, fibreG: 4, kcal: 150 }, grams: 300 },
      ]),
    ).toMatchObject({ kcal: 125, fibreG: null });
    expect(per100GOf([])).toEqual(unknownNutrients);
  });

  test('sums of scaled parts are the scaled sum', () => {
    const rows = foodRows.slice(0, 60);
    const together = sum(rows.map(({ per100G }) => scale(per100G, 70))).nutrients;
    const once = scale(sum(rows.map(({ per100G }) => per100G)).nutrients, 70);
    for (const key of nutrientKeys) expect(together[key]).toBeCloseTo(once[key] ?? NaN, 6);
  });
});

describe('energy', () => {
  const none = { energyKcal: null, atwaterSpecificKcal: null, atwaterGeneralKcal: null, energyKj: null };
  const macros = { proteinG: 10, fatG: 5, carbohydrateG: 20 };
  test('in the order 1008, 2048, 2047, kJ, 4/4/9', () => {
    expect(energyKcal({ energyKcal: 1, atwaterSpecificKcal: 2, atwaterGeneralKcal: 3, energyKj: 4 }, macros)).toBe(1);
    expect(energyKcal({ ...none, atwaterSpecificKcal: 2, atwaterGeneralKcal: 3, energyKj: 4 }, macros)).toBe(2);
    expect(energyKcal({ ...none, atwaterGeneralKcal: 3, energyKj: 4 }, macros)).toBe(3);
    expect(energyKcal({ ...none, energyKj: 418.4 }, macros)).toBeCloseTo(100, 9);
    expect(energyKcal(none, macros)).toBe(165);
    expect(energyKcal(none, { ...macros, fatG: null })).toBeNull();
    expect(energyKcal({ ...none, energyKcal: 0 }, macros)).toBe(0);
  });

  test('warns of sugar above carbohydrate and of energy away from 4/4/9, and of nothing unknown', () => {
    const fine: Nutrients = {
      kcal: 165,
      proteinG: 10,
      fatG: 5,
      carbohydrateG: 20,
      fibreG: 0,
      sugarG: 20.9,
      sodiumMg: 0,
    };
    expect(implausible(fine, 'x')).toEqual([]);
    expect(implausible({ ...fine, sugarG: 21.1 }, 'x')).toEqual([expect.stringMatching(/^x: 21\.1 g of sugar/)]);
    expect(implausible({ ...fine, kcal: 250 }, 'x')).toEqual([
      expect.stringMatching(/^x: 250 kcal differ from the 165/),
    ]);
    expect(implausible({ ...fine, kcal: null, sugarG: null }, 'x')).toEqual([]);
    expect(implausible(unknownNutrients, 'x')).toEqual([]);
  });

  test('what an alcoholic drink has more is its alcohol, what it has less is doubted', () => {
    const wine = { ...unknownNutrients, kcal: 85, proteinG: 0, fatG: 0, carbohydrateG: 3 };
    expect(implausible(wine, 'Wine', { alcoholic: true })).toEqual([]);
    expect(implausible(wine, 'Wine')).toHaveLength(1);
    expect(implausible({ ...wine, carbohydrateG: 60 }, 'Wine', { alcoholic: true })).toHaveLength(1);
  });

  test('a meal with wine, beer and a cocktail warns of no energy, one with vinegar does', () => {
    const warned = (caption: string) => mealIn(caption).warnings;
    expect(warned('a glass of red wine, a can of light beer, a gin and tonic')).toEqual([]);
    expect(warned('100 g vinegar')).toEqual([expect.stringMatching(/^Vinegar: .* differ/)]);
  });
});

describe('items', () => {
  test('a pizza of 238 g has the 633 kcal of its row, with its source', () => {
    const item = itemOf(food('pizza'), { label: 'pizza', grams: 238, portionSource: 'usda' });
    expect(item.nutrients.kcal).toBeCloseTo(633.08, 2);
    expect(item.provenance).toEqual([
      {
        source: 'table',
        foodKey: 'table:pizza',
        fdcId: 2708614,
        description: 'Pizza',
        per100G: food('pizza').per100G,
        grams: 238,
      },
    ]);
    expect(() => AnalyzedItem.parse(item)).not.toThrow();
  });

  test('a food of FoodData Central is cited as such', () => {
    expect(
      itemOf({ ...food('pizza'), key: 'fdc:2708614' }, { label: 'pizza', grams: 1, portionSource: 'usda' })
        .provenance[0]?.source,
    ).toBe('fdc');
  });

  test('energy a source does not state comes from its macronutrients; without them it stays unknown, with an interval', () => {
    const base = food('apple');
    const silent = itemOf(
      { ...base, per100G: { ...half, kcal: null } },
      { label: 'x', grams: 200, portionSource: 'given' },
    );
    expect(silent.nutrients.kcal).toBe(100);
    const mute = itemOf({ ...base, per100G: unknownNutrients }, { label: 'x', grams: 200, portionSource: 'given' });
    expect(mute.nutrients.kcal).toBeNull();
    expect(mute.interval.low).toBeGreaterThan(0);
    expect(mute.interval.high).toBeGreaterThan(mute.interval.low);
  });

  test('the less is known of the weight, the wider the interval; it always holds the figure', () => {
    const width = (item: AnalyzedItem): number =>
      (item.interval.high - item.interval.low) / (item.nutrients.kcal ?? NaN);
    const as = (portionSource: 'given' | 'caption' | 'usda', approximate = false): AnalyzedItem =>
      itemOf(food('pizza'), { label: 'x', grams: 200, portionSource, approximate });
    const widths = [as('given'), as('caption'), as('usda'), as('usda', true)].map(width);
    expect(widths).toEqual([...widths].sort((a, b) => a - b));
    // Twice the spread of recipes, in standard deviations of the middle 80 %.
    expect(widths[0]).toBeCloseTo(2 * 1.28 * 0.127, 3);
    for (const { slug, portionG } of foodRows) {
      const item = itemOf(food(slug), { label: slug, grams: portionG, portionSource: 'table' });
      expect(
        item.interval.low <= (item.nutrients.kcal ?? NaN) && (item.nutrients.kcal ?? NaN) <= item.interval.high,
      ).toBe(true);
    }
  });

  test('a dish is the sum of its ingredients at any weight', () => {
    const entry = foodTable.bySlug('hamburger')!;
    const parts = foodTable.ingredientsOf(entry).map((part) => ({ food: part.entry.food, grams: part.grams }));
    const item = dishOf(parts, { label: 'hamburger', grams: 290, portionSource: 'given' });
    expect(item.provenance.reduce((total, { grams }) => total + grams, 0)).toBeCloseTo(290, 9);
    expect(item.nutrients.kcal).toBeCloseTo(
      item.provenance.reduce((total, { per100G, grams }) => total + ((per100G.kcal ?? NaN) * grams) / 100, 0),
      9,
    );
    expect(item.nutrients.kcal).toBeCloseTo(((composeDish(parts).per100G.kcal ?? NaN) * 290) / 100, 9);
    expect(item.ingredients).toEqual(parts.map((part) => part.food.name));
    expect(item.estimated).toBe(false);
  });
});

describe('a meal', () => {
  const items = [given('pizza', 238), itemOf(food('whole_milk'), { label: 'milk', grams: 244, portionSource: 'usda' })];
  test('adds its items up', () => {
    const meal = mealOf({ items });
    expect(meal.totals.kcal).toBeCloseTo(633.08 + 148.84, 2);
    expect(meal.portion).toEqual({ grams: 482, source: 'usda' });
    expect(meal).toMatchObject({ estimated: false, warnings: [] });
    expect(meal.provenance).toHaveLength(2);
    expect(meal.interval.low).toBeGreaterThan(items[0]!.interval.low + items[1]!.interval.low);
    expect(meal.interval.high).toBeLessThan(items[0]!.interval.high + items[1]!.interval.high);
  });

  test('says what it does not know', () => {
    const odd = itemOf(
      { ...food('apple'), per100G: { ...half, kcal: 90, sugarG: 12 } },
      { label: 'odd', grams: 100, portionSource: 'given' },
    );
    const meal = mealOf({ items: [odd], unrecognized: [{ text: 'durian', amount: 'a bowl of' }] });
    expect(meal.totals.kcal).toBe(90);
    expect(meal.unrecognized).toEqual([{ id: '2', text: 'durian', amount: 'a bowl of' }]);
    expect(meal.warnings.join('\n')).toMatch(
      /odd: 12\.0 g of sugar[^]*odd: 90 kcal differ[^]*fibre[^]*durian: not known to any source, and not counted/,
    );
  });

  test('words that nobody knows have ids like items, and are named or taken out by these', () => {
    const before = analysisIn('an apple and 300 g of durian')!;
    expect(before).toMatchObject({
      food: 'Apple, durian',
      lastItemId: 2,
      unrecognized: [{ id: '2', text: 'durian', amount: '300 g' }],
    });
    expect([
      hasItem(before, '2'),
      hasItem(before, '3'),
      isUnrecognized(before, '2'),
      isUnrecognized(before, '1'),
    ]).toEqual([true, false, true, false]);
    const named = withItem(before, '2', { items: [given('pizza', 100)] });
    expect(named.items.map(({ id, label }) => `${id} ${label}`)).toEqual(['1 Apple', '2 pizza']);
    expect(named).not.toHaveProperty('unrecognized');
    expect(named.totals.kcal).toBeCloseTo(before.totals.kcal! + 266, 0);
    const otherwise = withItem(before, '2', { items: [], unrecognized: [{ text: 'jackfruit' }] });
    expect(otherwise.unrecognized).toEqual([{ id: '2', text: 'jackfruit' }]);
    const out = amendedItem(before, '2', { grams: null, servings: null, remove: true });
    expect(out).toMatchObject({ food: 'Apple', totals: before.totals });
    expect(out).not.toHaveProperty('unrecognized');
    expect(amended(before, { grams: null, servings: 2 }).unrecognized).toEqual(before.unrecognized);
  });

  test('nothing eaten is nothing known', () => {
    expect(mealOf({ items: [] })).toMatchObject({
      totals: unknownNutrients,
      portion: { grams: 0 },
      interval: { low: 0, high: 0 },
      warnings: [],
    });
  });

  test('grams and servings recompute everything in proportion', () => {
    const [meal, twice, weighed] = [mealOf({ items }), mealOfServings({ items }, 2), mealOfGrams({ items }, 241)];
    expect(twice.totals.kcal).toBeCloseTo(2 * (meal.totals.kcal ?? NaN), 9);
    expect(twice.interval.high).toBeCloseTo(2 * meal.interval.high, 9);
    expect(weighed.totals.kcal).toBeCloseTo((meal.totals.kcal ?? NaN) / 2, 9);
    expect(weighed.portion).toEqual({ grams: expect.closeTo(241, 9) as number, source: 'given' });
    expect(weighed.interval.high - weighed.interval.low).toBeLessThan((meal.interval.high - meal.interval.low) / 2);
    expect(mealOfServings(mealOfServings({ items }, 2), 0.5).totals.kcal).toBeCloseTo(meal.totals.kcal ?? NaN, 9);
  });

  test('a food that was once given figures of dishes at large keeps them, and the doubt about them, whatever is said of its weight', () => {
    const estimate: AnalyzedItem = {
      ...given('pizza', 181),
      label: 'durian',
      estimated: true,
      provenance: [
        {
          source: 'estimate',
          fdcId: null,
          description: 'Mixed dishes at large',
          per100G: mixedDish.per100G,
          grams: 181,
        },
      ],
    };
    expect(mealOf({ items: [estimate] }).warnings.join()).toMatch(/durian: .* figures of mixed dishes at large/);
    for (const changed of [
      regrammed(estimate, 300),
      servingsOf({ ...estimate, interval: { low: 100, high: 400 } }, 3),
    ]) {
      expect(changed.estimated).toBe(true);
      expect(changed.interval.high / changed.interval.low).toBeGreaterThan(2.5);
    }
  });

  test('energy that a person stated keeps no doubt of ours', () => {
    const [item] = mealOfServings(analysisOfStated('soup at work', { kcal: 300 }), 2).items;
    expect(item).toMatchObject({ nutrients: { kcal: 600 }, interval: { low: 600, high: 600 } });
    expect(regrammed(analysisOfStated('soup at work', { kcal: 300 }).items[0]!, 400)).toMatchObject({
      grams: 400,
      nutrients: { kcal: 300 },
      interval: { low: 300, high: 300 },
    });
  });

  test('independent doubts add as root sum of squares', () => {
    expect(
      intervalOfSum(
        [
          { kcal: 100, interval: { low: 70, high: 130 } },
          { kcal: 100, interval: { low: 60, high: 140 } },
        ],
        0,
      ),
    ).toEqual({ low: 150, high: 250 });
  });
});

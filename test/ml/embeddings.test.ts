import { embeddedText, likeness, mealWords, normalised, ownEmbedding, ownNumbers } from '../../src/ml/embeddings';
import { newMealFacts, NewMeal } from '../../src/model/meals';

const meal = (said: object) => newMealFacts(NewMeal.parse({ mealType: 'dinner', ...said }));
const figures = (calories: number, protein: number, carbs: number, fats: number) => ({
  calories,
  protein,
  carbs,
  fats,
});

/** Groups of dishes that a person would put together. */
const groups = {
  pasta: [
    meal({ name: 'Spaghetti carbonara', cuisine: 'italian', ingredients: ['spaghetti', 'eggs', 'pecorino', 'guanciale', 'black pepper'], nutrition: figures(690, 27, 75, 30) }),
    meal({ name: 'Rigatoni carbonara', cuisine: 'Italian', ingredients: ['rigatoni', 'egg yolks', 'parmesan', 'bacon', 'pepper'], nutrition: figures(720, 29, 78, 32) }),
    meal({ name: 'Penne with tomato and basil', cuisine: 'italian', ingredients: ['penne', 'tomatoes', 'basil', 'parmesan', 'olive oil'], nutrition: figures(560, 17, 85, 16) }),
  ],
  curry: [
    meal({ name: 'Chickpea curry', cuisine: 'indian', ingredients: ['chickpeas', 'coconut milk', 'curry powder', 'onion', 'ginger'], nutrition: figures(480, 15, 52, 23) }),
    meal({ name: 'Chicken curry', cuisine: 'indian', ingredients: ['chicken', 'coconut milk', 'curry paste', 'onion', 'garlic'], nutrition: figures(540, 38, 20, 33) }),
    meal({ name: 'Red lentil dal', cuisine: 'indian', ingredients: ['red lentils', 'coconut milk', 'turmeric', 'onion', 'ginger'], nutrition: figures(430, 20, 55, 14) }),
  ],
  breakfast: [
    meal({ name: 'Oatmeal with banana', mealType: 'breakfast', cuisine: 'american', ingredients: ['rolled oats', 'milk', 'banana', 'cinnamon'], nutrition: figures(350, 12, 60, 8) }),
    meal({ name: 'Overnight oats with berries', mealType: 'breakfast', cuisine: 'american', ingredients: ['rolled oats', 'milk', 'berries', 'honey'], nutrition: figures(360, 13, 58, 9) }),
    meal({ name: 'Blueberry oat pancakes', mealType: 'breakfast', cuisine: 'american', ingredients: ['oats', 'milk', 'eggs', 'blueberries'], nutrition: figures(420, 17, 62, 12) }),
  ],
}; // prettier-ignore
const all = Object.entries(groups).flatMap(([group, meals]) =>
  meals.map((facts) => ({ group, facts, vector: ownEmbedding(facts).vector })),
);

it('meals of a kind are nearer than meals of another, in nine of nine', () => {
  const nearest = all.map(
    (one) =>
      all
        .filter((other) => other !== one)
        .sort((a, b) => likeness(one.vector, b.vector) - likeness(one.vector, a.vector))[0]!,
  );
  expect(nearest.map(({ group }) => group)).toEqual(all.map(({ group }) => group));
  const pairs = all.flatMap((one, at) =>
    all.slice(at + 1).map((other) => ({ same: one.group === other.group, near: likeness(one.vector, other.vector) })),
  );
  const mean = (same: boolean) => {
    const near = pairs.filter((pair) => pair.same === same).map((pair) => pair.near);
    return near.reduce((sum, n) => sum + n, 0) / near.length;
  };
  expect(mean(true) - mean(false)).toBeGreaterThan(0.3);
});

it('the same words in another case, order of ingredients or number are the same, or nearly so', () => {
  const one = ownEmbedding(meal({ name: 'Tomato Soup', ingredients: ['Tomatoes', 'onions'] })).vector;
  expect(
    likeness(one, ownEmbedding(meal({ name: 'tomato soups', ingredients: ['onion', 'tomato'] })).vector),
  ).toBeCloseTo(1, 6);
});

it('figures tell dishes of the same words apart, and what is not known says nothing', () => {
  const words = { name: 'Caesar salad', ingredients: ['romaine', 'croutons'] };
  const at = (nutrition: object) => ownEmbedding(meal({ ...words, nutrition })).vector;
  const light = at(figures(180, 8, 12, 11));
  expect(likeness(light, at(figures(200, 9, 13, 12)))).toBeGreaterThan(
    likeness(light, at(figures(1100, 60, 40, 80))) + 0.05,
  );
  expect(
    at({})
      .slice(240)
      .every((n) => n === 0),
  ).toBe(true);
});

it.each([
  ['a name of signs only', { name: '!!!' }],
  ['a long list', { name: 'Stew', ingredients: Array.from({ length: 100 }, (_, n) => `thing ${n}`) }],
  ['no letters of ours', { name: '麻婆豆腐', cuisine: '四川' }],
  ['nothing but zeros', { name: 'Water', nutrition: figures(0, 0, 0, 0) }],
])('%s has length 1 and the number of numbers', (_, said) => {
  const { vector, method } = ownEmbedding(meal(said));
  expect(vector).toHaveLength(ownNumbers);
  expect(likeness(vector, vector)).toBeCloseTo(1, 5);
  expect(method).toBe('palate-hash-1');
});

it('is the same on every machine and in every version of this method', () => {
  const { vector } = ownEmbedding(groups.pasta[0]!);
  const digest = vector.reduce((sum, n, at) => sum + n * (at + 1), 0);
  expect(digest).toBeCloseTo(227.5427, 3);
});

it('what has no direction cannot be brought to length 1', () => {
  expect(normalised([0, 0])).toBeNull();
  expect(normalised([1, Number.NaN])).toBeNull();
  expect(normalised([1, Infinity])).toBeNull();
  expect([...normalised([3, 4])!].map((n) => Math.round(n * 1000) / 1000)).toEqual([0.6, 0.8]);
  expect(() => likeness(new Float32Array(2), new Float32Array(3))).toThrow(RangeError);
});

it('a text to embed names the dish and what is in it, at a bounded length', () => {
  expect(embeddedText(groups.curry[0]!)).toBe(
    'Chickpea curry. indian dinner. Ingredients: chickpeas, coconut milk, curry powder, onion, ginger',
  );
  const long = embeddedText(meal({ name: 'x', ingredients: Array.from({ length: 100 }, () => '🍲'.repeat(90)) }));
  expect(long.length).toBeLessThanOrEqual(2_000);
  expect(long).not.toMatch(/[\uD800-\uDBFF]$/);
});

it('words to find a meal by are stems without doubles', () => {
  expect(
    mealWords(meal({ name: 'Tomato soup', cuisine: 'Italian', ingredients: ['tomatoes', 'Crème fraîche'] })),
  ).toEqual(['tomato', 'soup', 'italian', 'creme', 'fraiche']);
});

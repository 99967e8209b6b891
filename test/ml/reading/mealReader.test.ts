import { createFoodBase, createMealReader, type OwnFoodNames } from '../../../src/ml/reading';
import { unknownNutrients } from '../../../src/ml/foods';
import type { Food } from '../../../src/model/foods';
import { dataTypeNames, type ImportedFood } from '../../../src/model/importedFoods';
import { foodTable } from '../foodTable';

const base = (imported?: Parameters<typeof createFoodBase>[0]['imported']) =>
  createFoodBase({
    table: foodTable,
    imported: imported ?? { current: () => Promise.resolve({ revision: 0, releases: [] }), all: nothing },
    dataTypeNames,
    pause: () => Promise.resolve(),
  });
async function* nothing(): AsyncGenerator<ImportedFood> {
  yield* await Promise.resolve<ImportedFood[]>([]);
}

const ownFood = (name: string, at = 0): Food => ({
  key: `own:${String(at).padStart(24, '0')}`,
  name,
  fdcId: null,
  per100G: { ...unknownNutrients, kcal: 123 },
  portions: [{ description: '1 bowl', grams: 60 }],
  defaultPortionG: 250,
});
const ownFoods = (foods: readonly Food[]): OwnFoodNames => ({
  names: () => Promise.resolve(foods.map(({ key, name }) => ({ id: key.slice(4), name }))),
  foods: (_owner, ids) => Promise.resolve(foods.filter(({ key }) => ids.includes(key.slice(4)))),
});

describe('a food that its writer described', () => {
  const read = async (names: readonly string[], text: string) => {
    const reader = createMealReader(base(), ownFoods(names.map((name, at) => ownFood(name, at))));
    return (await reader.read('somebody', text)).reading.items.map(({ food, grams }) => [food.name, Math.round(grams)]);
  };

  test.each([
    ["Mum's lasagne", "200 g of mum's lasagne", 200],
    ["Grandma's apple pie", "a piece of Grandma's apple pie", 250],
    ['Protein shake', 'a protein shake', 250],
    ['Chicken and rice', '300 g chicken and rice', 300],
    ['Pain perdu', 'pain perdu', 250],
    ['Omas Eintopf', 'ein Teller Omas Eintopf', 250],
    ['Müsli', '80 g Müsli', 80],
    ['Oat bar', '2 oat bars', 500],
    ['Granola of mine', 'a bowl of granola of mine', 60],
  ])('%s: %s', async (name, text, grams) => {
    expect(await read([name], text)).toEqual([[name, grams]]);
  });

  test('stands beside others', async () => {
    expect(await read(["Mum's chili"], "two eggs, a bowl of Mum's chili and an apple")).toEqual([
      ['Egg', 100],
      ["Mum's chili", 60],
      ['Apple', 200],
    ]);
  });

  test('does not take what only resembles it', async () => {
    expect(await read(["Mum's apple pie"], 'an apple')).toEqual([['Apple', 200]]);
  });

  test('is read among the most like a text where there are many', async () => {
    const many = Array.from({ length: 1000 }, (_, at) => `Protein bar of brand ${at}`);
    expect(await read([...many, 'Protein bar'], 'a protein bar')).toEqual([['Protein bar', 250]]);
  });
});

describe('the foods of a process', () => {
  const row = (fdcId: number, name: string): ImportedFood => ({
    key: `fdc:${fdcId}`,
    name,
    fdcId,
    dataType: 'survey_fndds_food',
    category: null,
    release: 'survey_fndds_food:2024-10-31:0123456789ab',
    per100G: { ...unknownNutrients, kcal: 100 },
    portions: [],
    defaultPortionG: 100,
  });
  const releases = () => {
    let made = 0;
    const state = { revision: 1, name: 'Zorbleberry', fails: false };
    async function* all(): AsyncGenerator<ImportedFood> {
      await Promise.resolve();
      made += 1;
      if (state.fails) throw new Error('The database is away.');
      yield row(1, state.name);
    }
    const current = () => Promise.resolve({ revision: state.revision, releases: ['r'] });
    return { state, made: () => made, imported: { current, all } };
  };

  test('are made once for all who ask', async () => {
    const { imported, made } = releases();
    const foods = base(imported);
    const [one, other] = await Promise.all([foods.current(), foods.current()]);
    expect(one).toBe(other);
    expect(await foods.current()).toBe(one);
    expect(made()).toBe(1);
  });

  test('are made anew when other releases count', async () => {
    const { imported, state } = releases();
    const foods = base(imported);
    expect((await foods.current()).search.search('zorbleberry')).toHaveLength(1);
    Object.assign(state, { revision: 2, name: 'Gruntlefruit' });
    const known = await foods.current();
    expect(known.search.search('gruntlefruit')).toHaveLength(1);
    expect(known.find('fdc:1')).toMatchObject({ name: 'Gruntlefruit' });
  });

  test('stay as they were where they cannot be made, until the next to ask', async () => {
    const { imported, state } = releases();
    const foods = base(imported);
    const before = await foods.current();
    Object.assign(state, { revision: 2, name: 'Gruntlefruit', fails: true });
    expect(await foods.current()).toBe(before);
    state.fails = false;
    expect((await foods.current()).find('fdc:1')).toMatchObject({ name: 'Gruntlefruit' });
  });

  test('tell who asks first that they cannot be read', async () => {
    const { imported, state } = releases();
    state.fails = true;
    const foods = base(imported);
    await expect(foods.current()).rejects.toThrow('The database is away.');
    state.fails = false;
    expect((await foods.current()).find('fdc:1')).not.toBeNull();
  });
});

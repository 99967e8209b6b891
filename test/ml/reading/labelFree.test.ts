import { foodIndexOf, type FoodIndex, type ReadableFood } from '../../../src/ml/reading';
import { hasSurvey, surveyFoods, tableFoods, tableIndex } from './indexes';
import { readGenerated, readTurnedNames } from './labelFree';

if (!hasSurvey)
  console.log('Skipped: USDA’s survey foods read back. Set PALATE_TEST_DATA to the folder that holds fdc-survey/.');

const expectNames = (foods: readonly ReadableFood[], index: FoodIndex): void => {
  const { exact, near, misses } = readTurnedNames(foods, index);
  if (exact < 0.95 || near < 0.99) throw new Error(`${exact} exact, ${near} near\n${misses.join('\n')}`);
};
const expectGenerated = (foods: readonly ReadableFood[], index: FoodIndex): void => {
  const { near, misses } = readGenerated(foods, index, 1200);
  if (near < 0.95) throw new Error(`${near} near\n${misses.join('\n')}`);
};

describe('our own table', () => {
  test('each name turned round with 100 g comes back', () => expectNames(tableFoods, tableIndex));
  test('1,200 captions of its foods and portions come back', () => expectGenerated(tableFoods, tableIndex));
});

(hasSurvey ? describe : describe.skip)('USDA’s survey foods', () => {
  let foods: ReadableFood[] = [];
  let index: FoodIndex;
  beforeAll(async () => {
    foods = await surveyFoods();
    index = foodIndexOf(foods);
  });

  test('each third name turned round with 100 g comes back', () =>
    expectNames(
      foods.filter((_, at) => at % 3 === 0),
      index,
    ));
  test('1,200 captions of them and their portions come back', () => expectGenerated(foods, index));
});

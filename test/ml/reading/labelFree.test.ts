import { foodIndexOf, type FoodIndex, type ReadableFood } from '../../../src/ml/reading';
import { hasSurvey, surveyFoods, tableFoods, tableIndex } from './indexes';
import { readGenerated, readTurnedNames } from './labelFree';
import { readTold } from './told';

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

const expectTold = (foods: readonly ReadableFood[], index: FoodIndex): void => {
  const { near, energyNear, misses } = readTold(foods, index, 1500);
  if (near < 0.965 || energyNear < 0.955) throw new Error(`${near} near, energy ${energyNear}\n${misses.join('\n')}`);
};
/** What was left out of these nobody can guess: the interval has to hold it. */
const expectHeld = (foods: readonly ReadableFood[], index: FoodIndex): void => {
  const { covered } = readTold(foods, index, 1500, { isVague: true });
  expect(covered).toBeGreaterThan(0.75);
  expect(covered).toBeLessThan(0.88);
};

describe('our own table', () => {
  test('each name turned round with 100 g comes back', () => expectNames(tableFoods, tableIndex));
  test('1,200 captions of its foods and portions come back', () => expectGenerated(tableFoods, tableIndex));
  test('1,500 captions as people tell them come back', () => expectTold(tableFoods, tableIndex));
  test('the intervals of 1,500 vague captions hold 75 to 88 % of what was eaten', () =>
    expectHeld(tableFoods, tableIndex));
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
  test('1,500 captions as people tell them come back', () => expectTold(foods, index));
  test('the intervals of 1,500 vague captions hold 75 to 88 % of what was eaten', () => expectHeld(foods, index));
});

import { recipeSpread } from '../../../src/ml/reading/doubt';
import { hasSurvey, surveyFoods } from './indexes';

if (!hasSurvey)
  console.log('Skipped: spreads of USDA’s survey foods. Set PALATE_TEST_DATA to the folder that holds fdc-survey/.');

const quantile = (sorted: readonly number[], share: number): number => sorted[Math.floor(share * sorted.length)] ?? NaN;

(hasSurvey ? test : test.skip)('the spread of carbohydrate among like foods is that of the survey', async () => {
  const like = new Map<string, number[]>();
  for (const { food } of await surveyFoods()) {
    const carbohydrateG = food.per100G.carbohydrateG ?? 0;
    if (carbohydrateG < 2) continue;
    const name = food.name.split(',').slice(0, 2).join(',');
    like.set(name, [...(like.get(name) ?? []), carbohydrateG]);
  }
  const spreads = [...like.values()]
    .filter(({ length }) => length >= 5)
    .map((values) => values.sort((a, b) => a - b))
    .map((sorted) => (quantile(sorted, 0.84) - quantile(sorted, 0.16)) / 2 / quantile(sorted, 0.5))
    .sort((a, b) => a - b);
  expect(spreads.length).toBeGreaterThan(80);
  expect(quantile(spreads, 0.5)).toBeCloseTo(recipeSpread.carbohydrateG, 2);
});

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fit, queryWords } from '../../src/ml/foods';

const survey = join(process.env.PALATE_TEST_DATA ?? '/nowhere', 'fdc-survey', 'food.csv');
if (!existsSync(survey)) console.warn('PALATE_TEST_DATA is not set: matching over all survey foods is skipped.');
(existsSync(survey) ? describe : describe.skip)('among all survey foods', () => {
  const descriptions = existsSync(survey)
    ? [...readFileSync(survey, 'utf8').matchAll(/^"\d+","[^"]*","([^"]*)"/gm)].map(([, description]) => description!)
    : [];
  const best = (query: string) =>
    descriptions.reduce<{ description: string | null; score: number }>(
      (top, description) => {
        const score = fit(queryWords(query), description, 'Survey (FNDDS)');
        return score !== null && score > top.score ? { description, score } : top;
      },
      { description: null, score: -1 },
    ).description;

  test.each([
    ['pizza', 'Pizza, cheese, from restaurant or fast food, NS as to type of crust'],
    ['egg', 'Egg, whole, raw'],
    ['rice', 'Rice, cooked, NFS'],
    ['cheese', 'Cheese, NFS'],
    ['salmon', 'Fish, salmon, NFS'],
    ['ground beef', 'Beef, ground, raw'],
    ['carrot cake', 'Cake or cupcake, carrot'],
    ['french fries', 'Potato, french fries, NFS'],
    ['macaroni and cheese', 'Macaroni or noodles with cheese'],
    ['hot and sour soup', 'Soup, hot and sour'],
    ['beef tartare', null],
    ['spaghetti bolognese', null],
    ['creme fraiche', null],
  ])('%s is %s', (query, description) => expect(best(query)).toBe(description));
});

/** Captions that people complained about, from the folder of reference data: what was expected stands beside each, in words. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readMeal, type Reading } from '../../../src/ml/reading';
import { tableIndex, testData } from './indexes';

const folder = join(testData ?? '/nowhere', 'cases');
const hasCases = existsSync(folder);
if (!hasCases)
  console.log('Skipped: captions that people complained about. Set PALATE_TEST_DATA to the folder that holds cases/.');

const casesOf = (file: string): { text: string; expected: string }[] =>
  hasCases
    ? readFileSync(join(folder, file), 'utf8')
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => {
          const [text = '', expected = ''] = line.split('\t');
          return { text, expected };
        })
    : [];

const isNear = (value: number, wanted: number): boolean => Math.abs(value - wanted) <= Math.max(0.03 * wanted, 1);
const kcalOf = ({ items }: Reading): number =>
  items.reduce((sum, { grams, food }) => sum + (grams / 100) * (food.per100G.kcal ?? 0), 0);
const numbersBefore = (unit: RegExp, text: string): number[] =>
  [...text.matchAll(unit)].map(([, number = '']) => Number(number));

/** What is wrong with a reading; null where it is as expected. */
const complaint = (reading: Reading, expected: string): string | null => {
  const { items, unrecognized, incomplete } = reading;
  if (incomplete) return `not understood: ${unrecognized.map(({ text }) => text).join(', ')}`;
  const grams = items.map((item) => item.grams);
  const kcal = kcalOf(reading);
  if (expected === 'asked back or refused') return items[0]?.absurd === true ? null : 'taken without a word';
  if (expected === 'next to nothing') return kcal < 5 ? null : `${kcal} kcal`;
  if (expected === 'one food' || expected === 'taken') return items.length === 1 ? null : `${items.length} foods`;
  const least = /^(\d+) g or more/.exec(expected)?.[1] ?? (expected === 'half a litre or more' ? '500' : undefined);
  if (least !== undefined) return (grams[0] ?? 0) >= Number(least) ? null : `${grams[0]} g`;
  const volume = /^about (\d+) ml$/.exec(expected)?.[1];
  // Ice cream is half air; nothing that is eaten weighs much more than water.
  if (volume !== undefined)
    return (grams[0] ?? 0) > Number(volume) / 2 && (grams[0] ?? 0) < Number(volume) * 1.1 ? null : `${grams[0]} g`;
  const [wantedKcal] = numbersBefore(/([\d.]+) kcal/g, expected);
  if (wantedKcal !== undefined && !isNear(kcal, wantedKcal)) return `${kcal} kcal`;
  const wanted = numbersBefore(/([\d.]+) g\b/g, expected);
  if (wantedKcal === undefined && wanted.length === 0) return 'an expectation that this test does not understand';
  // A drink's weight is that of its volume, give or take.
  return wanted.every((one, at) => isNear(grams[at] ?? 0, one)) ? null : grams.join(' g, ');
};

(hasCases ? describe : describe.skip).each([
  ['words of a kitchen', '01-captions-cooking-words.tsv'],
  ['amounts of two parts', '03-captions-compound-amounts.tsv'],
  ['amounts behind their food', '05-captions-amount-behind-food.tsv'],
  ['what shops sell', '07-captions-containers.tsv'],
])('%s', (_, file) => {
  test('are read as expected', () => {
    const cases = casesOf(file);
    expect(cases.length).toBeGreaterThan(4);
    for (const { text, expected } of cases)
      expect([text, complaint(readMeal(text, tableIndex), expected)]).toEqual([text, null]);
  });
});

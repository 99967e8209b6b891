import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Nutrient } from '../../src/model/foods';
import {
  compositionSpread,
  householdSpread,
  kindSpread,
  portionSpread,
  unknownComposition,
  unknownPortion,
} from '../../src/ml/foods/interval';
import { mixedDish } from '../../src/ml/foods';
import { sizeFactor } from '../../src/ml/reading/weigh';
import { foodRows } from './foodTable';

/** The USDA survey foods (FNDDS 2021-2023, FoodData Central CSV), read in place; skipped where the folder is not there. */
const folder = join(process.env.PALATE_TEST_DATA ?? '', 'fdc-survey');
const here = process.env.PALATE_TEST_DATA !== undefined && existsSync(join(folder, 'food.csv'));
if (!here)
  console.log('Skipped: the food table against USDA data. Set PALATE_TEST_DATA to the folder that holds fdc-survey/.');

/** Rows of a CSV file whose every field is quoted, by column. */
const csv = (file: string): Record<string, string>[] => {
  const [head = '', ...lines] = readFileSync(join(folder, file), 'utf8').trimEnd().split(/\r?\n/);
  const fields = (line: string): string[] =>
    line
      .slice(1, -1)
      .split('","')
      .map((field) => field.replaceAll('""', '"'));
  const columns = fields(head);
  return lines.map((line) => Object.fromEntries(fields(line).map((field, i) => [columns[i] ?? '', field])));
};

const nutrientIds: Readonly<Record<string, Nutrient>> = {
  '1008': 'kcal',
  '1003': 'proteinG',
  '1004': 'fatG',
  '1005': 'carbohydrateG',
  '1079': 'fibreG',
  '2000': 'sugarG',
  '1093': 'sodiumMg',
};

interface SurveyFood {
  readonly description: string;
  readonly category: string;
  readonly per100G: Partial<Record<Nutrient, number>>;
  readonly portions: { readonly description: string; readonly grams: number }[];
}

/** The survey writes some descriptions with two spaces in a row. */
const spaced = (text: string): string => text.replace(/\s+/g, ' ').trim();

const load = (): Map<string, SurveyFood> => {
  const foods = new Map<string, SurveyFood>(
    csv('food.csv').map((row) => [
      row.fdc_id!,
      { description: spaced(row.description!), category: row.food_category_id!, per100G: {}, portions: [] },
    ]),
  );
  for (const row of csv('food_nutrient.csv')) {
    const key = nutrientIds[row.nutrient_id!];
    if (key !== undefined) foods.get(row.fdc_id!)!.per100G[key] = Number(row.amount);
  }
  for (const row of csv('food_portion.csv'))
    foods
      .get(row.fdc_id!)!
      .portions.push({ description: spaced(row.portion_description!), grams: Number(row.gram_weight) });
  return foods;
};

const defaultG = (food: SurveyFood): number | undefined =>
  food.portions.find(({ description, grams }) => description === 'Quantity not specified' && grams > 0)?.grams;
const quantile = (values: readonly number[], p: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(p * values.length))]!;
const median = (values: readonly number[]): number =>
  (quantile(values, 0.5) + [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)]!) / 2;
const halfWidth = (values: readonly number[]): number =>
  (quantile(values, 0.84) - quantile(values, 0.16)) / 2 / median(values);
const grouped = <T>(values: readonly T[], key: (value: T) => string): T[][] => {
  const groups = new Map<string, T[]>();
  for (const value of values) groups.set(key(value), [...(groups.get(key(value)) ?? []), value]);
  return [...groups.values()];
};

(here ? describe : describe.skip)('against the USDA survey foods', () => {
  const foods = here ? load() : new Map<string, SurveyFood>();

  test('every row that cites a food has its name and figures', () => {
    const cited = foodRows.filter(({ fdcId }) => fdcId !== null);
    expect(cited.length).toBeGreaterThan(1300);
    expect(new Set(cited.map(({ fdcId }) => fdcId)).size).toBeLessThanOrEqual(1500);
    for (const row of cited) {
      const food = foods.get(String(row.fdcId));
      expect([row.slug, food?.description]).toEqual([row.slug, row.fdcDescription]);
      for (const [key, amount] of Object.entries(row.per100G))
        expect([row.slug, key, amount]).toEqual([row.slug, key, food?.per100G[key as Nutrient] ?? null]);
    }
  });

  test('a raw or dry row has what the food that it becomes has, by a weight of the survey or a standard of solids', () => {
    const raw = foodRows.flatMap((row) => (row.cookedAs === undefined ? [] : [{ row, ...row.cookedAs }]));
    expect(raw.length).toBeGreaterThanOrEqual(20);
    for (const { row, fdcId, gramsPer100G } of raw) {
      const { per100G, portions } = foods.get(String(fdcId))!;
      for (const key of ['kcal', 'proteinG', 'fatG', 'carbohydrateG', 'fibreG', 'sugarG'] as const)
        expect([row.slug, key, row.per100G[key]]).toEqual([
          row.slug,
          key,
          expect.closeTo((per100G[key]! * gramsPer100G) / 100, 2),
        ]);
      const solids = per100G.proteinG! + per100G.fatG! + per100G.carbohydrateG!;
      const weights = [
        ...portions
          .filter(({ description }) => /^1 oz\b.*yield/.test(description))
          .map(({ grams }) => (grams / 28.35) * 100),
        ...[84.5, 85, 87].map((percent) => (percent / solids) * 100),
      ];
      expect([row.slug, weights.some((grams) => Math.abs(grams - gramsPer100G) < 0.06)]).toEqual([row.slug, true]);
    }
  });

  test('every portion said to be of USDA is one of that food', () => {
    for (const row of foodRows) {
      const food = foods.get(String(row.fdcId));
      if (row.portionFrom === 'usda') expect([row.slug, row.portionG]).toEqual([row.slug, defaultG(food!)]);
      for (const { unit, grams, source } of row.household)
        if (source === 'usda')
          expect([row.slug, unit, food?.portions.some((portion) => Math.abs(portion.grams - grams) < 0.001)]).toEqual([
            row.slug,
            unit,
            true,
          ]);
    }
  });

  test('the widths of the intervals are those of the data', () => {
    const all = [...foods.values()].filter(({ per100G }) => (per100G.kcal ?? 0) >= 5);
    const kcal = (food: SurveyFood): number => food.per100G.kcal!;
    const named = grouped(all, ({ description }) => description.split(',').slice(0, 2).join(',')).filter(
      ({ length }) => length >= 4,
    );
    expect(median(named.map((group) => halfWidth(group.map(kcal))))).toBeCloseTo(compositionSpread, 2);
    const kinds = grouped(
      [...foods.values()].filter(({ per100G }) => (per100G.kcal ?? 0) > 0),
      ({ category }) => category,
    ).filter(({ length }) => length >= 8);
    expect(median(kinds.map((group) => halfWidth(group.map(kcal))))).toBeCloseTo(kindSpread, 2);
    const portions = kinds
      .map((group) => group.map(defaultG).filter((grams) => grams !== undefined))
      .filter(({ length }) => length >= 8);
    expect(median(portions.map(halfWidth))).toBeCloseTo(householdSpread, 2);
  });

  test('small and large are the shares of medium that the data have', () => {
    const ratio = (size: string): number =>
      median(
        [...foods.values()].flatMap(({ portions }) => {
          const [medium, other] = ['1 medium', `1 ${size}`].map(
            (name) => portions.findLast(({ description, grams }) => description === name && grams > 0)?.grams,
          );
          return medium === undefined || other === undefined ? [] : [other / medium];
        }),
      );
    expect(ratio('small')).toBeCloseTo(sizeFactor.small, 2);
    expect(ratio('large')).toBeCloseTo(sizeFactor.large, 2);
    expect((ratio('large') - ratio('small')) / 2).toBeCloseTo(portionSpread, 2);
  });

  test('mixed dishes at large have the figures that an unknown dish is given', () => {
    const dishes = [...foods.values()].filter(
      ({ category, per100G }) => /^3\d\d\d$/.test(category) && per100G.kcal !== undefined,
    );
    expect(dishes).toHaveLength(1598);
    for (const [key, amount] of Object.entries(mixedDish.per100G))
      expect([key, median(dishes.map(({ per100G }) => per100G[key as Nutrient]!))]).toEqual([
        key,
        expect.closeTo(amount, 2),
      ]);
    const perPortion = dishes.flatMap((dish) =>
      defaultG(dish) === undefined ? [] : [(dish.per100G.kcal! * defaultG(dish)!) / 100],
    );
    expect(median(dishes.map(defaultG).filter((grams) => grams !== undefined))).toBe(mixedDish.portionG);
    const kcal = dishes.map(({ per100G }) => per100G.kcal!);
    expect(quantile(kcal, 0.1) / median(kcal)).toBeCloseTo(unknownComposition.low, 2);
    expect(quantile(kcal, 0.9) / median(kcal)).toBeCloseTo(unknownComposition.high, 2);
    expect(quantile(perPortion, 0.1) / median(perPortion)).toBeCloseTo(unknownPortion.low, 2);
    expect(quantile(perPortion, 0.9) / median(perPortion)).toBeCloseTo(unknownPortion.high, 2);
  });
});

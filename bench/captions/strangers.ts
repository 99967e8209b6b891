/**
 * Meal descriptions of strangers with known nutrition (NutriBench, in the folder of reference data), cut in two halves by a hash of the row
 * before any was read: misses of the tuning half may be looked at, the other half is only counted. Nothing recognised counts as
 * 0 g, and no description is left out.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'csv-parse/sync';

export interface Description {
  readonly row: string;
  readonly text: string;
  readonly carbohydrateG: number;
  readonly kcal: number;
  readonly half: 'tuning' | 'untouched';
}

export const descriptionSets = [
  'wweia_meal_natural',
  'wweia_meal_metric',
  'who_meal_natural',
  'who_meal_metric',
] as const;
export type DescriptionSet = (typeof descriptionSets)[number];

const halfOf = (row: string): Description['half'] =>
  (createHash('sha256').update(row).digest()[0] ?? 0) % 2 === 0 ? 'tuning' : 'untouched';

export const readDescriptions = (folder: string, set: DescriptionSet): Description[] =>
  parse<Record<string, string>>(readFileSync(path.join(folder, 'nutribench', `${set}.dev.csv`)), { columns: true }).map(
    ({ row = '', meal_description: text = '', carb, energy }) => ({
      row,
      text,
      carbohydrateG: Number(carb),
      kcal: Number(energy),
      half: halfOf(row),
    }),
  );

/** What a reader makes of a description. */
export interface Estimate {
  readonly carbohydrateG: number;
  readonly kcal: number;
  readonly incomplete: boolean;
  /** Range of carbohydrate that should hold the truth in 80 %; null where the reader gives none. */
  readonly interval: { readonly low: number; readonly high: number } | null;
}

export interface Score {
  readonly count: number;
  /** Shares, 0 to 1. */
  readonly carbohydrateNear: number;
  readonly energyNear: number;
  readonly incomplete: number;
  readonly covered: number | null;
  readonly carbohydrateErrorG: number;
  readonly ms: readonly number[];
}

export const isCarbohydrateNear = (estimate: number, truth: number): boolean => Math.abs(estimate - truth) <= 7.5;
export const isEnergyNear = (estimate: number, truth: number): boolean =>
  Math.abs(estimate - truth) <= Math.max(0.2 * truth, 5);

export const scoreReader = (descriptions: readonly Description[], read: (text: string) => Estimate): Score => {
  const ms: number[] = [];
  const estimates = descriptions.map(({ text }) => {
    const before = performance.now();
    const estimate = read(text);
    ms.push(performance.now() - before);
    return estimate;
  });
  const share = (holds: (truth: Description, estimate: Estimate) => boolean): number =>
    descriptions.filter((truth, at) => {
      const estimate = estimates[at];
      return estimate !== undefined && holds(truth, estimate);
    }).length / descriptions.length;
  return {
    count: descriptions.length,
    carbohydrateNear: share((truth, { carbohydrateG }) => isCarbohydrateNear(carbohydrateG, truth.carbohydrateG)),
    energyNear: share((truth, { kcal }) => isEnergyNear(kcal, truth.kcal)),
    incomplete: share((_, { incomplete }) => incomplete),
    covered: estimates.some(({ interval }) => interval !== null)
      ? share(
          (truth, { interval }) =>
            interval !== null && truth.carbohydrateG >= interval.low && truth.carbohydrateG <= interval.high,
        )
      : null,
    carbohydrateErrorG:
      descriptions.reduce(
        (sum, truth, at) => sum + Math.abs((estimates[at]?.carbohydrateG ?? 0) - truth.carbohydrateG),
        0,
      ) / descriptions.length,
    ms,
  };
};

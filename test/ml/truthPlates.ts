import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A plate whose makers weighed it and computed its energy; `seen`: its foods, named by eye. */
export interface TruthPlate {
  file: string;
  grams: number;
  kcal: number;
  seen: string;
}

/** The plates of the reference data; null where PALATE_TEST_DATA does not lead to them. */
export const truthPlates = (): TruthPlate[] | null => {
  const file = join(process.env.PALATE_TEST_DATA ?? '', 'photos', 'truth.csv');
  if (process.env.PALATE_TEST_DATA === undefined || !existsSync(file)) return null;
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [, name = '', grams, kcal, seen = ''] = /^([^,]+),([^,]+),([^,]+),.*,"(.*)"$/.exec(line) ?? [];
      return { file: name, grams: Number(grams), kcal: Number(kcal), seen };
    });
};

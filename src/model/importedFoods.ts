import { z } from 'zod';
import { Food } from './foods';

/**
 * Kinds of food in FoodData Central's downloads that are imported: USDA's survey foods (FNDDS), Foundation foods, SR Legacy.
 * Downloads hold others beside them (samples, lots, branded products).
 */
export const ImportedDataType = z.enum(['survey_fndds_food', 'foundation_food', 'sr_legacy_food']);
export type ImportedDataType = z.infer<typeof ImportedDataType>;

/** The same kinds as FoodData Central's API names them. */
export const dataTypeNames: Readonly<Record<ImportedDataType, string>> = {
  survey_fndds_food: 'Survey (FNDDS)',
  foundation_food: 'Foundation',
  sr_legacy_food: 'SR Legacy',
};

/** Name of a release: kind of food, latest date of publication in it, first digits of the digest of its content. */
export const ReleaseName = z
  .string()
  .regex(/^[a-z_]{1,40}:[0-9a-z-]{1,20}:[0-9a-f]{12}$/, 'is not a name of a release');
export type ReleaseName = z.infer<typeof ReleaseName>;

/** A food of FoodData Central as one release states it; a later release may state other figures under the same `key`. */
export const ImportedFood = Food.extend({
  fdcId: z.number().int().positive(),
  release: ReleaseName,
  dataType: ImportedDataType,
  category: z.string().nullable(),
});
export type ImportedFood = z.infer<typeof ImportedFood>;

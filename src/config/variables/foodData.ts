import * as kind from '../kinds';
import { orNull, setting } from '../documented';

/** FoodData Central's own names. */
const fdcDataTypes = ['Survey (FNDDS)', 'Foundation', 'SR Legacy', 'Branded', 'Experimental'] as const;

/** Address of one of the official CSV downloads, which change their names with every release. */
const download = (variable: string, word: string, what: string, file: string) => {
  const address = `https://fdc.nal.usda.gov/fdc-datasets/FoodData_Central_${file}.zip`;
  return setting(kind.baseUrl('.zip'), {
    variable,
    byDefault: address,
    example: address,
    meaning: `Where \`npm run foods:import -- --download ${word}\` gets the CSV download of ${what}.`,
  });
};

export const foodDataVariables = {
  fdcBaseUrl: setting(kind.baseUrl('/fdc/v1'), {
    variable: 'FDC_BASE_URL',
    byDefault: 'https://api.nal.usda.gov/fdc/v1',
    example: 'https://api.nal.usda.gov/fdc/v1',
    meaning: 'USDA FoodData Central; ends in `/fdc/v1`.',
  }),
  fdcApiKey: setting(orNull(kind.text()), {
    variable: 'FDC_API_KEY',
    secret: true,
    unset: 'off: figures come from imported foods and the built-in table, and bar codes are not looked up',
    example: 'DEMO_KEY',
    meaning: 'Key of FoodData Central; turns it on. `DEMO_KEY` works, with few calls an hour.',
  }),
  fdcPageSize: setting(kind.wholeNumber(1, 200), {
    variable: 'FDC_PAGE_SIZE',
    byDefault: '10',
    example: '10',
    meaning: 'Foods asked for in one search.',
  }),
  fdcDataTypes: setting(
    kind.list(
      (entry) => fdcDataTypes.find((type) => type.toLowerCase() === entry.toLowerCase()),
      `must be a comma separated list of ${fdcDataTypes.join(', ')}`,
    ),
    {
      variable: 'FDC_DATA_TYPES',
      byDefault: 'Survey (FNDDS),Foundation,SR Legacy',
      example: 'Foundation,SR Legacy',
      meaning: 'Kinds of food that are searched. `Branded` drowns generic foods.',
    },
  ),
  fdcTimeoutMs: setting(kind.secondsAsMs(0.05, 60), {
    variable: 'FDC_TIMEOUT',
    unit: 's',
    byDefault: '5',
    example: '5',
    meaning: 'Time limit of one call to FoodData Central.',
  }),
  fdcSurveyDownload: download('FDC_SURVEY_DOWNLOAD', 'survey', 'survey foods', 'survey_food_csv_2024-10-31'),
  fdcFoundationDownload: download(
    'FDC_FOUNDATION_DOWNLOAD',
    'foundation',
    'Foundation foods',
    'foundation_food_csv_2026-04-30',
  ),
  fdcSrDownload: download('FDC_SR_DOWNLOAD', 'sr', 'SR Legacy', 'sr_legacy_food_csv_2018-04'),
  fdcBrandOwner: setting(orNull(kind.text()), {
    variable: 'FDC_BRAND_OWNER',
    unset: 'any',
    example: 'Kellogg Company',
    meaning: 'Only branded foods of this owner (with `Branded` among the data types).',
  }),
  hfIngredientWeightOverrides: setting(kind.ingredientWeights(), {
    variable: 'HF_INGREDIENT_WEIGHT_OVERRIDES',
    byDefault: '{}',
    example: '{"caprese_salad":{"mozzarella":120,"tomato":150}}',
    meaning: 'JSON: grams of each ingredient of a dish, before those of the built-in table.',
  }),
};

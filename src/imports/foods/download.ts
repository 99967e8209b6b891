import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Food } from '../../model/foods';
import { ImportedDataType, type ImportedFood } from '../../model/importedFoods';
import { nutrientsOf, type NutrientValue } from '../../services/fooddata/figures';
import { readTable } from './csvFile';
import { ImportRefused, RowFaults } from '../faults';
import { createNutrientScheme } from './nutrientScheme';
import { portionsOf, type PortionRow } from './portions';

/**
 * A folder of USDA's CSV download, read whole before anything is written.
 *
 * D1  Of food.csv only survey, Foundation and SR Legacy foods; rows of samples and brands are counted and passed over, theirs too.
 * D2  A food is taken with what is known of it: an absent figure is null, and one without any figure is no food for a log.
 * D3  The same foods come out whether nutrients are named by id or by number, and in whatever order the rows stand.
 */
export type DownloadedFood = Omit<ImportedFood, 'release'>;

export interface Download {
  /** By kind, each in order of FDC id. */
  foods: Map<ImportedDataType, DownloadedFood[]>;
  /** Latest date of publication by kind, YYYY-MM-DD; missing where none is stated. */
  publishedOn: Map<ImportedDataType, string>;
  faults: RowFaults;
  /** Rows of other kinds of food. */
  otherFoods: number;
  withoutFigures: number;
  /** Files that may be missing, and are. */
  absent: string[];
  nutrientsBy: { ids: number; numbers: number };
}

/** The files that are read of a download; it holds more. */
export const downloadFiles: ReadonlySet<string> = new Set(
  ['food', 'nutrient', 'food_nutrient', 'measure_unit', 'food_portion', 'wweia_food_category', 'food_category'].map(
    (name) => `${name}.csv`,
  ),
);

interface Draft {
  dataType: ImportedDataType;
  name: string;
  categoryCode: string;
  values: NutrientValue[];
  portions: PortionRow[];
}

const fdcIdOf = (text: string): number | null => (/^[1-9]\d{0,9}$/.test(text) ? Number(text) : null);
const amountOf = (text: string): number | null =>
  /^-?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?$/i.test(text) ? Number(text) : null;
const dateOf = (text: string): string | null => (/^\d{4}-\d{2}-\d{2}$/.test(text) ? text : null);
const unreadable = /[\0\uFFFD]/;

/** `onPhase` hears which file is being read. */
export async function readDownload(
  folder: string,
  onPhase: (file: string) => void = () => undefined,
): Promise<Download> {
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder)
    throw new ImportRefused(
      `${folder} is no folder: name the unpacked CSV download of FoodData Central, the one that holds food.csv.`,
    );

  const faults = new RowFaults();
  const absent: string[] = [];
  const file = (name: string) => (onPhase(name), { name, path: path.join(folder, name), faults });
  const drafts = new Map<number, Draft>();
  const others = new Set<number>();
  const publishedOn = new Map<ImportedDataType, string>();

  const hasFoods = await readTable({
    ...file('food.csv'),
    columns: ['fdc_id', 'data_type', 'description', 'food_category_id', 'publication_date'],
    optional: ['food_category_id', 'publication_date'],
    onRow(row, line) {
      const fdcId = fdcIdOf(row.fdc_id);
      if (fdcId === null) {
        faults.add('food.csv', line, `"${row.fdc_id.slice(0, 40)}" is no fdc_id`);
        return;
      }
      const { data: dataType } = ImportedDataType.safeParse(row.data_type);
      if (dataType === undefined) return void others.add(fdcId);
      const name = row.description.replace(/\s+/g, ' ').trim().slice(0, 500);
      if (name === '' || unreadable.test(name)) {
        faults.add('food.csv', line, `food ${fdcId} has no readable description`);
        return;
      }
      if (drafts.has(fdcId)) {
        faults.add('food.csv', line, `food ${fdcId} is there twice; the first counts`);
        return;
      }
      drafts.set(fdcId, { dataType, name, categoryCode: row.food_category_id, values: [], portions: [] });
      const date = dateOf(row.publication_date);
      if (date !== null && date > (publishedOn.get(dataType) ?? '')) publishedOn.set(dataType, date);
    },
  });
  if (!hasFoods)
    throw new ImportRefused(`${folder} holds no food.csv: name the unpacked CSV download of FoodData Central.`);
  if (drafts.size === 0)
    throw new ImportRefused(
      `food.csv holds no survey, Foundation or SR Legacy food (${others.size} rows of other kinds, ${faults.count} that cannot be read): download one of these.`,
    );

  /** The food that a row of another file is about; null where the row is to be passed over. */
  const foodOf = (name: string, text: string, line: number): { fdcId: number; draft: Draft } | null => {
    const fdcId = fdcIdOf(text);
    const draft = fdcId === null ? undefined : drafts.get(fdcId);
    if (fdcId !== null && draft) return { fdcId, draft };
    if (fdcId === null || !others.has(fdcId))
      faults.add(name, line, `it is about food "${text.slice(0, 40)}", which food.csv does not hold`);
    return null;
  };

  const listed: { id: string; unit_name: string; nutrient_nbr: string }[] = [];
  const list = await readTable({
    ...file('nutrient.csv'),
    columns: ['id', 'unit_name', 'nutrient_nbr'],
    onRow: (row) => listed.push(row),
  });
  if (!list) absent.push('nutrient.csv');
  const scheme = createNutrientScheme(listed);

  const hasNutrients = await readTable({
    ...file('food_nutrient.csv'),
    columns: ['fdc_id', 'nutrient_id', 'amount'],
    onRow(row, line) {
      const about = foodOf('food_nutrient.csv', row.fdc_id, line);
      if (!about) return;
      const nutrient = scheme.nutrientOf(row.nutrient_id);
      if (nutrient === 'other') return;
      if (nutrient === null) {
        faults.add('food_nutrient.csv', line, `"${row.nutrient_id.slice(0, 40)}" is no nutrient`);
        return;
      }
      const value = amountOf(row.amount);
      if (value === null || value < 0) {
        faults.add(
          'food_nutrient.csv',
          line,
          `"${row.amount.slice(0, 40)}" is no amount of nutrient ${nutrient.nutrientId}`,
        );
        return;
      }
      about.draft.values.push({ ...nutrient, value });
    },
  });
  if (!hasNutrients) throw new ImportRefused(`${folder} holds no food_nutrient.csv: without it no food has figures.`);

  const unitNames = new Map<string, string>();
  const hasUnits = await readTable({
    ...file('measure_unit.csv'),
    columns: ['id', 'name'],
    onRow: (row) => unitNames.set(row.id, row.name),
  });
  if (!hasUnits) absent.push('measure_unit.csv');
  const hasPortions = await readTable({
    ...file('food_portion.csv'),
    columns: ['id', 'fdc_id', 'seq_num', 'amount', 'measure_unit_id', 'portion_description', 'modifier', 'gram_weight'],
    optional: ['id', 'seq_num', 'amount', 'measure_unit_id', 'portion_description', 'modifier'],
    onRow(row, line) {
      const about = foodOf('food_portion.csv', row.fdc_id, line);
      if (!about) return;
      const grams = amountOf(row.gram_weight);
      if (grams === null || grams < 0) {
        faults.add('food_portion.csv', line, `"${row.gram_weight.slice(0, 40)}" is no weight in grams`);
        return;
      }
      about.draft.portions.push({
        order: [Number(row.seq_num) || 0, Number(row.id) || 0],
        amount: row.amount,
        unit: unitNames.get(row.measure_unit_id) ?? '',
        description: row.portion_description,
        modifier: row.modifier,
        grams,
      });
    },
  });
  if (!hasPortions) absent.push('food_portion.csv');

  const categories = await readCategories(file);
  absent.push(...categories.absent);

  const foods = new Map<ImportedDataType, DownloadedFood[]>();
  let withoutFigures = 0;
  for (const [fdcId, draft] of [...drafts].sort(([a], [b]) => a - b)) {
    const per100G: Food['per100G'] = nutrientsOf(draft.values);
    if (Object.values(per100G).every((amount) => amount === null)) {
      withoutFigures += 1;
      continue;
    }
    const { dataType, name, categoryCode } = draft;
    const kind = foods.get(dataType) ?? [];
    foods.set(dataType, kind);
    kind.push({
      key: `fdc:${fdcId}`,
      fdcId,
      name,
      dataType,
      category: categories.nameOf(dataType, categoryCode),
      per100G,
      ...portionsOf(draft.portions),
    });
  }
  if (foods.size === 0)
    throw new ImportRefused(
      `None of the ${drafts.size} foods of food.csv has figures in food_nutrient.csv: download the folder again.`,
    );
  return { foods, publishedOn, faults, otherFoods: others.size, withoutFigures, absent, nutrientsBy: scheme.seen };
}

/** The survey has categories of its own (WWEIA); their codes and those of the others overlap. */
async function readCategories(file: (name: string) => { name: string; path: string; faults: RowFaults }) {
  const survey = new Map<string, string>();
  const general = new Map<string, string>();
  const hasSurvey = await readTable({
    ...file('wweia_food_category.csv'),
    columns: ['wweia_food_category', 'wweia_food_category_description'],
    onRow: (row) => survey.set(row.wweia_food_category, row.wweia_food_category_description.trim()),
  });
  const hasGeneral = await readTable({
    ...file('food_category.csv'),
    columns: ['id', 'description'],
    onRow: (row) => general.set(row.id, row.description.trim()),
  });
  return {
    absent: hasSurvey || hasGeneral ? [] : ['wweia_food_category.csv or food_category.csv'],
    nameOf: (dataType: ImportedDataType, code: string): string | null =>
      (dataType === 'survey_fndds_food' ? survey : general).get(code) ?? null,
  };
}

import { createHash } from 'node:crypto';
import path from 'node:path';
import { implausible } from '../../ml/foods';
import { mealWords, ownEmbedding } from '../../ml/embeddings';
import { laterFacts, type MealFacts } from '../../model/meals';
import type { ImportedBatch, ImportedMeal, MealImportStore } from '../../store/meals';
import { ImportRefused, RowFaults } from '../faults';
import type { RawRow, UnreadRow } from './columns';
import { csvRows, type CsvNotes } from './csv';
import { jsonRows } from './jsonLines';
import { checkRow, type Checked, type CheckedMeal } from './row';

export { ImportRefused, type RowFault } from '../faults';

/**
 * Imports a catalogue of meals.
 *
 * I1  The whole file is read and checked before anything is written: what is no catalogue, or was cut off, changes nothing.
 * I2  Rows that are right are imported, whatever else is wrong; each that is not is named with its line, its field and the reason.
 * I3  The same row again is the same meal. Where the file says the same as the last time nothing is written, so that a killed import is
 *     simply run again, and what was changed here since stands until the file says something else.
 * I4  A row under the id of a meal that stands here is that meal: what was exported here can be mended and imported again.
 * I5  A batch is one transaction and one version of the catalogue; no more than one is in memory.
 */
export interface MealImportOptions {
  imports: Pick<MealImportStore, 'write'>;
  file: string;
  onProgress?: (progress: MealImportProgress) => void;
  /** Also where most rows are wrong. */
  anyway?: boolean;
  batchMeals?: number;
}

export type MealImportProgress =
  { kind: 'reading'; rows: number } | { kind: 'writing'; written: number; meals: number };

export interface MealCheck {
  /** Rows of the file, right or wrong. */
  rows: number;
  faults: RowFaults;
  wrongRows: number;
  /** Figures that do not fit each other; imported all the same. */
  doubts: RowFaults;
  csv: CsvNotes | null;
  ms: number;
}
export interface MealImportSummary extends MealCheck, ImportedBatch {}

const defaultBatchMeals = 200;
const progressRows = 5_000;
/** Faults that a check tells: more than anybody mends by hand, and no more than memory holds. */
const checkedFaults = 1_000;

/** Of the facts that meals always had, and of the later ones that are stated: the digests of files that were imported before stand. */
function digestOf({ facts }: CheckedMeal): string {
  const unstated = laterFacts.filter((fact) => facts[fact] === null);
  const digested: Partial<MealFacts> = { ...facts };
  for (const fact of unstated) Reflect.deleteProperty(digested, fact);
  return createHash('sha256').update(JSON.stringify(digested)).digest('base64url');
}

const asImported = (meal: CheckedMeal): ImportedMeal => ({
  key: meal.key,
  mealId: meal.mealId,
  digest: digestOf(meal),
  facts: meal.facts,
  derive: () => ({ words: mealWords(meal.facts), embedding: ownEmbedding(meal.facts) }),
});

/** What an import would find wrong, without a database. Throws `ImportRefused` with a sentence where the file is no catalogue. */
export async function checkMeals({
  file,
  onProgress = () => undefined,
}: Pick<MealImportOptions, 'file' | 'onProgress'>): Promise<MealCheck & { meals: number }> {
  const begun = performance.now();
  const check = await checkFile(file, path.basename(file), onProgress, checkedFaults);
  return { ...check, ms: performance.now() - begun };
}

/** Throws `ImportRefused` with a sentence where the file is no catalogue. */
export async function importMeals(options: MealImportOptions): Promise<MealImportSummary> {
  const { imports, file, onProgress = () => undefined, batchMeals = defaultBatchMeals } = options;
  const begun = performance.now();
  const name = path.basename(file);
  const check = await checkFile(file, name, onProgress);
  if (check.rows === 0) throw new ImportRefused(`${name} holds no meal, only a header.`);
  const [first] = check.faults.first;
  const example = first ? ` (the first: line ${first.line}, ${first.reason})` : '';
  if (check.meals === 0)
    throw new ImportRefused(`${name} holds no meal that can be imported${example}. --check tells all that is wrong.`);
  if (check.wrongRows > check.meals && options.anyway !== true)
    throw new ImportRefused(
      `${check.wrongRows} rows are wrong and ${check.meals} right${example}. Is it another table? --check tells all that is wrong; mend it, or add --anyway to import those that are right.`,
    );

  const total: ImportedBatch = { added: 0, changed: 0, unchanged: 0, deleted: 0 };
  let written = 0;
  let batch: ImportedMeal[] = [];
  const write = async () => {
    if (batch.length === 0) return;
    const done = await imports.write(batch);
    for (const key of Object.keys(total) as (keyof ImportedBatch)[]) total[key] += done[key];
    written += batch.length;
    batch = [];
    onProgress({ kind: 'writing', written, meals: check.meals });
  };
  const keys = new Set<string>();
  for await (const row of rowsOf(file, name)) {
    const found = checked(row);
    if ('faults' in found || keys.has(found.meal.key)) continue;
    keys.add(found.meal.key);
    batch.push(asImported(found.meal));
    if (batch.length >= batchMeals) await write();
  }
  await write();
  return {
    ...total,
    rows: check.rows,
    faults: check.faults,
    wrongRows: check.wrongRows,
    doubts: check.doubts,
    csv: check.csv,
    ms: performance.now() - begun,
  };
}

function rowsOf(
  file: string,
  name: string,
  onHeader: (notes: CsvNotes) => void = () => undefined,
): AsyncIterable<RawRow | UnreadRow> {
  const kind = path.extname(file).toLowerCase();
  if (['.csv', '.tsv'].includes(kind)) return csvRows(file, name, onHeader);
  if (['.jsonl', '.ndjson'].includes(kind)) return jsonRows(file, name);
  throw new ImportRefused(`${name} ends in neither .csv nor .jsonl: name a catalogue of one of these kinds.`);
}

const checked = (row: RawRow | UnreadRow): Checked => ('faults' in row ? row : checkRow(row));

/** Reads all of it and keeps what each meal is known by. */
async function checkFile(
  file: string,
  name: string,
  onProgress: (progress: MealImportProgress) => void,
  mostTold?: number,
) {
  const faults = new RowFaults(mostTold);
  const doubts = new RowFaults(mostTold);
  const lineOf = new Map<string, number>();
  const notes: { csv: CsvNotes | null } = { csv: null };
  let rows = 0;
  let wrongRows = 0;
  for await (const row of rowsOf(file, name, (csv) => (notes.csv = csv))) {
    rows += 1;
    if (rows % progressRows === 0) onProgress({ kind: 'reading', rows });
    const found = checked(row);
    const before = 'meal' in found ? lineOf.get(found.meal.key) : undefined;
    if ('faults' in found || before !== undefined) {
      wrongRows += 1;
      const reasons = 'faults' in found ? found.faults : [sameAs(found.meal.key, before ?? 0)];
      for (const reason of reasons) faults.add(name, row.line, reason);
      continue;
    }
    const { key, facts } = found.meal;
    lineOf.set(key, row.line);
    for (const doubt of implausible(facts.nutrition, facts.name)) doubts.add(name, row.line, doubt);
  }
  return { rows, meals: lineOf.size, wrongRows, faults, doubts, csv: notes.csv };
}

const sameAs = (key: string, line: number) =>
  `it is the same meal as line ${line} (${key.startsWith('id:') ? 'the same id' : 'the same name, cuisine and type'}); the first counts`;

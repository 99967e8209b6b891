import { createReadStream } from 'node:fs';
import { parse, type CsvError } from 'csv-parse';
import { ImportRefused, type RowFaults } from '../faults';

/**
 * One CSV file of a download, row by row.
 *
 * C1  The header decides what a column is; their order and further columns do not matter.
 * C2  A row that cannot be read is a fault with its line, and the rows after it are read on.
 * C3  A file that is no CSV, or lacks a column, is refused before its first row is handed out.
 */
const longestRowChars = 64_000;

/** By shape: an error of Node's own is no `instanceof` ours in every realm. */
const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';

/** The columns of a row by name; those the file lacks are ''. */
export type Row<C extends string> = Readonly<Record<C, string>>;

export interface TableFile<C extends string> {
  /** `food.csv`. */
  name: string;
  path: string;
  columns: readonly C[];
  /** Of `columns`, those that a file may lack. */
  optional?: readonly C[];
  onRow: (row: Row<C>, line: number) => void;
  faults: RowFaults;
}

const broken = (name: string, reason: string) =>
  new ImportRefused(`${name} is no CSV file of FoodData Central (${reason}): download the folder again.`);

/** Reads the file to its end. False where there is no such file. */
export async function readTable<C extends string>(table: TableFile<C>): Promise<boolean> {
  const { name, columns, optional = [], faults } = table;
  const input = createReadStream(table.path);
  let skippedLine: unknown;
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: longestRowChars,
    on_skip: (error: CsvError | undefined) => {
      if (error?.code === 'CSV_MAX_RECORD_SIZE') parser.destroy(broken(name, 'a row without an end'));
      // One row may be reported for each of its quotes.
      else if (error?.lines !== skippedLine)
        faults.add(name, Number(error?.lines ?? 0), 'its quotes are not closed or not doubled');
      skippedLine = error?.lines;
      return undefined;
    },
  });
  input.once('error', (error) => parser.destroy(error));
  input.pipe(parser);
  let places: readonly (readonly [C, number])[] | null = null;
  let width = 0;
  try {
    for await (const read of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      const { record, info } = read;
      if (places === null) {
        const lacking = columns.filter((column) => !record.includes(column) && !optional.includes(column));
        if (record.some((text) => text.includes('\0') || text.includes('\uFFFD')))
          throw broken(name, 'it holds other bytes than text');
        if (lacking.length > 0)
          throw new ImportRefused(
            `${name} has no column ${lacking.join(', ')}: this folder is no CSV download of FoodData Central.`,
          );
        places = columns.map((column) => [column, record.indexOf(column)] as const);
        width = record.length;
        continue;
      }
      if (record.length !== width) {
        faults.add(name, info.lines, `it has ${record.length} fields, the header ${width}`);
        continue;
      }
      table.onRow(
        Object.fromEntries(places.map(([column, place]) => [column, record[place] ?? ''])) as Row<C>,
        info.lines,
      );
    }
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return false;
    if (codeOf(error).startsWith('CSV_')) throw broken(name, 'quotes are not closed');
    throw error;
  } finally {
    input.destroy();
  }
  // Broken rows are reported while those before them still wait to be read.
  faults.first.sort((a, b) => (a.file === b.file ? a.line - b.line : 0));
  if (places === null) throw new ImportRefused(`${name} is empty: download the folder again.`);
  return true;
}

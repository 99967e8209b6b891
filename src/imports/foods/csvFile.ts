import { createReadStream } from 'node:fs';
import { headOf, utf16ToUtf8 } from '../../ml/csv/encoding';
import { csvRecords } from '../../ml/csv/records';
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

/** A quote that is never closed leaves out what comes after it. */
class OpenQuote extends Error {
  override readonly name = 'OpenQuote';
}

/** Reads the file to its end. False where there is no such file. */
export async function readTable<C extends string>(table: TableFile<C>): Promise<boolean> {
  const { name, columns, optional = [], faults } = table;
  const notDoubled = (line: number) => faults.add(name, line, 'its quotes are not closed or not doubled');
  const header: { places: readonly (readonly [C, number])[] | null; width: number } = { places: null, width: 0 };
  const records = csvRecords({
    delimiter: ',',
    maxRecordChars: longestRowChars,
    encoding: 'utf8',
    onRecord(cells, _, line) {
      if (cells.length === 1 && cells[0] === '') return;
      if (header.places === null) {
        header.places = placesOf(cells);
        header.width = cells.length;
        return;
      }
      if (cells.length !== header.width) {
        faults.add(name, line, `it has ${cells.length} fields, the header ${header.width}`);
        return;
      }
      const row = Object.fromEntries(header.places.map(([column, place]) => [column, cells[place] ?? '']));
      table.onRow(row as Row<C>, line);
    },
    onBroken: notDoubled,
    onEndless(line, why) {
      if (why === 'too-long') throw broken(name, 'a row without an end');
      notDoubled(line);
      throw new OpenQuote();
    },
  });
  try {
    for await (const bytes of utf8Of(table.path)) records.write(bytes);
    records.end();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return false;
    if (!(error instanceof OpenQuote)) throw error;
  }
  if (header.places === null) throw new ImportRefused(`${name} is empty: download the folder again.`);
  return true;

  function placesOf(names: readonly string[]) {
    const lacking = columns.filter((column) => !names.includes(column) && !optional.includes(column));
    if (names.some((text) => text.includes('\0') || text.includes('\uFFFD')))
      throw broken(name, 'it holds other bytes than text');
    if (lacking.length > 0)
      throw new ImportRefused(
        `${name} has no column ${lacking.join(', ')}: this folder is no CSV download of FoodData Central.`,
      );
    return columns.map((column) => [column, names.indexOf(column)] as const);
  }
}

/** Without a byte order mark; from UTF-16 where that is what the mark says. */
async function* utf8Of(path: string): AsyncGenerator<Uint8Array> {
  let transcode: ReturnType<typeof utf16ToUtf8> | null = null;
  let isFirst = true;
  for await (const bytes of createReadStream(path) as AsyncIterable<Uint8Array>) {
    const head = isFirst ? headOf(bytes) : null;
    isFirst = false;
    const marked = head?.kind === 'text' && head.markBytes > 0 ? head : null;
    if (marked?.encoding === 'utf-16le' || marked?.encoding === 'utf-16be') transcode = utf16ToUtf8(marked.encoding);
    const body = bytes.subarray(marked?.markBytes ?? 0);
    yield transcode === null ? body : transcode(body, false);
  }
  if (transcode !== null) yield transcode(new Uint8Array(), true);
}

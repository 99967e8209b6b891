import { Readable } from 'node:stream';
import { parse, type CsvError } from 'csv-parse';
import { dietFlags } from '../../model/meals';
import { ImportRefused } from '../faults';
import { fieldOf, figureFields, type Field, type RawRow, type UnreadRow } from './columns';
import { textOf } from './text';

/**
 * A catalogue as CSV (RFC 4180), row by row; separated by commas, semicolons or tabs.
 *
 * C1  The header decides what a column is; a column that stands twice, or a missing name or meal type, refuses the file.
 * C2  A row that cannot be read is a fault with its line, and the rows after it are read on.
 * C3  A quote that is never closed, a row without an end and a last row that breaks off refuse the file.
 * C4  Text is never made a number by leaving something out: "2,5" and "30 min" are faults.
 */
const longestRowChars = 64_000;
const separators = [',', ';', '\t'] as const;

const lists: ReadonlySet<Field> = new Set(['ingredients', 'allergens', 'appliances'] as const);
const numbers: ReadonlySet<Field> = new Set([...figureFields, 'cookTime', 'prepTimeMinutes'] as const);
const flags: ReadonlySet<Field> = new Set(dietFlags);

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';

/** What stands most often in the header, outside of quotes. */
const separatorOf = (header: string): string => {
  const bare = header.replace(/"[^"]*"/g, '');
  const counts = separators.map((separator) => bare.split(separator).length);
  return separators[counts.indexOf(Math.max(...counts))] ?? ',';
};

/** The text of a cell as its field takes it; throws the reason where it does not. */
function valueOf(field: Field, cell: string): unknown {
  const text = cell.trim();
  if (text === '') return field === 'name' || field === 'mealType' ? '' : null;
  if (numbers.has(field)) {
    if (/^-?\d+(?:\.\d+)?$/.test(text)) return Number(text);
    throw new Error(`"${text.slice(0, 40)}" is no number; write it like 12.5, or leave it empty where it is not known`);
  }
  if (flags.has(field)) {
    const word = text.toLowerCase();
    if (['true', 'yes', '1'].includes(word)) return true;
    if (['false', 'no', '0'].includes(word)) return false;
    throw new Error(`"${text.slice(0, 40)}" is neither true nor false`);
  }
  if (!lists.has(field)) return text;
  if (!text.startsWith('[')) return text.split('|').map((one) => one.trim()).filter((one) => one !== ''); // prettier-ignore
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Error('is no JSON list; separate its entries by | instead');
  }
}

export interface CsvNotes {
  separator: string;
  /** Columns that mean nothing here. */
  ignored: string[];
}

/** Throws `ImportRefused` where the file is no catalogue. */
export async function* csvRows(
  path: string,
  name: string,
  onHeader: (notes: CsvNotes) => void,
): AsyncGenerator<RawRow | UnreadRow> {
  const text = textOf(path, name);
  const chunks = text.chunks[Symbol.asyncIterator]();
  let head = '';
  while (!head.trimStart().includes('\n') && head.length < longestRowChars) {
    const next = await chunks.next();
    if (next.done === true) break;
    head += next.value;
  }
  if (head.trim() === '') throw new ImportRefused(`${name} is empty: its first line should name the columns.`);
  const separator = separatorOf(head.trimStart().split('\n', 1)[0] ?? '');

  /** Those that the parser passed over since the last row. */
  let skipped: UnreadRow[] = [];
  let skippedLine: unknown;
  /** Where the last row ended that the parser made, which is ahead of those that were handed out. */
  let parsed = 0;
  const endless = (): ImportRefused =>
    new ImportRefused(
      `${name}, line ${parsed + 1}: the row that begins here has no end within ${longestRowChars} characters, or a quote in it is not closed. Was the file cut off? Export it again.`,
    );
  const parser = parse({
    bom: true,
    delimiter: separator,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: longestRowChars,
    on_record: (record: string[], { lines }) => {
      parsed = lines;
      return record;
    },
    on_skip: (error: CsvError | undefined) => {
      const endlessly = error?.code === 'CSV_MAX_RECORD_SIZE' || error?.code === 'CSV_QUOTE_NOT_CLOSED';
      if (endlessly) parser.destroy(endless());
      // One row may be reported for each of its quotes.
      else if (error?.lines !== skippedLine)
        skipped.push({ line: Number(error?.lines ?? 0), faults: ['its quotes are not closed or not doubled'] });
      skippedLine = error?.lines;
      parsed = Math.max(parsed, Number(error?.lines ?? 0));
      return undefined;
    },
  });
  const input = Readable.from(
    (async function* () {
      yield head;
      yield* { [Symbol.asyncIterator]: () => chunks };
    })(),
  );
  input.once('error', (error) => parser.destroy(error));
  input.pipe(parser);

  let columns: readonly (Field | undefined)[] | null = null;
  let short: UnreadRow | null = null;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      // Only the last one may be a row that broke off, and which one is the last is known when the next does not come.
      if (short) yield short;
      short = null;
      yield* skipped;
      skipped = [];
      const line = info.lines;
      if (columns === null) {
        columns = columnsOf(record, name);
        onHeader({
          separator,
          ignored: record.filter((column) => column.trim() !== '' && fieldOf(column) === undefined),
        });
        continue;
      }
      if (record.every((cell) => cell.trim() === '')) continue;
      if (record.length !== columns.length) {
        short = { line, faults: [`it has ${record.length} fields, the header ${columns.length}`] };
        continue;
      }
      const values: RawRow['values'] = {};
      const faults: string[] = [];
      for (const [at, field] of columns.entries()) {
        if (field === undefined) continue;
        try {
          values[field] = valueOf(field, record[at] ?? '');
        } catch (reason) {
          faults.push(`${field}: ${reason instanceof Error ? reason.message : String(reason)}`);
        }
      }
      yield faults.length > 0 ? { line, faults } : { line, values };
    }
  } catch (error) {
    if (codeOf(error).startsWith('CSV_')) throw endless();
    throw error;
  } finally {
    input.destroy();
  }
  if (short && !text.endsWithLine())
    throw new ImportRefused(`${name} breaks off in line ${short.line}: export it again, whole.`);
  if (short) yield short;
  yield* skipped;
}

function columnsOf(header: readonly string[], name: string): (Field | undefined)[] {
  if (header.some((column) => /[\0\uFFFD]/.test(column)))
    throw new ImportRefused(`${name} holds other bytes than text: export the catalogue as CSV in UTF-8.`);
  const columns = header.map(fieldOf);
  for (const [at, field] of columns.entries())
    if (field !== undefined && columns.indexOf(field) !== at)
      throw new ImportRefused(
        `${name}, line 1: the columns ${header[columns.indexOf(field)] ?? ''} and ${header[at] ?? ''} both mean ${field}; leave one out.`,
      );
  const lacking = (['name', 'mealType'] as const).filter((field) => !columns.includes(field));
  if (lacking.length > 0)
    throw new ImportRefused(
      `${name}, line 1: there is no column ${lacking.join(', ')}. Its first line should name the columns, at least name and mealType.`,
    );
  return columns;
}

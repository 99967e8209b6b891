import { csvRecords } from '../../ml/csv/records';
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
  try {
    yield* rowsOfText(chunks, () => text.endsWithLine(), name, onHeader);
  } finally {
    await chunks.return?.();
  }
}

async function* rowsOfText(
  chunks: AsyncIterator<string>,
  endsWithLine: () => boolean,
  name: string,
  onHeader: (notes: CsvNotes) => void,
): AsyncGenerator<RawRow | UnreadRow> {
  let head = '';
  while (!head.trimStart().includes('\n') && head.length < longestRowChars) {
    const next = await chunks.next();
    if (next.done === true) break;
    head += next.value;
  }
  if (head.trim() === '') throw new ImportRefused(`${name} is empty: its first line should name the columns.`);
  const separator = separatorOf(head.trimStart().split('\n', 1)[0] ?? '');

  let columns: readonly (Field | undefined)[] | null = null;
  /** Read and not handed out yet. */
  const rows: (RawRow | UnreadRow)[] = [];
  /** Of the last of them, where it has too few or too many cells: only the last one of the file may be a row that broke off. */
  const last: { shortLine: number | null } = { shortLine: null };
  const take = (row: RawRow | UnreadRow): void => {
    rows.push(row);
    last.shortLine = null;
  };
  const records = csvRecords({
    delimiter: separator,
    maxRecordChars: longestRowChars,
    encoding: 'utf8',
    lineEnd: !head.includes('\n') && head.includes('\r') ? '\r' : '\n',
    onRecord(cells, _, line) {
      if (columns === null) {
        if (cells.length === 1 && cells[0] === '') return;
        columns = columnsOf(cells, name);
        const ignored = cells.filter((column) => column.trim() !== '' && fieldOf(column) === undefined);
        onHeader({ separator, ignored });
        return;
      }
      if (cells.every((cell) => cell.trim() === '')) return;
      if (cells.length === columns.length) {
        take(rowOf(columns, cells, line));
        return;
      }
      take({ line, faults: [`it has ${cells.length} fields, the header ${columns.length}`] });
      last.shortLine = line;
    },
    onBroken: (line) => take({ line, faults: ['its quotes are not closed or not doubled'] }),
    onEndless(line) {
      throw new ImportRefused(
        `${name}, line ${line}: the row that begins here has no end within ${longestRowChars} characters, or a quote in it is not closed. Was the file cut off? Export it again.`,
      );
    },
  });
  records.write(Buffer.from(head));
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
    yield* rows.splice(0);
    records.write(Buffer.from(next.value));
  }
  records.end();
  if (last.shortLine !== null && !endsWithLine())
    throw new ImportRefused(`${name} breaks off in line ${last.shortLine}: export it again, whole.`);
  yield* rows;
}

function rowOf(columns: readonly (Field | undefined)[], cells: readonly string[], line: number): RawRow | UnreadRow {
  const values: RawRow['values'] = {};
  const faults: string[] = [];
  for (const [at, field] of columns.entries()) {
    if (field === undefined) continue;
    try {
      values[field] = valueOf(field, cells[at] ?? '');
    } catch (reason) {
      faults.push(`${field}: ${reason instanceof Error ? reason.message : String(reason)}`);
    }
  }
  return faults.length > 0 ? { line, faults } : { line, values };
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

import { HashesCollide, maxIdBytes } from '../artefact/dictionary';
import { delimiterName } from '../../csv/dialect';
import { CsvRefused, csvTable, type CsvTable } from '../../csv/table';
import { quoted } from './cells';
import { listed, type ChosenColumns } from './columns';
import { warningsOf, type Notice, type Rejection } from './findings';
import { IngestRefused } from './refused';
import { Tally, type Finding } from './tally';

/**
 * One uploaded file, row by row: what interactions and items have in common.
 *
 * F1  Every row that is not blank is read, and then kept or rejected with a reason: read = kept + rejected.
 * F2  A row that cannot be taken is counted with its line, and the rows after it are read on. A file of which more is rejected than kept
 *     is refused: it is another table, or written in a way that its author did not expect.
 */
export interface FileReport {
  file: string;
  encoding: string;
  delimiter: string;
  quote: string;
  header: string[];
  /** Which column was taken for which field. */
  columns: Record<string, string | string[] | null>;
  ignored: string[];
  /** The first rows, as written. */
  firstRows: string[][];
  rows: { read: number; kept: number; rejected: Partial<Record<Rejection, number>> };
  /** The first rejected rows of each reason. */
  problems: (Finding & { kind: Rejection })[];
  /** Sentences for whoever uploaded the file. */
  warnings: string[];
}

/** Of a row, with what its quotes hold: the longest that is read. */
export const maxRecordChars = 1 << 20;
const maxRowChars = 64_000;
const shownRows = 5;
/** Of a cell of the first rows. */
export const shownCellChars = 200;

export interface TableFileOptions<Field extends string> {
  file: string;
  choose: (header: { file: string; header: readonly string[]; line: number }) => ChosenColumns<Field>;
  /** Gives false where it rejected the row. */
  onRow: (cells: readonly string[], line: number) => boolean;
}

export class TableFile<Field extends string> {
  readonly rejected = new Tally<Rejection>();
  readonly notices = new Tally<Notice>();
  readonly #table: CsvTable;
  readonly #options: TableFileOptions<Field>;
  #columns: ChosenColumns<Field> | null = null;
  #header: string[] = [];
  #firstRows: string[][] = [];
  #read = 0;
  /** Rejected by `onRow` or before it. */
  #lost = 0;

  constructor(options: TableFileOptions<Field>) {
    this.#options = options;
    this.#table = csvTable({
      maxRecordChars,
      onHeader: (header, line) => {
        this.#columns = options.choose({ file: options.file, header, line });
        this.#header = header;
      },
      onRow: (cells, line, lastLine) => {
        this.#read += 1;
        if (this.#firstRows.length < shownRows) this.#firstRows.push(cells.map((cell) => this.#shown(cell)));
        if (!this.#rightForm(cells, line, lastLine) || !options.onRow(cells, line)) this.#lost += 1;
      },
    });
  }

  write(bytes: Uint8Array): void {
    this.#naming(() => this.#table.write(bytes));
  }

  /** Throws `IngestRefused` where nothing, or less than half, can be taken. */
  end(): void {
    this.#naming(() => this.#table.end());
    const { file } = this.#options;
    const [first] = this.rejected.first;
    const example = first ? ` The first: line ${first.line}, ${first.message}.` : '';
    const place = { file, line: first?.line ?? 1, column: first?.column ?? null };
    if (this.#read === 0)
      throw new IngestRefused(`${file} has 0 data rows: there is only a header.`, { ...place, fault: 'no-rows' });
    const kept = this.#read - this.#lost;
    if (this.#lost > kept)
      throw new IngestRefused(`${file}: ${this.#lost} of ${this.#read} rows cannot be read.${example}`, { ...place, fault: 'most-rows-rejected' }); // prettier-ignore
  }

  get delimiter(): string {
    return this.#table.dialect.delimiter;
  }

  /** Whether "3,5" may be a number. */
  get hasDecimalCommas(): boolean {
    return this.delimiter !== ',';
  }

  get columns(): ChosenColumns<Field> {
    if (this.#columns === null) throw new Error('The columns are known from the header on.');
    return this.#columns;
  }

  /** Rejects a row; the message ends a sentence that begins with its line. */
  reject(kind: Rejection, line: number, column: string | null, message: () => string): false {
    this.rejected.add(kind, line, column, message);
    return false;
  }

  /**
   * The text of a cell without blanks at its ends. Null where it holds other bytes than text, which is then rejected as `kind`. Line breaks and tabs are
   * taken in texts and not in ids.
   */
  text(cell: string, line: number, column: string | null, breaks: boolean): string | null {
    if (plain.test(cell)) return cell;
    const text = this.#table.text(cell);
    if (text === null) {
      this.reject('encoding', line, column, () => `its bytes are not ${this.#table.encoding === 'ascii' ? 'UTF-8' : this.#table.encoding}`); // prettier-ignore
      return null;
    }
    const trimmed = text.trim();
    if ((breaks ? controls : anyControls).test(trimmed)) {
      this.reject('encoding', line, column, () => `${quoted(trimmed)} holds a character that is no text`);
      return null;
    }
    if (trimmed.length !== text.length && !breaks)
      this.notices.add('blanks_trimmed', line, column, () => `the blanks around ${quoted(trimmed)} were left out`);
    return trimmed;
  }

  /** The text of a cell that is shown and not read: what is no text in it is replaced, and no row is rejected for it. */
  shownText(cell: string): string {
    return plain.test(cell) ? cell : (this.#table.text(cell) ?? cell).trim().replace(everyControl, '�');
  }

  /** The id in a cell, as `text` gives it. Null where there is none, or one too long, which is then rejected as `kind`. */
  id(cell: string, line: number, kind: 'user_id' | 'item_id', column: string | null): string | null {
    const text = this.text(cell, line, column, false);
    if (text === null) return null;
    if (text !== '' && text.length <= maxIdBytes) return text;
    this.reject(kind, line, column, () => text === '' ? `the ${kind} is empty` : `the ${kind} has ${text.length} characters; at most ${maxIdBytes} are taken`); // prettier-ignore
    return null;
  }

  report(columns: FileReport['columns'], ignored: string[], warnings: string[]): FileReport {
    const { encoding, dialect } = this.#table;
    return {
      file: this.#options.file,
      encoding: encoding === 'ascii' ? 'utf-8' : encoding,
      delimiter: dialect.delimiter,
      quote: dialect.quote,
      header: this.#header,
      columns,
      ignored,
      firstRows: this.#firstRows,
      rows: { read: this.#read, kept: this.#read - this.rejected.total, rejected: this.rejected.counts },
      problems: this.rejected.first,
      warnings: [
        ...this.#dialectWarnings(),
        ...this.columns.warnings,
        ...(ignored.length > 0 ? [`Not used: ${listed(ignored)}.`] : []),
        ...warnings,
        ...warningsOf(this.rejected, this.notices),
      ],
    };
  }

  #dialectWarnings(): string[] {
    const { encoding, dialect } = this.#table;
    const warnings: string[] = [];
    if (encoding !== 'ascii' && encoding !== 'utf-8')
      warnings.push(`It is written in ${encoding}, and was read as such.`);
    if (dialect.delimiter !== ',') warnings.push(`Its cells are separated by ${delimiterName[dialect.delimiter]}.`);
    if (dialect.quote !== '"') warnings.push(`Its cells are quoted by ${dialect.quote}.`);
    return warnings;
  }

  #rightForm(cells: readonly string[], line: number, lastLine: number): boolean {
    const width = this.#header.length;
    // A quote inside a cell is text. One that begins a cell, and another some lines on, take everything between them for one cell.
    if (lastLine > line && cells.some((cell) => cell.startsWith(this.#table.dialect.quote) && cell.includes('\n')))
      return this.reject('open_quote', line, null, () => `a quote is opened and closed in line ${lastLine} within a cell, with rows between them`); // prettier-ignore
    if (cells.length !== width)
      return this.reject('field_count', line, null, () => `it has ${cells.length} fields, the header ${width}${lastLine > line ? ` (a quote joins the lines to ${lastLine})` : ''}`); // prettier-ignore
    let chars = 0;
    for (const cell of cells) chars += cell.length;
    if (chars > maxRowChars)
      return this.reject(
        'row_too_long',
        line,
        null,
        () => `it has ${chars} characters; at most ${maxRowChars} are read`,
      );
    return true;
  }

  #shown(cell: string): string {
    return (this.#table.text(cell.slice(0, shownCellChars)) ?? cell.slice(0, shownCellChars)).replace(anyControl, '�');
  }

  #naming<T>(read: () => T): T {
    const { file } = this.#options;
    try {
      return read();
    } catch (error) {
      if (error instanceof HashesCollide)
        throw new IngestRefused(`${file}: ${error.message}.`, { file, line: null, column: null, fault: 'ids-collide' });
      if (!(error instanceof CsvRefused)) throw error;
      throw new IngestRefused(`${file} ${error.message}`, { file, line: error.line, column: null, fault: error.fault });
    }
  }
}

/** ASCII that is seen, without blanks: what nearly every id, number and time is. */
const plain = /^[\x21-\x7e]+$/;
const controls = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/;
const everyControl = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/g;
const anyControls = /\p{Cc}/u;
const anyControl = /\p{Cc}/gu;

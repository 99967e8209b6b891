import { Parser, type CsvError } from 'csv-parse';

/**
 * The records of a CSV file (RFC 4180), fed with chunks of bytes.
 *
 * R1  Everything happens inside `write` and `end`: each record is handed over before they return, so memory holds one chunk and one record.
 * R2  A record is known by its physical lines; the first line of the file is 1, and a blank line is a record of one empty cell.
 * R3  No record is longer than `maxRecordChars`: one that is, or whose quote is not closed, is endless, and nothing is read after it.
 */
export interface CsvRecordsOptions {
  delimiter: string;
  quote?: string;
  maxRecordChars: number;
  /** How the bytes of a cell become text: `latin1` gives one character for each byte, decoded where the cell is used. */
  encoding: 'utf8' | 'latin1';
  onRecord: (cells: string[], firstLine: number, lastLine: number) => void;
  /**
   * A record that is left out because a quote stands inside a cell (`5" pizza`), by the line of that quote. The parser then takes
   * everything up to the next quote for part of it. Without this callback such a quote is text, and no record is left out.
   */
  onBroken?: (line: number) => void;
  /** Throws what `write` or `end` is to throw. */
  onEndless: (firstLine: number, why: 'open-quote' | 'too-long') => never;
}
export interface CsvRecords {
  write(bytes: Uint8Array): void;
  end(): void;
}

/**
 * The parser without its stream: records are taken where it would push them. Its own callback for records is not used, as it makes a
 * summary of the whole file for each of them, which takes longer than parsing.
 */
class RecordParser extends Parser {
  onRecord: (cells: string[]) => void = () => undefined;

  override push(cells: string[] | null): boolean {
    if (cells !== null) this.onRecord(cells);
    return true;
  }

  feed(bytes: Uint8Array): void {
    this._transform(bytes, 'utf8', rethrow);
  }

  finish(): void {
    this._flush(rethrow);
  }
}

const rethrow = (error?: Error | null): void => {
  if (error) throw error;
};

const lineFeeds = (cells: readonly string[]): number => {
  let count = 0;
  for (const cell of cells) for (let at = cell.indexOf('\n'); at >= 0; at = cell.indexOf('\n', at + 1)) count += 1;
  return count;
};

export function csvRecords(options: CsvRecordsOptions): CsvRecords {
  const { delimiter, quote = '"', maxRecordChars, encoding, onRecord, onBroken, onEndless } = options;
  /** The last line of the record before, and what the parser counts for it: it counts a CRLF inside quotes as two lines. */
  let line = 0;
  let counted = 0;
  let brokenLine: number | null = null;

  const parser = new RecordParser({
    delimiter,
    quote,
    escape: quote,
    encoding,
    relax_quotes: onBroken === undefined,
    relax_column_count: true,
    skip_records_with_error: true,
    record_delimiter: ['\r\n', '\n'],
    max_record_size: maxRecordChars,
    on_skip: (error: CsvError | undefined) => {
      if (error?.code === 'CSV_QUOTE_NOT_CLOSED') onEndless(line + 1, 'open-quote');
      if (error?.code === 'CSV_MAX_RECORD_SIZE') onEndless(line + 1, 'too-long');
      // One record may be reported for each of its quotes.
      const at = Number(error?.lines ?? 0);
      if (at !== brokenLine) onBroken?.(at);
      brokenLine = at;
      return undefined;
    },
  });
  parser.onRecord = (cells) => {
    const passed = parser.info.lines - counted;
    counted = parser.info.lines;
    if (passed === 1) {
      line += 1;
      onRecord(cells, line, line);
      return;
    }
    const own = 1 + lineFeeds(cells);
    // Lines that broken records took before this one.
    if (brokenLine !== null) line += passed - own;
    brokenLine = null;
    const first = line + 1;
    line += own;
    onRecord(cells, first, line);
  };
  return {
    write: (bytes) => parser.feed(bytes),
    end: () => parser.finish(),
  };
}

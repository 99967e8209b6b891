import { Parser, type CsvError } from 'csv-parse';
import { lineCounter } from './lineCounter';

/**
 * The records of a CSV file (RFC 4180), fed with chunks of bytes.
 *
 * R1  Everything happens inside `write` and `end`: each record is handed over before they return, so memory holds one chunk and one record.
 * R2  A record is known by its physical lines, whatever line breaks are in its cells; the first line of the file is 1, and a blank line is a record of
 *     one empty cell.
 * R3  No record is longer than `maxRecordChars`: one that is, or whose quote is not closed, is endless, and nothing is read after it.
 */
export interface CsvRecordsOptions {
  delimiter: string;
  quote?: string;
  maxRecordChars: number;
  /** `\n` ends lines with or without `\r` before it. */
  lineEnd?: '\n' | '\r';
  /** How the bytes of a cell become text: `latin1` gives one character for each byte, decoded where the cell is used. */
  encoding: 'utf8' | 'latin1';
  onRecord: (cells: string[], firstLine: number, lastLine: number) => void;
  /**
   * A record that is left out because a quote stands inside a cell (`5" pizza`), by the line on which that cell begins. The parser then takes
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

const occurrences = (text: string, sign: string): number => {
  let count = 0;
  for (let at = text.indexOf(sign); at >= 0; at = text.indexOf(sign, at + 1)) count += 1;
  return count;
};

export function csvRecords(options: CsvRecordsOptions): CsvRecords {
  const { delimiter, quote = '"', maxRecordChars, lineEnd = '\n', encoding, onRecord, onBroken, onEndless } = options;
  /** The last line of the record before, and the offset of what comes after it. */
  let line = 0;
  let end = 0;
  /** What the parser counts for it: it counts a CRLF inside quotes as two lines, so that it only tells whether a record is one line. */
  let parsed = 0;
  let brokenLine = 0;
  const ends = lineCounter(lineEnd);

  const parser = new RecordParser({
    delimiter,
    quote,
    escape: quote,
    encoding,
    relax_quotes: onBroken === undefined,
    relax_column_count: true,
    skip_records_with_error: true,
    record_delimiter: lineEnd === '\r' ? ['\r'] : ['\r\n', '\n'],
    max_record_size: maxRecordChars,
    on_skip: (error: CsvError | undefined) => {
      const next = Math.max(line, brokenLine) + 1;
      if (error?.code === 'CSV_QUOTE_NOT_CLOSED') onEndless(next, 'open-quote');
      if (error?.code === 'CSV_MAX_RECORD_SIZE') onEndless(next, 'too-long');
      // The parser's place is where the cell before ended. One record may be reported for each of its quotes.
      const at = endsBefore(parser.info.bytes) + 1;
      if (at !== brokenLine) onBroken?.(at);
      brokenLine = at;
      return undefined;
    },
  });
  const counted: { records: number } = parser.info;
  parser.onRecord = (cells) => {
    const { info } = parser;
    // The next one counts as the first: for each whose length differs from that of the first csv-parse makes an error, which takes ten times as long as the record.
    counted.records = 0;
    const isOneLine = info.lines - parsed === 1;
    parsed = info.lines;
    if (isOneLine) {
      line += 1;
      end = info.bytes;
      onRecord(cells, line, line);
      return;
    }
    // Before its last byte: that of the last record of a file may end no line.
    line = endsBefore(info.bytes - 1) + 1;
    end = info.bytes;
    const breaks = cells.reduce((sum, cell) => sum + occurrences(cell, lineEnd), 0);
    onRecord(cells, line - breaks, line);
  };
  function endsBefore(offset: number): number {
    ends.set(end, line);
    return ends.endsBefore(offset);
  }
  return {
    write(bytes) {
      ends.write(bytes);
      parser.feed(bytes);
      ends.set(end, line);
      ends.keep();
    },
    end: () => parser.finish(),
  };
}

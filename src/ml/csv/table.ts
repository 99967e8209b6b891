import { dialectOf, type Dialect } from './dialect';
import { byteEncodingOf, decodeCell, headOf, utf16ToUtf8, type Encoding } from './encoding';
import { csvRecords, type CsvRecords } from './records';

/**
 * A CSV file of unknown encoding and dialect, fed with chunks of bytes.
 *
 * T1  Encoding, delimiter and quote are told from the first bytes and kept to the end.
 * T2  The first record that is not blank is the header; blank records are passed over.
 * T3  Cells are handed over as one character for each byte; `text` makes text of them. Most need no more than a look: they are ASCII.
 * T4  What cannot be read as a table throws `CsvRefused`, and nothing is read after it.
 */
export interface CsvTableOptions {
  /** The longest record, in characters. */
  maxRecordChars: number;
  onHeader: (names: string[], line: number) => void;
  onRow: (cells: readonly string[], firstLine: number, lastLine: number) => void;
}
export interface CsvTable {
  write(bytes: Uint8Array): void;
  end(): void;
  /** Of a cell; null where its bytes are not of the file's encoding. */
  text(cell: string): string | null;
  /** Known from the header on. The encoding may stay `ascii` to the end. */
  readonly encoding: Encoding;
  readonly dialect: Dialect;
}

export type CsvFault = 'empty' | 'no-header' | 'not-text' | 'line-ends' | 'open-quote' | 'endless-row';

/** The message is the end of a sentence that begins with the name of the file. */
export class CsvRefused extends Error {
  override readonly name = 'CsvRefused';
  constructor(
    readonly fault: CsvFault,
    message: string,
    /** Physical; the first line is 1. */
    readonly line: number | null = null,
  ) {
    super(message);
  }
}

/** What is looked at to tell the encoding and the dialect. */
const sampleBytes = 65_536;
const beyondAscii = /[^\x00-\x7f]/;

export function csvTable({ maxRecordChars, onHeader, onRow }: CsvTableOptions): CsvTable {
  let encoding: Encoding = 'ascii';
  let dialect: Dialect = { delimiter: ',', quote: '"' };
  let records: CsvRecords | null = null;
  let transcode: ((bytes: Uint8Array, end: boolean) => Uint8Array) | null = null;
  let header = false;
  /** Bytes that wait until what they are is known, from the beginning or from the first byte beyond ASCII. */
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let deciding = true;

  const takeHeld = (): Uint8Array => {
    const all = held.length === 1 && held[0] ? held[0] : concatenated(held, heldBytes);
    held = [];
    heldBytes = 0;
    return all;
  };
  const hold = (bytes: Uint8Array): boolean => {
    // A copy: who feeds this may use the memory again.
    held.push(bytes.slice());
    heldBytes += bytes.length;
    return heldBytes >= sampleBytes;
  };

  const onRecord = (cells: string[], firstLine: number, lastLine: number): void => {
    if (cells.length < 2 && (cells[0] ?? '').trim() === '') return;
    if (header) return onRow(cells, firstLine, lastLine);
    if (cells.every((cell) => cell.trim() === '')) return;
    header = true;
    onHeader(cells.map(headerText), firstLine);
  };
  const headerText = (cell: string): string => {
    const text = textOf(cell);

    if (text !== null && !/[\0-\x08\x0e-\x1f\x7f]/.test(text)) return text;
    throw new CsvRefused('not-text', 'is not a text file: its first line holds other bytes than text. Export the table as CSV in UTF-8.', 1); // prettier-ignore
  };
  const textOf = (cell: string): string | null =>
    beyondAscii.test(cell) ? decodeCell(cell, encoding === 'windows-1252' ? 'windows-1252' : 'utf-8') : cell;

  function open(): CsvRecords {
    const bytes = takeHeld();
    if (bytes.length === 0)
      throw new CsvRefused('empty', 'is empty: its first line should name the columns, and rows should follow.');
    const head = headOf(bytes);
    if (head.kind === 'no-text')
      throw new CsvRefused('not-text', `is not a text file, but ${head.what}. Export the table as CSV in UTF-8.`, 1);
    encoding = head.encoding;
    if (encoding === 'utf-16le' || encoding === 'utf-16be') transcode = utf16ToUtf8(encoding);
    deciding = encoding === 'ascii';
    const body = bytes.subarray(head.markBytes);
    const plain = transcode ? transcode(body, false) : body;
    const sample = String.fromCharCode(...plain.subarray(0, 8_192));
    if (!sample.includes('\n') && sample.includes('\r'))
      throw new CsvRefused('line-ends', 'ends its lines with CR alone: save it with LF or CRLF line ends.', 1);
    dialect = dialectOf(sample);
    records = csvRecords({ ...dialect, maxRecordChars, encoding: 'latin1', onRecord, onEndless });
    records.write(plain);
    return records;
  }
  const onEndless = (line: number, why: 'open-quote' | 'too-long'): never => {
    if (why === 'open-quote')
      throw new CsvRefused('open-quote', `has a quote in line ${line} that is never closed: close it, or double it where it is meant as text.`, line); // prettier-ignore
    throw new CsvRefused('endless-row', `has a row that begins in line ${line} and has no end within ${maxRecordChars} characters: is a quote in it not closed, or is this no CSV file?`, line); // prettier-ignore
  };

  function pass(to: CsvRecords, bytes: Uint8Array): void {
    if (transcode) return to.write(transcode(bytes, false));
    if (deciding && (heldBytes > 0 || anyBeyondAscii(bytes))) {
      if (hold(bytes)) decide(to);
      return;
    }
    to.write(bytes);
  }
  function decide(to: CsvRecords): void {
    const bytes = takeHeld();
    encoding = byteEncodingOf(bytes);
    deciding = encoding === 'ascii';
    to.write(bytes);
  }

  return {
    write(bytes) {
      if (records) pass(records, bytes);
      else if (hold(bytes)) open();
    },
    end() {
      const to = records ?? open();
      if (heldBytes > 0) decide(to);
      if (transcode) to.write(transcode(new Uint8Array(), true));
      to.end();
      if (!header)
        throw new CsvRefused('no-header', 'holds only blank lines: no header found. Its first line should name the columns.', 1); // prettier-ignore
    },
    text: textOf,
    get encoding() {
      return encoding;
    },
    get dialect() {
      return dialect;
    },
  };
}

/** By words of four bytes, as every byte of a long file comes through here while all of them are ASCII. */
function anyBeyondAscii(bytes: Uint8Array): boolean {
  const toWord = -bytes.byteOffset & 3;
  const wordCount = Math.max(0, (bytes.length - toWord) >> 2);
  let all = 0;
  if (wordCount > 0)
    for (const word of new Uint32Array(bytes.buffer, bytes.byteOffset + toWord, wordCount)) all |= word;
  const edge = wordCount > 0 ? toWord : 0;
  for (let at = 0; at < edge; at += 1) all |= bytes[at] ?? 0;
  for (let at = edge + wordCount * 4; at < bytes.length; at += 1) all |= bytes[at] ?? 0;
  return (all & 0x80808080) !== 0;
}

function concatenated(parts: readonly Uint8Array[], bytes: number): Uint8Array {
  const all = new Uint8Array(bytes);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
